"""What the house asks of passwords, second factors, sessions, and how many requests it takes: a profile of figures in
policies.json, each with its source.

`JINGMING_POLICY` names the profile. Whoever needs a figure asks `policy()`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from .rules import Pace

PATH = Path(__file__).parent / "policies.json"


@dataclass(frozen=True)
class Policy:
    """The figures of one profile."""

    minimum_length: int  # of a password, in characters
    character_classes: int  # of a-z, A-Z, 0-9 and others, how many a password must hold
    password_days: int | None  # after which a password must be changed; None: never by the calendar
    tries: int  # wrong passwords for one name
    lock_minutes: int  # that one then waits
    tries_from_address: int  # wrong passwords from one address, for all names together
    idle_minutes: int  # after which a session ends by itself
    absolute_hours: int  # after which it ends in any case
    reveal_minutes: int  # for which masked data that somebody has revealed stays whole before them
    lending_days: int  # for which a post is lent at the most
    export_orders: int  # that one file holds at the most
    second_factor_roles: tuple[str, ...]  # whose people do nothing before they have switched on a second factor

    @property
    def lock(self) -> timedelta:
        return timedelta(minutes=self.lock_minutes)

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        return timedelta(hours=self.absolute_hours)

    @property
    def reveal(self) -> timedelta:
        return timedelta(minutes=self.reveal_minutes)


@dataclass(frozen=True)
class Limit:
    """How many requests of one pace somebody may make in so many seconds."""

    count: int
    seconds: int


def limits() -> Mapping[Pace, Limit]:
    """The limits of requests that hold in this installation, before JINGMING_LIMITS multiplies them."""
    return _limits(settings.POLICY)


def policy() -> Policy:
    """The figures that hold in this installation."""
    return _profile(settings.POLICY)


@cache
def _profile(name: str) -> Policy:
    figures = json.loads(PATH.read_text(encoding="utf-8"))[name]["figures"]
    values = {figure: told["value"] for figure, told in figures.items()}
    return Policy(**values | {"second_factor_roles": tuple(values["second_factor_roles"])})


@cache
def _limits(name: str) -> Mapping[Pace, Limit]:
    requests = json.loads(PATH.read_text(encoding="utf-8"))[name]["requests"]
    return {pace: Limit(requests[pace.value]["count"], requests[pace.value]["seconds"]) for pace in Pace}
