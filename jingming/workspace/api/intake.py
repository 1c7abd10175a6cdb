"""Contacts for programs, and the orders that they open: the same intake as the desk's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from jingming.accounts.idempotency import once
from jingming.audit.actions import looked, was_shown
from jingming.base.api import Listing, listing
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.customers import queries as customers
from jingming.customers.rules import phone_number
from jingming.intake import actions as intake
from jingming.interactions import access as interaction_access
from jingming.interactions import queries as interactions
from jingming.interactions.actions import Contact
from jingming.workorders import access, inputs, queries
from jingming.workorders.actions import Matter
from jingming.workorders.models import WorkOrder

from . import coming, going
from .doors import SEE_CONTACTS, TAKE, contacts, work_orders
from .shown import contact_out, url_of

# Words that callers use for a channel, and its code.
CHANNEL_WORDS = {"telephone": "phone", "counter": "own_hall", "hall": "own_hall"}


@work_orders.post("", auth=TAKE, response={201: going.Opened})
def open_order(request: StaffRequest, payload: coming.NewOrder) -> HttpResponse:
    """Take a contact and open its order. Give `account_number` or `caller_phone`; missing fields block dispatch, not
    intake."""
    if not payload.account_number and not payload.caller_phone and payload.customer is None and not payload.second_of:
        raise Unfit(
            fields={"caller_phone": _("Give an account number or the caller's phone, so that we can reach them.")}
        )

    def effect() -> tuple[int, dict[str, Any]]:
        first = access.get_order(request.user, payload.second_of) if payload.second_of else None
        contact = _read_contact(request, payload)
        matter = _read_matter(request, payload, contact)
        taken = intake.take(
            first.interaction if first else contact, matter, by=request.user, at=now(), answer=payload.answer,
            second_of=first,
        )  # fmt: skip
        if taken.order is None:
            raise intake.AlreadyDisposed(_("This contact was taken before, and needed no order."))
        return 201, _opened(taken.order)

    return once(request, effect)


def _opened(order: WorkOrder) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "type": order.version_of_type.flow.code,
        "url": url_of(order),
        "missing": access.missing(order),
        "version": order.version,
    }


@contacts.post("", auth=TAKE, response={201: going.ContactOut})
def take_contact(request: StaffRequest, payload: coming.NoOrder) -> HttpResponse:
    """Write down a contact that belongs to an order (`order`) or needs none (`reason`)."""
    if bool(payload.order) == bool(payload.reason):
        raise Unfit(fields={"reason": _("Name either the order that the contact belongs to, or why there is none.")})

    def effect() -> tuple[int, dict[str, Any]]:
        contact = _read_contact(request, payload)
        if payload.order:
            order = access.get_order(request.user, payload.order)
            taken = intake.attach(contact, order, by=request.user, at=now(), text=payload.text)
        else:
            taken = intake.explain(contact, reason=payload.reason, by=request.user, at=now(), text=payload.text)
        return 201, contact_out(taken.interaction, taken.order.number if taken.order else None)

    return once(request, effect)


@contacts.get("", auth=SEE_CONTACTS, response=Listing[going.ContactOut])
def list_contacts(request: StaffRequest, cursor: Annotated[str, Query(max_length=200)] = "") -> dict[str, object]:
    """The contacts that you may see, newest first."""
    page = interactions.latest(request.user, cursor)
    shown = [contact.pk for contact in page.items]
    was_shown("contacts", shown, to=request.user, by=request.user, at=now())
    numbers = queries.numbers_of(request.user, (contact.order_id for contact in page.items))
    return listing(page, lambda contact: contact_out(contact, numbers.get(contact.order_id or 0)))


@contacts.get("/{int:contact_id}", auth=SEE_CONTACTS, response=going.ContactOut)
def contact(request: StaffRequest, contact_id: int) -> dict[str, Any]:
    """One contact."""
    found = interaction_access.get_interaction(request.user, contact_id)
    looked("contact", found, by=request.user, at=now())
    return contact_out(found, queries.numbers_of(request.user, [found.order_id]).get(found.order_id or 0))


# --- Reading what was sent ------------------------------------------------------------------------------------------
def _read_contact(request: StaffRequest, sent: coming.ContactIn) -> Contact:
    """The contact as sent, its party found by account number; Unfit for an account number that nobody has."""
    point = None
    if sent.account_number:
        point = customers.by_account_number(request.user, sent.account_number)
        if point is None:
            raise Unfit(
                fields={
                    "account_number": _("There is no such account number. Check it, or leave it out and give a phone.")
                }
            )
    return Contact(
        channel=CHANNEL_WORDS.get(sent.channel, sent.channel),
        channel_account=sent.channel_account,
        external_id=sent.external_id,
        direction=intake.Direction(sent.direction),
        party_name=sent.caller_name or (point.customer.name if point else ""),
        party_phone=phone_number(sent.caller_phone) if sent.caller_phone else "",
        customer=point.customer if point else None,
        service_point=point,
        occurred_at=_aware(sent.occurred_at, "occurred_at"),
        ended_at=_aware(sent.ended_at, "ended_at"),
    )


def _aware(moment: datetime | None, field: str) -> datetime | None:
    if moment is not None and (moment.tzinfo is None or not 2000 <= moment.year <= 2200):
        raise Unfit(fields={field: _("A time like 2026-11-22T16:30+08:00 is meant.")})
    return moment.astimezone(UTC) if moment else None  # PostgreSQL knows no zone beyond sixteen hours


def _read_matter(request: StaffRequest, sent: coming.NewOrder, contact: Contact) -> Matter:
    customer = contact.customer
    if customer is None and sent.customer is not None:
        customer = inputs.customer_of(request.user, sent.customer)
    elif customer is None and contact.party_phone:
        customer = customers.for_intake(request.user, phone=contact.party_phone).customer
    verified = inputs.read_verified(sent.verified)
    if contact.service_point and "account_number" not in verified:
        verified = ["account_number", *verified]
    return Matter(
        type=sent.type,
        description=sent.description,
        customer=customer,
        service_point=contact.service_point,
        caller_name=contact.party_name,
        caller_phone=contact.party_phone,
        address=sent.address,
        verified=tuple(verified),
        category=sent.category,
        level=sent.level,
        form=sent.fields,
    )
