"""Sixty days of contacts of the demo company, each with the story of its order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jingming.loading.archives import Kept
from jingming.loading.rows import LoadedCustomer, LoadedOrder, LoadedPoint
from jingming.workorders.queries import current_version
from jingming.workorders.rules import Act

from .crews import Crew
from .scripts import Script
from .tale import Present, Tale

TEXTS: dict[str, Any] = json.loads((Path(__file__).parent / "texts.json").read_text(encoding="utf-8"))
# How often each type comes, channels, and hours of the day.
TYPES = {
    "repair": 46, "consultation": 27, "complaint": 6, "business": 7, "service_request": 6, "suggestion": 2,
    "opinion": 2, "report": 0.6, "praise": 1.4, "presale": 2,
}  # fmt: skip
CHANNELS = {"phone": 76, "own_hall": 7, "wechat": 8, "web": 4, "hotline_12345": 3, "email": 1, "on_site": 1}
HOURS = (1, 1, 1, 1, 1, 2, 5, 12, 20, 22, 20, 16, 12, 14, 16, 16, 15, 16, 18, 17, 14, 9, 5, 2)
ENGLISH = 0.05  # of the matters that have an English text, which are two in three

TRIES = 40
# So that every queue has something in it: stories that stand right after an act, and how many days ago they began.
SHOWN: tuple[tuple[str, Act, float, float], ...] = (
    ("repair", Act.OPEN, 0.01, 0.4),
    ("repair", Act.DISPATCH, 0.05, 1),
    ("repair", Act.ASSIGN, 0.1, 1.5),
    ("repair", Act.ASSIGN, 0.1, 1.5),
    ("repair", Act.ACCEPT, 0.1, 1.5),
    ("repair", Act.WAIT, 0.5, 4),
    ("repair", Act.HOLD, 0.2, 0.6),
    ("repair", Act.SUSPEND, 0.2, 2),
    ("repair", Act.RETURN, 0.2, 2),
    ("repair", Act.COMPLETE, 0.2, 2),
    ("repair", Act.CALL_BACK, 1, 3),
    ("repair", Act.REASSIGN, 2, 6),
    ("repair", Act.REOPEN, 8, 15),
    ("consultation", Act.OPEN, 0.01, 0.4),
    ("consultation", Act.TRANSFER, 0.1, 1),
    ("consultation", Act.REPLY, 0.2, 2),
    ("complaint", Act.OPEN, 0.01, 0.5),
    ("complaint", Act.SPLIT, 0.5, 3),
    ("complaint", Act.REPORT, 1, 4),
    ("complaint", Act.COMPLETE, 3, 7),
    ("business", Act.OPEN, 0.01, 0.5),
    ("business", Act.DISPATCH, 0.3, 2),
    ("business", Act.ASSIGN, 0.5, 3),
    ("service_request", Act.ASSIGN, 0.1, 2),
    ("suggestion", Act.TRANSFER, 0.2, 2),
    ("opinion", Act.ACCEPT, 0.2, 2),
    ("report", Act.SPLIT, 0.5, 4),
    ("presale", Act.ACCEPT, 0.2, 2),
)

Archive = tuple[Crew, LoadedCustomer, Kept]


@dataclass(frozen=True)
class Contact:
    """When somebody called about what; with `until`, the order's story is told up to that act."""

    at: datetime
    type: str
    until: Act | None = None


def orders_of(
    archives: Sequence[Archive], count: int, draw: random.Random, now: datetime, *, days: int
) -> Iterator[LoadedOrder]:
    """So many orders of these customers over so many days up to now, by the time of their contact."""
    zone = archives[0][0].zone
    shown = max(2 * len(SHOWN), count // 25)
    types = draw.choices(list(TYPES), weights=list(TYPES.values()), k=max(0, count - shown))
    contacts = [Contact(_moment(draw, now, days, zone), type_) for type_ in types]
    for type_, until, least, most in islice(cycle(SHOWN), shown):
        days_ago = draw.uniform(least, most)
        contacts.append(Contact(_daytime(now - timedelta(days=days_ago), draw, zone), type_, until))
    for number, contact in enumerate(sorted(contacts, key=lambda contact: contact.at), 1):
        yield _order(f"{number:07d}", contact, draw.choice(archives), draw, now)


def _moment(draw: random.Random, now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """A time in the last days, at an hour when people call."""
    day = now.astimezone(zone) - timedelta(days=draw.randint(0, days))
    hour = draw.choices(range(24), weights=HOURS)[0]
    local = day.replace(hour=hour, minute=draw.randint(0, 59), second=draw.randint(0, 59), microsecond=0)
    moment = local.astimezone(UTC)
    return moment if moment < now - timedelta(minutes=2) else moment - timedelta(days=1)


def _daytime(moment: datetime, draw: random.Random, zone: ZoneInfo) -> datetime:
    """The same moment, or the morning before if it lies in the night."""
    local = moment.astimezone(zone)
    if 7 <= local.hour < 21:
        return moment.replace(microsecond=0)
    morning = local.replace(hour=draw.randint(8, 11), minute=draw.randint(0, 59), microsecond=0)
    return (morning if morning <= local else morning - timedelta(days=1)).astimezone(UTC)


def _order(external_id: str, contact: Contact, archive: Archive, draw: random.Random, now: datetime) -> LoadedOrder:
    crew, customer, kept = archive
    for _attempt in range(TRIES):
        entry, number, point = _matter(contact.type, customer, draw)
        tale = Tale(
            current_version(contact.type).flow, crew, crew.team_at(point.place),
            opened_at=contact.at, now=now, draw=draw, until=contact.until,
        )  # fmt: skip
        script = Script(tale, entry, TEXTS["remarks"])
        description = draw.choice(entry["en" if "en" in entry and draw.random() < ENGLISH else "zh"])
        tale.open(script.agent, description)
        with suppress(Present):
            Script.BY_TYPE[contact.type](script)
        if contact.until is None or tale.told:
            break
    channel = draw.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]
    talked = timedelta(seconds=draw.randint(50, 480))
    return LoadedOrder(
        external_id=external_id,
        type=contact.type,
        channel=channel,
        description=description,
        occurred_at=contact.at,
        place=point.place,
        home=crew.call_centre.pk,
        steps=tale.steps,
        opened_by=script.agent.pk,
        contact_ended_at=min(contact.at + talked, now) if channel == "phone" else None,
        customer=kept.customer,
        service_point=kept.points[number],
        caller_name=_caller(customer, draw),
        caller_phone=customer.phones[0],
        address=point.address,
        verified=("account_number", "address", "name") if draw.random() < 0.7 else ("account_number", "name"),
        category=entry["category"],
        level=entry.get("level", "normal"),
        form={f"{contact.type}_kind": entry["kind"]} if "kind" in entry else {},
        outcome=tale.outcome,
        callback_waived=tale.callback_waived,
        tasks=tale.tasks,
        reviews=tale.reviews,
        callbacks=tale.callbacks,
        work=tale.work,
    )


def _matter(type_: str, customer: LoadedCustomer, draw: random.Random) -> tuple[Mapping[str, Any], int, LoadedPoint]:
    """What the customer calls about, and which of their service points it concerns."""
    entries = TEXTS[type_]
    if type_ == "repair":
        entry = draw.choices(entries, weights=[1 if e["business"] == "gas" else 2 for e in entries])[0]
        entry = (
            entry
            if len(customer.points) > 1 or entry["business"] == "gas"
            else draw.choice([e for e in entries if e["business"] == "gas"])
        )
    else:
        entry = draw.choice(entries)
    wanted = "tv" if entry["category"].startswith("tv") else "gas"
    for number, point in enumerate(customer.points):
        if point.extra["business"] == wanted:
            return entry, number, point
    return entry, 0, customer.points[0]


def _caller(customer: LoadedCustomer, draw: random.Random) -> str:
    if customer.contacts and (len(customer.name) > 4 or draw.random() < 0.3):
        return customer.contacts[0].name
    return customer.name
