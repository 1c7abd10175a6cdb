from django.db import migrations

STAYS = """
CREATE FUNCTION jingming_a_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A code is never deleted: %.%', OLD.set, OLD.code;
    ELSIF (NEW.id, NEW.set, NEW.code) IS DISTINCT FROM (OLD.id, OLD.set, OLD.code) THEN
        RAISE EXCEPTION 'A code never changes: %.%', OLD.set, OLD.code;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_code_stays BEFORE UPDATE OR DELETE ON codes_code
    FOR EACH ROW EXECUTE FUNCTION jingming_a_code_stays();
"""
MAY_GO = "DROP TRIGGER a_code_stays ON codes_code; DROP FUNCTION jingming_a_code_stays();"


class Migration(migrations.Migration):
    """What old records stand under keeps its code, whoever writes."""

    dependencies = [
        ("codes", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(STAYS, MAY_GO),
    ]
