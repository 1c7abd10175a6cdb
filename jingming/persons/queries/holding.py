"""What keeps a person's data from being erased, each in a sentence that says the way out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jingming.customers.models import Customer, Kind, Relation, Tenure
from jingming.customers.queries import same_as, today
from jingming.persons.models import Hold
from jingming.privacy.erased import MARK
from jingming.privacy.models import RetentionRule
from jingming.privacy.retention import Kept
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import OPEN_STATES

from .subject import About

NAMED = 3  # orders or places in a sentence; whoever must end more finds them in the archive


def standing_holds(customer: Customer, at: datetime) -> QuerySet[Hold]:
    """The holds on the person's data that stand now, oldest first."""
    held = Hold.objects.filter(Q(until=None) | Q(until__gte=today(at)), customer__in=same_as(customer.pk))
    return held.filter(lifted_at=None).select_related("placed_by").order_by("placed_at", "pk")


def why_not_erased(about: About, at: datetime) -> list[str]:
    """Everything that stands in the way now; empty if nothing does. Six queries."""
    return [*_archive(about, at), *_orders(about, at)]


def _archive(about: About, at: datetime) -> Iterator[str]:
    customer = about.customer
    if customer is None:
        return
    if customer.kind != Kind.PERSON:
        yield _("This archive is an enterprise’s, which is no person. Retire its contact persons instead.")
    if customer.name == MARK:
        yield _("The person has been erased already.")
    for hold in standing_holds(customer, at):
        facts = {"ground": hold.get_ground_display(), "source": hold.source, "person": hold.placed_by.name,
                 "at": f"{hold.placed_at:%Y-%m-%d}"}  # fmt: skip
        if hold.until:
            until = {**facts, "until": f"{hold.until:%Y-%m-%d}"}
            yield (
                _(
                    "Held until %(until)s (%(ground)s, %(source)s; placed by %(person)s on %(at)s). "
                    "Wait until then, or have the hold lifted."
                )
                % until
            )
        else:
            yield (
                _("Held (%(ground)s, %(source)s; placed by %(person)s on %(at)s). Have the hold lifted first.") % facts
            )
    served = Tenure.objects.filter(
        customer__in=about.ids, until=None, relation=Relation.HOLDER, service_point__active=True
    ).order_by("pk")
    if numbers := list(served.values_list("service_point__account_number", flat=True)[: NAMED + 1]):
        yield _(
            "The person is still served at %(places)s. Move the place to its next holder or end the service first."
        ) % {"places": _some(numbers)}


def _orders(about: About, at: datetime) -> Iterator[str]:
    own = WorkOrder.objects.filter(pk__in=about.orders)
    under_way = own.filter(status__in=OPEN_STATES).order_by("pk").values_list("number", flat=True)
    if numbers := list(under_way[: NAMED + 1]):
        yield _("Orders are still under way: %(orders)s. Close them first.") % {"orders": _some(numbers)}
    term = RetentionRule.objects.get(kind=Kept.COMPLAINT)
    kept = timedelta(days=term.days)
    last = own.filter(type__code="complaint", closed_at__gt=at - kept).order_by("-closed_at").first()
    if last is not None and last.closed_at is not None:
        facts = {"order": last.number, "source": term.source, "end": f"{last.closed_at + kept:%Y-%m-%d}"}
        yield _("Order %(order)s is kept until %(end)s by %(source)s. Ask again after that day.") % facts


def _some(names: list[str]) -> str:
    shown = _(", ").join(names[:NAMED])
    return _("%(names)s and more") % {"names": shown} if len(names) > NAMED else shown
