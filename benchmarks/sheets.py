"""Service points from a workbook: 200,000 rows in, their customers, tenures, meters and history with them. The limit is
COPY of the same rows into tables of the same shape, with their indexes and constraints, in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from . import installation
from .events import read_binary
from .figures import note, tell

ROWS = 200_000
HEADING = ("户号", "户名", "电话", "地址", "区县", "设备类型", "设备号码", "安装日期", "欠费", "欠费截止")
# The tables that an import writes, and which of their rows it wrote.
IMPORTED = {
    "customers_customer": "WHERE imported",
    "customers_phone": "JOIN customers_customer c ON c.id = t.customer_id WHERE c.imported",
    "customers_servicepoint": "WHERE imported",
    "customers_tenure": "JOIN customers_servicepoint p ON p.id = t.service_point_id WHERE p.imported",
    "customers_device": "JOIN customers_servicepoint p ON p.id = t.service_point_id WHERE p.imported",
    "customers_change": "WHERE reason = 'import'",
}


def run() -> None:
    """Load the workbook, load it again, then COPY the rows that it became."""
    home = installation.prepare()
    from jingming.loading.sheets.writing import write_xlsx

    file = home / "points.xlsx"
    write_xlsx(file, HEADING, _rows(), text_columns=("户号", "电话", "设备号码"))
    note(f"loading {ROWS:,} service points from {file.stat().st_size / 1e6:.0f} MB")
    taken = _load(file, new=ROWS)
    raw = ROWS / _copied()
    tell("import_points", ROWS / taken, "rows/s", limit=raw, rows=ROWS, n=1)
    tell("import_points_seconds", taken, "s", rows=ROWS, n=1)
    tell("import_points_again_seconds", _load(file, new=0), "s", rows=ROWS, n=1)


def _rows() -> Iterator[tuple[object, ...]]:
    first = date(2016, 1, 1)
    for number in range(ROWS):
        yield (
            f"34{number:010d}", f"用户{number}", f"139{number:08d}", f"桂花苑 {number % 400} 栋 {number // 400} 室",
            "340705", "燃气表", f"Q{number:09d}", first + timedelta(days=number % 3000),
            "12.50" if number % 9 == 0 else "0",
            date(2026, 11, 1),
        )  # fmt: skip


def _load(file: Path, *, new: int) -> float:
    """Seconds that the file takes, from opening it to the commit."""
    from jingming.accounts.models import Staff
    from jingming.base.clock import now
    from jingming.loading.progress import Silent
    from jingming.loading.sheets import matching
    from jingming.loading.sheets.kinds import KINDS
    from jingming.loading.sheets.loading import File, load_sheet
    from jingming.loading.sheets.work import Terms

    begun = time.monotonic()
    kind = KINDS["service-points"]
    terms = Terms(by=Staff.objects.get(username="dispatcher1"), at=now(), write=True)
    matched = matching.propose(kind, HEADING)
    outcome = load_sheet(File(file, file.name), kind, matched, terms, progress=Silent())
    taken = time.monotonic() - begun
    if not outcome.loaded or outcome.counts.new != new:
        raise SystemExit(f"not all was loaded: {outcome.counts} {outcome.problems[:3]}")
    return taken


def _copied() -> float:
    """Seconds that COPY takes for the rows just loaded, into empty tables like theirs."""
    from jingming.database.direct import direct

    seconds = 0.0
    with direct("owner") as connection:
        connection.execute("SET statement_timeout = 0")
        for table, which in IMPORTED.items():
            seconds += _copy(connection, table, which)
    return seconds


def _copy(connection: Any, table: str, which: str) -> float:
    kept = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''"
    )
    columns = ", ".join(name for (name,) in connection.execute(f"{kept} ORDER BY attnum", [table]).fetchall())
    connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
    own = ", ".join(f"t.{name}" for name in columns.split(", "))
    rows = read_binary(connection, f"COPY (SELECT {own} FROM {table} t {which}) TO STDOUT (FORMAT binary)")
    begun = time.monotonic()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY bench_{table} ({columns}) FROM STDIN (FORMAT binary)") as copy,
    ):
        for block in rows:
            copy.write(block)
    taken = time.monotonic() - begun
    note(f"COPY into {table}: {taken:.1f} s")
    connection.execute(f"DROP TABLE bench_{table}")
    return taken
