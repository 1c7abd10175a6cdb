
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('set', models.CharField(help_text='which list, for example repair_kind', max_length=30)),
                ('code', models.CharField(max_length=40)),
                ('label', models.JSONField(help_text='{zh, en}')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='last day on which it may be chosen', null=True)),
                ('extra', models.JSONField(blank=True, default=dict)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='codes.code')),
            ],
            options={
                'verbose_name': 'code',
                'ordering': ['set', 'position', 'code'],
                'constraints': [models.UniqueConstraint(models.F('set'), models.F('code'), name='a_code_stands_once_in_its_set'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='a_code_begins_before_it_ends')],
            },
        ),
    ]
