from django.db import migrations

AUTHORITY = "data.load"
ROLES = ["dispatcher", "account_manager", "sysadmin", "secadmin"]


def give(apps, editor):
    """Whoever keeps master data in installations that are there already loads it from files as well."""
    for role in apps.get_model("accounts", "Role").objects.using(editor.connection.alias).filter(code__in=ROLES):
        if AUTHORITY not in role.authorities:
            role.authorities.append(AUTHORITY)
            role.save(update_fields=["authorities"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_system_administrators_repair_jobs"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
