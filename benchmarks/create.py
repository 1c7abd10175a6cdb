"""Orders through the API with the worker running: how many a second, until the last reaction is done.

The limit is one hand-written transaction that writes the same rows over one connection, measured in the same run.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
import uuid
from typing import Any

from . import installation
from .figures import note, percentile, tell

CLIENTS = (1, 4, 16)
SECONDS = 8.0


def run() -> None:
    """Measure with 1, 4 and 16 clients."""
    installation.prepare()
    token = installation.token("agent1")
    with installation.serving():
        _together(4, token, 2.0)  # warm: connections, caches, code
        installation.await_drained()
        raw = _by_hand(3.0)
        for clients in CLIENTS:
            begun = time.monotonic()
            taken, waits = _together(clients, token, SECONDS)
            installation.await_drained()
            rate = taken / (time.monotonic() - begun)
            note(f"{clients} clients: {taken} orders, p95 {percentile(waits, 0.95) * 1000:.1f} ms")
            tell(f"create_orders_{clients}_clients", rate, "orders/s", limit=raw, rows=taken, n=taken)
            tell(f"create_order_p95_{clients}_clients", percentile(waits, 0.95) * 1000, "ms", rows=taken, n=taken)


def _together(clients: int, token: str, seconds: float) -> tuple[int, list[float]]:
    """How many orders so many clients have opened, and how long each took."""
    waits: list[float] = []
    until = time.monotonic() + seconds
    failures: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["JINGMING_PORT"]))
        position = number
        while time.monotonic() < until:
            position += clients
            begun = time.perf_counter()
            connection.request("POST", "/api/v1/work-orders", _body(position), _headers(token))
            answer = connection.getresponse()
            said = answer.read()
            waits.append(time.perf_counter() - begun)
            if answer.status != 201:
                failures.append(said.decode())
                return

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"an order was refused: {failures[0]}")
    return len(waits), waits


def _body(position: int) -> str:
    return json.dumps(
        {
            "type": "repair",
            "channel": "phone",
            "account_number": installation.account(position),
            "description": "今早七点起灶具打不着火,热水器也无气,邻居家同样。",
        }
    )


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": uuid.uuid4().hex,
    }


# The tables that an intake writes, and which columns must differ in every copy.
COPIED = {
    "interactions_interaction": ("id",),
    "workorders_workorder": ("id", "number"),
    "workorders_participation": ("id", "order_id"),
    "workorders_history": ("id",),
    "audit_entry": ("id",),
    "accounts_givenanswer": ("id", "key"),
}


JOB = (  # put off, so that the worker leaves it alone
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('events', 'benchmark.nothing', 0, NULL, NULL, '{}',"
    " now() + interval '1 day')::procrastinate_job_to_defer_v1])"
)


def _by_hand(seconds: float) -> float:
    """Transactions a second that write an order's rows by plain INSERTs, as the app's role, over one connection."""
    from psycopg.types.json import Jsonb

    from jingming.database.direct import direct

    with direct() as connection:
        connection.autocommit = False
        samples = {table: _sample(connection, table) for table in COPIED}
        connection.rollback()
        done, begun = 0, time.monotonic()
        while time.monotonic() - begun < seconds:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval('workorders_workorder_id_seq'), nextval('interactions_interaction_id_seq')"
                )
                order_id, contact_id = cursor.fetchone()
                cursor.execute(
                    "INSERT INTO workorders_numbercounter (prefix, city_code, day, last) VALUES ('XX', '0', now(), 1) "
                    "ON CONFLICT (prefix, city_code, day) DO UPDATE SET last = workorders_numbercounter.last + 1"
                )
                for table, rows in samples.items():
                    for row in rows:
                        values = _copy(table, row, order_id, contact_id)
                        names = ", ".join(values)
                        marks = ", ".join(["%s"] * len(values))
                        cursor.execute(
                            f"INSERT INTO {table} ({names}) VALUES ({marks})", list(map(_plain(Jsonb), values.values()))
                        )
                cursor.execute(JOB)
            connection.commit()
            done += 1
        rate = done / (time.monotonic() - begun)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'benchmark.nothing'")
        connection.commit()
        return rate


def _plain(jsonb: Any) -> Any:
    return lambda value: jsonb(value) if isinstance(value, dict) else value


def _sample(connection: Any, table: str) -> list[dict[str, Any]]:
    """The rows that the last intake wrote into the table."""
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        many = 3 if table == "workorders_participation" else 1
        cursor.execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT {many}")
        return list(cursor.fetchall())


def _copy(table: str, row: dict[str, Any], order_id: int, contact_id: int) -> dict[str, Any]:
    values = dict(row)
    if table == "interactions_interaction":
        return values | {"id": contact_id, "order_id": order_id}
    if table == "workorders_workorder":
        return values | {"id": order_id, "number": f"XX-{order_id}", "interaction_id": contact_id}
    del values["id"]
    if "order_id" in values:
        values["order_id"] = order_id
    if "key" in values and table == "accounts_givenanswer":
        values["key"] = f"copy-{order_id}"
    return values
