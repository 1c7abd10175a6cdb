"""The guardian: one small process beside the embedded server. It starts postgres, starts it again when it was killed,
and stops it when the last process that used it has ended, however that one ended.

Every user of the server holds a shared flock on `users.lock`; the kernel drops it with the process, kill -9 included.
The guardian asks for the same lock exclusively. When it gets it, nobody is left and nobody can come: a newcomer waits
for the lock until the server is down, and then starts a new one. So stopping and attaching cannot cross.

Started by embedded.py as `python -m jingming.database.guardian HOME DESCRIPTOR`, with the descriptor of the guardian
lock already held. If the guardian itself is killed, postgres goes on and the next to attach starts a new guardian,
which adopts it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from jingming.database import cluster as clusters
from jingming.database import ground
from jingming.database.processes import leftovers, postmaster_of

BEAT = 0.2  # seconds between two looks
LINGER = 0.5  # seconds without a user before stopping: one command after another finds the server still up
PATIENCE = 120.0  # seconds for an orderly stop, before one that leaves the rest to recovery
MINUTE = 60.0
REVIVALS = 5  # unexpected ends within a minute before giving up


class Guardian:
    """Watches over one cluster until nobody needs it."""

    def __init__(self, cluster: clusters.Cluster) -> None:
        self.cluster = cluster
        self.users = clusters.open_lock(cluster.users_lock)
        self.child: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None
        self.sockets: Path | None = None
        self.idle_since: float | None = None
        self.ends: list[float] = []
        self.asked_to_stop = False

    def watch(self) -> None:
        """Until the last user has gone; raises EmbeddedServerError when the server cannot be kept alive."""
        signal.signal(signal.SIGTERM, self._on_stop)
        self.pid = postmaster_of(self.cluster)
        if self.pid is None:
            self.start()
        elif socket := self.cluster.socket():
            self.sockets = socket.parent
        while not (self.asked_to_stop or self.nobody_left()):
            if not self.alive():
                self.revive()
            time.sleep(BEAT)
        self.stop()

    def _on_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def start(self) -> None:
        leftovers(self.cluster)
        self.sockets = ground.socket_directory(self.cluster.place, self.cluster.account)
        # No server of this cluster lives and the directory is its alone: this lock can only name a dead process.
        (self.sockets / f".s.PGSQL.{clusters.PORT}.lock").unlink(missing_ok=True)
        binaries = ground.reachable_binaries(self.cluster.place, self.cluster.account)
        clusters.write_settings(self.cluster, self.sockets)
        self.child = subprocess.Popen(
            [str(binaries / "bin" / "postgres"), "-D", str(self.cluster.data)],
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            start_new_session=True,
            **self.cluster.account.switch,
        )
        self.pid = self.child.pid

    def alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        return postmaster_of(self.cluster) == self.pid

    def nobody_left(self) -> bool:
        """True, holding the users lock, when nobody has used the server for LINGER seconds."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.idle_since = None
            return False
        now = time.monotonic()
        self.idle_since = self.idle_since or now
        if now - self.idle_since >= LINGER:
            return True
        fcntl.flock(self.users, fcntl.LOCK_UN)
        return False

    def revive(self) -> None:
        """Start again a server that was killed or told to stop while it is needed.

        One that gave up by itself (a setting it cannot read, a full disk) would only do so again.
        """
        now = time.monotonic()
        self.ends = [*(end for end in self.ends if now - end < MINUTE), now]
        gave_up = self.child is not None and self.child.returncode > 0
        if gave_up or len(self.ends) > REVIVALS:
            raise ground.EmbeddedServerError(f"PostgreSQL ended. Its last words:\n{self.cluster.last_log_lines()}")
        print("PostgreSQL ended unexpectedly; starting it again", file=sys.stderr, flush=True)  # noqa: T201  # its log
        self.start()

    def stop(self) -> None:
        """Fast shutdown: sessions are cut, everything is written. Without an answer at once; recovery does the rest."""
        for word, patience in ((signal.SIGINT, PATIENCE), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if not self.alive():
                break
            os.kill(self.pid or 0, word)
            until = time.monotonic() + patience
            while self.alive() and time.monotonic() < until:
                time.sleep(0.02)
        if self.sockets is not None and self.sockets.parent != self.cluster.place and not self.alive():
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def main(home: Path, lock: int) -> int:
    """Guard the cluster of `home`; `lock` keeps the guardian lock for as long as this process lives."""
    os.set_inheritable(lock, False)
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    cluster = clusters.existing(home)
    if cluster is None:
        raise ground.EmbeddedServerError(f"There is no cluster in {home}")
    try:
        Guardian(cluster).watch()
    except Exception as error:
        report = cluster.place / "failure.writing"
        report.write_text(f"{time.time_ns()}\n{error}")
        report.replace(cluster.failure)
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
