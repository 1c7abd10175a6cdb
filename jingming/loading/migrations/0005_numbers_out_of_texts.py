from django.db import migrations

from jingming.privacy.migrating import tokenising


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("loading", "0004_texts_with_tokens"),
        ("privacy", "0002_numbers"),
    ]

    operations = [
        tokenising(
            "loading_run",
            texts=["file_name", "sentence", "result_name"],
            facts=["notes", "details", "problems"],
        ),
    ]
