from functools import partial

from django.db import migrations

from jingming.privacy.migrating import sealing, tokenising
from jingming.privacy.sealing import seal


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("workspace", "0006_sealed_addresses_of_queues"),
        ("privacy", "0002_numbers"),
    ]

    operations = [
        sealing("workspace_savedview", "query", partial(seal, purpose="workspace.SavedView.query")),
        sealing("workspace_bulkact", "back", partial(seal, purpose="workspace.BulkAct.back")),
        tokenising("workspace_savedview", texts=["name"]),
    ]
