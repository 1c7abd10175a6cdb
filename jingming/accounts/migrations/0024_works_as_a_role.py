from django.db import migrations

KNOWN = """
CREATE FUNCTION accounts_works_as_a_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.works_as NOT IN ('', NEW.code)
       AND NOT EXISTS (SELECT 1 FROM accounts_role WHERE code = NEW.works_as AND works_as = code) THEN
        RAISE EXCEPTION 'role % cannot work as "%": no role of that code works as itself', NEW.code, NEW.works_as
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_role_works_as_one_that_works_as_itself';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER works_as_a_role AFTER INSERT OR UPDATE OF works_as ON accounts_role
    FOR EACH ROW EXECUTE FUNCTION accounts_works_as_a_role();
"""
BACK = """
DROP TRIGGER works_as_a_role ON accounts_role;
DROP FUNCTION accounts_works_as_a_role();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0023_works_as_until_now"),
    ]

    operations = [
        migrations.RunSQL(KNOWN, BACK),
    ]
