"""Who may see which contacts."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from jingming.accounts.access import reach
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority

from .models import Interaction


def visible_to(person: Staff | object) -> QuerySet[Interaction]:
    """The contacts that the person may see: everywhere, in own units, taken by own departments, or by oneself."""
    reached = reach(person, Authority.SEE_INTERACTIONS)
    if not reached:
        return Interaction.objects.none()
    if reached.everywhere:
        return Interaction.objects.all()
    condition = reached.placed() or Q(pk__in=[])
    if reached.departments:
        condition |= Q(department__in=reached.departments)
    if reached.own:
        condition |= Q(agent__in=reached.own_of)
    return Interaction.objects.filter(condition)


def get_interaction(person: Staff | object, pk: int) -> Interaction:
    """The contact if the person may see it; Http404 alike for unknown and unseen."""
    found = visible_to(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
