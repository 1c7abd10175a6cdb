"""The event log of another organisation through the bulk door. The limit is COPY of the same rows into tables of the
same shape, with their indexes and constraints, in the same run."""

from __future__ import annotations

import csv
import gzip
import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import installation
from .figures import note, tell

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared/data/incident_events.csv.gz"
MAPPING = ROOT / "jingming/loading/mappings/incident_events.toml"
# The tables that an import writes, and which of their rows it wrote.
IMPORTED = {
    "interactions_interaction": "WHERE imported",
    "workorders_workorder": "WHERE imported",
    "workorders_participation": "JOIN workorders_workorder o ON o.id = t.order_id WHERE o.imported",
    "workorders_history": "WHERE imported",
}
INCIDENTS = 20_000


def run() -> None:
    """Import the real log where it lies beside the project, else one of the same shape; then the same rows by COPY."""
    home = installation.prepare()
    from jingming.loading.event_log import import_events

    source = REAL if REAL.exists() else _made(home / "events.csv.gz")
    note(f"importing {source.name}")
    begun = time.monotonic()
    figures = import_events(source, MAPPING)
    taken = time.monotonic() - begun
    events = int(figures["events"])
    raw = events / _copied()
    tell("import_events", events / taken, "events/s", limit=raw, rows=int(figures["orders"]), n=events)


def _made(path: Path) -> Path:
    """A log in the real one's shape: five events an incident."""
    chance = random.Random(1)
    columns = [
        "number",
        "incident_state",
        "active",
        "reassignment_count",
        "reopen_count",
        "sys_mod_count",
        "made_sla",
        "caller_id",
        "opened_by",
        "opened_at",
        "sys_created_by",
        "sys_created_at",
        "sys_updated_by",
        "sys_updated_at",
        "contact_type",
        "location",
        "category",
        "subcategory",
        "u_symptom",
        "cmdb_ci",
        "impact",
        "urgency",
        "priority",
        "assignment_group",
        "assigned_to",
        "knowledge",
        "u_priority_confirmation",
        "notify",
        "problem_id",
        "rfc",
        "vendor",
        "caused_by",
        "closed_code",
        "resolved_by",
        "resolved_at",
        "closed_at",
    ]
    with gzip.open(path, "wt", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="?")
        writer.writeheader()
        for number in range(INCIDENTS):
            opened = datetime(2016, 3, 1) + timedelta(minutes=chance.randrange(60 * 24 * 90))  # noqa: DTZ001  # as the log
            for step, state in enumerate(("New", "Active", "Awaiting User Info", "Resolved", "Closed")):
                writer.writerow(
                    {
                        "number": f"INC{number:07d}", "incident_state": state, "opened_at": _stamp(opened),
                        "sys_updated_at": _stamp(opened + timedelta(hours=step)), "contact_type": "Phone",
                        "location": "Location 1", "category": "Category 1", "subcategory": "Subcategory 1",
                        "impact": "2 - Medium", "urgency": "2 - Medium", "priority": "3 - Moderate",
                        "assignment_group": f"Group {chance.randrange(70)}", "sys_mod_count": step,
                        "resolved_at": _stamp(opened + timedelta(hours=3)),
                        "closed_at": _stamp(opened + timedelta(hours=4)),
                    }
                )  # fmt: skip
    return path


def _stamp(moment: datetime) -> str:
    return f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"


def _copied() -> float:
    """Seconds that COPY takes for the rows just imported, into empty tables like theirs."""
    from jingming.database.direct import direct

    seconds = 0.0
    with direct("owner") as connection:
        connection.autocommit = True
        for table, order in IMPORTED.items():
            connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            rows = read_binary(connection, f"COPY (SELECT t.* FROM {table} t {order}) TO STDOUT (FORMAT binary)")
            begun = time.monotonic()
            with connection.cursor() as cursor, cursor.copy(f"COPY bench_{table} FROM STDIN (FORMAT binary)") as copy:
                for block in rows:
                    copy.write(block)
            seconds += time.monotonic() - begun
            connection.execute(f"DROP TABLE bench_{table}")
    return seconds


def read_binary(connection: Any, statement: str) -> list[bytes]:
    """What a COPY answers, in blocks."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return [bytes(block) for block in copy]
