"""The server that tests run on: a template made once per state of the code, and databases cloned from it.

Without JINGMING_DATABASE_URL it is an embedded server of its own: in memory where there is room, otherwise beside the
installation's. Databases are made and dropped as the owner, which needs CREATEDB; tests connect as the app.
"""

from __future__ import annotations

import copy
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from jingming.database.address import OWNER, django_databases
from jingming.database.embedded import Attachment, attach
from jingming.database.tuning import GB, usable_memory

ROOT = Path(__file__).resolve().parents[3]
MEMORY = Path("/dev/shm")
TEMPLATE_LOCK = 0x6A6D74656D706C  # "jmtempl"
OLD = 60 * 60  # seconds after which the template of another state of the code is dropped


@dataclass(frozen=True)
class OwnDatabase:
    """A database of one test, and how another process of ours finds it."""

    name: str
    app_url: str
    owner_url: str
    environ: Mapping[str, str]


class Workbench:
    """One per test process."""

    def __init__(self, environ: Mapping[str, str], home: Path) -> None:
        self.entries = django_databases(environ, home)
        self.attachment: Attachment | None = None
        self._made = 0
        self._in_use: list[str] = []
        if "EMBEDDED" in self.entries["default"]:
            self.attachment = serve(home)
            for entry in self.entries.values():
                login = self.attachment.login(entry.pop("EMBEDDED")["role"])
                entry |= {"HOST": login.host, "PORT": str(login.port), "USER": login.user, "PASSWORD": login.password}
        self.usual = self.entries[OWNER]["NAME"]
        self.admin = psycopg.connect(self.url(OWNER, self.usual), autocommit=True)
        # Whoever comes second waits until the template is made, however long that takes on a machine with other work.
        self.admin.execute("SET lock_timeout = 0")
        self.admin.execute("SET statement_timeout = 0")

    def close(self) -> None:
        self.admin.close()
        if self.attachment:
            self.attachment.release()

    def url(self, alias: str, database: str) -> str:
        entry = self.entries[alias]
        words = {"host": entry["HOST"], "port": entry["PORT"] or "5432", **entry["OPTIONS"]}
        words = {key: value for key, value in words.items() if isinstance(value, str)}
        login = ":".join(quote(entry[word], safe="") for word in ("USER", "PASSWORD") if entry[word])
        return f"postgresql://{login}@/{quote(database)}?{urlencode(words, quote_via=quote)}"

    def point_to(self, database: str) -> None:
        """Let both of Django's aliases mean this database, in every thread."""
        connections.close_all()
        for alias, entry in self.entries.items():
            meant = connections[alias].settings_dict
            meant.pop("EMBEDDED", None)
            meant |= copy.deepcopy(entry) | {"NAME": database}

    def template(self, prepare: Callable[[], object]) -> str:
        """Name of the template for this state of the code; `prepare` fills it, with both aliases pointing to it."""
        roles = [self.entries[OWNER]["USER"], self.entries[OWNER]["APP_ROLE"]]
        name = f"jm_template_{state_of_the_code(roles)}"
        self.admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        try:
            if not self._exists(name):
                making = f"{name}_making"
                self._drop(making)
                self._create(making, "template0")
                self.point_to(making)
                prepare()
                connections.close_all()
                self._run("ALTER DATABASE {} RENAME TO {}", making, name)
            self._comment(name)
            self._tidy(name)
        finally:
            self.admin.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
        return name

    @contextmanager
    def clone(self, template: str, *, beneath: bool = False) -> Iterator[OwnDatabase]:
        """A database like the template that both aliases mean meanwhile; dropped at the end with all who use it. One
        `beneath` the others is meant only when none of them is in use any more."""
        self._made += 1
        name = f"jm_test_{os.getpid()}_{self._made}"
        self._drop(name)
        self._create(name, template)
        self._in_use.insert(0 if beneath else len(self._in_use), name)
        self.point_to(self._in_use[-1])
        try:
            yield self._described(name)
        finally:
            self.put_aside(name)
            self._drop(name)

    def put_aside(self, name: str) -> None:
        """Mean this database no more, but the one made last of those still in use; it may be a template from now on."""
        if name in self._in_use:
            self._in_use.remove(name)
        self.point_to(self._in_use[-1] if self._in_use else self.usual)

    @contextmanager
    def meaning(self, name: str) -> Iterator[None]:
        """Mean this database meanwhile, whichever is in use."""
        self.point_to(name)
        try:
            yield
        finally:
            self.point_to(self._in_use[-1] if self._in_use else self.usual)

    def _described(self, name: str) -> OwnDatabase:
        def address(alias: str) -> str:
            entry = self.entries[alias]
            login = ":".join(quote(entry[word], safe="") for word in ("USER", "PASSWORD") if entry[word])
            words = {"host": entry["HOST"], **({"port": entry["PORT"]} if entry["PORT"] else {})}
            return f"postgresql://{login}@/{name}?{urlencode(words, quote_via=quote)}"

        environ = {"JINGMING_DATABASE_URL": address("default"), "JINGMING_DATABASE_OWNER_URL": address(OWNER)}
        if environ["JINGMING_DATABASE_URL"] == environ["JINGMING_DATABASE_OWNER_URL"]:
            del environ["JINGMING_DATABASE_OWNER_URL"]
        return OwnDatabase(name, self.url("default", name), self.url(OWNER, name), environ)

    def _exists(self, name: str) -> bool:
        return self.admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def _create(self, name: str, template: str) -> None:
        for attempt in range(20):
            try:
                self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", name, template)
            except psycopg.errors.ObjectInUse:  # autovacuum looks at the template now and then
                if attempt == 19:
                    raise
                time.sleep(0.5)
            else:
                return

    def _drop(self, name: str) -> None:
        for attempt in range(50):
            try:
                self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            except psycopg.errors.InsufficientPrivilege:  # not every owner may end a session of the app
                if attempt == 49:
                    raise
                time.sleep(0.1)
            else:
                return

    def _comment(self, name: str) -> None:
        used = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), f"used {int(time.time())}")
        self.admin.execute(used)

    def _tidy(self, current: str) -> None:
        """Drop templates that were not used for long, and (on our own server) databases of processes that are gone."""
        told = self.admin.execute(
            "SELECT datname, substr(shobj_description(oid, 'pg_database'), 6)::bigint FROM pg_database"
            " WHERE datname LIKE 'jm\\_template\\_%%' AND datname <> %s",
            [current],
        )
        unused = [name for name, used in told.fetchall() if not used or used < time.time() - OLD]
        if self.attachment:
            tests = self.admin.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'jm\_test\_%'").fetchall()
            unused += [name for (name,) in tests if not Path(f"/proc/{name.split('_')[2]}").exists()]
        for name in unused:
            with suppress(psycopg.errors.ObjectInUse):
                self._run("DROP DATABASE IF EXISTS {}", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def in_memory() -> Path | None:
    """Where files live in memory, if there is room for those of tests."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > GB and usable_memory() > 4 * GB
    return MEMORY if roomy else None


def serve(home: Path) -> Attachment:
    """The server for the tests of this installation. Each database is a thousand files, made and deleted again: on
    some disks (ext4 without a journal) making a file soon costs milliseconds, in memory it never does."""
    if not in_memory():
        return attach(home / "test" / "postgres", durable=False)
    for note in MEMORY.glob("jingming-test-*/for"):  # an installation that is gone leaves nothing in memory
        with suppress(OSError):
            if not Path(note.read_text()).exists():
                shutil.rmtree(note.parent, ignore_errors=True)
    key = hashlib.sha256(f"{os.geteuid()} {home}".encode()).hexdigest()[:12]
    attachment = attach(MEMORY / f"jingming-test-{key}", durable=False)
    (attachment.cluster.home / "for").write_text(str(home))
    return attachment


def state_of_the_code(roles: list[str]) -> str:
    """A short name that changes with everything the template is made from."""
    told = hashlib.sha256(repr([roles, settings.PROVINCE, settings.INSTALLED_APPS]).encode())
    for path in sorted((ROOT / "jingming").rglob("*")):
        decides = path.suffix in {".sql", ".json", ".toml"} or (
            path.suffix == ".py"
            and (
                {"migrations", "models", "database"} & set(path.parts)
                or path.name in {"models.py", "rules.py", "shipping.py"}
            )
        )
        if decides and "tests" not in path.parts and path.is_file():
            told.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    told.update((ROOT / "requirements-dev.lock").read_bytes())  # migrations of the libraries
    return told.hexdigest()[:16]
