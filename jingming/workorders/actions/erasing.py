"""Take everything out of orders by which somebody could be known. What figures are made of stays: the way of the order,
times, places, departments, categories, what was chosen from lists, and how satisfied the customer was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal
from jingming.files.actions import remove_files_of
from jingming.privacy.erased import erased, mark_of

from ..models import Callback, Review, Task, WorkOrder, WorkRecord
from ..rules import OPEN_STATES

CHOSEN = frozenset({"choice", "choices", "code", "flag"})  # kinds of fields that hold what was chosen, not typed
AT_ONCE = 500


@transaction.atomic
def erase(orders: Collection[int], *, by: Staff, at: datetime) -> int:
    """Erase what these orders and all that hangs on them say of the customer; the number of orders. Refused while one
    of them is under way. Their history only grows: the database itself overwrites it, see `persons.actions.erasing`."""
    found = list(WorkOrder.objects.select_for_update(no_key=True).filter(pk__in=orders).order_by("pk"))
    if any(order.status in OPEN_STATES for order in found):
        raise Refusal("an order is under way")  # whoever asks has said so in words before
    for order in found:
        _take_out(order)
    WorkOrder.objects.bulk_update(
        found,
        ["caller_name", "caller_phone", "address", "description", "outcome", "form", "extra", "version"],
        batch_size=AT_ONCE,
    )
    ids = [order.pk for order in found]
    Task.objects.filter(order__in=ids).update(
        instruction=mark_of("instruction"), handling=mark_of("handling"), receipt_person=mark_of("receipt_person")
    )
    Review.objects.filter(order__in=ids).update(work=mark_of("work"), remark=mark_of("remark"))
    Callback.objects.filter(order__in=ids).update(text=mark_of("text"))
    WorkRecord.objects.filter(order__in=ids).update(text=mark_of("text"))
    remove_files_of(WorkOrder, ids, by=by, at=at)
    for order in found:
        audit.record("workorders.erased", order, by=by, at=at)
    return len(found)


@transaction.atomic
def erase_caller(orders: Collection[int]) -> int:
    """Take out of these orders, which concern somebody else, only who called."""
    return WorkOrder.objects.filter(pk__in=orders).update(caller_name=mark_of("caller_name"), caller_phone="")


def _take_out(order: WorkOrder) -> None:
    kinds = {field.key: field.kind for field in order.flow.fields}
    order.caller_name, order.caller_phone = erased(order.caller_name), ""
    order.address, order.outcome = erased(order.address), erased(order.outcome)
    order.description = erased(order.description)
    order.form = {key: value for key, value in order.form.items() if kinds.get(key) in CHOSEN}
    order.extra = {}
    order.version += 1
