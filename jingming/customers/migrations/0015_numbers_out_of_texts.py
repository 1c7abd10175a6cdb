from django.db import migrations

from jingming.base.initials import initials
from jingming.privacy.migrating import tokenising
from jingming.privacy.rules import without_numbers


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("customers", "0014_texts_with_tokens"),
        ("privacy", "0002_numbers"),
    ]

    operations = [
        tokenising(
            "customers_customer",
            texts=["name", "note"],
            facts=["extra"],
            beside={"initials": ("name", lambda name: initials(without_numbers(name)))},
        ),
        tokenising("customers_contactperson", texts=["name"]),
        tokenising("customers_phone", texts=["label"]),
        tokenising("customers_conductnote", texts=["text"]),
        tokenising("customers_purchase", texts=["item"]),
        tokenising("customers_note", texts=["text"]),
        tokenising("customers_change", texts=["why"], facts=["facts"], only_grows=True),
        tokenising("customers_merge", texts=["why"], facts=["facts"]),
        tokenising("customers_servicepoint", texts=["address"], facts=["extra"]),
    ]
