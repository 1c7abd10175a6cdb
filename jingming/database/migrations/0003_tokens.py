from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "0003_tokens.sql"


class Migration(migrations.Migration):
    """What indexes of fragments hold."""

    dependencies = [
        ("database", "0002_failed_jobs"),
    ]

    operations = [
        migrations.RunSQL(
            [(SQL.read_text(), None)],
            "DROP FUNCTION jingming_initials_at(text[], bigint, bigint, bigint);"
            "DROP FUNCTION jingming_tokens_at(text, bigint, bigint, bigint);DROP FUNCTION jingming_tokens(text);"
            "DROP FUNCTION jingming_common_elements(text, text, real);",
        )
    ]
