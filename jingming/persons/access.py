"""Who may answer for whose personal data. The authority opens everything that is held about a person of the place: a
copy that leaves out what other departments know would be wrong. So it is not given to desks."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jingming.accounts.access import Reach, reach
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.base.errors import Http404
from jingming.customers import access as archives
from jingming.customers.models import Customer
from jingming.interactions.models import Interaction
from jingming.workorders.models import WorkOrder

from .models import Hold, Request

HANDLE = Authority.HANDLE_PERSONS


def get_person(user: Staff | object, customer_id: int) -> Customer:
    """The archive of a person for whose data the user answers; Http404 alike for unknown, unseen, of another place, and
    gone on in another archive."""
    found = archives.get_customer(user, customer_id)
    if found.merged_into_id is not None or not archives.may_answer_for(user, found):
        raise Http404
    return found


def requests_visible_to(user: Staff | object) -> QuerySet[Request]:
    """The requests about people of the user's places."""
    return Request.objects.filter(_within(reach(user, HANDLE)))


def get_request(user: Staff | object, pk: int) -> Request:
    """The request; unknown and unseen are the same Http404."""
    found = requests_visible_to(user).select_related("customer", "asked_by", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_hold(user: Staff | object, customer_id: int, hold_id: int) -> Hold:
    """A hold on the archive of somebody for whom the user answers, else Http404."""
    found = get_person(user, customer_id).holds.filter(pk=hold_id).first()
    if found is None:
        raise Http404
    return found


def contacts_within(user: Staff | object) -> QuerySet[Interaction]:
    """Contacts of the user's places, whoever took them."""
    return Interaction.objects.filter(_within(reach(user, HANDLE)))


def orders_within(user: Staff | object) -> QuerySet[WorkOrder]:
    """Orders of the user's places, whoever has them."""
    return WorkOrder.objects.filter(_within(reach(user, HANDLE)))


def _within(ground: Reach) -> Q:
    if ground.everywhere:
        return Q()
    placed = ground.placed()
    return Q(pk__in=[]) if placed is None else placed
