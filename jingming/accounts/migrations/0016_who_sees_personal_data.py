from django.db import migrations

WHOLE = ["privacy.numbers", "privacy.names", "privacy.addresses"]
MASKED = ["privacy.reveal"]
SERVE = ("agent", "dispatcher", "head", "engineer", "callback", "account_manager")
LOOK_ON = ("inspector", "supervisor", "approval_manager", "authority", "manager")
ANSWER = {"supervisor": "privacy.requests", "manager": "privacy.requests", "secadmin": "retention.set"}
SHOWS_CUSTOMERS = {"orders.see", "customers.see", "interactions.see"}
COPY_OF = """
SELECT DISTINCT ON (target_id) target_id, facts->>'copy_of' FROM audit_entry
 WHERE key = 'accounts.role_made' AND facts->>'copy_of' <> '' ORDER BY target_id, at DESC
"""


def give(apps, editor):
    """What stood open to all who see customers stays so for those who serve them. Roles made here are treated as the
    shipped role that they are copies of; others by whether they take contacts or keep archives."""
    alias = editor.connection.alias
    with editor.connection.cursor() as cursor:
        cursor.execute(COPY_OF)
        copy_of = dict(cursor.fetchall())
    roles = list(apps.get_model("accounts", "Role").objects.using(alias).all())
    codes = {role.code for role in roles}
    for role in roles:
        due = [*_due(role, copy_of, codes, roles), *([ANSWER[role.code]] if role.code in ANSWER else [])]
        role.authorities += [one for one in due if one not in role.authorities]
        role.save(update_fields=["authorities"])


def _due(role, copy_of, codes, roles):
    origin, seen = role, set()
    while origin.code not in (*SERVE, *LOOK_ON) and origin.pk not in seen and copy_of.get(origin.pk) in codes:
        seen.add(origin.pk)
        origin = next(one for one in roles if one.code == copy_of[origin.pk])
    if origin.code in SERVE:
        return WHOLE
    held = set(role.authorities)
    if origin.code not in LOOK_ON and held & {"intake.take", "customers.change"}:
        return WHOLE
    return MASKED if held & SHOWS_CUSTOMERS else []


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0015_three_administrations"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
