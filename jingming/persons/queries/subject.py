"""Which rows are about a person: those of the archive under all its ids, and of numbers that are nobody else's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Q

from jingming.accounts.models import Staff
from jingming.customers.models import Customer, Phone
from jingming.customers.queries import same_as
from jingming.interactions.models import Interaction
from jingming.persons import access
from jingming.workorders.models import WorkOrder


@dataclass(frozen=True)
class About:
    """The rows about one person. `orders` and `contacts` are theirs; `called_orders` and `called_contacts` concern
    somebody else, but this person called. `numbers` are this person's and no other archive's."""

    customer: Customer | None
    ids: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    called_orders: list[int] = field(default_factory=list)
    called_contacts: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.customer or self.orders or self.contacts or self.called_orders or self.called_contacts)


def about_customer(customer: Customer) -> About:
    """All rows about the person of an archive that goes on, wherever they lie. Seven queries."""
    ids = same_as(customer.pk)
    numbers = _not_of_others(Phone.objects.filter(customer__in=ids).values_list("number", flat=True), ids)
    by_number = Q(customer=None, caller_phone__in=numbers)
    orders = list(WorkOrder.objects.filter(Q(customer__in=ids) | by_number).values_list("pk", flat=True))
    theirs = Q(customer__in=ids) | Q(order_id__in=orders) | Q(customer=None, order_id=None, party_phone__in=numbers)
    contacts = list(Interaction.objects.filter(theirs).values_list("pk", flat=True))
    return About(
        customer,
        ids,
        numbers,
        orders,
        contacts,
        _pks(WorkOrder.objects.filter(caller_phone__in=numbers).exclude(pk__in=orders)),
        _pks(Interaction.objects.filter(party_phone__in=numbers).exclude(pk__in=contacts)),
    )


def about_number(user: Staff | object, number: str) -> About:
    """The rows of the user's places in which somebody without an archive called from this number. Nothing if it is in
    an archive: then everything is asked for there. Three queries."""
    if Phone.objects.filter(number=number).exists():
        return About(None)
    orders = _pks(access.orders_within(user).filter(customer=None, caller_phone=number))
    mine = Q(customer=None, order_id=None, party_phone=number) | Q(order_id__in=orders)
    contacts = _pks(access.contacts_within(user).filter(mine))
    return About(None, [], [number], orders, contacts)


def _not_of_others(numbers: Collection[str], ids: Collection[int]) -> list[str]:
    """A telephone that a family shares is not one person's alone: what was said on it stays with the others."""
    own = list(numbers)
    shared = set(Phone.objects.filter(number__in=own).exclude(customer__in=ids).values_list("number", flat=True))
    return sorted(set(own) - shared)


def _pks(rows: object) -> list[int]:
    return list(rows.values_list("pk", flat=True))  # type: ignore[attr-defined]  # querysets of several models
