from functools import partial

from django.db import migrations

from jingming.privacy.migrating import sealing
from jingming.privacy.sealing import seal


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0012_sealed_answers"),
    ]

    operations = [
        sealing("accounts_givenanswer", "body", partial(seal, purpose="accounts.GivenAnswer.body")),
    ]
