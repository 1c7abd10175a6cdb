from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "0002_erasing.sql"
AS_BEFORE = """
DROP FUNCTION jingming_erase_lines(bigint);
DROP FUNCTION jingming_erased(jsonb, text[]);
CREATE OR REPLACE FUNCTION jingming_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Write a further line that sets the earlier one right.';
END
$$;
"""


class Migration(migrations.Migration):
    """What only grows can be emptied of words about an erased person, and of nothing else."""

    dependencies = [
        ("persons", "0001_initial"),
        ("database", "0003_tokens"),
        ("customers", "0010_search_by_fragments"),
        ("workorders", "0009_drafts_of_types"),
    ]
    operations = [migrations.RunSQL([(SQL.read_text(), None)], AS_BEFORE)]
