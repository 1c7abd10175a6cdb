"""What has been kept as long as it may be goes by itself; nobody goes under the law."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.audit.retention import set_days
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.customers.models import Customer
from jingming.files.models import Attachment
from jingming.interactions.models import Interaction
from jingming.persons import actions
from jingming.privacy.erased import MARK
from jingming.privacy.models import RetentionRule
from jingming.privacy.retention import SHIPPED, Kept, days_kept
from jingming.workorders.models import WorkOrder
from tests.orders import taken

Company = dict[str, Staff]


def test_every_kind_has_its_row_with_source_and_date(db: None) -> None:
    rows = {one.kind: (one.days, one.least, one.source, one.since) for one in RetentionRule.objects.all()}

    assert rows == {kind: (term.days, term.least, term.source, term.since) for kind, term in SHIPPED.items()}
    assert set(rows) == set(Kept.values)


def test_nobody_goes_under_the_law(company: Company) -> None:
    with pytest.raises(Unfit, match="184"):
        set_days("audit", 183, reason="空间不足", by=company["secadmin1"], at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.filter(kind="audit").update(days=183)
    set_days("audit", 400, reason="集团要求", by=company["secadmin1"], at=now())

    assert days_kept(Kept.AUDIT) == 400
    assert Entry.objects.get(key="retention.set").facts == {"kind": "audit", "days": [184, 400], "reason": "集团要求"}


def old_contacts(company: Company, count: int) -> list[int]:
    """Contacts of last year that came to nothing, and a fresh one."""
    for _one in range(count + 1):
        taken(company["agent1"], "consultation", caller_name="某人")
    pks = list(Interaction.objects.order_by("pk").values_list("pk", flat=True))[-count - 1 :]
    old = Interaction.objects.filter(pk__in=pks)
    old.update(order_id=None, disposition="no_order", reason="silent", party_name="某人", party_phone="13800000417")
    Interaction.objects.filter(pk__in=pks[:count]).update(occurred_at=now() - timedelta(days=366), ended_at=None)
    return pks


def test_old_contacts_lose_name_and_number_in_batches_and_a_line_says_how_many(company: Company) -> None:
    pks = old_contacts(company, 3)

    assert actions.apply_retention(now(), batch=2)[Kept.CONTACT] == 3
    assert actions.apply_retention(now(), batch=2)[Kept.CONTACT] == 0

    told = [(one.party_name, one.party_phone) for one in Interaction.objects.filter(pk__in=pks).order_by("pk")]
    assert told == [(MARK, "")] * 3 + [("某人", "13800000417")]
    assert [entry.facts for entry in Entry.objects.filter(key="retention.removed")] == [
        {"kind": "contact_number", "removed": 3, "days": 365}
    ]


def test_files_of_ended_orders_go_and_those_of_somebody_held_stay(
    qian: Customer, closed: WorkOrder, company: Company
) -> None:
    Attachment.objects.update(at=now() - timedelta(days=1096))
    hold = actions.place(qian, ground="lawsuit", source="案号", reason="诉讼", by=company["supervisor1"], at=now())
    assert actions.apply_retention(now())[Kept.FILE] == 0
    actions.lift(hold, reason="已结案", by=company["supervisor1"], at=now())

    assert actions.apply_retention(now())[Kept.FILE] == 1
    assert Attachment.objects.get(owner_id=closed.pk).name == MARK


def test_the_page_changes_days_for_the_security_administrator(
    company: Company, signed_in: Callable[[Staff], Any]
) -> None:
    desk = signed_in(company["secadmin1"])
    assert "网络安全法" in desk.get("/retention/").content.decode()
    assert desk.post("/retention/draft/", {"days": "14", "reason": "班组轮休"}).status_code == 302
    assert desk.post("/retention/audit/", {"days": "10", "reason": "…"}).status_code == 422

    assert days_kept(Kept.DRAFT) == 14
    assert signed_in(company["sysadmin1"]).get("/retention/").status_code == 404
