"""Register that somebody got a copy of what is held, or had it put right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.audit.models import Entry
from jingming.customers.models import Customer
from jingming.persons.models import Request
from jingming.persons.rules import Kind, State


@transaction.atomic
def note_copy(
    customer: Customer | None, *, reason: str, figures: Mapping[str, int], by: Staff, at: datetime, number: str = ""
) -> Entry:
    """Write down, before it leaves the house, that everything about a person was copied for them, and why; the line of
    the audit, by which the copy is marked."""
    made = _done(Kind.EXPORT, customer, number=number, reason=reason, figures=figures, by=by, at=at)
    return audit.record("persons.exported", customer or made, by=by, at=at, request=made.pk, rows=sum(figures.values()))


@transaction.atomic
def note_correction(customer: Customer, *, reason: str, by: Staff, at: datetime) -> Request:
    """Write down what the person says is wrong; what is changed then is the archive's own history."""
    made = _done(Kind.CORRECT, customer, reason=reason, figures={}, by=by, at=at)
    audit.record("persons.correction_asked", customer, by=by, at=at, request=made.pk)
    return made


def _done(
    kind: Kind, customer: Customer | None, *, reason: str, figures: Mapping[str, int], by: Staff, at: datetime,
    number: str = "",
) -> Request:  # fmt: skip
    made = Request(
        kind=kind, state=State.DONE, customer=customer, number=number, reason=reason, figures=dict(figures),
        asked_by=by, asked_at=at,
    )  # fmt: skip
    made.stand_where(customer or by.department)
    made.save(force_insert=True)
    return made
