"""What is due for a customer: open orders, callbacks, devices at the end of their life, contracts, arrears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jingming.customers.queries import Card, Held
from jingming.ui.labels import in_language
from jingming.workorders.models import Callback, WorkOrder
from jingming.workorders.queries import OrdersOfCustomer

from .chips import Chip, rest_chip, state_chip

MOST_DUE = 12


@dataclass(frozen=True)
class Due:
    """One thing that is due: what about what; and where the next thing is done, if the reader may do it: the name of a
    page and its keys, and the words on the button."""

    chip: Chip
    what: str
    about: str
    page: str = ""
    keys: tuple[object, ...] = ()
    label: str = ""


def due_of(card: Card, orders: OrdersOfCustomer, *, can_change: bool, at: datetime) -> list[Due]:
    """What is due, the most pressing first; no query."""
    points = [held for held in card.service_points if held.point.active]
    return [
        *_callbacks(orders, at),
        *(_order(order) for order in orders.open),
        *_quick(card, can_change=can_change),
        *(due for held in points for due in _arrears(held, can_change=can_change)),
        *(due for held in points for due in _devices(held, can_change=can_change)),
        *(due for held in points for due in _contract(held, can_change=can_change)),
    ][:MOST_DUE]


def _callbacks(orders: OrdersOfCustomer, at: datetime) -> Iterator[Due]:
    for call in orders.due_callbacks:
        order = orders.by_id[call.order_id]
        if not order.ended:
            yield Due(
                chip=Chip(_("Callback due"), "late" if call.due_at <= at else "soon", "phone-outgoing"),
                what=f"{order.number} · {_due_at(call)}",
                about=order.description,
                page="order",
                keys=(order.number,),
                label=_("Open"),
            )


def _due_at(call: Callback) -> str:
    return f"{localtime(call.due_at):%m-%d %H:%M}"


def _order(order: WorkOrder) -> Due:
    return Due(
        chip=rest_chip(order) or state_chip(order.status),
        what=f"{order.number} · {in_language(order.flow.step(order.step).label.model_dump())}",
        about=order.description,
        page="order",
        keys=(order.number,),
        label=_("Open"),
    )


def _quick(card: Card, *, can_change: bool) -> Iterator[Due]:
    if card.customer.quick:
        yield Due(
            chip=Chip(_("To be completed"), "soon", "edit"),
            what=_("Opened during a call"),
            about=_("Name, place and special care are still to be asked."),
            page="customers:change" if can_change else "",
            keys=(card.customer.pk,),
            label=_("Complete"),
        )


def _arrears(held: Held, *, can_change: bool) -> Iterator[Due]:
    point = held.point
    if point.arrears:
        yield Due(
            chip=Chip(_("In arrears"), "soon", "alert-circle"),
            what=_("CNY %(amount)s") % {"amount": number_format(point.arrears, 2, force_grouping=True)},
            about=_("%(account)s, as of %(day)s") % {"account": point.account_number, "day": point.arrears_at},
            page="customers:change-point" if can_change else "",
            keys=(point.customer_id, point.pk),
            label=_("Change"),
        )


def _devices(held: Held, *, can_change: bool) -> Iterator[Due]:
    for hanging in held.devices:
        if hanging.due or hanging.soon:
            device, point = hanging.device, held.point
            words = _("Design life over") if hanging.due else _("Design life ends soon")
            yield Due(
                chip=Chip(words, "late" if hanging.due else "soon", "alarm"),
                what=f"{hanging.kind} {device.number}",
                about=_("%(account)s, until %(day)s") % {"account": point.account_number, "day": device.ends_on},
                page="customers:exchange-device" if can_change else "",
                keys=(point.customer_id, point.pk, device.pk),
                label=_("Exchange"),
            )


def _contract(held: Held, *, can_change: bool) -> Iterator[Due]:
    if held.contract_over or held.contract_soon:
        point = held.point
        words = _("Contract over") if held.contract_over else _("Contract ends soon")
        yield Due(
            chip=Chip(words, "late" if held.contract_over else "soon", "file-text"),
            what=point.contract_number or point.account_number,
            about=_("%(account)s, until %(day)s") % {"account": point.account_number, "day": point.contract_until},
            page="customers:change-point" if can_change else "",
            keys=(point.customer_id, point.pk),
            label=_("Change"),
        )
