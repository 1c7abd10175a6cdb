"""Every knob of the installation: one table, read from the environment once, loud about anything it does not know.

`docs/operations/configuration.md` is printed from this table, so a knob cannot exist undocumented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

POLICIES = ("default", "mlps3")  # the profiles of accounts/policies.json


class BadConfiguration(Exception):
    """The environment holds a value that cannot be meant; the message says which and what would do."""


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError("a port is a whole number from 1 to 65535")
    return number


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high} is meant")
        return number

    return read


def _scale(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError("a share from 0 to 1 is meant, for example 0.01")
    return number


def _yes_no(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError("yes or no is meant")
    return text.lower() == "yes"


def _policy(text: str) -> str:
    if text not in POLICIES:
        raise ValueError(f"one of {', '.join(POLICIES)} is meant")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(_network(word) for word in _words(text))


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise ValueError(
            f"addresses like 10.0.0.5 or networks like 10.0.0.0/24 are meant, and {word} is none"
        ) from None
    if network.prefixlen == 0:
        raise ValueError(f"{word} is everybody; name the proxies alone")
    if network.version == 6 and network.network_address.ipv4_mapped:
        raise ValueError(f"{word} is an IPv4 address written as IPv6; write it as IPv4")
    return network


def _address(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("an address like postgresql://user:password@host:5432/database is meant")
    return text


@dataclass(frozen=True)
class Knob:
    """One environment variable: how it is read, what it is without being set, and what it does."""

    name: str
    read: Callable[[str], object]
    default: object
    meaning: str


KNOBS = (
    Knob("JINGMING_HOME", Path, Path("var"), "Directory of all this installation writes: database, attachments, key."),
    Knob("JINGMING_PORT", _port, 8000, "Port of the desk and the API."),
    Knob("JINGMING_STREAM_PORT", _port, None, "Port of the live stream; one above JINGMING_PORT when not set."),
    Knob("JINGMING_BIND", str, "127.0.0.1", "Address that web and stream listen on."),
    Knob(
        "JINGMING_DATABASE_URL",
        _address,
        None,
        "PostgreSQL for the application role; the embedded server when not set.",
    ),
    Knob(
        "JINGMING_DATABASE_OWNER_URL",
        _address,
        None,
        "PostgreSQL for the owner that migrates; JINGMING_DATABASE_URL when not set.",
    ),
    Knob("JINGMING_DATABASE_POOL", _whole(1, 200), 8, "Database connections that one web process keeps at most."),
    Knob(
        "JINGMING_PROVINCE",
        _whole(1, 899),
        34,
        "Number of the province whose ids this database gives out (GB/T 2260 prefix).",
    ),
    Knob("JINGMING_DEMO_SCALE", _scale, 0.01, "Size of the demo city that `make run` loads; 0 loads none."),
    Knob("JINGMING_SECRET_KEY", str, None, "Key that signs sessions; made once in JINGMING_HOME when not set."),
    Knob(
        "JINGMING_DATA_KEYS",
        str,
        None,
        "Keys that seal personal data, as NUMBER:BASE64 separated by commas, the highest number seals; made once in "
        "JINGMING_HOME when not set.",
    ),
    Knob(
        "JINGMING_HOSTS",
        _words,
        ("localhost", "127.0.0.1", "[::1]"),
        "Host names under which the desk may be asked for, separated by commas.",
    ),
    Knob(
        "JINGMING_HTTPS",
        _yes_no,
        False,
        "yes when browsers reach the desk by HTTPS: cookies and redirects then insist on it.",
    ),
    Knob(
        "JINGMING_PROXIES",
        _networks,
        (),
        "Addresses and networks of the proxies in front of the desk, separated by commas: they alone are believed "
        "where a request comes from (X-Forwarded-For) and that it came by HTTPS.",
    ),
    Knob(
        "JINGMING_POLICY",
        _policy,
        "default",
        "What is asked of passwords and sessions: default, or mlps3 for level 3 of China's MLPS (等保三级).",
    ),
    Knob(
        "JINGMING_LIMITS",
        _whole(0, 1000),
        1,
        "Multiplies the policy's limits of requests, where many people stand behind one address; 0 sets none.",
    ),
    Knob("JINGMING_WEB_PROCESSES", _whole(1, 64), 2, "Web processes."),
    Knob("JINGMING_WEB_THREADS", _whole(1, 64), 3, "Threads of each web process."),
    Knob("JINGMING_WORKER_JOBS", _whole(1, 64), 4, "Jobs that the worker does at a time."),
    Knob("JINGMING_UPLOAD_MEGABYTES", _whole(1, 1000), 20, "Largest attachment."),
    Knob(
        "JINGMING_IDEMPOTENCY",
        _yes_no,
        True,
        "no switches Idempotency-Key off; only the control of the crash test does so.",
    ),
    Knob(
        "JINGMING_DEBUG", _yes_no, False, "yes shows error pages for developers; never where strangers can reach them."
    ),
)


@dataclass(frozen=True)
class Environment:
    """The installation's values, by the name of their knob without the prefix, in lower case."""

    home: Path
    port: int
    stream_port: int
    bind: str
    database_url: str | None
    database_owner_url: str | None
    database_pool: int
    province: int
    demo_scale: float
    secret_key: str | None
    data_keys: str | None
    hosts: tuple[str, ...]
    https: bool
    proxies: tuple[IPv4Network | IPv6Network, ...]
    policy: str
    limits: int
    web_processes: int
    web_threads: int
    worker_jobs: int
    upload_megabytes: int
    idempotency: bool
    debug: bool


def read_environment(environ: Mapping[str, str]) -> Environment:
    """The installation as the environment describes it; raises BadConfiguration for unknown or malformed values."""
    known = {knob.name for knob in KNOBS}
    unknown = sorted(name for name in environ if name.startswith("JINGMING_") and name not in known)
    if unknown:
        raise BadConfiguration(f"unknown variable {', '.join(unknown)}. Known are: {', '.join(sorted(known))}")
    values: dict[str, object] = {}
    for knob in KNOBS:
        text = environ.get(knob.name, "")
        try:
            value = knob.read(text) if text else knob.default
        except ValueError as error:
            raise BadConfiguration(f"{knob.name}={text!r} cannot be read: {error}") from None
        values[knob.name.removeprefix("JINGMING_").lower()] = value
    if values["stream_port"] is None:
        values["stream_port"] = int(str(values["port"])) + 1
        if values["stream_port"] == 65536:
            raise BadConfiguration("JINGMING_STREAM_PORT must be set: JINGMING_PORT=65535 leaves none above it")
    values["home"] = Path(str(values["home"])).resolve()
    return Environment(**values)  # type: ignore[arg-type]  # KNOBS and the fields agree, a test says so
