from django.db import migrations

from jingming.privacy.migrating import sealing
from jingming.privacy.sealing import seal_number


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("interactions", "0002_sealed_phone"),
    ]

    operations = [
        sealing("interactions_interaction", "party_phone", seal_number),
    ]
