from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "0001_months.sql"


class Migration(migrations.Migration):
    """The functions that make monthly partitions and keep history from being changed."""

    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            [(SQL.read_text(), None)],
            "DROP FUNCTION jingming_ensure_months(regclass, date, date);"
            "DROP FUNCTION jingming_prepare_months(regclass, boolean);"
            "DROP FUNCTION jingming_month_key(regclass);"
            "DROP FUNCTION jingming_refuse_change();",
        )
    ]
