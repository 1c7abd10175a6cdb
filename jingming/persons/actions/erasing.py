"""Erase a person: asked for by one, approved by another, done in one transaction or not at all.

Tables that may change are written by the actions of their slices. What only grows (history of orders, changes and notes
of archives) is overwritten by a function of the database, which looks itself whether a request has been approved by a
second person, puts nothing in but the mark, and leaves every time, act, person and figure as it was. The audit is
touched by nobody: its lines name fields, ids and numbers of requests, never what stood in them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingming.accounts import actions as accounts
from jingming.accounts.access import selves
from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import NotAllowed, Refusal
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.interactions import actions as interactions
from jingming.loading import actions as loading
from jingming.persons import queries
from jingming.persons.models import Hold, Request
from jingming.persons.queries import About
from jingming.persons.rules import Kind, State
from jingming.privacy import actions as privacy
from jingming.privacy.erased import MARK, erased, mark_of
from jingming.workorders import actions as workorders
from jingming.workorders.models import WorkOrder
from jingming.workspace import actions as desk


class Held(Refusal):
    """Something stands in the way of erasing; the message says what, and the way out."""

    kind = "held"


@transaction.atomic
def ask_for_erasing(
    customer: Customer | None, *, basis: str, reason: str, by: Staff, at: datetime, number: str = ""
) -> Request:
    """Ask for it, so that somebody else approves. Held if it could not be done now anyway."""
    if customer is not None:
        customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    about = _about(customer, number, by)
    if not about:
        raise Refusal(_("Nothing is held under this number without an archive in your places."))
    _refuse_if_held(about, at)
    if (
        customer is not None
        and Request.objects.filter(customer=customer, kind=Kind.ERASE, state=State.WAITING).exists()
    ):
        raise Refusal(_("Erasing has been asked for already, and waits for a second person."))
    asked = Request(
        kind=Kind.ERASE, state=State.WAITING, customer=customer, number=number, basis=basis, reason=reason,
        asked_by=by, asked_at=at,
    )  # fmt: skip
    asked.stand_where(customer or by.department)
    asked.save(force_insert=True)
    audit.record("persons.erasing_asked", customer or asked, by=by, at=at, request=asked.pk, basis=basis)
    return asked


@transaction.atomic
def refuse(asked: Request, *, remark: str, by: Staff, at: datetime) -> Request:
    """Decide that it is not done; whoever asked may take it back so, too."""
    asked = _waiting(asked)
    asked.state, asked.decided_by, asked.decided_at, asked.remark = State.REFUSED, by, at, remark
    asked.number = ""
    asked.save()
    audit.record("persons.erasing_refused", asked.customer or asked, by=by, at=at, request=asked.pk)
    return asked


@transaction.atomic
def approve(asked: Request, *, remark: str = "", by: Staff, at: datetime) -> Request:
    """Approve the erasing that somebody else asked for, and do it. Held if something stands in the way by now."""
    asked = _waiting(asked)
    if asked.asked_by_id in selves(by) or by.pk in selves(asked.asked_by):
        raise NotAllowed(_("Whoever asked for erasing does not approve it. Have a colleague look at it."))
    if asked.customer is not None:
        asked.customer = Customer.objects.select_for_update(of=("self",)).get(pk=asked.customer.pk)
    about = _about(asked.customer, asked.number, asked.asked_by)
    # Nobody reopens one of the orders, or takes another one, while it is decided.
    list(WorkOrder.objects.select_for_update(no_key=True).filter(pk__in=about.orders).order_by("pk"))
    _refuse_if_held(about, at)
    asked.state, asked.decided_by, asked.decided_at, asked.remark = State.APPROVED, by, at, remark
    asked.orders = about.orders
    asked.save()
    asked.figures = _erase(asked, about, by=by, at=at)
    asked.state, asked.number = State.DONE, ""
    asked.save()
    audit.record("persons.erased", asked.customer or asked, by=by, at=at, request=asked.pk,
                 basis=asked.basis, rows=sum(asked.figures.values()))  # fmt: skip
    return asked


def _erase(asked: Request, about: About, *, by: Staff, at: datetime) -> dict[str, int]:
    words = _words(about)
    figures: dict[str, int] = {}
    if about.customer is not None:
        figures |= customers.erase_archive(about.customer, about.ids, by=by, at=at)
    figures["orders"] = workorders.erase(about.orders, by=by, at=at)
    figures["contacts_heard"] = interactions.erase(about.contacts, by=by, at=at)
    figures["called"] = workorders.erase_caller(about.called_orders) + interactions.erase_caller(about.called_contacts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT jingming_erase_lines(%s)", [asked.pk])
        figures["lines"] = cursor.fetchone()[0]
    figures["drafts"] = desk.forget_drafts_with(words)
    figures["answers"] = accounts.forget_answers_with(words)
    figures["imports"] = loading.forget_details_with(words)
    figures["numbers"] = privacy.forget(about.numbers)
    # The register keeps what was decided, when, by whom and on which basis; not what was written about the person.
    Request.objects.filter(customer__in=about.ids).update(reason=MARK, remark=mark_of("remark"))
    Hold.objects.filter(customer__in=about.ids).update(reason=MARK, source=MARK, why_lifted=mark_of("why_lifted"))
    asked.reason, asked.remark = MARK, erased(asked.remark)
    return figures


def _words(about: About) -> list[str]:
    """By which what somebody has typed and not sent, or was answered, is known to be about the person."""
    names = [] if about.customer is None else list(
        Customer.objects.filter(pk__in=about.ids).values_list("name", flat=True)
    )  # fmt: skip
    orders = WorkOrder.objects.filter(pk__in=about.orders).values_list("number", flat=True)
    return [*names, *about.numbers, *orders]


def _about(customer: Customer | None, number: str, by: Staff) -> About:
    return queries.about_customer(customer) if customer is not None else queries.about_number(by, number)


def _refuse_if_held(about: About, at: datetime) -> None:
    if reasons := queries.why_not_erased(about, at):
        raise Held(" ".join(reasons))


def _waiting(asked: Request) -> Request:
    """The request, locked; Refusal if somebody has decided about it."""
    locked = Request.objects.select_for_update(of=("self",)).select_related("customer", "asked_by").get(pk=asked.pk)
    if locked.state != State.WAITING:
        raise Refusal(_("Somebody has decided about this request already."))
    return locked
