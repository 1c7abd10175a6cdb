"""The embedded PostgreSQL: `attach(home)` and there is a server; release it, or end in any way, and it goes with its
last user.

Processes share a server by attaching to the same home. The first makes the cluster and starts the server, the last one
to end leaves it to the guardian to stop (guardian.py tells how). What a cluster is on disk stands in cluster.py.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

from jingming.database import cluster as clusters
from jingming.database import ground
from jingming.database.cluster import DATABASE, LOGINS, Cluster
from jingming.database.ground import EmbeddedServerError
from jingming.database.readiness import accepts

__all__ = ["Attachment", "EmbeddedServerError", "Login", "attach"]

GUARDIAN = "jingming.database.guardian"
Role = Literal["owner", "app", "superuser"]
GUARDIANS = 5  # how many may be killed under our eyes before we say so
QUIET = 5.0  # seconds of waiting before we say what we wait for


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # who attaches may have no logging yet


@dataclass(frozen=True)
class Login:
    """Everything a driver needs; `host` is the directory of the socket."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def url(self) -> str:
        """The same as an address that libpq understands."""
        return (
            f"postgresql://{quote(self.user)}:{quote(self.password, safe='')}@/{quote(self.database)}"
            f"?host={quote(self.host, safe='')}&port={self.port}"
        )


class Attachment:
    """This process as a user of the server. Processes forked from it count as users too, until they end."""

    def __init__(self, cluster: Cluster, users: int, sockets: str) -> None:
        self.cluster = cluster
        self._users: int | None = users
        self._sockets = sockets
        self._process = os.getpid()
        atexit.register(self._at_exit)

    def login(self, role: Role, database: str = DATABASE) -> Login:
        """How to connect as the owner, the app or (for repairs only) the superuser."""
        return Login(self._sockets, clusters.PORT, LOGINS[role], self.cluster.passwords[role], database)

    def url(self, role: Role, database: str = DATABASE) -> str:
        """`login` as one address."""
        return self.login(role, database).url

    def release(self) -> None:
        """This process no longer needs the server; safe to call twice."""
        if self._users is None:
            return
        _ensure_guardian(self.cluster)  # if it was killed, nobody else would stop the server after us
        os.close(self._users)
        self._users = None
        atexit.unregister(self._at_exit)

    def _at_exit(self) -> None:
        if os.getpid() == self._process:
            self.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def attach(home: Path, *, durable: bool = True, tell: Callable[[str], None] = _say) -> Attachment:
    """The server of `home`, made and started if need be, ready for connections when this returns.

    Waits through crash recovery as long as that takes. `durable=False` makes a cluster for tests that a power cut may
    destroy; a home stays what it was made as. Raises EmbeddedServerError with the server's last words if it cannot
    start.
    """
    home = home.resolve()
    cluster = clusters.make_if_absent(home, durable=durable, tell=tell)
    if durable and not cluster.durable:
        raise EmbeddedServerError(f"{home} was made for tests and does not keep data safely; choose another home.")
    ground.private_directory(cluster.logs, cluster.account)
    users = clusters.open_lock(cluster.users_lock)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guardian stops the server; from here on none will
        sockets = _await_server(cluster, tell)
    except BaseException:
        os.close(users)
        raise
    return Attachment(cluster, users, sockets)


def _await_server(cluster: Cluster, tell: Callable[[str], None]) -> str:
    """See that there is a guardian until the server accepts connections; the directory of its socket."""
    known_failure = _failure(cluster)
    started = time.monotonic()
    guardians = 0
    told = False
    while True:
        if _ensure_guardian(cluster, unless=lambda: _failure(cluster) != known_failure):
            guardians += 1
        if (failure := _failure(cluster)) != known_failure or guardians > GUARDIANS:
            reason = failure.partition("\n")[2] or cluster.last_log_lines()
            raise EmbeddedServerError(f"The embedded PostgreSQL of {cluster.home} does not start. {reason}")
        if (socket := cluster.ready_socket()) and accepts(socket):
            return str(socket.parent)
        if not told and time.monotonic() - started > QUIET:
            told = True
            tell("Waiting for the database to recover from an unclean stop; nothing is lost, this can take minutes")
        time.sleep(0.02)


def _failure(cluster: Cluster) -> str:
    try:
        return cluster.failure.read_text()
    except FileNotFoundError:
        return ""


def _ensure_guardian(cluster: Cluster, *, unless: Callable[[], bool] = lambda: False) -> bool:
    """Start a guardian if none lives and not `unless`; True if one was started.

    The lock is taken here and handed over with its descriptor, so two can never start side by side.
    """
    lock = clusters.open_lock(cluster.guardian_lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if unless():
            return False
        _start_guardian(cluster, lock)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _start_guardian(cluster: Cluster, lock: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    log = os.open(cluster.logs / "guardian.log", flags, 0o600)
    path = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")]
    try:
        cluster.account.own(log)
        subprocess.run(
            # The shell is gone at once, so the guardian is nobody's child here: no zombie, nothing to wait for.
            # -P: the working directory is not ours, nothing may be imported from it.
            ["/bin/sh", "-c", '"$@" &', "sh", sys.executable, "-P", "-m", GUARDIAN, str(cluster.home), str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            start_new_session=True,
            pass_fds=[lock],
            check=True,
        )
    finally:
        os.close(log)
