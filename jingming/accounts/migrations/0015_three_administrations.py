from django.db import migrations

APART = """
CREATE FUNCTION accounts_administrations_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    twice bigint;
BEGIN
    IF TG_TABLE_NAME = 'accounts_post' THEN
        -- Of two posts given at once the second waits here, and then sees the first; so does a role changed meanwhile.
        PERFORM 1 FROM accounts_staff WHERE id = (to_jsonb(NEW)->>'staff_id')::bigint FOR NO KEY UPDATE;
        PERFORM 1 FROM accounts_role WHERE id = (to_jsonb(NEW)->>'role_id')::bigint FOR SHARE;
    END IF;
    SELECT post.staff_id INTO twice
      FROM accounts_post post JOIN accounts_role role ON role.id = post.role_id
     WHERE CASE WHEN TG_TABLE_NAME = 'accounts_post' THEN post.staff_id = (to_jsonb(NEW)->>'staff_id')::bigint
                ELSE post.staff_id IN (SELECT staff_id FROM accounts_post
                                        WHERE role_id = (to_jsonb(NEW)->>'id')::bigint) END
     GROUP BY post.staff_id
    HAVING bool_or(role.authorities && '{organisation.change,codes.change,jobs.repair}'::varchar[])::int
         + bool_or(role.authorities && '{staff.change}'::varchar[])::int
         + bool_or(role.authorities && '{audit.see}'::varchar[])::int > 1
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'system, security and audit administration are not held by one person (staff %)', twice
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administrations_are_held_apart';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER administrations_apart AFTER INSERT OR UPDATE ON accounts_post
    FOR EACH ROW EXECUTE FUNCTION accounts_administrations_apart();
CREATE TRIGGER administrations_apart AFTER UPDATE OF authorities ON accounts_role
    FOR EACH ROW EXECUTE FUNCTION accounts_administrations_apart();
"""
BACK = """
DROP TRIGGER administrations_apart ON accounts_post;
DROP TRIGGER administrations_apart ON accounts_role;
DROP FUNCTION accounts_administrations_apart();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0014_roles_retired"),
    ]

    operations = [
        migrations.RunSQL(APART, BACK),
    ]
