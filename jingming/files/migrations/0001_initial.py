
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner_kind', models.CharField(help_text='app_label.Model of what it belongs to', max_length=60)),
                ('owner_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(help_text='as sniffed from the bytes, never as claimed', max_length=100)),
                ('size', models.BigIntegerField(help_text='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('store_key', models.CharField(max_length=64, unique=True)),
                ('purpose', models.CharField(help_text='code of the set `attachment_purpose`', max_length=40)),
                ('retention', models.CharField(help_text='code of the set `retention_class`', max_length=40)),
                ('scan', models.CharField(choices=[('unscanned', 'Not scanned'), ('clean', 'Clean'), ('infected', 'Infected')], default='unscanned', max_length=10)),
                ('by_id', models.BigIntegerField(null=True)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'attachment',
                'indexes': [models.Index(models.F('owner_kind'), models.F('owner_id'), models.F('at'), name='attachment_by_owner')],
            },
        ),
    ]
