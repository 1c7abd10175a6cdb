"""The one door 一口对外: whatever the channel, a contact opens an order, joins one, or is explained. Nothing else opens
orders. Each function is one transaction, writes the contact first, and answers the same for the same provider's id."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import NotAllowed, Refusal, Unfit
from jingming.customers.models import Customer, ServicePoint
from jingming.interactions.access import visible_to
from jingming.interactions.actions import AlreadyDisposed, Contact, dispose, heard_before, register
from jingming.interactions.models import Interaction
from jingming.interactions.rules import Direction, Disposition
from jingming.organisation.models import Department, Placed
from jingming.organisation.queries import department_for, departments
from jingming.organisation.rules import Kind
from jingming.workorders import actions as workorders
from jingming.workorders.actions import Matter
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import About, Repeat, possible_repeats
from jingming.workorders.rules import LinkKind

__all__ = [
    "AlreadyDisposed", "Contact", "Direction", "Matter", "Repeated", "Taken", "about", "attach", "begin", "explain",
    "take",
]  # fmt: skip


class Repeated(Refusal):
    """The same matter is under way already: the contact should join that order, or be said to be about another."""

    kind = "repeat-contact"

    def __init__(self, repeat: Repeat) -> None:
        self.repeat = repeat
        sentence = _(
            "Order %(number)s is under way for the same matter. Let the contact join it, or say that this is another "
            "matter; what you typed is kept."
        )
        super().__init__(sentence % {"number": repeat.order.number}, number=repeat.order.number)


@dataclass(frozen=True)
class Taken:
    """What an intake made of a contact; `repeated` if the same provider's id had been taken before."""

    interaction: Interaction
    order: WorkOrder | None
    repeated: bool = False


@transaction.atomic
def take(
    contact: Contact | Interaction, matter: Matter, *, by: Staff, at: datetime, answer: str = "",
    second_of: WorkOrder | None = None, other_than: Collection[str] | None = None,
) -> Taken:  # fmt: skip
    """Open an order from a contact, or from one registered before. With `answer` the customer is answered during the
    contact and the order closed at once. A second matter of a contact that has opened `second_of` is linked to it.

    `other_than` are the numbers of orders of which the agent has said that this is another matter: with it, an order of
    the same kind under way for the same customer, place or phone that is not among them raises Repeated. Two who take
    the same caller at once wait for each other, and the second is refused. Programs, which leave it out, have looked
    before they ask."""
    if other_than is not None and second_of is None:
        matter = _not_again(matter, other_than, by=by, at=at)
    department = home_of(by)
    place = _place(matter.service_point, matter.customer, department)

    def opened(heard: Contact | Interaction) -> Taken:
        order_id = workorders.reserve_order_id()
        if isinstance(heard, Contact):
            heard = replace(heard, customer=matter.customer, service_point=matter.service_point)
            interaction = register(
                heard,
                department=department,
                place=place,
                by=by,
                at=at,
                disposition=Disposition.OPENED,
                order_id=order_id,
            )
        elif second_of is None:
            interaction = dispose(heard, disposition=Disposition.OPENED, by=by, at=at, order_id=order_id)
        else:
            interaction = heard
        order = workorders.open_order(
            matter, order_id=order_id, interaction=interaction, home=_call_centre(department, place), place=place,
            by=by, at=at,
        )  # fmt: skip
        if second_of is not None:
            workorders.link(order, other=second_of, kind=LinkKind.SAME_CALL, by=by, at=at)
        if answer:
            order = workorders.answer(order, text=answer, by=by, at=at, version=None)
        return Taken(interaction, order)

    return opened(contact) if second_of is not None else _once(contact, opened, by=by)


def about(matter: Matter) -> About:
    """What earlier orders are compared with."""
    return About(
        customer=matter.customer.pk if matter.customer else None,
        service_point=matter.service_point.pk if matter.service_point else None,
        phone=matter.caller_phone,
        address=matter.address,
        type=matter.type,
        category=matter.category,
    )


def _not_again(matter: Matter, other_than: Collection[str], *, by: Staff, at: datetime) -> Matter:
    """The matter, with the orders that it is said to be another than; Repeated if nothing was said of one."""
    here = about(matter)
    _one_at_a_time(here)
    repeats = [one for one in possible_repeats(by, here, at=at) if one.stops]
    for repeat in repeats:
        if repeat.order.number not in other_than:
            raise Repeated(repeat)
    return replace(matter, another_than=tuple(one.order.pk for one in repeats))


def _one_at_a_time(here: About) -> None:
    """Let two who take a contact of the same customer, place or phone wait for each other until the first commits.
    The locks are taken in one order, so nobody waits in a circle."""
    known = {"customer": here.customer, "service_point": here.service_point, "phone": here.phone}
    names = sorted(f"intake {ground} {value}" for ground, value in known.items() if value)
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@transaction.atomic
def attach(contact: Contact | Interaction, order: WorkOrder, *, by: Staff, at: datetime, text: str = "") -> Taken:
    """Let a contact join an order that is open already: the same matter again, or news of it."""
    department = home_of(by)

    def joined(heard: Contact | Interaction) -> Taken:
        if order.ended:
            raise Unfit(
                fields={
                    "order": _("Order %(number)s has ended. Reopen it, or open a new one.") % {"number": order.number}
                }
            )
        if isinstance(heard, Contact):
            heard = replace(heard, customer=heard.customer or order.customer, outcome=heard.outcome or text)
            interaction = register(
                heard,
                department=department,
                place=order,
                by=by,
                at=at,
                disposition=Disposition.ATTACHED,
                order_id=order.pk,
            )
        else:
            interaction = dispose(
                heard, disposition=Disposition.ATTACHED, by=by, at=at, order_id=order.pk, outcome=text
            )
        workorders.note(order, text=text or _("The customer contacted us again."), by=by, at=at)
        return Taken(interaction, order)

    return _once(contact, joined, by=by)


@transaction.atomic
def explain(contact: Contact | Interaction, *, reason: str, by: Staff, at: datetime, text: str = "") -> Taken:
    """Say why a contact needs no order: silent, wrong number, answered at once …"""
    if not reason:
        raise Unfit(fields={"reason": _("Say why there is no order.")})
    department = home_of(by)

    def explained(heard: Contact | Interaction) -> Taken:
        if isinstance(heard, Interaction):
            return Taken(
                dispose(heard, disposition=Disposition.NO_ORDER, by=by, at=at, reason=reason, outcome=text), None
            )
        place = _place(heard.service_point, heard.customer, department)
        heard = replace(heard, outcome=heard.outcome or text)
        interaction = register(
            heard, department=department, place=place, by=by, at=at, disposition=Disposition.NO_ORDER, reason=reason
        )
        return Taken(interaction, None)

    return _once(contact, explained, by=by)


@transaction.atomic
def begin(contact: Contact, *, by: Staff, at: datetime) -> Taken:
    """Write down a contact that is still going on; it is disposed of later by one of the other acts."""
    department = home_of(by)

    def begun(heard: Contact | Interaction) -> Taken:
        if isinstance(heard, Interaction):
            return Taken(heard, None, repeated=True)
        place = _place(heard.service_point, heard.customer, department)
        return Taken(register(heard, department=department, place=place, by=by, at=at), None)

    return _once(contact, begun, by=by)


def _once(contact: Contact | Interaction, effect: Callable[[Contact | Interaction], Taken], *, by: Staff) -> Taken:
    """Do `effect` with the contact, unless the same provider's id has been dealt with before, or is at this moment by
    somebody else: then answer what was made of it. One that was only begun is gone on with. Of a contact that `by` may
    not see nothing is told, and nothing is done with it."""
    if isinstance(contact, Interaction):
        if contact.disposition != Disposition.PENDING:
            raise AlreadyDisposed(
                _("This contact has been dealt with already. Open a linked order for a second matter.")
            )
        return effect(contact)
    if not contact.external_id:
        return effect(contact)
    if (before := heard_before(contact)) is None:
        try:
            with transaction.atomic():
                return effect(contact)
        except IntegrityError as error:
            if not _heard_meanwhile(error) or (before := heard_before(contact)) is None:
                raise
    if before.agent_id != by.pk and not visible_to(by).filter(pk=before.pk).exists():
        raise AlreadyDisposed(_("This contact has been taken by another call centre. Ask there what became of it."))
    if before.disposition == Disposition.PENDING:
        return effect(before)
    order = WorkOrder.objects.filter(pk=before.order_id).first() if before.order_id else None
    return Taken(before, order, repeated=True)


def _heard_meanwhile(error: IntegrityError) -> bool:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == "a_contact_is_heard_once"


def home_of(person: Staff) -> Department:
    """The department in which somebody takes contacts."""
    try:
        return departments()[person.department_id]
    except KeyError:
        raise NotAllowed(_("You belong to no department. Ask an administrator to give you one.")) from None


def _call_centre(department: Department, place: Placed) -> Department:
    """The call centre that answers to the customer: the taker's own, else the one nearest to the place."""
    if department.kind == Kind.CALL_CENTRE:
        return department
    return department_for(Kind.CALL_CENTRE, place) or department


def _place(point: ServicePoint | None, customer: Customer | None, department: Department) -> Placed:
    return point or customer or department
