
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('hq', 'Headquarters'), ('province', 'Province'), ('city', 'City'), ('district', 'District')], max_length=8)),
                ('code', models.CharField(help_text='administrative division, for example 340702', max_length=12, unique=True)),
                ('label', models.JSONField(help_text='{zh, en}')),
                ('number_code', models.CharField(blank=True, help_text='dialling code in order numbers, for example 0562', max_length=6)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=40)),
                ('active', models.BooleanField(default=True)),
                ('city', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.unit')),
                ('province', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'unit',
            },
        ),
        migrations.CreateModel(
            name='ServiceArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('label', models.JSONField(help_text='{zh, en}')),
                ('path', models.CharField(help_text='codes from the root, each followed by a slash', max_length=200, unique=True)),
                ('active', models.BooleanField(default=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.servicearea')),
                ('city', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('province', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'service area',
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('call_centre', 'Call centre'), ('operations', 'Operations'), ('maintenance', 'Maintenance'), ('business', 'Business'), ('supervision', 'Supervision'), ('inspection', 'Inspection'), ('dispatch_authority', 'Dispatch authority'), ('marketing', 'Marketing'), ('management', 'Management'), ('evaluation', 'Third-party evaluation')], max_length=20)),
                ('code', models.CharField(max_length=30, unique=True)),
                ('label', models.JSONField(help_text='{zh, en}')),
                ('active', models.BooleanField(default=True)),
                ('city', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('province', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'department',
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['hq', 'province', 'city', 'district'])), name='unit_stands_on_a_known_level'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'hq'), ('parent__isnull', True)), models.Q(models.Q(('level', 'hq'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='only_headquarters_has_no_parent'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='unit_is_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='servicearea',
            constraint=models.CheckConstraint(condition=models.Q(('path__endswith', django.db.models.functions.text.Concat('code', models.Value('/')))), name='area_path_ends_with_its_code'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['call_centre', 'operations', 'maintenance', 'business', 'supervision', 'inspection', 'dispatch_authority', 'marketing', 'management', 'evaluation'])), name='department_is_of_a_known_kind'),
        ),
    ]
