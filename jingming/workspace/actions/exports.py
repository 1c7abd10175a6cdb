"""What leaves the house as a file, lines of the audit or work orders, leaves a line before its first byte is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import ngettext

from jingming.accounts.models import Staff
from jingming.accounts.policy import policy
from jingming.audit.actions import record
from jingming.audit.models import Entry
from jingming.base.errors import Refusal


class TooManyOrders(Refusal):
    """More orders than one file may hold."""

    kind = "too-many-orders"
    status = 422


def note_audit_export(*, asked: Mapping[str, str], reason: str, by: Staff, at: datetime) -> Entry:
    """Write down who exports which lines of the audit, and why; the line, by which the file is marked."""
    return record("audit.exported", by, by=by, at=at, reason=reason, asked=dict(asked))


def note_orders_export(
    *, queue: str, filtered: Mapping[str, str], rows: int, reason: str, by: Staff, at: datetime
) -> Entry:
    """Write down who exports how many orders of which queue, by which filters (in words, {"zh", "en"}), and why; the
    line, by which the file is marked. Raises TooManyOrders beyond the limit of the policy."""
    refuse_too_many(rows)
    return record("workorders.exported", by, by=by, at=at, queue=queue, filter=dict(filtered), rows=rows, reason=reason)


def refuse_too_many(rows: int) -> None:
    """Raise TooManyOrders where so many rows are more than one file may hold."""
    most = policy().export_orders
    if rows > most:
        raise TooManyOrders(
            ngettext(
                "One file holds at most %(most)s order, and this queue has more. Narrow the filter, for instance by "
                "the days of contact.",
                "One file holds at most %(most)s orders, and this queue has more. Narrow the filter, for instance by "
                "the days of contact.",
                most,
            )
            % {"most": f"{most:,}"}
        )
