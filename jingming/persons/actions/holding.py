"""Place and lift legal holds."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal, Unfit
from jingming.customers.models import Customer
from jingming.customers.queries import today
from jingming.persons.models import Hold


@transaction.atomic
def place(
    customer: Customer, *, ground: str, source: str, reason: str, until: date | None = None, by: Staff, at: datetime
) -> Hold:
    """Hold the person's data: nothing of it is erased until the last day is over or somebody lifts the hold."""
    if until is not None and until < today(at):
        raise Unfit(fields={"until": _("This day is over. Choose a later one, or leave it empty.")})
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)  # an erasing that is under way comes first
    hold = Hold.objects.create(
        customer=customer, ground=ground, source=source, reason=reason, until=until, placed_by=by, placed_at=at
    )
    audit.record("persons.held", customer, by=by, at=at, ground=ground, hold=hold.pk,
                 until=until.isoformat() if until else "")  # fmt: skip
    return hold


@transaction.atomic
def lift(hold: Hold, *, reason: str, by: Staff, at: datetime) -> Hold:
    """End a hold before its day. Raises Refusal if somebody was faster."""
    hold = Hold.objects.select_for_update(of=("self",)).select_related("customer").get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise Refusal(_("This hold has been lifted already."))
    hold.lifted_by, hold.lifted_at, hold.why_lifted = by, at, reason
    hold.save(update_fields=["lifted_by", "lifted_at", "why_lifted"])
    audit.record("persons.hold_lifted", hold.customer, by=by, at=at, ground=hold.ground, hold=hold.pk)
    return hold
