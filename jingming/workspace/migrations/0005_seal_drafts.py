from functools import partial

from django.db import migrations

from jingming.privacy.migrating import sealing
from jingming.privacy.sealing import seal


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("workspace", "0004_sealed_drafts"),
    ]

    operations = [
        sealing("workspace_draft", "content", partial(seal, purpose="workspace.Draft.content")),
    ]
