"""Reads of contacts."""

from __future__ import annotations

from collections.abc import Sequence

from jingming.accounts.models import Staff
from jingming.base.paging import Page, newest_first

from .access import visible_to
from .models import Interaction
from .rules import Disposition


def pending_of(person: Staff) -> list[Interaction]:
    """Contacts that the person has begun and not yet disposed of, oldest first."""
    return list(
        Interaction.objects.filter(agent=person, disposition=Disposition.PENDING).order_by("occurred_at", "id")[:20]
    )


def latest(person: Staff, cursor: str = "") -> Page[Interaction]:
    """A page of the contacts that the person may see, newest first."""
    return newest_first(visible_to(person).select_related("customer", "agent", "department"), cursor)


def of_customer(person: Staff, customer_ids: Sequence[int], size: int = 20) -> list[Interaction]:
    """The latest contacts that the person may see of a customer, under all the ids by which the customer is known."""
    seen = visible_to(person).filter(customer__in=customer_ids).select_related("agent")
    return list(seen.order_by("-occurred_at", "-id")[:size])
