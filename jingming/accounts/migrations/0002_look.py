import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='contrast',
            field=models.CharField(choices=[('auto', 'Normal'), ('more', 'High')], default='auto', max_length=12),
        ),
        migrations.AddField(
            model_name='staff',
            name='density',
            field=models.CharField(choices=[('comfortable', 'Comfortable'), ('compact', 'Compact')], default='comfortable', max_length=12),
        ),
        migrations.AddField(
            model_name='staff',
            name='theme',
            field=models.CharField(choices=[('auto', 'Auto'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=12),
        ),
        migrations.AlterField(
            model_name='role',
            name='authorities',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('orders.see', 'See work orders'), ('intake.take', 'Take calls and counter visits'), ('customers.see', 'See customers'), ('customers.change', 'Change customers'), ('interactions.see', 'See interactions'), ('flows.see', 'See flows'), ('organisation.see', 'See the organisation'), ('organisation.change', 'Change the organisation'), ('staff.see', 'See staff'), ('staff.change', 'Change staff and their posts'), ('codes.change', 'Change codes'), ('audit.see', 'Read the audit'), ('jobs.repair', 'Repair failed jobs')], max_length=40), blank=True, default=list, size=None),
        ),
    ]
