from django.db import migrations, models

from jingming.database import operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('database', '0001_months'),
    ]

    operations = [
        operations.CreatePartitioned(
            name='Entry',
            by='at',
            fields=[
                ('pk', models.CompositePrimaryKey('id', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('audit_entry_id_seq'), function='nextval'), editable=False)),
                ('at', models.DateTimeField()),
                ('key', models.CharField(help_text='slice.verb, for example workorders.closed', max_length=60)),
                ('target_kind', models.CharField(help_text='app_label.Model of the record', max_length=60)),
                ('target_id', models.BigIntegerField()),
                ('by_id', models.BigIntegerField(help_text='the person; null for the system itself', null=True)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('facts', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'audit entry',
                'indexes': [models.Index(models.F('target_kind'), models.F('target_id'), models.F('at'), name='audit_by_target')],
            },
        ),
    ]
