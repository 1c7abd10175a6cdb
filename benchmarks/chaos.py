"""`python -m benchmarks.chaos`: kill web and worker while orders are made; none acknowledged is lost or doubled.

Eight clients open 2,000 orders with an Idempotency-Key each and repeat a request, under its key, whenever no answer
comes: because the process was killed, or because the client itself hangs up before the answer (one in twenty).
Meanwhile kill -9 hits a web process and the worker in turn. Afterwards the database is asked.

The control does the same with idempotency switched off: the same questions must then find doubles.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from . import installation
from .figures import note, tell

ORDERS = 2000
CONTROL_ORDERS = 600
CLIENTS = 8
PAUSE = 1.0  # seconds between two kills
HANG_UP = 0.05  # share of requests whose answer the client does not wait for
PATIENCE = 90.0  # seconds for one order, retries and all


@dataclass
class Run:
    """What the clients know when they are done."""

    asked: list[str] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → order number
    refused: list[str] = field(default_factory=list)
    kills: int = 0
    retries: int = 0


def run(orders: int, *, idempotency: bool) -> tuple[Run, list[str]]:
    """Make the orders under fire; what happened, and what the database has to say against it."""
    token = installation.token("agent1")
    story = Run()
    with installation.serving(JINGMING_IDEMPOTENCY="yes" if idempotency else "no") as parent:
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(parent.pid, story, over))
        killer.start()
        _make(orders, token, story)
        over.set()
        killer.join()
        installation.await_drained()
        return story, faults(story)


def _kill(parent: int, story: Run, over: threading.Event) -> None:
    chance = random.Random(1)
    while not over.wait(PAUSE):
        part = ("web", "worker")[story.kills % 2]
        victims = [pid for pid in installation.pids_of(part, parent) if pid != parent]
        if victims:
            try:
                os.kill(chance.choice(victims), signal.SIGKILL)
            except ProcessLookupError:
                continue
            story.kills += 1


def _make(orders: int, token: str, story: Run) -> None:
    todo = iter([uuid.uuid4().hex for _ in range(orders)])
    lock = threading.Lock()

    def client(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            with lock:
                key = next(todo, None)
                if key is None:
                    return
                story.asked.append(key)
            _open_one(key, token, chance, story)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _open_one(key: str, token: str, chance: random.Random, story: Run) -> None:
    body = json.dumps(
        {
            "type": "repair",
            "channel": "phone",
            "account_number": installation.account(chance.randrange(installation.ACCOUNTS)),
            "description": f"无气 {key}",
        }
    )
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["JINGMING_PORT"]), timeout=10)
        try:
            connection.request("POST", "/api/v1/work-orders", body.encode(), headers)
            if chance.random() < HANG_UP:
                time.sleep(0.05)
                raise ConnectionAbortedError
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            story.retries += 1
            time.sleep(0.05)
            continue
        finally:
            connection.close()
        if answer.status == 201:
            story.acknowledged[key] = said["number"]
            return
        if answer.status not in {502, 503}:
            story.refused.append(f"{answer.status} {said}")
            return
        story.retries += 1
        time.sleep(0.1)
    story.refused.append(f"no answer within {PATIENCE:.0f} s")


def faults(story: Run) -> list[str]:
    """What the database holds against the story: orders lost, doubled, under another number, or without their history,
    contact, audit or reaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(o.description, ' ', 2), o.number,"
            " (SELECT count(*) FROM workorders_history h WHERE h.order_id = o.id AND h.act = 'open'),"
            " (SELECT count(*) FROM interactions_interaction i WHERE i.order_id = o.id AND i.disposition = 'opened'),"
            " (SELECT count(*) FROM audit_entry a WHERE a.target_id = o.id AND a.key = 'workorders.opened')"
            " FROM workorders_workorder o WHERE split_part(o.description, ' ', 2) = ANY(%s)",
            [story.asked],
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')")
        failed = cursor.fetchone()[0]
    found = Counter(key for key, *_rest in rows)
    numbers = {key: number for key, number, *_rest in rows}
    return [
        *story.refused,
        *(f"lost: {key}" for key in story.acknowledged if key not in found),
        *(f"doubled: {key} ×{many}" for key, many in found.items() if many > 1),
        *(
            f"answered as another: {key}"
            for key, n in story.acknowledged.items()
            if found[key] == 1 and numbers[key] != n
        ),
        *(f"incomplete: {number} {rest}" for _key, number, *rest in rows if rest != [1, 1, 1]),
        *([f"{failed} jobs failed"] if failed else []),
    ]


def main() -> int:
    """Exit code 0 if nothing was lost or doubled, and the control noticed that idempotency was off."""
    installation.prepare()
    try:
        story, wrong = run(ORDERS, idempotency=True)
        for line in wrong[:20]:
            note(line)
        note(f"{len(story.acknowledged)} orders acknowledged, {story.kills} kills, {story.retries} retries")
        tell("chaos_faults", len(wrong), "orders", limit=None, rows=len(story.acknowledged), n=story.kills)
        control, noticed = run(CONTROL_ORDERS, idempotency=False)
        doubled = [line for line in noticed if line.startswith("doubled")]
        note(f"control without idempotency: {len(doubled)} doubled, {control.kills} kills, {control.retries} retries")
        tell("chaos_control_doubled", len(doubled), "orders", limit=None, rows=len(control.asked), n=control.kills)
        good = not wrong and len(story.acknowledged) == ORDERS and story.kills >= 4 and doubled
        return 0 if good else 1
    finally:
        installation.tidy()


if __name__ == "__main__":
    sys.exit(main())
