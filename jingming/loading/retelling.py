"""The rows of another system's log, retold as orders and steps of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.privacy.rules import shortened
from jingming.workorders.inputs import LONGEST_TEXT
from jingming.workorders.rules import Act, Status

from .checking import EARLIEST, CannotLoad
from .founding import Ground
from .inference import Change, act_of
from .log_file import Row
from .mapping import Mapping, State
from .moments import Moments
from .rows import LoadedOrder, LoadedStep

HANDLING, DISPATCHING, CLOSING = "handling", "dispatching", "closing"
WORDS = ("caller", "address", "outcome", "opened_by", "resolved_by")
NOTHING_CHANGED = Change()


@dataclass(slots=True)
class Event:
    """One row, read."""

    row: int
    at: datetime
    state: str
    status: Status
    waiting_for: str
    group: str
    assignee: str
    changed_by: str
    level: str
    odd: tuple[str, ...]
    changes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Incident:
    """All rows of an order, read."""

    number: str
    opened_at: datetime
    processed_at: datetime | None
    closed_at: datetime | None
    channel: str
    words: dict[str, str]
    kept: dict[str, str]
    events: list[Event]


@dataclass(frozen=True)
class Told:
    """A log that has been read and makes sense; where it comes to stand is still open."""

    mapping: Mapping
    incidents: list[Incident]
    groups: set[str]

    def first_and_last(self) -> tuple[datetime, datetime]:
        """When the earliest and the latest event happened."""
        moments = [event.at for incident in self.incidents for event in incident.events]
        return min(moments), max(moments)

    def orders(self, ground: Ground) -> Iterator[LoadedOrder]:
        """The orders as the bulk door takes them."""
        for incident in self.incidents:
            yield _order(incident, self.mapping, ground)


class Retelling:
    """Reads the values of rows; knows the places of the columns in a row."""

    def __init__(self, mapping: Mapping, columns: Sequence[str], file: str, *, now: datetime) -> None:
        self.mapping, self.file, self.now = mapping, file, now
        self.moments = Moments(mapping.file.dates, mapping.file.time_zone)
        self.nulls = frozenset(mapping.file.nulls)
        self.at = {column: place for place, column in enumerate(columns)}
        self.named = {name: self.at[column] for name, column in mapping.columns if isinstance(column, str) and column}
        self.kept = [(column, self.at[column]) for column in mapping.columns.keep]
        self.met_known_state = False

    def order_of(self, line: int, row: Row) -> str:
        """The number of the order that the row is about."""
        number = self._value(row, "order")
        if not number:
            raise self._bad(line, _("the order has no number"))
        return number

    def retell(self, rows: dict[str, list[tuple[int, Row]]]) -> Told:
        """All orders; raises CannotLoad for the first value that cannot be meant."""
        if not rows:
            raise CannotLoad(_("Nothing was loaded. %(path)s: it holds no events.") % {"path": self.file})
        incidents = [self._incident(number, lines) for number, lines in rows.items()]
        if not self.met_known_state:
            raise CannotLoad(
                _("Nothing was loaded. %(path)s: the mapping knows none of the states in the column “%(column)s”.")
                % {"path": self.file, "column": self.mapping.columns.state}
            )
        groups = {event.group for incident in incidents for event in incident.events if event.group}
        return Told(self.mapping, incidents, groups)

    def _incident(self, number: str, lines: list[tuple[int, Row]]) -> Incident:
        (first_line, first), (_last_line, last) = lines[0], lines[-1]
        opened_at = self._moment(first_line, first, "opened_at")
        if opened_at is None:
            raise self._bad(first_line, _("the time of opening is missing"))
        events: list[Event] = []
        before: Row | None = None
        for line, row in lines:
            events.append(self._event(line, row, before, events[-1] if events else None))
            before = row
        return Incident(
            number=number,
            opened_at=opened_at,
            processed_at=self._not_before(opened_at, lines[-1], "resolved_at"),
            closed_at=self._not_before(opened_at, lines[-1], "closed_at"),
            channel=self._word(first_line, first, "channel", self.mapping.channels, self.mapping.order.channel),
            words={name: self._value(last, name) for name in WORDS} | {"description": self._description(last)},
            kept={column: value for column, place in self.kept if (value := self._plain(last[place]))},
            events=events,
        )

    def _event(self, line: int, row: Row, before_row: Row | None, before: Event | None) -> Event:
        at = self._moment(line, row, "changed_at")
        if at is None:
            raise self._bad(line, _("the time of the event is missing"))
        odd: tuple[str, ...] = ()
        word = self._value(row, "state")
        state = self.mapping.states.get(word)
        if state is None:
            odd = ("unknown_state",)
            state = State(status=before.status if before else Status.UNTREATED)
            waiting_for = before.waiting_for if before else ""
        else:
            self.met_known_state = True
            waiting_for = str(state.waiting_for or "")
        if "resolved_at" in self.named and not self._value(row, "resolved_at"):
            odd = (*odd, "missing_time")
        level = self._word(line, row, "level", self.mapping.levels, self.mapping.order.level)
        return Event(
            row=line,
            at=at,
            state=word,
            status=state.status,
            waiting_for=waiting_for,
            group=self._value(row, "group"),
            assignee=self._value(row, "assignee"),
            changed_by=self._value(row, "changed_by"),
            level=level,
            odd=odd,
            changes=self._changes(before_row, row, before, level),
        )

    def _changes(self, before: Row | None, row: Row, event: Event | None, level: str) -> dict[str, list[str]]:
        """What the row says otherwise than the one before, of all that is kept."""
        if before is None or event is None or before == row:
            return {}
        changes = {
            column: [self._plain(before[place]), self._plain(row[place])]
            for column, place in self.kept
            if before[place] != row[place]
        }
        if event.level != level:
            changes["level"] = [event.level, level]
        if (place := self.named.get("assignee")) is not None and before[place] != row[place]:
            changes["assigned_to"] = [self._plain(before[place]), self._plain(row[place])]
        return changes

    def _value(self, row: Row, name: str) -> str:
        place = self.named.get(name)
        return self._plain(row[place]) if place is not None else ""

    def _plain(self, text: str) -> str:
        return "" if text in self.nulls else text

    def _word(self, line: int, row: Row, name: str, words: dict[str, str] | object, otherwise: str) -> str:
        """Our code for a word of theirs."""
        text = self._value(row, name)
        if not text:
            return otherwise
        code = words.get(text) if isinstance(words, dict) else None
        if code is None:
            raise self._bad(
                line,
                _("the mapping has no word for “%(word)s” of the column “%(column)s”")
                % {"word": shortened(text, 60), "column": getattr(self.mapping.columns, name)},
            )
        return str(code)

    def _moment(self, line: int, row: Row, name: str) -> datetime | None:
        text = self._value(row, name)
        if not text:
            return None
        try:
            moment = self.moments.read(text)
        except (ValueError, OverflowError):
            raise self._bad(
                line,
                _("“%(text)s” is no time of the form %(pattern)s")
                % {"text": shortened(text, 40), "pattern": self.moments.pattern},
            ) from None
        if not EARLIEST <= moment <= self.now:
            raise self._bad(line, _("“%(text)s” lies in the future, or before 1970") % {"text": text})
        return moment

    def _not_before(self, opened_at: datetime, line: tuple[int, Row], name: str) -> datetime | None:
        """The time that the source gives, if it is one that can be: not before the opening."""
        moment = self._moment(*line, name)
        return moment if moment is not None and moment >= opened_at else None

    def _description(self, row: Row) -> str:
        values = [self._plain(row[self.at[column]]) for column in self.mapping.order.description]
        return shortened(" · ".join(filter(None, values)), LONGEST_TEXT)

    def _bad(self, line: int, why: str) -> CannotLoad:
        return CannotLoad(
            _("Nothing was loaded. %(path)s, line %(line)d: %(why)s.") % {"path": self.file, "line": line, "why": why}
        )


def _order(incident: Incident, mapping: Mapping, ground: Ground) -> LoadedOrder:
    words, last = incident.words, incident.events[-1]
    steps = list(_steps(incident.events, ground, words["resolved_by"]))
    closed_at = incident.closed_at
    if closed_at and incident.processed_at and closed_at < incident.processed_at:
        closed_at = None
    extra = {"source": mapping.source, "number": incident.number, **incident.kept}
    extra |= {name: words[name] for name in ("opened_by", "resolved_by") if words[name]}
    return LoadedOrder(
        external_id=incident.number,
        type=mapping.order.type,
        channel=incident.channel,
        description=words["description"] or incident.number,
        occurred_at=incident.opened_at,
        place=ground.place,
        home=ground.call_centre,
        steps=steps,
        opened_by=ground.people.get(words["opened_by"]),
        caller_name=words["caller"],
        address=words["address"],
        category=mapping.order.category,
        level=last.level,
        extra=extra,
        outcome=words["outcome"] if last.status in (Status.PROCESSED, Status.CLOSED) else "",
        processed_at=incident.processed_at,
        closed_at=closed_at,
        callback_waived=True,
        also_with=sorted({ground.groups[event.group] for event in incident.events if event.group}),
    )


def _steps(events: list[Event], ground: Ground, resolved_by: str) -> Iterator[LoadedStep]:
    """One step for each event. An order that is done stands with the call centre, which ends it, whatever group the
    source still names."""
    before: Event | None = None
    for event in events:
        act = act_of(before.status, event.status, _change(before, event)) if before else Act.OPEN
        if event.status in (Status.PROCESSED, Status.CLOSED):
            step, department = CLOSING, ground.call_centre
        elif event.group:
            step, department = HANDLING, ground.groups[event.group]
        else:
            step, department = DISPATCHING, ground.operations
        facts: dict[str, object] = {"row": event.row, "state": event.state}
        if act == Act.COMPLETE and resolved_by:
            facts["resolved_by"] = resolved_by
        if event.changes:
            facts["changes"] = event.changes
        done = event.status in (Status.PROCESSED, Status.CLOSED)
        yield LoadedStep(
            act=act,
            at=event.at,
            status=event.status,
            step=step,
            department=department,
            assignee=None if done else ground.people.get(event.assignee),
            waiting_for=event.waiting_for,
            by=ground.people.get(event.changed_by),
            by_name=event.changed_by,
            facts=facts,
            odd=event.odd,
            row=event.row,
        )
        before = event


def _change(before: Event, event: Event) -> Change:
    if before.group == event.group and before.waiting_for == event.waiting_for and before.assignee == event.assignee:
        return NOTHING_CHANGED
    other_group = before.group != event.group
    return Change(
        sent=other_group and not before.group,
        moved=other_group and bool(before.group and event.group),
        returned=other_group and not event.group,
        waits=before.waiting_for != event.waiting_for and bool(event.waiting_for),
        goes_on=bool(before.waiting_for) and not event.waiting_for,
        person=before.assignee != event.assignee and bool(event.assignee),
    )
