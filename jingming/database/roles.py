"""What the app's role may do: everything in the slices' tables except what must never happen.

Models say so themselves: `append_only = True` leaves reading and adding, `never_deleted = True` all but deleting.
Nobody truncates, partitions are reached through their parent alone, the list of migrations is only read.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from psycopg import sql

from jingming.base.environment import BadConfiguration
from jingming.database.address import OWNER

ADDING = ("SELECT", "INSERT")
KEEPING = ("SELECT", "INSERT", "UPDATE")
ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
READING = ("SELECT",)
READ_ONLY = {"django_migrations"}
PREPARE = "jingming_prepare_months"  # a function for migrations alone


class UnfitRole(BadConfiguration):
    """The app's role cannot be had, or could do what it must not; the message says how to mend that."""


def app_role() -> str:
    """Name of the role under which everything but migrations runs."""
    return str(connections["default"].settings_dict["APP_ROLE"])


def ensure_app_role(connection: BaseDatabaseWrapper) -> None:
    """Make the app's role where it is missing and the connected login may; check that it is fit.

    Raises UnfitRole if it cannot be had, or if it is (a member of) the owner or a superuser: then neither history nor
    audit would be safe from it.
    """
    name, role = app_role(), sql.Identifier(app_role())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jingming roles'))")
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [name]
        )
        found = cursor.fetchone()
        if found and found[0]:
            raise UnfitRole(
                f"The role {name} is a superuser or has the owner's rights, so history and audit would not be safe "
                "from it. Give JINGMING_DATABASE_URL an ordinary role of its own."
            )
        try:
            if not found:
                _run(cursor, sql.SQL("CREATE ROLE {}").format(role))
            if _logs_in_as_owner() and not _is_member(cursor, name):
                _run(cursor, sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        except ProgrammingError as error:
            raise UnfitRole(
                f"The login of JINGMING_DATABASE_URL may not make or take the role {name}. As an administrator: "
                f"CREATE ROLE {name} (if it is not there); GRANT {name} TO that login."
            ) from error


def _logs_in_as_owner() -> bool:
    return bool(connections["default"].settings_dict["USER"] == connections[OWNER].settings_dict["USER"] != "")


def _is_member(cursor: CursorWrapper, role: str) -> bool:
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
    return bool(cursor.fetchone()[0])


def grant_app_rights(connection: BaseDatabaseWrapper) -> None:
    """Give the app's role exactly its rights, in one transaction; run as the owner after every migration."""
    role = sql.Identifier(app_role())
    schema = sql.Identifier("public")
    append_only, never_deleted = _tables_that_say("append_only"), _tables_that_say("never_deleted")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jingming roles'))")
        for kind in ("TABLES", "SEQUENCES"):
            revoke = f"REVOKE ALL ON ALL {kind} IN SCHEMA {{}} FROM PUBLIC, {{}}"
            _run(cursor, sql.SQL(revoke).format(schema, role))
        _run(cursor, sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
        for rights, tables in _rights(cursor, append_only, never_deleted).items():
            statement = sql.SQL("GRANT {} ON {} TO {}").format(
                sql.SQL(", ".join(rights)), sql.SQL(", ").join(map(sql.Identifier, tables)), role
            )
            _run(cursor, statement)
        # Not UPDATE: nextval suffices, and setval could give an id out twice.
        _run(cursor, sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, role))
        _run(cursor, sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}").format(schema, role))
        _run(cursor, sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM {}").format(sql.Identifier(PREPARE), role))


def _rights(cursor: CursorWrapper, append_only: set[str], never_deleted: set[str]) -> dict[tuple[str, ...], list[str]]:
    """Tables of the schema by the rights the app gets in them; partitions are in none."""
    cursor.execute(
        "SELECT relname, relkind IN ('v', 'm') FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition ORDER BY relname"
    )
    rights: dict[tuple[str, ...], list[str]] = {}
    for table, is_view in cursor.fetchall():
        allowed: tuple[str, ...] = KEEPING if table in never_deleted else ALL
        if is_view or table in READ_ONLY:
            allowed = READING
        elif table in append_only:
            allowed = ADDING
        rights.setdefault(allowed, []).append(table)
    return rights


def _tables_that_say(word: str) -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if getattr(model, word, False)}


def _run(cursor: CursorWrapper, statement: sql.Composable) -> None:
    cursor.execute(statement.as_string(cursor.connection))
