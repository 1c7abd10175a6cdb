"""The people of a demo installation, shown on its sign-in page: HOME/demo.json, which only the demo writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "demo.json"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as; `role_label` is {zh, en}."""

    username: str
    role_label: dict[str, str]


@dataclass(frozen=True)
class Demo:
    """The password that all people of the demo share, and the people."""

    password: str
    people: Sequence[DemoPerson]


def read_demo(home: Path) -> Demo | None:
    """The demo that lives in this installation; None in one that serves real customers."""
    try:
        kept = json.loads((home / FILE).read_text())
    except FileNotFoundError:
        return None
    return Demo(kept["password"], [DemoPerson(person["username"], person["role_label"]) for person in kept["people"]])


def write_demo(home: Path, demo: Demo) -> None:
    """Make this installation a demo: its sign-in page shows these people and their password from now on."""
    (home / FILE).write_text(json.dumps(asdict(demo), ensure_ascii=False, indent=1))
