from django.db import migrations

from jingming.base.initials import initials

BATCH = 2000


def fill(apps, editor):
    """Give the names that were written before their initials, some at a time."""
    rows = apps.get_model("customers", "Customer").objects.using(editor.connection.alias)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").only("pk", "name")[:BATCH]):
        for row in batch:
            row.initials = initials(row.name)
        rows.bulk_update(batch, ["initials"], batch_size=BATCH)
        last = batch[-1].pk


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("customers", "0002_initials"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
