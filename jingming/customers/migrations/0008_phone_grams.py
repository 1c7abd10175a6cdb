import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0007_drop_what_became_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='phone',
            name='grams',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, help_text='see rules.grams', size=None),
        ),
    ]
