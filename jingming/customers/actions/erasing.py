"""Take everything out of an archive by which somebody could be known. Rows, links, times, kinds and figures stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from jingming.accounts.models import Staff
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Merge,
    Phone,
    Purchase,
    ServicePoint,
)
from jingming.privacy.erased import MARK, erased, mark_of

from .shared import locked, record_change

FACTS_KEPT = frozenset({"key_account", "quick", "kind"})  # of a merge


@transaction.atomic
def erase_archive(customer: Customer, ids: Sequence[int], *, by: Staff, at: datetime) -> dict[str, int]:
    """Erase what the archive `customer`, known as `ids`, says of the person; returns how many rows of each kind.

    Whoever calls has decided that it may be done. Notes and changes only grow: they are overwritten by the database
    itself, see `persons.actions.erasing`.
    """
    customer = locked(customer)
    done = {
        "archives": Customer.objects.filter(pk__in=ids).update(
            name=MARK, initials=[], number="", note="", sensitive=[], extra={}, version=F("version") + 1
        ),
        "phones": Phone.objects.filter(customer__in=ids).delete()[0],
        "contacts": ContactPerson.objects.filter(customer__in=ids).update(name=MARK, active=False),
        "conduct": ConductNote.objects.filter(customer__in=ids).update(text=MARK),
        "purchases": Purchase.objects.filter(customer__in=ids).exclude(number="").update(number=MARK),
        "points": _points(ids),
    }
    for merge in Merge.objects.filter(kept__in=ids):
        merge.why = erased(merge.why)
        merge.facts = {name: _gone(name, pair) for name, pair in merge.facts.items()}
        merge.save(update_fields=["why", "facts"])
    record_change("erased", customer, {}, by=by, at=at)
    return done


def _points(ids: Sequence[int]) -> int:
    """The places that nobody has taken over: the address was the person's. The account number is the place's own."""
    left: QuerySet[ServicePoint] = ServicePoint.objects.filter(customer__in=ids, active=False)
    return left.update(address=MARK, contract_number=mark_of("contract_number"), extra={}, version=F("version") + 1)


def _gone(name: str, pair: object) -> object:
    if name in FACTS_KEPT or not isinstance(pair, list):
        return pair
    return [MARK if value not in ("", None, [], False, True) else value for value in pair]
