from functools import partial

from django.db import migrations

from jingming.privacy.migrating import sealing
from jingming.privacy.sealing import seal


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("loading", "0006_sealed_headings"),
    ]

    operations = [
        sealing("loading_run", column, partial(seal, purpose=f"loading.Run.{column}"))
        for column in ("sheet", "sheets", "heading")
    ]
