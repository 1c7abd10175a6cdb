"""Whoever gets hold of a copy of the database, of the server's files or of the logs finds nobody's number there,
wherever somebody has written it."""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import SystemRandom

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.actions.shared import Why
from jingming.customers.models import Customer
from jingming.database.ground import find_binaries
from jingming.database.tests.workbench import OwnDatabase, Workbench
from jingming.files.models import Attachment
from jingming.loading.door import load, load_customers
from jingming.loading.models import Run
from jingming.loading.rows import (
    LoadedCallback,
    LoadedContact,
    LoadedCustomer,
    LoadedOrder,
    LoadedRemark,
    LoadedStep,
    LoadedTask,
    LoadedWork,
)
from jingming.loading.tests.sheets import csv_of
from jingming.organisation.models import Department
from jingming.privacy.rules import IDENTITY_CHECKS, is_identity_number
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act, Status
from jingming.workspace.models import Draft
from tests.cast import Caller
from tests.journeys.following import Order
from tests.working import work

Browser = Callable[..., Client]


def drawn() -> str:
    """How the phones of one run begin: what an earlier run has planted lies in the server's files for a while."""
    return f"16{SystemRandom().randrange(10**5):05d}"


@dataclass
class Canaries:
    """Numbers that nobody has; each is told but once, so that one that is found says where it was told."""

    told: dict[str, str] = field(default_factory=dict)
    begin: str = field(default_factory=drawn)

    def phone(self, where: str) -> str:
        number = f"{self.begin}{len(self.told):04d}"
        self.told[number] = where
        return number

    def text(self, where: str) -> str:
        """Words with a phone, as people write it, and with an identity number."""
        phone = self.phone(where)
        digits = f"3407021949{len(self.told):07d}"
        identity = next(f"{digits}{sign}" for sign in IDENTITY_CHECKS if is_identity_number(f"{digits}{sign}"))
        self.told[identity] = where
        return f"请打 {phone[:3]}-{phone[3:7]}-{phone[7:]} 或 +86 {phone},身份证{identity}"

    def found_in(self, kept: Iterable[bytes]) -> set[str]:
        """Where what stands in what is kept was told."""
        begin = self.begin.encode()
        phones = re.compile(rb"%s-?%s-?\d{4}" % (begin[:3], begin[3:]))
        identities = re.compile(rb"3407021949\d{7}[\dX]")
        found = {
            match.decode().replace("-", "")
            for part in kept
            for way in (phones, identities)
            for match in way.findall(part)
        }
        return {self.told[number] for number in found & self.told.keys()}


def dumped(url: str) -> Iterator[bytes]:
    """All that the database holds, as the owner sees it."""
    program = shutil.which("pg_dump", path=str(find_binaries() / "bin")) or "pg_dump"
    yield subprocess.run([program, "--data-only", "--no-owner", url], capture_output=True, check=True).stdout


@pytest.fixture
def bench(_workbench: tuple[Workbench, str]) -> Workbench:
    return _workbench[0]


def files_of_the_server(bench: Workbench) -> Iterator[bytes]:
    """Tables with what was written over, temporary files, the log of changes (WAL) and the server's own log; nothing of
    a server that others installed, whose files are not ours to read."""
    if bench.attachment is None:
        return
    for path in bench.attachment.cluster.home.rglob("*"):
        try:
            if path.is_file():
                yield path.read_bytes()
        except FileNotFoundError:
            continue  # of another test's database


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Every line that the application logs meanwhile, as its own handler writes it."""
    [handler] = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    lines, root = io.StringIO(), logging.getLogger()
    before, level = handler.stream, root.level
    handler.stream = lines  # not setStream, which first empties what another test may have closed
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        handler.stream = before


def take_and_do(canary: Canaries, opened: Callable[..., Order]) -> None:
    """An order from its call to its end, by the API, with a number in every text."""
    order = opened(
        "repair", description=canary.text("description"), caller_phone=canary.phone("caller_phone"),
        caller_name=f"周{canary.phone('caller_name')}", address=f"桂花苑 {canary.phone('address')}",
    )  # fmt: skip
    order.act("agent1", "amend", fields={
        "repair_kind": "gas_none", "description": canary.text("amended description"),
        "caller_phone": canary.phone("amended caller_phone"),
    })  # fmt: skip
    order.act("agent1", "note", text=canary.text("note of an order"))
    order.act("dispatcher1", "dispatch", department="TL-NORTH", text=canary.text("dispatch"))
    order.act("head1", "assign", staff="engineer1", text=canary.text("assign"))
    order.act("engineer1", "accept")
    order.act("engineer1", "work", began_at=now().isoformat(), minutes=35, text=canary.text("work"))
    order.act("engineer1", "complete", text=canary.text("complete"))
    review = order.seen_by("head1")["reviews"][0]
    order.act("head1", "review", result="passed", review=review["id"], text=canary.text("review"))
    order.act("callback1", "call_back", result="satisfied", satisfaction=5, text=canary.text("call_back"))

    split = opened("complaint", description=canary.text("complaint"))
    split.act("agent1", "amend", fields={"complaint_kind": "service_late"})
    split.act("inspector1", "accept")
    task = {"department": "TL-NORTH", "instruction": canary.text("instruction"), "staff": "engineer1"}
    split.act("inspector1", "split", tasks=[task])
    split.act(
        "engineer1", "report", handling=canary.text("handling"), satisfaction=4,
        receipt_person=f"周{canary.phone('receipt_person')}", handled_at=now().isoformat(),
    )  # fmt: skip


def contact_without_order(canary: Canaries, agent: Caller) -> None:
    body = {
        "channel": "phone", "reason": "wrong_number", "text": canary.text("contact without an order"),
        "caller_phone": canary.phone("party_phone"), "caller_name": f"李{canary.phone('party_name')}",
    }  # fmt: skip
    answer = agent.post("/interactions", body, key="said-twice")
    assert answer.status_code == 201, answer.content.decode()


def keep_archives(canary: Canaries, agent: Staff) -> None:
    at = now()
    customer = customers.add_customer(
        f"周岚{canary.phone('name')}", note=canary.text("note of an archive"), phone=canary.phone("first phone"),
        unit="340705", by=agent, at=at,
    )  # fmt: skip
    customers.change_customer(
        customer, version=customer.version, note=canary.text("changed note"), by=agent, at=at,
        why=Why(text=canary.text("why")),
    )  # fmt: skip
    customers.add_contact(
        customer, f"李工{canary.phone('contact')}", phone=canary.phone("contact_phone"), by=agent, at=at
    )
    customers.add_phone(customer, canary.phone("second phone"), label=canary.phone("label"), by=agent, at=at)
    customers.note_conduct(customer, good=True, text=canary.text("conduct"), by=agent, at=at)
    customers.note_down(customer, text=canary.text("note"), by=agent, at=at)
    customers.add_service_point(
        customer, by=agent, at=at, account_number="0562000999", address=f"建设新村 {canary.phone('point')}",
        unit="340705",
    )  # fmt: skip


def attach(canary: Canaries, browser: Client) -> None:
    order = WorkOrder.objects.earliest("pk")
    file = SimpleUploadedFile(f"{canary.phone('name of a file')}.txt", "抄表记录".encode())
    browser.post(f"/orders/{order.number}/files/", {"files": file})
    assert Attachment.objects.get().owner_id == order.pk


def load_by_the_door(canary: Canaries, company: dict[str, Staff]) -> None:
    """Orders and archives as a demo or another system brings them: by COPY."""
    departments = {one.code: one for one in Department.objects.all()}
    ops, north, call = departments["TL-OPS"], departments["TL-NORTH"], departments["TL-CALL"]
    place, at = (north.province_id, north.city_id, north.district_id), now() - timedelta(hours=5)
    agent, boss = company["agent1"], company["head1"]
    order = LoadedOrder(
        external_id="A-1", type="repair", channel="phone", description=canary.text("loaded description"),
        occurred_at=at, place=place, home=call.pk, opened_by=agent.pk, caller_name=f"周{canary.phone('loaded name')}",
        caller_phone=canary.phone("loaded caller_phone"), address=f"桂花苑{canary.phone('loaded address')}",
        outcome=canary.text("loaded outcome"), extra={"said": canary.text("loaded extra")},
        steps=(
            LoadedStep(
                act=Act.OPEN, at=at, status=Status.UNTREATED, step="dispatching", department=ops.pk, by=agent.pk,
                by_name=agent.name, text=canary.text("loaded step"),
                facts={"changes": {"caller_phone": ["", canary.phone("loaded facts")]}},
            ),
        ),
        tasks=(
            LoadedTask(
                round=1, department=north.pk, instruction=canary.text("loaded task"), given_by=boss.pk, given_at=at
            ),
        ),
        callbacks=(LoadedCallback(round=1, department=call.pk, due_at=at, text=canary.text("loaded callback")),),
        work=(
            LoadedWork(
                staff=boss.pk, began_at=at, minutes=5, text=canary.text("loaded work"), recorded_at=at,
            ),
        ),
    )  # fmt: skip
    load([order], source="elsewhere", by=None, at=now())
    customer = LoadedCustomer(
        name=f"吴六{canary.phone('loaded archive')}", place=place, since=at, note=canary.text("loaded note"),
        extra={"said": canary.text("loaded archive extra")}, phones=(canary.phone("loaded phone"),),
        contacts=(LoadedContact(name=f"郑七{canary.phone('loaded contact')}", phone=canary.phone("their phone")),),
        remarks=(
            LoadedRemark(text=canary.text("loaded remark"), by=agent.pk, at=at),
            LoadedRemark(text=canary.text("loaded conduct"), by=agent.pk, at=at, good=False),
        ),
    )  # fmt: skip
    load_customers([customer], source="elsewhere", by=None, at=now())


def load_files(canary: Canaries, browser: Client) -> None:
    """Customers and service points from files, tried and loaded in the browser; one row that cannot be."""
    rows = [
        ["客户编号", "客户名称", "类型", "电话", "备用电话", "联系人", "联系人电话", "区县", "备注"],
        ["K001", "周晓岚", "个人", canary.phone("file phone"), canary.phone("file second phone"), "李工",
         canary.phone("file contact phone"), "340705", canary.text("file note")],
        ["K002", "王强", "个人", canary.phone("bad row"), "", "", "", "999999", canary.text("note of a bad row")],
    ]  # fmt: skip
    points = [
        ["户号", "客户编号", "户名", "电话", "地址", "区县"],
        ["7100000002", "", "孙桂芳", canary.phone("file point"), f"建设新村 {canary.phone('file address')}", "340705"],
    ]
    changed = [rows[0], [*rows[1][:8], canary.text("changed by file")]]
    for kind, sheet in (("customers", rows), ("service-points", points), ("customers", changed)):
        file = SimpleUploadedFile("rows.csv", csv_of(sheet))
        assert browser.post(f"/data/{kind}/import/", {"file": file}).status_code == 302
        work("loads")
        run = Run.objects.latest("pk")
        browser.post(f"/data/runs/{run.pk}/match/", {f"to-{key}": str(at) for key, at in run.mapping.items()})
        work("loads")
        browser.post(f"/data/runs/{run.pk}/load/", {"skip": "yes"})
        work("loads")
        assert Run.objects.get(pk=run.pk).state == "loaded", Run.objects.get(pk=run.pk).sentence


def keep_what_is_typed(canary: Canaries, browser: Client) -> None:
    """A draft that is never sent, and a sign-in that fails: people type their number there too."""
    typed = {"description": canary.text("draft")}
    browser.post("/drafts/intake/kept-0001/", typed)
    assert Draft.objects.get().content["description"] == [typed["description"]]
    Client().post("/accounts/login/", {"login": canary.phone("sign-in"), "password": "wrong"})


def fail(canary: Canaries, people: Callable[[str], Caller]) -> None:
    """Requests that are refused, and an exception that repeats what was typed."""
    body = {
        "type": "repair",
        "channel": "phone",
        "caller_phone": canary.phone("refused phone"),
        "description": "x" * 10_001,
    }
    assert people("agent1").post("/work-orders", body, key="refused").status_code == 422
    assert people("agent1").get("/customers", q=canary.phone("refused search")).status_code == 422
    try:
        raise ValueError(canary.text("exception"))
    except ValueError:
        logging.getLogger("jingming").exception("Nobody can be called at %s", canary.phone("line of the log"))


def test_neither_a_dump_nor_files_nor_logs_hold_the_number_of_anybody(
    own_database: OwnDatabase,
    company: dict[str, Staff],
    opened: Callable[..., Order],
    people: Callable[[str], Caller],
    signed_in: Browser,
    bench: Workbench,
):
    canary = Canaries()
    with logged() as lines:
        take_and_do(canary, opened)
        contact_without_order(canary, people("agent1"))
        keep_archives(canary, company["agent1"])
        attach(canary, signed_in(company["agent1"]))
        load_by_the_door(canary, company)
        load_files(canary, signed_in(company["dispatcher1"]))
        keep_what_is_typed(canary, signed_in(company["agent1"]))
        fail(canary, people)
    assert len(canary.told) > 90
    assert WorkOrder.objects.count() == 3

    said = lines.getvalue().encode()
    assert b"Nobody can be called at" in said
    assert canary.found_in([said]) == set()
    assert canary.found_in(dumped(own_database.owner_url)) == set()
    assert canary.found_in(files_of_the_server(bench)) == set()

    # --- Controls ---
    Customer.objects.filter(number="K001").update(number=canary.phone("planted"))  # no column for words of anybody
    assert canary.found_in(dumped(own_database.owner_url)) == {"planted"}
    if bench.attachment is not None:
        assert canary.found_in(files_of_the_server(bench)) == {"planted"}  # in the WAL at least
    assert canary.found_in([f"{canary.begin[:3]}-{canary.begin[3:]}-0000".encode()]) != set()
