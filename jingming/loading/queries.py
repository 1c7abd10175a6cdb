"""Reads for the pages of runs: the last ones, whether the worker still has one, how a heading was matched before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from jingming.accounts.models import Staff
from jingming.customers.queries import shown
from jingming.customers.rules import FIELDS
from jingming.organisation.queries import units

from .models import Matching, Run
from .sheets import matching
from .sheets.kinds import KINDS, Kind

LATEST = 30
# Our column → the name under which histories tell of it, where that is another one.
OF_COLUMN = {"device": "device_number", "customer_number": "customer"}


def lock_of(run_id: int) -> str:
    """The name of the lock that a worker holds as long as it is at work on the run."""
    return f"jingming run {run_id}"


def is_cut_off(run: Run) -> bool:
    """Whether a worker had taken the run up and is gone: its lock went with it, and with it all that it had written."""
    if not run.busy or run.taken_at is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)",
            [lock_of(run.pk)],
        )
        return cursor.fetchone() is None


def matched_before(person: Staff, kind: Kind, heading: Sequence[str]) -> matching.Matched:
    """How the columns of this heading are matched: as the person did before, else a colleague of the department, else
    by their names."""
    before = Matching.objects.filter(kind=kind.code, heading=matching.digest(heading))
    mine = before.filter(by=person).first()
    near = mine or before.filter(department_id=person.department_id).order_by("-at").first()
    known = {column.key for column in kind.columns}
    if near is None:
        return matching.propose(kind, heading)
    return {key: place for key, place in near.mapping.items() if key in known and place < len(heading)}


def place_choices() -> list[tuple[str, str]]:
    """(code, name) of all places, for the filter of an export."""
    return [(unit.code, str(unit)) for unit in sorted(units().values(), key=lambda unit: unit.code)]


def kind_of(run: Run) -> Kind:
    """The kind that a run is of."""
    return KINDS[run.kind]


def facts_in_words(kind: Kind, facts: Mapping[str, Sequence[object]]) -> list[tuple[str, str, str]]:
    """(label, before, after) of what changes about a row, in the reader's words and in the order of the columns."""
    order = [OF_COLUMN.get(column.key, column.key) for column in kind.columns]
    labels = {OF_COLUMN.get(column.key, column.key): str(column.label) for column in kind.columns}
    told = []
    for name in sorted(facts, key=lambda name: order.index(name) if name in order else len(order)):
        before, after = facts[name]
        label = labels.get(name) or str(FIELDS.get(name, name))
        told.append((label, "" if before in ("", None, []) else shown(name, before), shown(name, after)))
    return told
