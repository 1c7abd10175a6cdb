"""Everything that happened with a customer in one time line: contacts, orders, visits, notes, changes of the archive.

Each source gives at most a page of its rows that lie before the cursor, by an index of its own; what is told comes from
the newest of them. So a page costs the same however long somebody has been a customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.models import Staff
from jingming.base.paging import pack, unpack
from jingming.codes.queries import label_of
from jingming.customers.models import ConductNote, Customer, Note, NoteKind, Purchase
from jingming.customers.queries import changes_of, history_line
from jingming.interactions.access import visible_to as contacts_visible_to
from jingming.interactions.models import Interaction
from jingming.interactions.rules import Direction, Disposition
from jingming.workorders.models import History
from jingming.workorders.queries import OrdersOfCustomer, numbers_of, orders_of_customer
from jingming.workorders.rules import Act, CallbackResult, Status
from jingming.workspace import history as words

from .contacts import party_of

# Name in the address → what the tab is called. "" is everything.
TABS: Mapping[str, str | Promise] = {
    "": gettext_lazy("All"),
    "contacts": gettext_lazy("Contacts"),
    "orders": gettext_lazy("Orders"),
    "notes": gettext_lazy("Visits and notes"),
    "changes": gettext_lazy("Changes"),
}
PAGE = 40
SOURCES = 16  # a tie between lines of one moment is settled by id × SOURCES + place of the source
TOLD_ELSEWHERE = ("conduct_noted", "note_written", "visit_noted", "purchase_noted")
ICONS_OF_CHANGES: Mapping[str, str] = {
    "device_exchanged": "exchange",
    "device_added": "tool",
    "device_removed": "tool",
    "point_moved_in": "users",
    "point_moved_out": "users",
    "merged": "copy",
    "merged_away": "copy",
    "unmerged": "arrow-back-up",
}


@dataclass(frozen=True)
class Line:
    """One line: `number` is that of the order that it leads to, if the reader may see it; `tie` orders lines of one
    moment."""

    at: datetime
    tie: int
    what: str
    who: str = ""
    where: str = ""
    text: str = ""
    number: str = ""
    tone: str = "note"
    icon: str = "history"
    all_day: bool = False  # of the hour nothing is known


@dataclass(frozen=True)
class Tab:
    """One filter of the time line."""

    key: str
    label: str
    current: bool


@dataclass(frozen=True)
class Lifeline:
    """A page of the time line, newest first; `older` is the cursor of the next one, "" on the last; `first` tells
    whether it begins with what is newest."""

    lines: list[Line]
    tabs: list[Tab]
    show: str
    older: str
    first: bool


@dataclass(frozen=True)
class _Asked:
    """What the sources need to know: who asks, about whom, and the line before which theirs have to lie."""

    person: Staff
    customer: Customer
    ids: Sequence[int]
    orders: OrdersOfCustomer
    whole: bool
    before: tuple[datetime, int] | None
    heard: set[int] = field(default_factory=set)  # the contacts among the lines, which tell what they opened

    def newest(self, rows: QuerySet[Any], by: str, tie: str = "pk") -> list[Any]:
        """A page of a source's rows, with one more to tell whether there are older ones."""
        if self.before is not None:
            moment, mark = self.before
            same = Q(**{by: moment, f"{tie}__lte": mark // SOURCES})
            rows = rows.filter(**{f"{by}__lte": moment}).filter(Q(**{f"{by}__lt": moment}) | same)
        return list(rows.order_by(f"-{by}", f"-{tie}")[: PAGE + 2])  # one may be the line of the cursor itself


def what_happened(
    person: Staff, customer: Customer, ids: Sequence[int], orders: OrdersOfCustomer, *, show: str = "", cursor: str = ""
) -> Lifeline:
    """What happened with the customer, known under these ids, of the kind that `show` names (an unknown one is
    everything). Seven queries for everything, fewer for a kind; one more where the person does not work for the
    customer's place. Raises Unfit for a cursor that is not ours."""
    show = show if show in TABS else ""
    before = unpack(cursor) if cursor else None
    if before is not None and orders.full:
        orders = orders_of_customer(person, ids, before=before[0])
    asked = _Asked(person, customer, ids, orders, whole=not show, before=before)
    told = [line for source in SOURCES_OF[show] for line in source(asked)]
    told = sorted(told, key=lambda line: (line.at, line.tie), reverse=True)
    told = [line for line in told if before is None or (line.at, line.tie) < before]
    shown = told[:PAGE]
    return Lifeline(
        lines=shown,
        tabs=[Tab(key, str(label), key == show) for key, label in TABS.items()],
        show=show,
        older=pack(shown[-1].at, shown[-1].tie) if len(told) > PAGE else "",
        first=before is None,
    )


def _tie(pk: int, source: int) -> int:
    return pk * SOURCES + source


# --- Contacts -------------------------------------------------------------------------------------------------------
def _contacts(asked: _Asked) -> Iterator[Line]:
    """Calls, visits, messages. Among everything, the one that opened an order tells of that too."""
    seen = contacts_visible_to(asked.person).filter(customer__in=asked.ids).select_related("agent")
    orders = asked.orders.by_id
    opened = {order.interaction_id: order for order in asked.orders.orders}
    contacts = asked.newest(seen, "occurred_at")
    asked.heard.update(contact.pk for contact in contacts)
    others = {contact.order_id for contact in contacts if contact.order_id} - orders.keys()
    numbers = {pk: order.number for pk, order in orders.items()} | (numbers_of(asked.person, others) if others else {})
    for contact in contacts:
        order = opened.get(contact.pk) if asked.whole else None
        yield Line(
            at=contact.occurred_at,
            tie=_tie(contact.pk, 0),
            what=_how(contact),
            who=contact.agent.name if contact.agent else "",
            where=_became(contact, asked.orders),
            text="\n".join(filter(None, (contact.outcome, order.description if order else ""))),
            number=numbers.get(contact.order_id or 0, ""),
            tone="act" if contact.disposition == Disposition.OPENED else "note",
            icon="phone-outgoing" if contact.direction == Direction.OUT else "phone-incoming",
        )


def _how(contact: Interaction) -> str:
    channel = label_of("channel", contact.channel)
    party = party_of(contact)
    said = _("to %(party)s") if contact.direction == Direction.OUT else _("from %(party)s")
    return f"{channel} {said % {'party': party}}" if party else channel


def _became(contact: Interaction, orders: OrdersOfCustomer) -> str:
    """What became of the contact; of an order that the reader may not see only that there is one."""
    if contact.disposition == Disposition.NO_ORDER:
        return label_of("no_order_reason", contact.reason)
    order = orders.by_id.get(contact.order_id or 0)
    kind = str(order.type) if order else ""
    return " · ".join(filter(None, (str(Disposition(contact.disposition).label), kind)))


# --- Orders ---------------------------------------------------------------------------------------------------------
def _opened(asked: _Asked) -> Iterator[Line]:
    """Orders when they were opened, unless the contact that opened them tells it."""
    for order in asked.orders.orders:
        if not (asked.whole and order.interaction_id in asked.heard):
            yield Line(
                at=order.occurred_at, tie=_tie(order.pk, 1), what=_("Order opened"), where=str(order.type),
                text=order.description, number=order.number, tone="act", icon="plus",
            )  # fmt: skip


def _closed(asked: _Asked) -> Iterator[Line]:
    for order in asked.orders.orders:
        if order.closed_at is not None and order.status == Status.CLOSED:
            yield Line(
                at=order.closed_at, tie=_tie(order.pk, 2), what=_("Order closed"), where=str(order.type),
                text=order.outcome, number=order.number, tone="done", icon="circle-check",
            )  # fmt: skip


def _halted(asked: _Asked) -> Iterator[Line]:
    """Orders suspended, gone on with, reopened, made void."""
    orders = asked.orders.by_id
    if not orders:
        return
    since = min(order.occurred_at for order in orders.values())
    steps = History.objects.filter(order_id__in=list(orders), act__in=HALTS, occurred_at__gte=since)
    for step in asked.newest(steps, "occurred_at", tie="id"):
        order = orders[step.order_id]
        [line] = words.lines([step], words.Names(order=order, people={}, types={}))
        yield Line(
            at=step.occurred_at, tie=_tie(step.id, 3), what=line.what, who=line.who, where=str(order.type),
            text=line.text, number=order.number, tone=line.tone, icon=line.icon,
        )  # fmt: skip


HALTS = (Act.SUSPEND, Act.RESUME, Act.REOPEN, Act.VOID)


def _called_back(asked: _Asked) -> Iterator[Line]:
    """Callbacks that were made, with what the customer said."""
    for call in asked.orders.callbacks:
        if call.result and call.at is not None:
            order = asked.orders.by_id[call.order_id]
            value = _("%(value)s of 5") % {"value": call.satisfaction} if call.satisfaction else ""
            result = _(": ").join((_("Callback"), str(CallbackResult(call.result).label)))
            yield Line(
                at=call.at, tie=_tie(call.pk, 4), what=result, who=call.by.name if call.by else "",
                where=" · ".join(filter(None, (value, str(order.type)))), text=call.text, number=order.number,
                tone=TONES_OF_CALLBACKS[call.result], icon="phone-outgoing",
            )  # fmt: skip


TONES_OF_CALLBACKS: Mapping[str, str] = {
    CallbackResult.SATISFIED: "done",
    CallbackResult.DISSATISFIED: "late",
    CallbackResult.UNREACHABLE: "soon",
}


# --- What is written in the archive ---------------------------------------------------------------------------------
def _notes(asked: _Asked) -> Iterator[Line]:
    rows = Note.objects.filter(customer__in=asked.ids).select_related("by")
    for note in asked.newest(rows, "at"):
        visit = note.kind == NoteKind.VISIT
        yield Line(
            at=note.at, tie=_tie(note.pk, 5), what=str(note.get_kind_display()), who=note.by.name, text=note.text,
            tone="act" if visit else "note", icon="home" if visit else "note",
        )  # fmt: skip


def _conduct(asked: _Asked) -> Iterator[Line]:
    rows = ConductNote.objects.filter(customer__in=asked.ids).select_related("by")
    for note in asked.newest(rows, "at"):
        what, tone, icon = (
            (_("Good conduct"), "done", "mood-smile") if note.good else (_("Bad conduct"), "late", "mood-sad")
        )
        yield Line(at=note.at, tie=_tie(note.pk, 6), what=what, who=note.by.name, text=note.text, tone=tone, icon=icon)


def _purchases(asked: _Asked) -> Iterator[Line]:
    """What was bought, at the beginning of its day: of the hour nothing is known."""
    rows = Purchase.objects.filter(customer__in=asked.ids).select_related("by")
    if asked.before is not None:
        moment, mark = asked.before
        day = localtime(moment).date()
        same = Q(pk__lte=mark // SOURCES) if _morning(day) == moment else Q()
        rows = rows.filter(bought_on__lte=day).filter(Q(bought_on__lt=day) | same)
    for one in rows.order_by("-bought_on", "-pk")[: PAGE + 2]:
        count = f" × {one.quantity.normalize():f}" if one.quantity != 1 else ""
        paid = number_format(one.amount, 2, force_grouping=True) if one.amount is not None else ""
        amount = _("CNY %(amount)s") % {"amount": paid} if paid else ""
        yield Line(
            at=_morning(one.bought_on), tie=_tie(one.pk, 7), what=_("Bought %(item)s") % {"item": f"{one.item}{count}"},
            who=one.by.name if one.by else "", where=" · ".join(filter(None, (amount, one.number))), tone="act",
            icon="tag", all_day=True,
        )  # fmt: skip


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())


def _changes(asked: _Asked) -> Iterator[Line]:
    rows = changes_of(asked.person, asked.customer, asked.ids).exclude(act__in=TOLD_ELSEWHERE)
    for change in asked.newest(rows, "occurred_at", tie="id"):
        line = history_line(change, asked.customer)
        yield Line(
            at=line.at, tie=_tie(change.id, 8), what=line.what, who=line.who,
            text=line.text.replace("\n", " · "), tone=line.tone, icon=ICONS_OF_CHANGES.get(change.act, "edit"),
        )  # fmt: skip


Source = Callable[[_Asked], Iterable[Line]]
_ORDERS: tuple[Source, ...] = (_opened, _closed, _halted, _called_back)
_NOTES: tuple[Source, ...] = (_notes, _conduct)
_CHANGES: tuple[Source, ...] = (_changes, _purchases)
SOURCES_OF: Mapping[str, tuple[Source, ...]] = {
    "": (_contacts, *_ORDERS, *_NOTES, *_CHANGES),
    "contacts": (_contacts,),
    "orders": _ORDERS,
    "notes": _NOTES,
    "changes": _CHANGES,
}
