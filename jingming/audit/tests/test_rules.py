"""How long the audit is kept."""

from __future__ import annotations

from datetime import date, timedelta

from jingming.audit.rules import may_be_dropped


def test_a_month_of_the_audit_is_kept_184_days_after_its_end() -> None:
    ended = date(2026, 1, 1)
    assert not may_be_dropped(date(2025, 12, 1), ended + timedelta(days=183))
    assert may_be_dropped(date(2025, 12, 1), ended + timedelta(days=184))
