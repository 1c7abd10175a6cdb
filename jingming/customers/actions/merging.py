"""Two archives of one customer become one (归并), and come apart again.

What can change hands does, and `Merge.moved` remembers which rows; what only grows stays where it was written, and is
read under both ids (`queries.same_as`). So taking a merge back needs to guess nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Manager, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.base.events import publish
from jingming.base.initials import initials
from jingming.customers import access, queries, rules
from jingming.customers.events import CustomersMerged
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Merge,
    Phone,
    Purchase,
    Relation,
    ServicePoint,
    Tenure,
)
from jingming.organisation.queries import units
from jingming.privacy.rules import without_numbers

from .shared import Facts, Why, differences, in_words, record

# Kind of row → its table and the column that says whose it is.
OWNED: Mapping[str, tuple[Manager[Any], str]] = {
    "contacts": (ContactPerson.objects, "customer"),
    "phones": (Phone.objects, "customer"),
    "points": (ServicePoint.objects, "customer"),
    "tenures": (Tenure.objects, "customer"),
    "purchases": (Purchase.objects, "customer"),
    "conduct": (ConductNote.objects, "customer"),
    "archives": (Customer.objects, "merged_into"),
}


# --- Merge ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def merge(
    kept: Customer,
    merged: Customer,
    *,
    by: Staff,
    at: datetime,
    why: Why,
    take: Mapping[str, str] | None = None,
    seen: tuple[int, int] | None = None,
) -> Merge:
    """The archive `merged` goes on in `kept`. `take` says field by field whose value goes on ("kept", "merged", or
    "both" for note and special care); a field that it leaves out goes on as the preview proposes.

    `seen` are the versions of both that were looked at; Stale if one of them has been changed since.
    """
    if kept.pk == merged.pk:
        raise Unfit(fields={"merged": _("An archive cannot be merged with itself. Choose the other one.")})
    kept, merged = _both(kept, merged)
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        raise access.merged_away()
    if not why.reason:
        raise Unfit(fields={"reason": _("Say why.")})
    if seen is not None and seen != (kept.version, merged.version):
        raise Stale(_("A colleague has changed one of the archives meanwhile. Look at the preview again, then merge."))
    why = why.checked(at)
    facts = differences(queries.facts_of_customer(kept), _wanted(kept, merged, take or {}))
    moved = _move(kept, merged, at)
    _write(kept, merged, facts)
    quick = [kept.quick, kept.quick and merged.quick]
    kept.quick = quick[1]
    merged.merged_into = kept
    _save(kept, merged)
    done = Merge.objects.create(
        kept=kept, merged=merged, at=at, by=by, reason=why.reason, why=why.text, moved=moved,
        facts={**facts, **({"quick": quick} if quick[0] != quick[1] else {})},
    )  # fmt: skip
    record("merged", kept, {**facts, "customer": [merged.name, merged.name]}, by=by, at=at, why=why)
    record("merged_away", merged, {"customer": ["", kept.name]}, by=by, at=at, why=why)
    publish(_told(done, at))
    return done


def _both(*pair: Customer) -> list[Customer]:
    """Both archives as they are now, locked in the order of their ids, so that nobody waits in a circle."""
    rows = Customer.objects.select_for_update(of=("self",)).select_related("manager")
    found = rows.filter(pk__in=[one.pk for one in pair]).order_by("pk").in_bulk()
    return [found[one.pk] for one in pair]


def _wanted(kept: Customer, merged: Customer, take: Mapping[str, str]) -> dict[str, object]:
    """Field → the value that goes on."""
    here, there = queries.facts_of_customer(kept), queries.facts_of_customer(merged)
    sides = {**queries.likely_sides(kept, merged), **take}
    wanted: dict[str, object] = {}
    for field, side in sides.items():
        offered = (rules.KEPT, rules.MERGED, *((rules.BOTH,) if field in rules.JOINED else ()))
        if field not in here or side not in offered:
            raise Unfit(fields={field: _("Choose whose value goes on: %(sides)s.") % {"sides": ", ".join(offered)}})
        values = {rules.KEPT: here[field], rules.MERGED: there[field]}
        wanted[field] = values[side] if side in values else rules.both_together(field, here[field], there[field])
    return wanted


def _move(kept: Customer, merged: Customer, at: datetime) -> dict[str, list[int]]:
    """Hand over what can change hands; the ids of the rows by kind, with those that were only touched."""
    moved: dict[str, list[int]] = {}
    in_use = Phone.objects.filter(customer=merged, active=True).values("number")
    moved["revived"] = _ids(Phone.objects.filter(customer=kept, active=False, number__in=in_use))
    Phone.objects.filter(pk__in=moved["revived"]).update(active=True)
    moved["ended"] = _ids(queries.doubled_tenures(kept, merged))
    for kind, rows in queries.rows_to_move(kept, merged).items():
        moved[kind] = _ids(rows)
    for kind, (table, column) in OWNED.items():
        table.filter(pk__in=moved[kind]).update(**{column: kept})
    # What both were to a place is not doubled: the row stays with the archive that ends, and ends with it.
    Tenure.objects.filter(pk__in=moved["ended"]).update(until=Greatest(F("since"), Value(at)))
    return {kind: ids for kind, ids in moved.items() if ids}


def _ids(rows: Any) -> list[int]:  # noqa: ANN401  # a queryset of any of the tables
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _write(kept: Customer, merged: Customer, facts: Facts) -> None:
    """Put what goes on upon the archive that goes on. Numbers are given once, so they change places."""
    if "unit" in facts:
        kept.stand_where(merged)
    if "manager" in facts:
        kept.manager = merged.manager
    if "number" in facts:
        kept.number, merged.number = merged.number, kept.number
    for field in facts.keys() - {"unit", "manager", "number"}:
        setattr(kept, field, facts[field][1])
    kept.initials = initials(without_numbers(kept.name))


def _save(kept: Customer, merged: Customer) -> None:
    kept.version += 1
    merged.version += 1
    with in_words():
        Customer.objects.filter(pk=merged.pk).exclude(number="").update(number="")  # it may be the other's from now on
        kept.save()
        merged.save()


def _told(merge: Merge, at: datetime, *, undone: bool = False) -> CustomersMerged:
    return CustomersMerged(
        merge_id=merge.pk, kept_id=merge.kept_id, merged_id=merge.merged_id, undone=undone, at=at.isoformat()
    )


# --- Un-merge -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Unmerged:
    """A merge that was taken back: the fields that stay as they are because somebody has changed them since, and how
    many rows stay because they have gone on to others or stand in the other archive already."""

    merge: Merge
    fields: list[str]
    rows: int


@transaction.atomic
def unmerge(merge: Merge, *, by: Staff, at: datetime) -> Unmerged:
    """The archive goes on by itself again. Rows that are still with the other archive come back, and the other gets its
    old values back where nobody has changed them since."""
    kept, merged = _both(merge.kept, merge.merged)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at is not None:
        raise Refusal(_("This merge has been taken back already."))
    if kept.merged_into_id is not None:
        sentence = _("“%(name)s” has been merged into another archive itself. Take that merge back first.")
        raise Refusal(sentence % {"name": kept.name})
    rows = _move_back(kept, merged, merge.moved)
    stayed = _write_back(kept, merged, merge.facts)
    merged.merged_into = None
    _save(kept, merged)
    merge.undone_at, merge.undone_by = at, by
    merge.save(update_fields=["undone_at", "undone_by"])
    for one, other in ((kept, merged), (merged, kept)):
        record("unmerged", one, {"customer": [other.name, other.name]}, by=by, at=at)
    publish(_told(merge, at, undone=True))
    return Unmerged(merge, stayed, rows)


def _move_back(kept: Customer, merged: Customer, moved: Mapping[str, list[int]]) -> int:
    """Hand back what is still there; how many rows are not."""
    back = {kind: _still_there(kind, kept, moved) for kind in OWNED}
    taken = Phone.objects.filter(customer=merged).values("number")
    # The phones of a contact person go with them, also those that were noted since.
    phones = Phone.objects.filter(Q(pk__in=back["phones"]) | Q(contact__in=back["contacts"]), customer=kept)
    back["phones"] = _ids(phones.exclude(number__in=taken))
    for kind, (table, column) in OWNED.items():
        table.filter(pk__in=back[kind]).update(**{column: merged})
    Phone.objects.filter(pk__in=moved.get("revived", ()), customer=kept).update(active=False)
    Tenure.objects.filter(pk__in=moved.get("ended", ()), customer=merged).update(until=None)
    # A phone that stays behind, or comes back, does not belong to a contact person of the other archive.
    strayed = Phone.objects.filter(customer__in=[kept, merged], contact__isnull=False)
    strayed.exclude(contact__customer=F("customer")).update(contact=None)
    return sum(len(set(moved.get(kind, ())) - set(back[kind])) for kind in OWNED)


def _still_there(kind: str, kept: Customer, moved: Mapping[str, list[int]]) -> list[int]:
    """The ids of the moved rows that nobody has handed on since."""
    table, column = OWNED[kind]
    rows = table.filter(pk__in=moved.get(kind, ()), **{column: kept})
    if kind == "points":  # one that was handed over and came back is the other archive's now
        holding = Tenure.objects.filter(pk__in=moved.get("tenures", ()), until=None, relation=Relation.HOLDER)
        rows = rows.filter(pk__in=holding.values("service_point"))
    return _ids(rows)


def _write_back(kept: Customer, merged: Customer, facts: Mapping[str, list[Any]]) -> list[str]:
    """Give the archive that went on its old values back; the labels of those that somebody has changed since."""
    now: dict[str, object] = {**queries.facts_of_customer(kept), "quick": kept.quick}
    unchanged = {field: before for field, (before, after) in facts.items() if now[field] == after}
    for field, before in unchanged.items():
        _GIVE_BACK.get(field, setattr)(kept, field, before)
    if "number" in unchanged:
        merged.number = facts["number"][1]
    kept.initials = initials(without_numbers(kept.name))
    return [str(rules.FIELDS[field]) for field in facts if field not in unchanged and field in rules.FIELDS]


def _stand_in(kept: Customer, _field: str, code: str) -> None:
    kept.province_id = kept.city_id = kept.district_id = None
    for unit in units().values():
        if unit.code == code:
            kept.stand_where(unit)


def _look_after(kept: Customer, _field: str, number: str) -> None:
    kept.manager = Staff.objects.filter(employee_number=number).first() if number else None


_GIVE_BACK = {"unit": _stand_in, "manager": _look_after}
