"""An installation of its own for a measurement: a home in a temporary directory, the small company, web and worker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ACCOUNTS = 400
_made: Path | None = None


def prepare(found: Callable[[], None] | None = None) -> Path:
    """Make the home and the company in this process; from here on Django is set up for it. Call once, first. `found`
    founds another company than the small one."""
    global _made  # noqa: PLW0603  # one installation for the process
    if _made is not None:
        return _made
    _made = Path(tempfile.mkdtemp(prefix="jingming-bench-"))
    _made.chmod(0o755)  # the account that runs PostgreSQL may enter
    os.environ["JINGMING_HOME"] = str(_made)
    os.environ.setdefault("JINGMING_PORT", "8765")
    os.environ["JINGMING_LIMITS"] = "0"  # few people do here what a city does
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from jingming.cli.installation import bring_to_this_version

    bring_to_this_version()
    (found or _found)()
    return _made


def tidy() -> None:
    """Let go of the server, wait until it has stopped, and remove what `prepare` made."""
    if _made is None:
        return
    from django.db import connections

    from jingming.database.backend import base

    connections.close_all()
    for attachment in base._attachments.values():
        attachment.release()
    until = time.monotonic() + 20
    while any(_made.rglob("postmaster.pid")) and time.monotonic() < until:
        time.sleep(0.1)
    shutil.rmtree(_made, ignore_errors=True)


def _found() -> None:
    from jingming.accounts.company import found
    from jingming.base.clock import now
    from jingming.customers import actions

    people = found(password="begin-with-the-customer", at=now())
    agent = people["agent1"]
    for position in range(ACCOUNTS):
        customer = actions.add_customer(f"客户{position}", by=agent, at=now(), unit="340705")
        actions.add_service_point(
            customer,
            by=agent,
            at=now(),
            account_number=account(position),
            address=f"桂花苑 {position} 号",
            unit="340705",
        )


def account(position: int) -> str:
    """One of the account numbers that the installation knows."""
    return f"0562{position % ACCOUNTS:06d}"


def token(username: str) -> str:
    """A new API token of a person."""
    from jingming.accounts.actions import make_token
    from jingming.accounts.models import Staff
    from jingming.base.clock import now

    return make_token(Staff.objects.get(username=username), label="benchmark", by=None, at=now())


def address() -> str:
    return f"http://127.0.0.1:{os.environ['JINGMING_PORT']}"


@contextmanager
def serving(**environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """The whole of `jingming serve`, ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jingming.cli", "serve"], env=os.environ | environ, stdout=sys.stderr, stderr=sys.stderr
    )
    try:
        _await_ready(process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _await_ready(process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address()}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise SystemExit("jingming serve has ended") from None
            time.sleep(0.2)
    raise SystemExit("jingming serve does not become ready")


def backlog() -> int:
    """Jobs still to do."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name = 'events'"
        )
        return int(cursor.fetchone()[0])


def await_drained(seconds: float = 120) -> None:
    """Wait until the worker has done everything."""
    until = time.monotonic() + seconds
    while backlog():
        if time.monotonic() > until:
            raise SystemExit("the worker does not keep up")
        time.sleep(0.05)


def pids_of(part: str, parent: int) -> Sequence[int]:
    """The processes of one part (web, worker) below `jingming serve`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ancestor = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if f"serve {part}" in line and (ancestor == parent or part == "web"):
                found.append(int(entry.name))
    return found
