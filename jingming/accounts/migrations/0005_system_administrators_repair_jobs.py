from django.db import migrations

AUTHORITY = "jobs.repair"


def give(apps, editor):
    """System administrators of installations that are there already repair failed jobs as well."""
    for role in apps.get_model("accounts", "Role").objects.using(editor.connection.alias).filter(code="sysadmin"):
        if AUTHORITY not in role.authorities:
            role.authorities.append(AUTHORITY)
            role.save(update_fields=["authorities"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_fill_initials"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
