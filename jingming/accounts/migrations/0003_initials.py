import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_look'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='initials',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='of the name, as it may be read', size=None),
        ),
    ]
