"""What the bulk door refuses: rows that no action could have written. Strange is not wrong: what history did against
today's rules is kept and flagged (`way.ODD`), only what cannot be meant is refused, and then nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.customers.models import NetworkElement, Relation
from jingming.customers.rules import account_number, device_number, element_code, phone_number
from jingming.organisation.models import ServiceArea
from jingming.organisation.queries import departments, units
from jingming.privacy.rules import shortened
from jingming.workorders.flows import Flow, FormField
from jingming.workorders.inputs import LONGEST_TEXT, VERIFIED_BY
from jingming.workorders.models import OrderType, TypeVersion
from jingming.workorders.queries import current_version
from jingming.workorders.rules import Act, Status, Waiting
from jingming.workorders.values import READERS, Wrong

from .rows import LoadedCustomer, LoadedElement, LoadedOrder, LoadedPoint, LoadedStep, Place

SOURCE = r"[a-z][a-z0-9_-]{0,39}"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = {"caller_name": 120, "caller_phone": 20, "address": 200}
LONGEST_NAME = 150
LONGEST_REASON = 40


class CannotLoad(Unfit):
    """A row that cannot be meant; nothing of the batch has been loaded. The message names the row."""

    kind = "cannot-load"


@dataclass(frozen=True)
class Type:
    """A type of order as the batch begins it."""

    version: TypeVersion
    flow: Flow
    steps: frozenset[str]


class Known:
    """What the installation knows, read once for a batch."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.departments = frozenset(departments())
        self.units = frozenset(units())
        self.staff = dict(Staff.objects.values_list("pk", "name"))
        self.elements = frozenset(NetworkElement.objects.values_list("pk", flat=True))
        self.areas = frozenset(ServiceArea.objects.values_list("pk", flat=True))
        types = OrderType.objects.filter(active=True).values_list("code", flat=True)
        self.types = {code: self._type(code) for code in types}
        self._codes: set[tuple[str, str]] = set()

    @staticmethod
    def _type(code: str) -> Type:
        version = current_version(code)
        return Type(version, version.flow, frozenset(step.key for step in version.flow.steps))

    def check_code(self, set_: str, code: str) -> None:
        if (set_, code) not in self._codes:
            check_code(set_, code, set_)
            self._codes.add((set_, code))


def check_orders(orders: Sequence[LoadedOrder], known: Known) -> None:
    """Raise CannotLoad for the first order that could never have been."""
    seen: set[str] = set()
    for order in orders:
        try:
            if order.external_id in seen:
                raise Unfit(_("it comes twice"))
            seen.add(order.external_id)
            _check_order(order, known)
            for step in order.steps:
                _check_step(step, known, known.types[order.type].steps)
            _check_hanging(order, known)
        except Unfit as refusal:
            raise CannotLoad(
                _("Nothing was loaded. Order %(order)s: %(why)s.")
                % {"order": shortened(order.external_id, 80), "why": refusal.message.rstrip(".。")}
            ) from None


def _check_order(order: LoadedOrder, known: Known) -> None:
    if not order.steps:
        raise Unfit(_("nothing was ever done to it"))
    if order.type not in known.types:
        raise Unfit(_("there is no type of order “%(type)s”") % {"type": order.type})
    known.check_code("channel", order.channel)
    known.check_code("level", order.level)
    if order.category:
        known.check_code("category", order.category)
    check_text(order.external_id, 80)
    check_text(order.description, LONGEST_TEXT)
    if not order.description:
        raise Unfit(_("it does not say what it is about"))
    check_text(order.outcome, LONGEST_TEXT)
    check_text(order.caller_name, LONGEST["caller_name"])
    check_text(order.caller_phone, LONGEST["caller_phone"])
    check_text(order.address, LONGEST["address"])
    if not set(order.verified) <= set(VERIFIED_BY):
        raise Unfit(_("a customer is verified by account number, address or name"))
    check_place(order.place, known)
    _check_departments((order.home, *order.also_with), known)
    _check_person(order.opened_by, known)
    _check_form(order, known.types[order.type].flow, known)
    _check_times(order, known)


def _check_form(order: LoadedOrder, flow: Flow, known: Known) -> None:
    for key, value in order.form.items():
        field = flow.field(key)
        if field is None:
            raise Unfit(_("its type has no field “%(field)s”") % {"field": key})
        if field.kind == "code":
            known.check_code(field.set, str(value))
        elif field.kind not in LENIENT:
            _check_written(field, value)
        elif isinstance(value, str):
            check_text(value, 2000)


LENIENT = ("text", "number", "date", "flag")  # archives of other systems write these in many ways


def _check_written(field: FormField, value: object) -> None:
    """Refuse a value that is not written as orders of our own keep it; whether the field is retired is no matter."""
    try:
        read = READERS[field.kind](field, value, value)
    except Wrong as fault:
        raise Unfit(f"{field.key}: {fault}") from None
    if read != value:
        raise Unfit(_("“%(field)s” is written as %(value)s") % {"field": field.key, "value": read})


def _check_times(order: LoadedOrder, known: Known) -> None:
    check_time(order.occurred_at, known.at)
    for moment in (order.processed_at, order.closed_at, order.contact_ended_at):
        if moment is not None:
            check_time(moment, known.at)
            if moment < order.occurred_at:
                raise Unfit(_("it ended before it began"))
    if order.processed_at and order.closed_at and order.closed_at < order.processed_at:
        raise Unfit(_("it was closed before it was processed"))


def _check_step(step: LoadedStep, known: Known, steps: frozenset[str]) -> None:
    if type(step.act) is not Act or type(step.status) is not Status:
        raise Unfit(_("an act or a state is unknown"))
    if step.step not in steps:
        raise Unfit(_("its type has no step “%(step)s”") % {"step": step.step})
    if step.waiting_for and step.waiting_for not in Waiting.values:
        raise Unfit(_("it cannot wait for “%(what)s”") % {"what": step.waiting_for})
    check_time(step.at, known.at)
    _check_departments((step.department,), known)
    if step.by is not None or step.assignee is not None:
        _check_person(step.by, known)
        _check_person(step.assignee, known)
    check_text(step.by_name, LONGEST_NAME)
    check_text(step.reason, LONGEST_REASON)
    check_text(step.text, LONGEST_TEXT)


def _check_hanging(order: LoadedOrder, known: Known) -> None:
    """Tasks, reviews, callbacks and work name departments and people that are there; the tables check the rest."""
    for task in order.tasks:
        _check_departments((task.department,), known)
        for person in (task.assignee, task.given_by, task.reported_by):
            _check_person(person, known)
    for review in order.reviews:
        _check_departments((review.department,), known)
        _check_person(review.done_by, known)
        _check_person(review.reviewer, known)
        if review.task is not None and not 0 <= review.task < len(order.tasks):
            raise Unfit(_("a review names a task that is not there"))
    for call in order.callbacks:
        _check_departments((call.department,), known)
        _check_person(call.by, known)
    for work in order.work:
        _check_person(work.staff, known)


def check_customers(customers: Iterable[LoadedCustomer], known: Known) -> None:
    """Raise CannotLoad for the first archive that could never have been. Numbers must come in their kept form."""
    for customer in customers:
        try:
            _check_customer(customer, known)
        except Unfit as refusal:
            raise CannotLoad(
                _("Nothing was loaded. Customer %(customer)s: %(why)s.")
                % {"customer": shortened(customer.name, 80), "why": refusal.message.rstrip(".。")}
            ) from None


def _check_customer(customer: LoadedCustomer, known: Known) -> None:
    if not customer.name:
        raise Unfit(_("a customer has a name"))
    check_text(customer.name, 120)
    check_text(customer.number, 30)
    check_text(customer.note, 2000)
    check_place(customer.place, known)
    check_time(customer.since, known.at)
    if customer.department is not None:
        _check_departments((customer.department,), known)
    _check_person(customer.manager, known)
    for flag in customer.sensitive:
        known.check_code("sensitive_flag", flag)
    for contact in customer.contacts:
        check_text(contact.name, 60)
        check_text(contact.duty, 60)
    for number in (*customer.phones, *(contact.phone for contact in customer.contacts if contact.phone)):
        _check_kept(number, phone_number(number))
    for point in customer.points:
        _check_point(point, known)
    _check_written_down(customer, known)


def _check_point(point: LoadedPoint, known: Known) -> None:
    _check_kept(point.account_number, account_number(point.account_number))
    check_text(point.address, 200)
    check_text(point.contract_number, 40)
    check_place(point.place, known)
    check_time(point.since, known.at)
    if point.area is not None and point.area not in known.areas:
        raise Unfit(_("there is no such service area"))
    if point.element is not None and point.element not in known.elements:
        raise Unfit(_("there is no such network element"))
    if point.arrears is not None and (point.arrears < 0 or point.arrears_at is None):
        raise Unfit(_("arrears are 0 or more, and say as of which day"))
    for device in point.devices:
        known.check_code("device_kind", device.kind)
        _check_kept(device.number, device_number(device.number))
        check_text(device.model, 60)
    for one in point.beside:
        check_time(one.since, known.at)
        if one.until is not None:
            check_time(one.until, known.at)
        elif one.relation is Relation.HOLDER:
            raise Unfit(_("whoever held a place before has left it by now"))


def _check_written_down(customer: LoadedCustomer, known: Known) -> None:
    for bought in customer.purchases:
        check_text(bought.item, 120)
        check_text(bought.number, 40)
    for remark in customer.remarks:
        _check_person(remark.by, known)
        check_time(remark.at, known.at)
        check_text(remark.text, 500)


def check_elements(elements: Iterable[LoadedElement], known: Known) -> None:
    """Raise CannotLoad for the first network element that could never have been; parents come first."""
    there = set(NetworkElement.objects.values_list("code", flat=True))
    for element in elements:
        try:
            _check_kept(element.code, element_code(element.code))
            known.check_code("element_kind", element.kind)
            check_text(element.name, 60)
            check_place(element.place, known)
            check_time(element.since, known.at)
            if element.code in there:
                raise Unfit(_("it comes twice"))
            if element.parent and element.parent not in there:
                raise Unfit(_("the element above it is not there"))
            there.add(element.code)
        except Unfit as refusal:
            raise CannotLoad(
                _("Nothing was loaded. Network element %(element)s: %(why)s.")
                % {"element": element.code[:40], "why": refusal.message.rstrip(".。")}
            ) from None


def _check_kept(given: str, kept: str) -> None:
    if given != kept:
        raise Unfit(_("“%(given)s” is kept as “%(kept)s”") % {"given": shortened(given, 40), "kept": kept})


def check_text(text: str, longest: int) -> None:
    if "\0" in text:
        raise Unfit(_("a text holds the character NUL"))
    if len(text) > longest:
        raise Unfit(_("a text is longer than %(longest)d characters") % {"longest": longest})


def check_time(moment: datetime, now: datetime) -> None:
    if moment.tzinfo is None:
        raise Unfit(_("a time has no zone"))
    if moment > now:
        raise Unfit(_("a time lies in the future"))
    if moment < EARLIEST:
        raise Unfit(_("a time lies before 1970"))


def check_place(place: Place, known: Known) -> None:
    if any(unit is not None and unit not in known.units for unit in place):
        raise Unfit(_("there is no such unit"))


def _check_departments(wanted: Iterable[int], known: Known) -> None:
    for department in wanted:
        if department not in known.departments:
            raise Unfit(_("there is no such department"))


def _check_person(person: int | None, known: Known) -> None:
    if person is not None and person not in known.staff:
        raise Unfit(_("there is no such person"))


def check_source(source: str) -> None:
    """A source is named by a short plain word, because it stands in every contact's id."""
    if not re.fullmatch(SOURCE, source):
        raise CannotLoad(_("The name of a source begins with a letter and has small letters, digits, - or _."))
