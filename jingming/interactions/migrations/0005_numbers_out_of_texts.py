from django.db import migrations

from jingming.privacy.migrating import tokenising


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("interactions", "0004_texts_with_tokens"),
        ("privacy", "0002_numbers"),
    ]

    operations = [
        tokenising("interactions_interaction", texts=["party_name", "outcome"]),
    ]
