"""Counts of requests; not logged, because they are of the moment only."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_delegation'),
    ]

    operations = [
        migrations.CreateModel(
            name='RequestCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='keyed digest of a person or an address', max_length=64)),
                ('pace', models.CharField(help_text='what the requests are counted as', max_length=10)),
                ('since', models.BigIntegerField(help_text='seconds since 1970')),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'count of requests',
                'constraints': [models.UniqueConstraint(models.F('key'), models.F('pace'), name='requests_are_counted_in_one_place')],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_requestcount SET UNLOGGED", "ALTER TABLE accounts_requestcount SET LOGGED"
        ),
    ]
