import django.db.models.lookups
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import jingming.privacy.fields


class Migration(migrations.Migration):

    atomic = False  # built beside the work that goes on

    dependencies = [
        ('customers', '0012_seal_phones'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='phone',
            index=models.Index(models.F('number'), name='phone_by_number'),
        ),
        migrations.AlterField(
            model_name='phone',
            name='number',
            field=jingming.privacy.fields.SealedNumberField(help_text='as rules.phone_number makes it', max_length=80),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.StartsWith(models.ExpressionWrapper(models.F('number'), output_field=models.CharField()), 'sealed:'), name='a_phone_number_is_sealed'),
        ),
    ]
