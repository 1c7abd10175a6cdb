"""A person with everything that can be held about somebody, and all of it over: what may be erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.workorders import actions as workorders
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from tests.cast import FOUNDED
from tests.orders import do, taken

Company = dict[str, Staff]
NUMBER, SECOND = "13905621234", "13905629876"
# Words that stand nowhere else: all that is written about the person is made of them.
WORDS = {
    "name": "钱秋禾甲",
    "contact": "钱老伯乙",
    "address": "凤凰里 88-3-401 丙",
    "note": "家有大黄狗丁",
    "told": "她说灶打不着戊",
    "outcome": "换了电池己",
    "said": "来电问过庚",
    "conduct": "骂过师傅辛",
    "visit": "走访见壬",
    "why": "本人说癸",
    "callback": "回访说好子",
    "work": "修了半小时丑",
    "file": "钱家照片寅",
    "number": "KH-CANARY-7",
    "twin": "钱秋禾卯",
}


@pytest.fixture(autouse=True)
def _refusals_in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def qian(company: Company) -> Customer:
    """The archive of somebody of Tongling who is served no more; a second one was merged into it."""
    by, at = company["dispatcher1"], FOUNDED
    qian = customers.add_customer(
        WORDS["name"], phone=NUMBER, number=WORDS["number"], note=WORDS["note"], unit="340705", by=by, at=at
    )
    customers.add_contact(qian, WORDS["contact"], phone=SECOND, by=by, at=at)
    customers.note_conduct(qian, good=False, text=WORDS["conduct"], by=by, at=at)
    customers.note_down(qian, text=WORDS["visit"], kind="visit", by=by, at=at)
    customers.note_purchase(qian, item="灶具", bought_on=date(2026, 1, 1), number="SJ-CANARY", by=by, at=now())
    twin = customers.add_customer(WORDS["twin"], unit="340705", by=by, at=at)
    qian.refresh_from_db()
    customers.merge(qian, twin, by=by, at=at, why=customers.Why("duplicate", WORDS["why"]), take={"name": "merged"})
    qian.refresh_from_db()
    customers.change_customer(
        qian, name=WORDS["name"], version=qian.version, by=by, at=now(), why=customers.Why("told", WORDS["why"])
    )
    qian.refresh_from_db()
    return qian


def opened(qian: Customer, company: Company, type_: str = "repair", *, at: datetime | None = None) -> WorkOrder:
    """An order of hers."""
    return taken(
        company["agent1"], type_, at=at, customer=qian, caller_name=WORDS["name"], caller_phone=NUMBER,
        address=WORDS["address"], description=WORDS["told"],
    )  # fmt: skip


@pytest.fixture
def closed(qian: Customer, company: Company) -> WorkOrder:
    """A repair of hers that went its whole way."""
    order = opened(qian, company, at=now() - timedelta(hours=2))
    upload = SimpleUploadedFile(f"{WORDS['file']}.txt", b"hello\n", "text/plain")
    do(order, Act.NOTE, company["agent1"], text=WORDS["said"])
    workorders.attach(order, upload=upload, by=company["agent1"], at=now())
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH", staff="engineer1")
    do(order, Act.WORK, company["engineer1"], began_at=now().isoformat(), minutes=30, text=WORDS["work"])
    do(order, Act.COMPLETE, company["engineer1"], text=WORDS["outcome"])
    do(order, Act.CALL_BACK, company["callback1"], result="satisfied", satisfaction=5, text=WORDS["callback"])
    return do(order, Act.CLOSE, company["callback1"])
