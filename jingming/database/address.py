"""Which PostgreSQL this installation uses, and as which roles: from the environment to Django's DATABASES.

Three ways, told apart by two variables:

- neither set: the embedded server in JINGMING_HOME/postgres;
- JINGMING_DATABASE_OWNER_URL and JINGMING_DATABASE_URL: two logins of one database, the owner that migrates and the app
  that everything else uses;
- JINGMING_DATABASE_URL alone: one login for both. The app's connections then take the role `jingming_app` as they
  start; `jingming migrate` makes that role if the login may create roles. This keeps mistakes from history and audit,
  but a hostile statement could take the role off again: two logins are better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jingming.base.environment import BadConfiguration

OWNER = "owner"  # the alias whose connections migrate
APP_ROLE = "jingming_app"
EXAMPLE = "postgresql://user:password@host:5432/database or postgresql://user:password@/database?host=/folder"
ENGINE = "jingming.database.backend"
# Milliseconds. A page that takes longer is broken; an idle transaction holds locks that others wait for.
WEB_LIMITS = {"statement_timeout": 30_000, "lock_timeout": 10_000, "idle_in_transaction_session_timeout": 60_000}
OWNER_LIMITS = {"lock_timeout": 10_000}  # a migration gives up rather than queue every page behind its lock


@dataclass(frozen=True)
class Address:
    """A login on a server somewhere: what libpq found in an address, by libpq's names."""

    words: Mapping[str, str]

    @property
    def user(self) -> str:
        return self.words["user"]


@dataclass(frozen=True)
class Addresses:
    """The two logins and the role of the app; both None when the embedded server is meant."""

    owner: Address | None
    app: Address | None
    app_role: str
    takes_role: bool  # the app's connections log in as the owner and take `app_role`


def addresses(environ: Mapping[str, str]) -> Addresses:
    """Where the environment says the database is; raises BadConfiguration with the way out for what cannot be meant."""
    app, owner = environ.get("JINGMING_DATABASE_URL"), environ.get("JINGMING_DATABASE_OWNER_URL")
    if not app:
        if owner:
            raise BadConfiguration("JINGMING_DATABASE_OWNER_URL needs JINGMING_DATABASE_URL beside it.")
        return Addresses(None, None, APP_ROLE, takes_role=False)
    app_address = _read("JINGMING_DATABASE_URL", app)
    owner_address = _read("JINGMING_DATABASE_OWNER_URL", owner) if owner else app_address
    if owner_address.user == app_address.user:
        return Addresses(owner_address, app_address, APP_ROLE, takes_role=True)
    return Addresses(owner_address, app_address, app_address.user, takes_role=False)


def _read(name: str, text: str) -> Address:
    from psycopg import ProgrammingError  # noqa: PLC0415  # the embedded server needs no driver to start
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        words = {key: str(value) for key, value in conninfo_to_dict(text).items() if value is not None}
        [int(port) for port in words.get("port", "").split(",") if port]
    except (ProgrammingError, ValueError) as error:
        raise BadConfiguration(f"{name} cannot be read: {str(error).strip()}. Meant is {EXAMPLE}") from None
    if missing := [word for word in ("user", "host", "dbname") if not words.get(word)]:
        raise BadConfiguration(f"{name} names no {' and no '.join(missing)}. Meant is {EXAMPLE}")
    return Address(words)


def django_databases(
    environ: Mapping[str, str], home: Path, *, pool: int = 0, limits: Mapping[str, int] = WEB_LIMITS
) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: `default` connects as the app, `owner` as the owner.

    `pool` is the number of connections a process keeps at most for `default`; 0 gives every thread one of its own.
    Nothing is started or connected here.
    """
    found = addresses(environ)
    app = _entry(found.app, home, "app", limits, role=found.app_role if found.takes_role else None)
    if pool:
        app["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    else:
        app["CONN_MAX_AGE"] = 60
        app["CONN_HEALTH_CHECKS"] = True
    owner = _entry(found.owner, home, "owner", OWNER_LIMITS, role=None)
    app["APP_ROLE"] = owner["APP_ROLE"] = found.app_role
    return {"default": app, OWNER: owner}


def _entry(
    address: Address | None, home: Path, login: str, limits: Mapping[str, int], *, role: str | None
) -> dict[str, Any]:
    words = dict(address.words) if address else {"dbname": "jingming"}
    switches = [words.pop("options", ""), *(f"-c {name}={value}" for name, value in limits.items())]
    if role:
        switches.append(f"-c role={role}")
    entry: dict[str, Any] = {
        "ENGINE": ENGINE,
        "NAME": words.pop("dbname"),
        "USER": words.pop("user", ""),
        "PASSWORD": words.pop("password", ""),
        "HOST": words.pop("host", ""),
        "PORT": words.pop("port", ""),
        "TIME_ZONE": None,
        "OPTIONS": {**words, "options": " ".join(filter(None, switches)), "application_name": f"jingming {login}"},
    }
    if address is None:
        entry["EMBEDDED"] = {"home": str(home / "postgres"), "role": login}
    return entry
