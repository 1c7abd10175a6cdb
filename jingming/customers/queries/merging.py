"""Two archives of one customer: which may be meant, what a merge would do, what has been merged.

Whatever may be changed moves to the archive that goes on. What only grows (history, notes) and what other slices keep
(orders, contacts) stays with whom it was written for, and is read under all the ids of `same_as`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.codes.queries import label_of
from jingming.customers import access, rules
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Merge,
    Phone,
    Purchase,
    ServicePoint,
    Tenure,
)
from jingming.organisation.queries import units

from .archive import CHANGE_REASON, facts_of_customer, seen
from .finding import with_ways

MOST_PROPOSED = 10
EXAMINED = 50  # of one name; a common one is no reason to read the whole archive


# --- Who may be the same --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Likely:
    """An archive that may be of the same customer, and why."""

    customer: Customer
    why: str


SAME_PHONE, SAME_HOME = 0, 1
GROUNDS: Mapping[int, Promise] = {
    SAME_PHONE: gettext_lazy("same phone number"),
    SAME_HOME: gettext_lazy("same name and address"),
}


def likely_duplicates(user: Staff | object, customer: Customer) -> list[Likely]:
    """Other archives that the person may see and that have a phone of this one (with or without the area code), or its
    name and one of its addresses. Six queries at most, each ground by index."""
    numbers = {
        way
        for number in customer.phones.values_list("number", flat=True)[:EXAMINED]
        for way in rules.ways_to_dial(number, _area_code(customer))
    }
    addresses = list(customer.service_points.values_list("address", flat=True)[:EXAMINED])
    others = access.current_to(user).exclude(pk=customer.pk)
    named = list(others.filter(name=customer.name).order_by("pk").values_list("pk", flat=True)[:EXAMINED])
    parts: list[QuerySet[Phone] | QuerySet[ServicePoint]] = []
    if numbers:
        parts.append(Phone.objects.filter(number__in=numbers, customer__in=others))
    if named and addresses:
        parts.append(ServicePoint.objects.filter(customer__in=named, address__in=addresses))
    why: dict[int, int] = {}
    for part in parts:
        ground = SAME_PHONE if part.model is Phone else SAME_HOME
        for pk, _ground in part.order_by("customer_id").values_list("customer_id", Value(ground))[:MOST_PROPOSED]:
            why.setdefault(pk, ground)
    found = with_ways(user, Customer.objects.filter(pk__in=why))
    return [Likely(one, str(GROUNDS[why[one.pk]])) for one in sorted(found, key=lambda one: (why[one.pk], one.pk))]


def _area_code(customer: Customer) -> str:
    """The telephone area code of the customer's city, "" if none is known. No query."""
    city = units().get(customer.city_id or 0)
    return city.number_code if city else ""


# --- The preview ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Beside:
    """One field of both archives in the reader's words; where they differ, the sides that may go on, the likeliest
    first chosen."""

    field: str
    label: str
    kept: str
    merged: str
    sides: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind go over."""

    label: str
    count: int


@dataclass(frozen=True)
class Preview:
    """What a merge would do: fields side by side, what moves, and what stays because both have it."""

    fields: list[Beside]
    moving: list[Moving]
    phones_of_both: list[str]
    points_of_both: list[str]


COUNTED: Mapping[str, Promise] = {
    "phones": gettext_lazy("Phones"),
    "contacts": gettext_lazy("Contact persons"),
    "points": gettext_lazy("Service points"),
    "tenures": gettext_lazy("Links to service points, with those that are over"),
    "purchases": gettext_lazy("Purchases"),
    "conduct": gettext_lazy("Records of conduct"),
    "archives": gettext_lazy("Archives merged earlier"),
}
SIDES: Mapping[str, Promise] = {
    rules.KEPT: gettext_lazy("that of the archive that goes on"),
    rules.MERGED: gettext_lazy("that of the other archive"),
    rules.BOTH: gettext_lazy("both together"),
}


def rows_to_move(kept: Customer, merged: Customer) -> dict[str, QuerySet[Any]]:
    """Kind of row → the rows that go over: all but what the archive that goes on has itself."""
    own = Phone.objects.filter(customer=kept).values("number")
    return {
        "contacts": ContactPerson.objects.filter(customer=merged),
        "phones": Phone.objects.filter(customer=merged).exclude(number__in=own),
        "points": ServicePoint.objects.filter(customer=merged),
        "tenures": Tenure.objects.filter(customer=merged).exclude(pk__in=doubled_tenures(kept, merged).values("pk")),
        "purchases": Purchase.objects.filter(customer=merged),
        "conduct": ConductNote.objects.filter(customer=merged),
        "archives": Customer.objects.filter(merged_into=merged),
    }


def doubled_tenures(kept: Customer, merged: Customer) -> QuerySet[Tenure]:
    """What the archive to be merged is to a service point while the one that goes on is the same to it."""
    same = Tenure.objects.filter(
        customer=kept, until=None, service_point=OuterRef("service_point"), relation=OuterRef("relation")
    )
    return Tenure.objects.filter(Exists(same), customer=merged, until=None)


def preview(kept: Customer, merged: Customer) -> Preview:
    """What it would mean to let the one archive go on in the other; both fetched through access. Nine queries."""
    here, there = facts_of_customer(kept), facts_of_customer(merged)
    likely = likely_sides(kept, merged)
    return Preview(
        fields=[
            Beside(
                field=field,
                label=str(rules.FIELDS[field]),
                kept=seen(field, here[field], kept),
                merged=seen(field, there[field], merged),
                sides=_sides(field, here[field], there[field]),
                chosen=likely[field],
            )
            for field in rules.MERGED_FIELDS
        ],
        moving=[
            Moving(str(COUNTED[kind]), count)
            for kind, rows in rows_to_move(kept, merged).items()
            if (count := rows.count())
        ],
        phones_of_both=[
            eyes.shown("phone", number, kept)
            for number in sorted(
                Phone.objects.filter(
                    customer=merged, number__in=Phone.objects.filter(customer=kept).values("number")
                ).values_list("number", flat=True)
            )
        ],
        points_of_both=list(
            doubled_tenures(kept, merged).order_by("pk").values_list("service_point__account_number", flat=True)
        ),
    )


def _sides(field: str, kept: object, merged: object) -> list[tuple[str, str]]:
    """The sides that may go on, in words; none where both say the same."""
    if kept == merged:
        return []
    joined = (rules.BOTH,) if field in rules.JOINED and kept and merged else ()
    return [(side, str(SIDES[side])) for side in (rules.KEPT, rules.MERGED, *joined)]


def likely_sides(kept: Customer, merged: Customer) -> dict[str, str]:
    """Field → the side that is proposed: what is known rather than nothing, all reasons for special care, both notes,
    and what was looked through rather than what was written down during a call."""
    here, there = facts_of_customer(kept), facts_of_customer(merged)
    looked_through = kept.quick and not merged.quick
    return {
        field: rules.likely_side(field, here[field], there[field], looked_through=looked_through)
        for field in rules.MERGED_FIELDS
    }


# --- What has been merged -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Merged:
    """A merge as the pages of both archives show it. `through` is set on an archive that goes on farther than where it
    was merged: that merge has to be taken back first."""

    merge: Merge
    reason: str
    can_undo: bool
    through: bool


@dataclass(frozen=True)
class Merges:
    """What an archive has to do with others: `ended` if it goes on elsewhere, in `goes_on` as far as the person may see
    that; else the merges into it that stand."""

    ended: bool
    goes_on: Customer | None
    lines: list[Merged]


def merges_of(user: Staff | object, customer: Customer, ids: Sequence[int]) -> Merges:
    """The merges into this archive (known under `ids`), the latest first, or the one by which it ended. One query, two
    if it ended, none for an archive that has to do with no other."""
    ended = customer.merged_into_id is not None
    if not ended and len(ids) == 1:
        return Merges(ended=False, goes_on=None, lines=[])
    side = Q(merged=customer) if ended else Q(kept=customer)
    found = Merge.objects.filter(side, undone_at=None).select_related("kept", "merged", "by").order_by("-pk")
    going_on = access.going_on(user, customer)
    return Merges(
        ended=ended,
        goes_on=going_on if ended and going_on != customer else None,
        lines=[
            Merged(
                merge=merge,
                reason=_(": ").join(filter(None, (label_of(CHANGE_REASON, merge.reason), merge.why))),
                can_undo=merge.kept.merged_into_id is None and access.may_unmerge(user, merge),
                through=merge.kept.merged_into_id is not None,
            )
            for merge in found[:MOST_PROPOSED]
        ],
    )
