"""Who takes work orders away as a file: of the rows that a queue shows them, nobody any more."""

from __future__ import annotations

from jingming.accounts.access import has
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority


def may_export_orders(person: Staff) -> bool:
    """Whether the person may export work orders: with the right to it, those that they see."""
    return has(person, Authority.EXPORT_ORDERS) and has(person, Authority.SEE_ORDERS)
