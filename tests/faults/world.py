"""Everything that the heart keeps, read as plain rows: two looks can be compared, and one look can be judged.

What must be true of it stands in `tests.faults.invariants`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Model
from procrastinate.contrib.django.models import ProcrastinateJob

from jingming.accounts.models import GivenAnswer
from jingming.audit.models import Entry
from jingming.files.models import Attachment
from jingming.interactions.models import Interaction
from jingming.workorders.models import (
    Callback,
    History,
    NumberCounter,
    OrderLink,
    Participation,
    Review,
    Task,
    WorkOrder,
    WorkRecord,
)

Row = dict[str, Any]
Rows = dict[int, Row]


@dataclass(frozen=True)
class World:
    """The rows of each table by id."""

    orders: Rows
    history: Rows
    interactions: Rows
    tasks: Rows
    reviews: Rows
    callbacks: Rows
    participations: Rows
    links: Rows
    work: Rows
    attachments: Rows
    counters: Rows
    answers: Rows
    audit: Rows
    jobs: Rows

    def of(self, table: str, order_id: int) -> list[Row]:
        """The rows of a table that belong to one order, oldest first."""
        return [row for row in getattr(self, table).values() if row["order_id"] == order_id]

    def audit_of(self, order_id: int) -> list[str]:
        """The audit keys of what was done to one order, oldest first; not who looked at it."""
        return [
            r["key"]
            for r in self.audit.values()
            if (r["target_kind"], r["target_id"]) == ("workorders.WorkOrder", order_id)
            and not r["key"].startswith("looks.")
        ]

    def jobs_of(self, order_id: int) -> list[str]:
        """What was published about one order, oldest first."""
        told = [row["args"] for row in self.jobs.values() if row["args"].get("facts", {}).get("order_id") == order_id]
        return [args["facts"].get("act", args["event"]) for args in told]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: len(rows) for name, rows in self._tables()}

    def differences(self, other: World) -> list[str]:
        """Where two looks differ, in words."""
        told = []
        for (name, mine), (_name, theirs) in zip(self._tables(), other._tables(), strict=True):
            told += [f"{name} {pk} has come" for pk in theirs.keys() - mine.keys()]
            told += [f"{name} {pk} has gone" for pk in mine.keys() - theirs.keys()]
            for pk in mine.keys() & theirs.keys():
                told += [
                    f"{name} {pk}: {key} was {mine[pk][key]!r} and is {theirs[pk][key]!r}"
                    for key in mine[pk]
                    if mine[pk][key] != theirs[pk][key]
                ]
        return told

    def _tables(self) -> Iterator[tuple[str, Rows]]:
        return ((field.name, getattr(self, field.name)) for field in fields(self))


def look() -> World:
    """The heart as it is now."""
    return World(
        orders=_rows(WorkOrder),
        history=_rows(History),
        interactions=_rows(Interaction),
        tasks=_rows(Task),
        reviews=_rows(Review),
        callbacks=_rows(Callback),
        participations=_rows(Participation),
        links=_rows(OrderLink),
        work=_rows(WorkRecord),
        attachments=_rows(Attachment),
        counters=_rows(NumberCounter),
        answers=_rows(GivenAnswer),
        audit=_rows(Entry),
        jobs={row["id"]: row for row in ProcrastinateJob.objects.order_by("id").values("id", "task_name", "args")},
    )


def _rows(model: type[Model]) -> Rows:
    names = [field.attname for field in model._meta.local_fields if field.column]
    return {row["id"]: row for row in model._default_manager.order_by("id").values(*names)}
