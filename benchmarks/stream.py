"""The live stream: what 2,000 idle browsers, of somebody who sees none of the orders, cost one process,
and how soon an act of one person reaches another.

The limit of the delay is PostgreSQL's own NOTIFY to LISTEN, between two connections in the same run.
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import resource
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import installation
from .figures import note, percentile, tell

IDLE = 2000
AGENTS = 50
SECONDS = 12.0
EARS = 10  # browsers of somebody else that listen to what the agents do
MEGABYTES = 300.0  # what one process with all its idle streams may take
RUNS = 300


def run() -> None:
    """Open the idle streams, then let the agents act while all of them listen."""
    installation.prepare()
    _allow_files(2 * IDLE + 200)
    cookie, elsewhere = _signed_in("dispatcher1"), _signed_in("stranger1")
    numbers = _orders()
    raw = _raw()
    with installation.serving() as served:
        (process,) = installation.pids_of("stream", served.pid)
        _together(numbers[:4], cookie, 2.0)  # warm
        before = _megabytes(process)
        begun = time.monotonic()
        with _idle(IDLE, elsewhere) as held:
            taken = time.monotonic() - begun
            after = _megabytes(process)
            tell("stream_connect", taken * 1000 / IDLE, "ms", rows=IDLE, n=IDLE)
            tell("stream_memory_before", before, "MB")
            tell("stream_memory", after, "MB", limit=MEGABYTES, rows=IDLE, n=1)
            tell("stream_memory_per_connection", (after - before) * 1024 / IDLE, "KiB", rows=IDLE, n=IDLE)
            waits = _together(numbers, cookie, SECONDS)
            broken = sum(_has_ended(one) for one in held)
            note(f"{len(waits)} changes heard, {broken} of {IDLE} idle streams broke off")
        if broken:
            raise SystemExit(f"{broken} streams broke off")
        for share in (50, 95):
            tell(
                f"stream_delay_p{share}", percentile(waits, share / 100) * 1000, "ms",
                limit=percentile(raw, share / 100) * 1000, rows=IDLE, n=len(waits),
            )  # fmt: skip


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise SystemExit(f"{wanted} open files are needed (ulimit -n)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _signed_in(username: str) -> str:
    """The cookie of a browser in which the person has signed in."""
    from django.conf import settings
    from django.test import Client

    from jingming.accounts.models import Staff

    client = Client()
    client.force_login(Staff.objects.get(username=username))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _orders() -> list[str]:
    """One order for each agent."""
    from jingming.accounts.models import Staff
    from jingming.base.clock import now
    from jingming.intake import actions

    agent = Staff.objects.get(username="agent1")
    numbers = []
    for position in range(AGENTS):
        matter = actions.Matter(type="repair", description=f"灶前无气 {position}", caller_phone="13800000417")
        taken = actions.take(actions.Contact(channel="phone"), matter, by=agent, at=now()).order
        if taken is None:
            raise SystemExit("an order was not taken")
        numbers.append(taken.number)
    return numbers


def _raw() -> list[float]:
    """Seconds from a NOTIFY to the connection that LISTENs."""
    from jingming.database.direct import direct

    waits = []
    with direct() as ear, direct() as mouth:
        ear.autocommit = mouth.autocommit = True
        ear.execute("LISTEN jingming_bench")
        for _ in range(RUNS):
            begun = time.perf_counter()
            mouth.execute("SELECT pg_notify('jingming_bench', '{}')")
            next(ear.notifies(timeout=5, stop_after=1))
            waits.append(time.perf_counter() - begun)
    return waits


# --- Streams --------------------------------------------------------------------------------------------------------
def _open(cookie: str) -> socket.socket:
    port = int(os.environ["JINGMING_PORT"]) + 1
    one = socket.create_connection(("127.0.0.1", port), timeout=30)
    one.sendall(f"GET /stream HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    return one


@contextmanager
def _idle(many: int, cookie: str) -> Iterator[list[socket.socket]]:
    """So many streams, each of which has been greeted."""
    held: list[socket.socket] = []
    try:
        for start in range(0, many, 100):
            fresh = [_open(cookie) for _ in range(start, min(start + 100, many))]
            held += fresh
            for one in fresh:
                said = b""
                while b": here" not in said:
                    said += (piece := one.recv(4096))
                    if not piece or b" 200 " not in said[:20]:
                        raise SystemExit(f"a stream was refused: {said[:80]!r}")
        yield held
    finally:
        for one in held:
            one.close()


def _has_ended(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        while one.recv(65536):
            pass
    except BlockingIOError:
        return False
    return True


def _megabytes(process: int) -> float:
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":" in line
    )
    return int(fields["VmRSS"].split()[0]) / 1024


# --- Acting and hearing ---------------------------------------------------------------------------------------------
def _together(numbers: list[str], cookie: str, seconds: float) -> list[float]:
    """Each order gets a note about once a second from its agent; seconds from the answer, by which the act is
    committed, to the event at each listening browser."""
    ids = _ids(numbers)
    done: queue.Queue[tuple[int, float]] = queue.Queue()
    heard: list[list[tuple[int, float]]] = [[] for _ in range(EARS)]
    stop = threading.Event()
    ears = [threading.Thread(target=_hear, args=(cookie, one, stop)) for one in heard]
    token = installation.token("agent1")
    until = time.monotonic() + seconds
    agents = [
        threading.Thread(target=_act, args=(number, ids[number], token, place / len(numbers), until, done))
        for place, number in enumerate(numbers)
    ]
    for thread in ears:
        thread.start()
    time.sleep(1)
    for thread in agents:
        thread.start()
    for thread in agents:
        thread.join()
    time.sleep(2)
    stop.set()
    for thread in ears:
        thread.join()
    acts = sorted(done.queue, key=lambda one: one[1])
    return [wait for one in heard for wait in _waits(acts, one)]


def _ids(numbers: list[str]) -> dict[str, int]:
    from jingming.workorders.models import WorkOrder

    return dict(WorkOrder.objects.filter(number__in=numbers).values_list("number", "pk"))


def _act(number: str, pk: int, token: str, offset: float, until: float, done: queue.Queue[tuple[int, float]]) -> None:
    time.sleep(offset)
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["JINGMING_PORT"]), timeout=30)
    while time.monotonic() < until:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        body = json.dumps({"act": "note", "text": "客户来电催问"})
        connection.request("POST", f"/api/v1/work-orders/{number}/acts", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"a note was refused: {said.decode()}")
        done.put((pk, time.monotonic()))
        time.sleep(1)


def _hear(cookie: str, heard: list[tuple[int, float]], stop: threading.Event) -> None:
    one = _open(cookie)
    one.settimeout(0.2)
    rest = b""
    while not stop.is_set():
        try:
            rest += one.recv(65536)
        except TimeoutError:
            continue
        at = time.monotonic()
        *lines, rest = rest.split(b"\n")
        told = [line for line in lines if line.startswith(b'data: {"kind": "workorders.WorkOrder"')]
        heard += [(json.loads(line[6:])["id"], at) for line in told]
    one.close()


def _waits(acts: list[tuple[int, float]], heard: list[tuple[int, float]]) -> list[float]:
    """For each act, how long until the first event of its order after it; an event may beat the answer. An act that
    nobody hears of is an error."""
    by_row: dict[int, list[float]] = {}
    for pk, at in heard:
        by_row.setdefault(pk, []).append(at)
    waits = []
    for pk, at in acts:
        after = [moment for moment in by_row.get(pk, []) if moment >= at - EARLY]
        if not after:
            raise SystemExit("an act was not heard of")
        waits.append(max(0.0, after[0] - at))
    return waits


EARLY = 0.5  # seconds by which an event may come before its act is answered; acts on one order are a second apart
