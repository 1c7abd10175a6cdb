"""The contacts of a year, each with the story of its order."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

from jingming.loading.rows import LoadedOrder
from jingming.workorders.queries import current_version
from jingming.workorders.rules import Act, CallbackResult

from .figures import ORDERS, YEAR, Plan, spread
from .homes import Archive
from .scripts import SUPERVISION, Script
from .seasons import Calendar, Slot, seasons_of
from .tale import Present, Quota, Tale
from .wording import TEXTS

CHANNELS = {"phone": 76, "own_hall": 7, "wechat": 8, "web": 4, "hotline_12345": 3, "email": 1, "on_site": 1}
_CHANNELS, _CHANNEL_WEIGHTS = tuple(CHANNELS), tuple(accumulate(CHANNELS.values()))
RECENT = timedelta(
    days=30
)  # since then every order is called back that its flow wants; before, the company took samples
OUT_OF_SEASON = 0.25
AT_NIGHT = {"gas_leak": 6, "gas_none": 2, "gas_hose": 2}  # what people call about between ten and six; else rare
REGULARS = 1.5  # the power by which some call more often than others: one customer in a hundred makes 5 % of the calls
FOLLOWING = timedelta(days=4)  # for so long somebody may ask how their repair stands
NEWCOMERS = 6  # times that somebody else is drawn for whoever was no customer yet
SCATTER = 7_919  # a prime: regulars live everywhere
AGENTS = 1.4  # likewise the first agents have more shifts

TROUBLED = 0.7  # of the contacts in hours of trouble are about it
# What a matter is written for: homes where an entry of the texts does not say otherwise.
GROUPS = {"home": "home", "commercial": "large", "industrial": "large", "vehicle": "vehicle"}
Entries = list[Mapping[str, Any]]
MATTERS: Mapping[str, set[str]] = {
    code: {entry.get("use", "home") for entry in TEXTS[code]} for code in ORDERS
}  # type → for whom there is one

TRIES = 40
# So that every queue has something in it: stories that stand right after an act, how many days ago they began, and for
# which team.
_SHOWN: tuple[tuple[str, Act, float, float], ...] = (
    ("repair", Act.OPEN, 0.01, 0.4),
    ("repair", Act.DISPATCH, 0.05, 1),
    ("repair", Act.ASSIGN, 0.1, 1.5),
    ("repair", Act.ASSIGN, 0.1, 1.5),
    ("repair", Act.ACCEPT, 0.1, 1.5),
    ("repair", Act.ARRIVE, 0.1, 0.6),
    ("repair", Act.WAIT, 0.5, 4),
    ("repair", Act.HOLD, 0.2, 0.6),
    ("repair", Act.SUSPEND, 0.2, 2),
    ("repair", Act.RETURN, 0.2, 2),
    ("repair", Act.COMPLETE, 0.2, 2),
    ("repair", Act.CALL_BACK, 1, 3),
    ("repair", Act.REASSIGN, 2, 6),
    ("repair", Act.REOPEN, 8, 15),
    ("repair", Act.VOID, 1, 3),
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
_SHOWN_ELSEWHERE: tuple[tuple[str, Act, float, float], ...] = (
    ("repair", Act.DISPATCH, 0.05, 1),
    ("repair", Act.ASSIGN, 0.1, 1.5),
    ("repair", Act.ACCEPT, 0.1, 1.5),
    ("repair", Act.WAIT, 0.5, 4),
    ("repair", Act.COMPLETE, 0.2, 2),
    ("business", Act.ASSIGN, 0.5, 3),
)
SHOWN = (
    *((*story, "TL-NORTH") for story in _SHOWN),
    ("consultation", Act.TRANSFER, 0.1, 1.0, SUPERVISION),
    *((*story, team) for team in ("TL-SOUTH", "WH-MAINT") for story in _SHOWN_ELSEWHERE),
)
SHOWN_BY_TYPE: Mapping[str, int] = Counter(type_ for type_, *_rest in SHOWN)


@dataclass(frozen=True, slots=True)
class Contact:
    """When somebody called about what; with `until`, the order's story is told up to that act."""

    number: int
    at: datetime
    type: str
    slot: Slot
    until: Act | None = None
    team: str = ""


class Year:
    """The contacts of the year before `at`, in the order of their time, and how they become orders."""

    def __init__(self, archives: Sequence[Archive], wanted: Plan, seed: int, at: datetime, days: int = YEAR) -> None:
        self.archives, self.wanted, self.seed, self.at = archives, wanted, seed, at
        self.calendar = Calendar(at, days, archives[0].crew.zone, self._draw("calendar"))
        self.crews = list({id(archive.crew): archive.crew for archive in archives}.values())
        self.by_district: dict[int, list[Archive]] = {}
        for archive in archives:
            self.by_district.setdefault(archive.place[2] or 0, []).append(archive)
        self._districts = self.crews[0].districts
        self.asking: deque[tuple[datetime, Archive]] = deque(maxlen=400)
        self._entries: dict[tuple[str, str], tuple[Entries, list[float]]] = {}
        self._covered: dict[str, list[Archive]] = {}
        self._flows = {code: current_version(code).flow for code in wanted.orders}

    def _draw(self, what: object) -> random.Random:
        return random.Random(f"{self.seed} {what}")  # noqa: S311  # nosec B311  # nothing secret is drawn

    # --- When -------------------------------------------------------------------------------------------------------
    @cached_property
    def counts(self) -> dict[str, list[int]]:
        """How many orders of each type begin in each hour; the shown ones come besides."""
        draw = self._draw("counts")
        return {
            code: spread(count - SHOWN_BY_TYPE.get(code, 0), self.calendar.weights(code), draw.random())
            for code, count in self.wanted.orders.items()
        }

    @cached_property
    def before(self) -> list[int]:
        """How many contacts came before each hour, and in the end how many there are."""
        return [0, *accumulate(sum(counts) for counts in zip(*self.counts.values(), strict=True))]

    def contacts(self, first: int = 0, last: int | None = None) -> Iterator[Contact]:
        """The contacts of the hours from `first` up to `last`, by time, without the shown ones."""
        for place, slot in enumerate(self.calendar.slots[first:last], first):
            draw = self._draw(f"hour {place}")
            seconds = int((slot.end - slot.begin).total_seconds())
            found = [
                (slot.begin + timedelta(seconds=int(draw.random() * seconds)), code)
                for code, counts in self.counts.items()
                for _one in range(counts[place])
            ]
            for number, (moment, code) in enumerate(sorted(found), self.before[place] + 1):
                yield Contact(number, moment, code, slot)

    def shown(self) -> Iterator[Contact]:
        """The stories that stand in the middle, so that there is something to do."""
        draw = self._draw("shown")
        number = self.wanted.order_count - len(SHOWN)
        for place, (type_, until, least, most, team) in enumerate(SHOWN, 1):
            moment = (self.at - timedelta(days=draw.uniform(least, most))).replace(microsecond=0)
            moment = self._in_the_day(moment, draw)
            yield Contact(number + place, moment, type_, self.calendar.slots[-1], until, team)

    def _in_the_day(self, moment: datetime, draw: random.Random) -> datetime:
        """The same moment, or the morning before if it lies in the night."""
        local = moment.astimezone(self.calendar.zone)
        if 7 <= local.hour < 21:  # hours of the clock
            return moment
        morning = local.replace(hour=draw.randint(8, 11), minute=draw.randint(0, 59))
        return (morning if morning <= local else morning - timedelta(days=1)).astimezone(self.at.tzinfo)

    # --- What -------------------------------------------------------------------------------------------------------
    def orders(self) -> Iterator[LoadedOrder]:
        """All orders, the last thirty days' after the others.

        Those of the last days are told first, since what they come to is not known before: the callbacks that they
        leave of the year's figure are made on the older orders.
        """
        border = self.hour_of(self.at - RECENT)
        told = [self.tell(contact) for contact in (*self.contacts(border), *self.shown())]
        self.asking.clear()
        called = [code for code, flow in self._flows.items() if flow.callback.when != "never"]
        quota = Quota(
            left=self.wanted.callbacks - sum(_made(order) for order in told),
            ahead=sum(sum(self.counts[code][:border]) for code in called),
        )
        for contact in self.contacts(0, border):
            eligible = contact.type in called
            quota.ahead -= eligible
            order = self.tell(contact, quota if eligible else None)
            quota.left -= _made(order)
            yield order
        yield from told

    def hour_of(self, moment: datetime) -> int:
        """The place of the hour in which a moment lies."""
        return next(place for place, slot in enumerate(self.calendar.slots) if moment < slot.end)

    def days(self, size: int) -> Iterator[tuple[int, int]]:
        """The hours cut at midnight into stretches of at least `size` contacts: a day's numbers are counted in one."""
        first = 0
        for place, slot in enumerate(self.calendar.slots):
            if slot.local.hour == 0 and self.before[place] - self.before[first] >= size:
                yield first, place
                first = place
        yield first, len(self.calendar.slots)

    def thinned(self, contact: Contact) -> LoadedOrder:
        """The order of a contact that is over, of which only the opening and the end were kept."""
        draw = self._draw(contact.number)
        archive, entry = self._matter(contact, draw)
        crew, flow = archive.crew, self._flows[contact.type]
        team = crew.team_at(archive.place, draw)
        tale = Tale(flow, crew, team, opened_at=contact.at, now=self.at, draw=draw)
        script = Script(tale, entry)
        tale.open(script.agent, script.matter(foreign=archive.foreign))
        if contact.type == "consultation":
            tale.over(script.agent, script.one_of("answer"), at_once=True)
        else:
            tale.over(script.dispatcher, script.one_of("done"), at_once=False)
        return self._loaded(contact, archive, script)

    def tell(self, contact: Contact, quota: Quota | None = None) -> LoadedOrder:
        """The order of a contact, with its whole story."""
        draw = self._draw(contact.number)
        for _attempt in range(TRIES):
            archive, entry = self._matter(contact, draw)
            crew = archive.crew
            team = crew.team_at(archive.place, draw, contact.team)
            tale = Tale(
                self._flows[contact.type], crew, team,
                opened_at=contact.at, now=self.at, draw=draw, until=contact.until, quota=quota,
            )  # fmt: skip
            trouble = contact.slot.trouble is not None
            script = Script(tale, entry, trouble=trouble, office=contact.team, turn=contact.number)
            tale.open(script.agent, script.matter(foreign=archive.foreign))
            with suppress(Present):
                Script.BY_TYPE[contact.type](script)
            if contact.until is None or tale.told:
                break
        if contact.type == "repair" and archive.use == "home":
            self.asking.append((contact.at, archive))
        return self._loaded(contact, archive, script)

    def _loaded(self, contact: Contact, archive: Archive, script: Script) -> LoadedOrder:
        tale, entry, draw = script.tale, script.entry, script.tale.draw
        channel = draw.choices(_CHANNELS, cum_weights=_CHANNEL_WEIGHTS)[0]
        talked = timedelta(seconds=draw.randint(50, 480))
        point = int(draw.random() * len(archive.points))
        return LoadedOrder(
            external_id=f"{contact.number:08d}",
            type=contact.type,
            channel=channel,
            description=tale.steps[0].text,
            occurred_at=contact.at,
            place=archive.place,
            home=archive.crew.call_centre.pk,
            steps=tale.steps,
            opened_by=script.agent.pk,
            contact_ended_at=min(contact.at + talked, self.at) if channel == "phone" else None,
            customer=archive.customer,
            service_point=archive.points[point],
            caller_name=archive.caller,
            caller_phone=archive.phone,
            address=archive.addresses[point],
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
            also_with=tale.also_with,
        )

    # --- Who, and about what ----------------------------------------------------------------------------------------
    def _matter(self, contact: Contact, draw: random.Random) -> tuple[Archive, Mapping[str, Any]]:
        trouble = contact.slot.trouble if draw.random() < TROUBLED else None
        among: Sequence[Archive] = self.archives
        if contact.team:
            among = self._covered_by(contact.team)
        elif trouble and trouble.district is not None:
            hit = self._districts[trouble.district % len(self._districts)].unit.pk
            among = self.by_district.get(hit, among)
        archive = self._caller(among, contact, draw)
        entry = self._entry(contact, GROUPS[archive.use], draw, trouble=trouble is not None)
        while self.asking and self.asking[0][0] < contact.at - FOLLOWING:
            self.asking.popleft()
        if entry.get("follows") and self.asking:
            return self.asking[int(draw.random() * len(self.asking))][1], entry
        while entry.get("follows"):  # nobody has anything under way
            entry = self._entry(contact, GROUPS[archive.use], draw, trouble=False)
        return archive, entry

    @staticmethod
    def _caller(among: Sequence[Archive], contact: Contact, draw: random.Random) -> Archive:
        """Somebody who was a customer then and may have such a matter; some call more often than others."""
        count, fitting = len(among), MATTERS[contact.type]
        step = SCATTER if count % SCATTER else SCATTER + 4
        for _try in range(NEWCOMERS):
            found = among[int(count * draw.random() ** REGULARS) * step % count]
            if found.since <= contact.at and GROUPS[found.use] in fitting:
                return found
        return next((one for one in among if GROUPS[one.use] in fitting), found)

    def _covered_by(self, code: str) -> Sequence[Archive]:
        """The customers whose district is the team's."""
        if code not in self._covered:
            districts = [district for crew in self.crews for district in crew.covered_by(code)]
            self._covered[code] = [one for district in districts for one in self.by_district.get(district, ())]
        return self._covered[code] or self.archives

    def _entry(self, contact: Contact, group: str, draw: random.Random, *, trouble: bool) -> Mapping[str, Any]:
        slot = contact.slot
        night = contact.type == "repair" and not 6 <= slot.local.hour < 22  # hours of the clock
        seasons = seasons_of(slot)
        key = contact.type, f"{group} {trouble} {night} {','.join(seasons)}"
        if key not in self._entries:
            entries = [entry for entry in TEXTS[contact.type] if entry.get("use", "home") == group]
            self._entries[key] = _weighed(entries, seasons, trouble=trouble, night=night)
        entries, weights = self._entries[key]
        return draw.choices(entries, cum_weights=weights)[0]


def _weighed(entries: Entries, seasons: Sequence[str], *, trouble: bool, night: bool) -> tuple[Entries, list[float]]:
    """What there is to call about in such an hour, and how likely it is."""
    if trouble and any(entry.get("trouble") for entry in entries):
        entries = [entry for entry in entries if entry.get("trouble")]
    weights = []
    for entry in entries:
        season = entry.get("season", "even")
        # What froze is frozen only then; other matters are merely rarer out of season.
        rare = 0.0 if season == "frozen" else OUT_OF_SEASON
        weight = entry["weight"] * (1.0 if season in seasons else rare)
        weight *= 8 if season == "frozen" and season in seasons else 1
        weights.append(weight * (AT_NIGHT.get(entry["kind"], 0.3) if night else 1))
    return entries, list(accumulate(weights))


def _made(order: LoadedOrder) -> int:
    """Callbacks that somebody made; not those that are due or were withdrawn."""
    return sum(call.result not in ("", CallbackResult.WITHDRAWN.value) for call in order.callbacks)
