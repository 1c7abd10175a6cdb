"""One embedded cluster on disk: where it lives, how it is made, what its files say.

`home` is the directory the caller names; it holds `cluster.json` (where the cluster stands, its passwords). `place`
holds the data, the locks and the logs: it is `home` itself, or a directory under /var/lib/jingming when postgres must
run under an account that cannot enter `home` (see ground.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jingming.database import ground
from jingming.database.ground import MAJOR, Account, EmbeddedServerError
from jingming.database.tuning import settings_for, shared_memory_room, usable_memory

DATABASE = "jingming"
OWNER = "jingming_owner"
APP = "jingming_app"
SUPERUSER = "jingming_superuser"
LOGINS = {"owner": OWNER, "app": APP, "superuser": SUPERUSER}
PORT = 5432  # only the name of a file in a private directory: clusters never meet
HBA = "# Written by jingming. Only the socket, only with a password.\nlocal all all scram-sha-256\n"


@dataclass(frozen=True)
class Cluster:
    """What everybody needs to know about a cluster that exists."""

    home: Path
    place: Path
    account: Account
    durable: bool
    passwords: dict[str, str]

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def logs(self) -> Path:
        return self.place / "log"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the server, exclusively by the guardian while it stops it."""
        return self.place / "users.lock"

    @property
    def guardian_lock(self) -> Path:
        """Held by the one living guardian."""
        return self.place / "guardian.lock"

    @property
    def failure(self) -> Path:
        """Why the last guardian gave up."""
        return self.place / "failure"

    def socket(self) -> Path | None:
        """The socket the postmaster says it listens on; None when it does not say."""
        lines = self.postmaster_file()
        return Path(lines[4]) / f".s.PGSQL.{lines[3]}" if len(lines) > 4 and lines[4] else None

    def ready_socket(self) -> Path | None:
        """`socket` once the postmaster has written that it is ready. A killed one may have; so ask it before believing.

        Not to ask before keeps the log free of a refusal for every question while the server recovers.
        """
        lines = self.postmaster_file()
        return self.socket() if len(lines) > 7 and lines[7].strip() == "ready" else None

    def postmaster_file(self) -> list[str]:
        """Lines of postmaster.pid: process, data directory, start, port, socket directory … ; empty when absent."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def last_log_lines(self, count: int = 15) -> str:
        """The end of what guardian and server wrote, for error messages."""
        files = sorted(self.logs.glob("*.log"), key=lambda file: file.stat().st_mtime)[-2:]
        lines = [line for file in files for line in file.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-count:])


def existing(home: Path) -> Cluster | None:
    """The cluster of `home`, or None when none has been made (completely) yet."""
    facts = _read_facts(home)
    if not facts.get("complete"):
        return None
    place = Path(str(facts["place"] or home))
    if not (place / "data" / "PG_VERSION").exists():
        raise EmbeddedServerError(
            f"The database that {home / 'cluster.json'} speaks of is not at {place / 'data'}. Put it back (a backup, a "
            f"mount that is missing), or remove {home} to begin with an empty one."
        )
    version = (place / "data" / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise EmbeddedServerError(
            f"The database in {place} was made by PostgreSQL {version}; this version runs PostgreSQL {MAJOR}. "
            "Dump it with the old version and load it into a new home."
        )
    return Cluster(home, place, ground.account_for(place / "data"), bool(facts["durable"]), dict(facts["passwords"]))


def make_if_absent(home: Path, *, durable: bool, tell: Callable[[str], None]) -> Cluster:
    """The cluster of `home`, made by exactly one of the processes that ask at the same time."""
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    try:
        with _locked(home / "making.lock"):
            return existing(home) or _make(home, durable=durable, tell=tell)
    except PermissionError as error:
        raise EmbeddedServerError(
            f"No permission for {error.filename}: the database in {home} belongs to another account. "
            "Start under that account, or set JINGMING_HOME to a directory of your own."
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    """A descriptor to flock. Closed on exec, so that no server or browser we start keeps it by accident."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _read_facts(home: Path) -> dict[str, Any]:  # the values are of the types that _write_facts wrote
    try:
        facts = json.loads((home / "cluster.json").read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise EmbeddedServerError(f"{home / 'cluster.json'} is damaged: {error}. Restore it from a backup.") from error
    return dict(facts)


def _write_facts(cluster: Cluster, *, complete: bool) -> None:
    facts = {
        "place": None if cluster.place == cluster.home else str(cluster.place),
        "durable": cluster.durable,
        "passwords": cluster.passwords,
        "complete": complete,
    }
    descriptor, temporary = tempfile.mkstemp(prefix="cluster.json.", dir=cluster.home)  # 0600 by itself
    with os.fdopen(descriptor, "w") as file:
        if cluster.place == cluster.home:
            cluster.account.own(descriptor)
        json.dump(facts, file, indent=1)
        file.flush()
        os.fsync(descriptor)
    Path(temporary).replace(cluster.home / "cluster.json")
    _sync_directory(cluster.home)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(home: Path, *, durable: bool, tell: Callable[[str], None]) -> Cluster:
    """Passwords first, then initdb beside the final place, one rename, and only then `complete`: a crash at any point
    leaves something the next attempt can finish or throw away."""
    tell(f"Making a new database in {home}")
    facts = _read_facts(home)
    account = ground.account_for(home)
    place = Path(str(facts["place"] or home)) if facts else _choose_place(home, account, durable=durable, tell=tell)
    passwords = facts.get("passwords") or {role: secrets.token_urlsafe(32) for role in LOGINS}
    cluster = Cluster(home, place, account, durable, passwords)
    _write_facts(cluster, complete=False)
    if not cluster.data.exists():
        making = place / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        _initialise(cluster, making)
        making.rename(cluster.data)
        _sync_directory(place)
    _write_facts(cluster, complete=True)
    return cluster


def _choose_place(home: Path, account: Account, *, durable: bool, tell: Callable[[str], None]) -> Path:
    if not account.switch:
        home.chmod(0o700)
        return home
    strange = [entry.name for entry in home.iterdir() if entry.name != "making.lock"]
    if ground.can_enter(home.parent, account) and (not strange or home.stat().st_uid == account.uid):
        home.chmod(0o700)
        account.own(home)
        account.own(home / "making.lock")
        return home
    state = ground.STATE_HOME if durable else Path(tempfile.gettempdir()) / "jingming-test-clusters"
    state.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not durable:
        _sweep(state)
    place = state / secrets.token_hex(8)
    if state.stat().st_uid != 0 or not ground.can_enter(state, account) or not ground.private_directory(place, account):
        raise EmbeddedServerError(f"{state} should be a directory of root that the account {account.name} can enter.")
    (place / "home").write_text(f"{home}\n")
    tell(f"{home} cannot be entered by the account {account.name} that runs PostgreSQL: its files are kept in {place}")
    return place


def _sweep(state: Path) -> None:
    """Throw away test clusters whose home is gone. Real ones are never removed: their home may only not be mounted."""
    for old in state.iterdir():
        told = old / "home"
        if told.is_file() and not Path(told.read_text().strip()).exists():
            shutil.rmtree(old, ignore_errors=True)


def _initialise(cluster: Cluster, data: Path) -> None:
    binaries = ground.reachable_binaries(cluster.place, cluster.account)
    ground.private_directory(cluster.logs, cluster.account)
    run(
        cluster.account,
        [
            binaries / "bin" / "initdb", "-D", data, "-U", SUPERUSER, "--auth=reject", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
            "--no-instructions",
            *([] if cluster.durable else ["--no-sync"]),
        ],
    )  # fmt: skip
    for name, text in {
        "pg_hba.conf": HBA,
        "jingming.conf": "",
        "own.conf": "# Your own settings; they win over jingming.conf, which is written anew at every start.\n",
        "postgresql.conf": "include = 'jingming.conf'\ninclude = 'own.conf'\n",
    }.items():
        (data / name).write_text(text)
        cluster.account.own(data / name)
    # Single-user mode: roles and database exist before anybody can connect, and nothing runs without a password.
    for database, statements in _founding(cluster.passwords).items():
        run(
            cluster.account,
            [binaries / "bin" / "postgres", "--single", "-c", "exit_on_error=on", "-D", data, database],
            stdin="".join(f"{statement}\n" for statement in statements),
        )


def _founding(passwords: dict[str, str]) -> dict[str, list[str]]:
    return {
        "postgres": [
            f"ALTER ROLE {SUPERUSER} PASSWORD '{passwords['superuser']}'",
            f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{passwords['owner']}'",
            f"CREATE ROLE {APP} LOGIN PASSWORD '{passwords['app']}'",
            f"GRANT {APP} TO {OWNER}",  # the owner may end sessions of the app
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
            *(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC" for name in ("postgres", "template1", DATABASE)),
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}",
        ],
        DATABASE: ["REVOKE CREATE ON SCHEMA public FROM PUBLIC"],
    }


def run(account: Account, command: list[str | Path], *, stdin: str = "") -> None:
    """Run one of PostgreSQL's programs under the account; its own words become the error."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment,
        umask=0o077,
        **account.switch,
    )
    if done.returncode != 0:
        raise EmbeddedServerError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}".strip())


def write_settings(cluster: Cluster, sockets: Path) -> None:
    """Write jingming.conf for this machine and this start; call it only while the server does not run."""
    settings = settings_for(usable_memory(), shared_memory_room()) | {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",  # nosec B105  # how they are kept
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_destination": "stderr",
        "logging_collector": "on",
        "log_directory": str(cluster.logs),
        "log_filename": "postgres-%a.log",  # one file per weekday, each overwritten after a week
        "log_truncate_on_rotation": "on",
        "log_checkpoints": "off",
        # Statements and details carry names and telephone numbers of customers, and logs are read by many.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if not cluster.durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",  # it would be in the template when a test clones it
            "shared_buffers": "128MB",
            "max_wal_size": "256MB",
            "min_dynamic_shared_memory": "16MB",
        }
    lines = ["# Written anew at every start. Own settings go into own.conf.\n"]
    lines += [f"{name} = '{value.replace(chr(39), 2 * chr(39))}'\n" for name, value in settings.items()]
    conf = cluster.data / "jingming.conf"
    conf.write_text("".join(lines))
    cluster.account.own(conf)
