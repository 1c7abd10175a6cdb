from django.db import migrations

AUTHORITY = "orders.export"
ROLES = ["dispatcher", "head", "inspector", "supervisor", "manager"]


def give(apps, editor):
    """Whoever supervises or manages in installations that are there already exports work orders as well."""
    for role in apps.get_model("accounts", "Role").objects.using(editor.connection.alias).filter(code__in=ROLES):
        if AUTHORITY not in role.authorities:
            role.authorities.append(AUTHORITY)
            role.save(update_fields=["authorities"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0020_texts_with_tokens"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
