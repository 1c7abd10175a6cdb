from django.db import migrations

from jingming.privacy.migrating import sealing
from jingming.privacy.sealing import seal_number


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("workorders", "0007_sealed_phone"),
    ]

    operations = [
        sealing("workorders_workorder", "caller_phone", seal_number),
    ]
