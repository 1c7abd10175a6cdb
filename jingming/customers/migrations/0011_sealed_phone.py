import django.contrib.postgres.fields
from django.db import migrations, models

import jingming.privacy.fields


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0010_search_by_fragments'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='phone',
            name='a_phone_number_is_digits',
        ),
        migrations.AlterField(
            model_name='phone',
            name='grams',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, help_text='keyed hashes, see rules.grams', size=None),
        ),
        migrations.AlterField(
            model_name='phone',
            name='number',
            field=jingming.privacy.fields.SealedNumberField(db_index=True, help_text='as rules.phone_number makes it', max_length=80),
        ),
    ]
