"""Work orders as lines of a file: what stands in each column, as the pages show it to whoever asks.

One table of columns for all orders, and those of a type's own fields. A batch of lines costs a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.codes.queries import label_of
from jingming.organisation.queries import departments
from jingming.privacy.vault import all_opened
from jingming.ui.labels import in_language
from jingming.workorders.flows import FormField
from jingming.workorders.models import Callback, WorkOrder
from jingming.workorders.queries import (
    callbacks_of,
    fields_filled,
    first_taken_charge,
    queued_among,
    version_of,
)
from jingming.workorders.rules import CallbackResult, Status
from jingming.workorders.values import NOTHING
from jingming.workspace import history as words
from jingming.workspace.lists import Listing, one_type

from .chips import rest_chip
from .lists import place_of

AT_ONCE = 200  # orders that are read, and sent, together
RELATED = ("opened_by", "customer", "service_point")


@dataclass(frozen=True)
class Line:
    """One order, and what hangs on it as far as its line tells of it."""

    order: WorkOrder
    charge_since: datetime | None
    calls: Sequence[Callback]
    at: datetime

    @property
    def due(self) -> Callback | None:
        """The callback still to be made."""
        return next((call for call in self.calls if not call.result), None)

    @property
    def made(self) -> Callback | None:
        """The callback made last."""
        made = [call for call in self.calls if call.at is not None]
        return max(made, key=lambda call: (call.at, call.pk), default=None)


def _moment(value: datetime | None) -> str:
    return words.moment(value) if value else ""


def _yes(value: bool | None) -> str:  # noqa: FBT001  # what a column holds
    return "" if value is None else _("Yes") if value else _("No")


def _rest(line: Line) -> str:
    chip = rest_chip(line.order)
    return (chip.title or chip.text) if chip else ""


def _customer(line: Line) -> str:
    customer = line.order.customer
    return eyes.shown("name", customer.name, line.order) if customer else ""


def _callback(line: Line) -> str:
    return str(CallbackResult(line.made.result).label) if line.made else ""


def _satisfaction(line: Line) -> str:
    return str(line.made.satisfaction or "") if line.made else ""


COLUMNS: Sequence[tuple[str | Promise, Callable[[Line], str]]] = (
    (gettext_lazy("Number"), lambda line: line.order.number),
    (gettext_lazy("Type"), lambda line: str(line.order.type)),
    (gettext_lazy("State"), lambda line: str(Status(line.order.status).label)),
    (gettext_lazy("Step"), lambda line: in_language(line.order.flow.step(line.order.step).label.model_dump())),
    (gettext_lazy("Level"), lambda line: label_of("level", line.order.level)),
    (gettext_lazy("Category"), lambda line: label_of("category", line.order.category) if line.order.category else ""),
    (gettext_lazy("Channel"), lambda line: label_of("channel", line.order.channel)),
    (gettext_lazy("Place"), lambda line: place_of(line.order).strip("—")),
    (gettext_lazy("Department"), lambda line: str(departments()[line.order.department_id])),
    (gettext_lazy("Person in charge"), lambda line: line.order.assignee.name if line.order.assignee else ""),
    (gettext_lazy("Call centre"), lambda line: str(departments()[line.order.home_department_id])),
    (gettext_lazy("Taken by"), lambda line: line.order.opened_by.name if line.order.opened_by else ""),
    (gettext_lazy("Customer"), _customer),
    (
        gettext_lazy("Account number"),
        lambda line: line.order.service_point.account_number if line.order.service_point else "",
    ),
    (gettext_lazy("Caller"), lambda line: eyes.shown("name", line.order.caller_name, line.order)),
    (gettext_lazy("Phone"), lambda line: eyes.shown("phone", line.order.caller_phone, line.order)),
    (gettext_lazy("Address"), lambda line: eyes.shown("address", line.order.address, line.order)),
    (gettext_lazy("Customer verified by"), lambda line: words.verified_words(line.order.verified)),
    (gettext_lazy("Description"), lambda line: line.order.description),
    (gettext_lazy("Outcome"), lambda line: line.order.outcome),
    (gettext_lazy("Contact time"), lambda line: _moment(line.order.occurred_at)),
    (pgettext_lazy("time", "Written down"), lambda line: _moment(line.order.recorded_at)),
    (pgettext_lazy("time", "First in charge"), lambda line: _moment(line.charge_since)),
    (pgettext_lazy("time", "Arrived on site"), lambda line: _moment(line.order.arrived_at)),
    (pgettext_lazy("time", "Processed"), lambda line: _moment(line.order.processed_at)),
    (pgettext_lazy("time", "Closed"), lambda line: _moment(line.order.closed_at)),
    (gettext_lazy("Standing still"), _rest),
    (gettext_lazy("Suspended"), lambda line: _yes(line.order.status == Status.SUSPENDED)),
    (gettext_lazy("Round"), lambda line: str(line.order.round)),
    (pgettext_lazy("time", "Callback due"), lambda line: _moment(line.due.due_at) if line.due else ""),
    (gettext_lazy("Callback overdue"), lambda line: _yes(line.due.due_at <= line.at) if line.due else ""),
    (gettext_lazy("Callback"), _callback),
    (gettext_lazy("Satisfaction"), _satisfaction),
    (gettext_lazy("Satisfied"), lambda line: _yes(line.order.satisfied)),
)


def own_fields(person: Staff, listing: Listing) -> list[FormField]:
    """The fields of the type that the filters name: those that are asked for, and retired ones in which any of the
    orders holds a value. Two queries; none where the filters name no type or several."""
    code = one_type(listing)
    if not code:
        return []
    fields = version_of(code).flow.fields
    if all(field.active for field in fields):
        return list(fields)
    filled = fields_filled(person, listing.name, filters=listing.chosen.condition)
    return [field for field in fields if field.active or field.key in filled]


def heading(fields: Sequence[FormField]) -> list[str]:
    """The words over the columns."""
    return [*(str(label) for label, _cell in COLUMNS), *(in_language(field.label.model_dump()) for field in fields)]


def lines(
    person: Staff, listing: Listing, ids: Sequence[int], fields: Sequence[FormField], *, at: datetime
) -> Iterator[list[list[str]]]:
    """The lines of these orders in this order, some at a time, as whoever asks may see them; those that have left the
    queue, or the person's sight, meanwhile are left out. Five queries for each batch at the most."""
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        place = {pk: number for number, pk in enumerate(batch)}
        found = queued_among(person, listing.name, batch, filters=listing.chosen.condition, also=RELATED)
        orders = sorted(found, key=lambda order: place[order.pk])
        since, calls = first_taken_charge(orders), callbacks_of(orders)
        told = [Line(order, since.get(order.pk), calls.get(order.pk, ()), at) for order in orders]
        yield _opened(orders, [_cells(line, fields) for line in told])


def _cells(line: Line, fields: Sequence[FormField]) -> list[str]:
    return [*(cell(line) for _label, cell in COLUMNS), *(_own(line.order, field) for field in fields)]


def _own(order: WorkOrder, field: FormField) -> str:
    """A value in words, by what the version of the order calls its choices."""
    value = order.form.get(field.key)
    return "" if value in NOTHING else words.form_value(order.flow.field(field.key) or field, value, order)


def _opened(orders: Sequence[WorkOrder], rows: list[list[str]]) -> list[list[str]]:
    """The rows with numbers, or masks, in place of their tokens, each as on the page of its order: an answer that is
    sent opens them all alike."""
    whole = [eyes.whole(Authority.SEE_NUMBERS, order) for order in orders]
    found: Mapping[int, list[str]] = {
        place: cells
        for seen in (True, False)
        for place, cells in zip(
            [place for place, one in enumerate(whole) if one is seen],
            all_opened([cells for cells, one in zip(rows, whole, strict=True) if one is seen], whole=seen),
            strict=True,
        )
    }
    return [found[place] for place in range(len(rows))]
