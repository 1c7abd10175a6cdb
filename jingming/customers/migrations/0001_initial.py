
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jingming.database import operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('database', '0001_months'),
        ('organisation', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('person', 'Person'), ('enterprise', 'Enterprise')], default='person', max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('number', models.CharField(blank=True, help_text="the enterprise's own customer number", max_length=30)),
                ('quick', models.BooleanField(default=False, help_text='made during a call, still to be completed')),
                ('note', models.TextField(blank=True)),
                ('extra', models.JSONField(blank=True, default=dict)),
                ('occurred_at', models.DateTimeField(help_text='customer since')),
                ('recorded_at', models.DateTimeField()),
                ('imported', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('city', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('province', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'customer',
            },
        ),
        migrations.CreateModel(
            name='ContactPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('duty', models.CharField(blank=True, help_text='code of the set `contact_duty`', max_length=60)),
                ('active', models.BooleanField(default=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='customers.customer')),
            ],
            options={
                'verbose_name': 'contact person',
            },
        ),
        migrations.CreateModel(
            name='ConductNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('good', models.BooleanField()),
                ('text', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conduct', to='customers.customer')),
            ],
            options={
                'verbose_name': 'conduct note',
            },
        ),
        migrations.CreateModel(
            name='Phone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(db_index=True, max_length=20)),
                ('label', models.CharField(blank=True, max_length=30)),
                ('active', models.BooleanField(default=True)),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='customers.contactperson')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='customers.customer')),
            ],
            options={
                'verbose_name': 'phone',
            },
        ),
        migrations.CreateModel(
            name='ServicePoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_number', models.CharField(max_length=30)),
                ('address', models.CharField(max_length=200)),
                ('device_number', models.CharField(blank=True, db_index=True, help_text='meter or set-top box', max_length=40)),
                ('network_element', models.CharField(blank=True, help_text='feeder, pressure station, optical node', max_length=60)),
                ('active', models.BooleanField(default=True)),
                ('extra', models.JSONField(blank=True, default=dict)),
                ('occurred_at', models.DateTimeField(help_text='served since')),
                ('recorded_at', models.DateTimeField()),
                ('imported', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='service_points', to='organisation.servicearea')),
                ('city', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_points', to='customers.customer')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('province', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'service point',
            },
        ),
        operations.CreatePartitioned(
            name='Change',
            by='occurred_at',
            fields=[
                ('pk', models.CompositePrimaryKey('id', 'occurred_at', blank=True, editable=False, primary_key=True, serialize=False)),
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('customers_change_id_seq'), function='nextval'), editable=False)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('customer_id', models.BigIntegerField()),
                ('act', models.CharField(max_length=30)),
                ('by_id', models.BigIntegerField(null=True)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('facts', models.JSONField(default=dict, help_text='{field: [before, after]}')),
                ('city', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('province', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
            ],
            options={
                'verbose_name': 'change of an archive',
                'indexes': [models.Index(models.F('customer_id'), models.F('occurred_at'), name='change_by_customer')],
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('district'), models.F('occurred_at'), models.F('id'), name='customer_by_district'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('city'), models.F('occurred_at'), models.F('id'), name='customer_by_city'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('occurred_at'), models.F('id'), name='customer_by_time'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['name'], name='customer_by_name', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(models.F('number'), condition=models.Q(('number', ''), _negated=True), name='a_customer_number_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_customer_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.UniqueConstraint(models.F('customer'), models.F('number'), name='a_customer_has_a_number_once'),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.CheckConstraint(condition=models.Q(('number__regex', '^\\+?[0-9]{3,19}$')), name='a_phone_number_is_digits'),
        ),
        migrations.AddIndex(
            model_name='servicepoint',
            index=models.Index(models.F('province'), models.F('city'), models.F('district'), models.F('account_number'), name='service_point_by_place'),
        ),
        migrations.AddIndex(
            model_name='servicepoint',
            index=models.Index(fields=['account_number'], name='service_point_by_account', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='servicepoint',
            constraint=models.UniqueConstraint(models.F('account_number'), name='an_account_number_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='servicepoint',
            constraint=models.CheckConstraint(condition=models.Q(('account_number', ''), _negated=True), name='a_service_point_has_an_account_number'),
        ),
    ]
