
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('label', models.JSONField(help_text='{zh, en}')),
                ('authorities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('orders.see', 'See work orders'), ('intake.take', 'Take calls and counter visits'), ('customers.see', 'See customers'), ('customers.change', 'Change customers'), ('interactions.see', 'See interactions'), ('flows.see', 'See flows'), ('organisation.see', 'See the organisation'), ('organisation.change', 'Change the organisation'), ('staff.see', 'See staff'), ('staff.change', 'Change staff and their posts'), ('codes.change', 'Change codes'), ('audit.see', 'Read the audit')], max_length=40), blank=True, default=list, size=None)),
            ],
            options={
                'verbose_name': 'role',
            },
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=60, unique=True)),
                ('employee_number', models.CharField(help_text='told to callers: 工号', max_length=20, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('sign_in_generation', models.PositiveIntegerField(default=0, help_text='raised to end every session of the person')),
                ('created_at', models.DateTimeField()),
                ('department', models.ForeignKey(help_text='home department', on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='organisation.department')),
                ('manager', models.ForeignKey(blank=True, help_text='approval manager 审批经理', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='engineers', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'member of staff',
                'verbose_name_plural': 'staff',
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(help_text='sha256 of the token, hexadecimal', max_length=64, unique=True)),
                ('label', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
            },
        ),
        migrations.CreateModel(
            name='GivenAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=128)),
                ('digest', models.CharField(help_text='sha256 of method, path and body, hexadecimal', max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('body', models.TextField(help_text='JSON, character for character as it was sent')),
                ('at', models.DateTimeField(db_index=True)),
                ('staff', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'given answer',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('own', 'Own rows'), ('department', 'Own department'), ('subtree', 'Own unit and all below'), ('all', 'Everything')], max_length=10)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='organisation.department')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, help_text="top of the subtree; the department's unit if empty", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='accounts.role')),
            ],
            options={
                'verbose_name': 'post',
            },
        ),
        migrations.AddConstraint(
            model_name='staff',
            constraint=models.CheckConstraint(condition=models.Q(('manager', models.F('id')), _negated=True), name='nobody_is_their_own_manager'),
        ),
        migrations.AddConstraint(
            model_name='givenanswer',
            constraint=models.UniqueConstraint(models.F('staff'), models.F('key'), name='a_key_is_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(models.F('staff'), models.F('role'), models.F('department'), name='a_post_is_held_once'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['own', 'department', 'subtree', 'all'])), name='post_reaches_a_known_scope'),
        ),
    ]
