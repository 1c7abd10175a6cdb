"""Let go what has been kept as long as it may be, some rows at a time; what is held stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from jingming.audit.retention import note_removed
from jingming.customers.models import Customer
from jingming.customers.queries import today
from jingming.files.actions import remove_files
from jingming.files.models import Attachment
from jingming.interactions.actions import forget_callers
from jingming.loading.actions import forget_details
from jingming.persons.models import Hold
from jingming.privacy.retention import Kept, kept_since
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import OPEN_STATES

BATCH = 500
KEPT_LONGER = ("long", "permanent")  # retention classes with times of their own


def apply_retention(at: datetime, *, batch: int = BATCH) -> dict[str, int]:
    """Remove everything whose time is over; how much of each kind. Safe to run twice, and to be broken off."""
    done: dict[str, int] = {}
    for kind, remove in {Kept.CONTACT: _contacts, Kept.IMPORT: _imports, Kept.FILE: _files}.items():
        before, count = kept_since(kind, at), 0
        while (gone := remove(before, batch, at)) == batch:
            count += gone
        done[kind] = note_removed(kind, count + gone, at=at)
    return done


def _contacts(before: datetime, batch: int, _at: datetime) -> int:
    return forget_callers(before=before, at_most=batch)


def _imports(before: datetime, batch: int, _at: datetime) -> int:
    return forget_details(before=before, at_most=batch)


def _files(before: datetime, batch: int, at: datetime) -> int:
    """Attachments of orders that have ended, unless the customer is held."""
    held = Hold.objects.filter(Q(until=None) | Q(until__gte=today(at)), lifted_at=None)
    of_order = WorkOrder.objects.filter(pk=OuterRef("owner_id"))
    kept = of_order.filter(
        Q(status__in=OPEN_STATES)
        | Q(customer__in=held.values("customer"))
        | Q(customer__in=Customer.objects.filter(merged_into__in=held.values("customer")))
    )
    old = Attachment.objects.filter(owner_kind=WorkOrder._meta.label, at__lt=before, removed_at=None).exclude(
        retention__in=KEPT_LONGER
    )
    chosen = list(old.filter(~Exists(kept)).order_by("pk").values_list("pk", flat=True)[:batch])
    return remove_files(Attachment.objects.filter(pk__in=chosen), by=None, at=at)
