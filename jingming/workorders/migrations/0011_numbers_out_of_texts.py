from django.db import migrations

from jingming.privacy.migrating import tokenising


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("workorders", "0010_texts_with_tokens"),
        ("privacy", "0002_numbers"),
    ]

    operations = [
        tokenising("workorders_typeversion", texts=["reason"], only_grows=True),
        tokenising(
            "workorders_workorder",
            texts=["caller_name", "address", "description", "outcome"],
            facts=["form", "extra"],
        ),
        tokenising("workorders_history", texts=["text"], facts=["facts"], only_grows=True),
        tokenising("workorders_task", texts=["instruction", "handling", "receipt_person"]),
        tokenising("workorders_review", texts=["work", "remark"]),
        tokenising("workorders_callback", texts=["text"]),
        tokenising("workorders_workrecord", texts=["text"]),
    ]
