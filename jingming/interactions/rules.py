"""Vocabulary of contacts: which way they went, and what became of them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Direction(TextChoices):
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class Disposition(TextChoices):
    """What became of a contact; each has exactly one, PENDING only while somebody is still speaking."""

    PENDING = "pending", _("Not yet decided")
    OPENED = "opened", _("Opened an order")
    ATTACHED = "attached", _("Belongs to an order")
    NO_ORDER = "no_order", _("No order")
