from django.db import migrations, models

REFUSE = """
    CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_block
        FOR EACH ROW EXECUTE FUNCTION jingming_refuse_change();
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_block
        FOR EACH STATEMENT EXECUTE FUNCTION jingming_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Block',
            fields=[
                ('number', models.BigIntegerField(help_text='1, 2, 3 …', primary_key=True, serialize=False)),
                ('after', models.BigIntegerField()),
                ('upto', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('sealed_at', models.DateTimeField()),
                ('lines', models.BinaryField(help_text='id, time and digest of each line, see rules.pack')),
                ('previous', models.CharField(blank=True, help_text='the seal of the block before', max_length=64)),
                ('seal', models.CharField(help_text='HMAC, see rules.seal; the key is not in the database', max_length=64)),
            ],
            options={
                'verbose_name': 'block of the audit',
            },
        ),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
    ]
