"""History and audit in the database itself: what the app may do, where rows of a month go, whose ids are given out."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, models
from django.db.utils import DatabaseError, ProgrammingError

from jingming.database import operations, partitions, sequences
from jingming.database.roles import UnfitRole, ensure_app_role, grant_app_rights
from jingming.database.tests.workbench import OwnDatabase
from jingming.database.upgrade import upgrade

Entry = apps.get_model("audit", "Entry")  # a slice above us; any partitioned table would do
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
LINE = "INSERT INTO audit_entry (at, key, target_kind, target_id, by_name, facts) VALUES (%s, 'k', 'a.B', 1, '', '{}')"


def run(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as line:
        cursor = line.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def where(database: OwnDatabase) -> list[tuple[object, ...]]:
    asked = "SELECT tableoid::regclass::text, count(*) FROM audit_entry WHERE key = 'k' GROUP BY 1 ORDER BY 1"
    return run(database.owner_url, asked)


def entry() -> Any:  # the upper slice's model
    return Entry.objects.create(at=NOON, key="k", target_kind="a.B", target_id=1)


def test_the_app_adds_to_history_and_can_neither_change_nor_remove_it(own_database: OwnDatabase) -> None:
    run(own_database.app_url, LINE, NOON)
    partitions.ensure_months(Entry, date(2024, 2, 1), date(2024, 2, 1))
    before = where(own_database)
    assert before == [("audit_entry_2024_02", 1)]

    for table in ("audit_entry", "audit_entry_2024_02", "audit_entry_default"):
        for act in ("UPDATE {} SET key = 'other'", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(own_database.app_url, act.format(table))
    for act in ("SELECT * FROM audit_entry_2024_02", "INSERT INTO audit_entry_default SELECT * FROM audit_entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(own_database.app_url, act)
    for act in ("ALTER TABLE audit_entry DISABLE TRIGGER ALL", "SELECT jingming_prepare_months('audit_entry', false)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(own_database.app_url, act)
    assert where(own_database) == before


def test_even_the_owner_is_refused_and_told_what_to_do(own_database: OwnDatabase) -> None:
    run(own_database.app_url, LINE, NOON)
    partitions.ensure_months(Entry, date(2024, 2, 1), date(2024, 2, 1))
    for act in (
        "UPDATE audit_entry SET key = 'other'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry_2024_02",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry_2024_02",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            run(own_database.owner_url, act)
    assert where(own_database) == [("audit_entry_2024_02", 1)]


def test_what_is_never_deleted_can_be_changed_but_not_removed(own_database: OwnDatabase) -> None:
    asked = (
        "SELECT word FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) word"
        " WHERE has_table_privilege(%s, word)"
    )
    rights = {
        table: [right for (right,) in run(own_database.app_url, asked, table)]
        for table in ("codes_code", "audit_entry", "django_migrations", "django_session", "procrastinate_jobs")
    }
    assert rights == {
        "codes_code": ["SELECT", "INSERT", "UPDATE"],
        "audit_entry": ["SELECT", "INSERT"],
        "django_migrations": ["SELECT"],
        "django_session": ["SELECT", "INSERT", "UPDATE", "DELETE"],
        "procrastinate_jobs": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    }


def test_rows_without_a_month_wait_and_move_when_it_is_made(own_database: OwnDatabase) -> None:
    for at in (NOON, NOON.replace(day=1, hour=0), NOON.replace(month=3, day=1, hour=0)):
        run(own_database.app_url, LINE, at)
    assert where(own_database) == [("audit_entry_default", 3)]

    assert partitions.ensure_months("audit_entry", date(2024, 2, 10), date(2024, 2, 20)) == 1
    assert partitions.ensure_months("audit_entry", date(2024, 2, 10), date(2024, 2, 20)) == 0

    assert where(own_database) == [("audit_entry_2024_02", 2), ("audit_entry_default", 1)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        run(own_database.owner_url, "DELETE FROM audit_entry_default")


def test_months_made_by_many_at_once_while_others_write_are_made_once_and_lose_nothing(
    own_database: OwnDatabase,
) -> None:
    begin = threading.Barrier(8)
    made: list[object] = []

    def make() -> None:
        begin.wait()
        months = "SELECT jingming_ensure_months('audit_entry', '2020-01-01', '2021-12-31')"
        made.append(run(own_database.app_url, months)[0][0])

    def write() -> None:
        begin.wait()
        with psycopg.connect(own_database.app_url, autocommit=True) as line:
            for number in range(100):
                line.execute(LINE, [datetime(2020 + number % 2, number % 12 + 1, 15, tzinfo=UTC)])

    threads = [threading.Thread(target=work) for work in [make, write] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, made)) == ["0", "0", "0", "24"]
    partitions.ensure_months(Entry, date(2020, 1, 1), date(2021, 12, 31))
    assert sum(int(str(count)) for _, count in where(own_database)) == 400
    assert "audit_entry_default" not in dict(where(own_database))


@pytest.mark.parametrize(
    ("table", "first", "last"),
    [("django_session", "2024-01-01", "2024-01-01"), ("audit_entry", "2024-02-01", "2024-01-01"),
     ("audit_entry", "1924-01-01", "2024-01-01"), ("audit_entry", "2024-01-01", "3024-01-01")],
)  # fmt: skip
def test_months_that_cannot_be_meant_are_refused(db: None, table: str, first: str, last: str) -> None:
    with pytest.raises(DatabaseError):
        partitions.ensure_months(table, date.fromisoformat(first), date.fromisoformat(last))


def test_the_next_three_months_are_there_over_the_turn_of_the_year(own_database: OwnDatabase) -> None:
    partitions.keep_ahead(datetime(2019, 11, 30, 23, tzinfo=UTC))
    months = ["audit_entry_2019_11", "audit_entry_2019_12", "audit_entry_2020_02", "audit_entry_2020_03"]
    there = [run(own_database.owner_url, "SELECT to_regclass(%s) IS NOT NULL", month)[0][0] for month in months]
    assert there == [True, True, True, False]


def test_a_row_that_is_read_back_by_django_has_its_id_and_month(own_database: OwnDatabase) -> None:
    line = entry()
    line.refresh_from_db()
    assert line.pk == (line.id, NOON)
    assert Entry.objects.get(pk=line.pk).key == "k"


def test_ids_carry_the_province_and_a_further_upgrade_takes_no_step_back(own_database: OwnDatabase) -> None:
    first = entry().id
    assert first // sequences.SHARE == settings.PROVINCE
    for sequence in sequences.id_sequences(connections["owner"]):
        assert sequence.least == settings.PROVINCE * sequences.SHARE + 1, sequence

    assert sequences.carry_province(connections["owner"], settings.PROVINCE) == []
    upgrade(at=NOON, verbosity=0)

    assert entry().id == first + 1


def test_a_database_that_gives_out_the_ids_of_one_province_refuses_another(own_database: OwnDatabase) -> None:
    first = entry().id
    with pytest.raises(sequences.OtherProvince, match="JINGMING_PROVINCE is 35"):
        sequences.carry_province(connections["owner"], 35)
    assert entry().id == first + 1


def test_ids_for_copy_are_fresh_and_rise(db: None) -> None:
    ids = sequences.reserve_ids(connection, "audit_entry_id_seq", 1000)
    assert len(set(ids)) == 1000
    assert list(ids) == sorted(ids)
    assert entry().id > ids[-1]


def test_rights_are_the_same_after_they_are_granted_again(own_database: OwnDatabase) -> None:
    acl = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    grant_app_rights(connections["owner"])
    before = run(own_database.owner_url, acl)
    grant_app_rights(connections["owner"])
    assert run(own_database.owner_url, acl) == before


def test_tests_run_as_the_app(db: None) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("CREATE TABLE mine (id int)")


def test_the_operation_is_written_to_a_migration_as_it_was_read() -> None:
    fields = [("id", models.BigIntegerField()), ("at", models.DateTimeField())]
    operation = operations.CreatePartitioned(name="Line", fields=fields, by="at", append_only=False)
    name, args, kwargs = operation.deconstruct()
    assert name == "CreatePartitioned"
    again = operations.CreatePartitioned(*args, **kwargs)
    assert (again.name, again.by, again.append_only, again.fields) == ("Line", "at", False, fields)


def test_an_app_that_could_do_what_the_owner_does_is_refused(own_database: OwnDatabase) -> None:
    role = connections["default"].settings_dict["APP_ROLE"]
    owner = connections["owner"]
    meant = connections["default"].settings_dict
    with owner.cursor() as cursor:
        cursor.execute("SELECT current_user")
        meant["APP_ROLE"] = cursor.fetchone()[0]
    with pytest.raises(UnfitRole, match="would not be safe"):
        ensure_app_role(owner)
    meant["APP_ROLE"] = role
    ensure_app_role(owner)


def test_what_another_thread_commits_is_seen_and_served(live_site: str, own_database: OwnDatabase) -> None:
    entry()
    assert urlopen(f"{live_site}/healthz").status == 200
    assert where(own_database) == [("audit_entry_default", 1)]
