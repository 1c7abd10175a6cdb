"""Which processes belong to a cluster. Process numbers are reused, after a restart of a container almost surely, so a
number in a file is believed only if that process works in the cluster's data directory."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jingming.database.cluster import Cluster

PROC = Path("/proc")


def postmaster_of(cluster: Cluster) -> int | None:
    """Process id of the running postmaster, or None."""
    lines = cluster.postmaster_file()
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not (PROC / "self").exists():  # not Linux: believe the number
        return pid if _exists(pid) else None
    return pid if works_in(pid, cluster.data) else None


def works_in(pid: int, directory: Path) -> bool:
    """Whether the process lives (a zombie does not) and has the directory as its own."""
    try:
        return (PROC / str(pid) / "cwd").readlink() == directory.resolve()  # a zombie has none
    except OSError:
        return False


def leftovers(cluster: Cluster) -> None:
    """End what a killed postmaster has left, so that a new one may start; call it only when no postmaster runs.

    Backends without a postmaster finish by themselves, but a busy one may take its time, and until then PostgreSQL
    rightly refuses to start. A postmaster.pid whose number now belongs to a stranger would stop it for ever; with no
    process left in the data directory it can go.
    """
    if not (PROC / "self").exists():
        return
    for word, patience in ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        remaining = _inhabitants(cluster.data)
        for pid in remaining:
            _tell(pid, word)
        until = time.monotonic() + patience
        while remaining and time.monotonic() < until:
            time.sleep(0.02)
            remaining = [pid for pid in remaining if works_in(pid, cluster.data)]
        if not remaining:
            break
    lines = cluster.postmaster_file()
    if lines and lines[0].strip().isdigit() and _exists(int(lines[0])) and not _inhabitants(cluster.data):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)


def _inhabitants(data: Path) -> list[int]:
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if works_in(pid, data) and _name(pid) == "postgres"]


def _name(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tell(pid: int, word: signal.Signals) -> None:
    try:
        os.kill(pid, word)
    except ProcessLookupError:
        return
