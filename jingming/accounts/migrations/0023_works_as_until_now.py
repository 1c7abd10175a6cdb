from django.db import migrations

# Flows name roles by their codes, those made here among them: so each role goes on doing exactly what it did. Whether
# a role made here works as a shipped one decides whoever gives rights, on its page; an upgrade gives none.
AS_ITSELF = "UPDATE accounts_role SET works_as = code"


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0022_works_as"),
    ]

    operations = [
        migrations.RunSQL(AS_ITSELF, migrations.RunSQL.noop),
    ]
