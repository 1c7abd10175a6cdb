"""The audit and the routes as pages."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from jingming.accounts.models import Staff
from jingming.audit.actions import record
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.workorders.models import Route

SignedIn = Callable[..., Client]


def test_the_audit_says_in_words_who_did_what(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    customers.add_customer("周晓岚", by=agent, at=now(), unit="340705")

    page = signed_in(auditadmin).get("/audit/").content.decode()

    assert "opened the archive" in page
    assert agent.name in page


def test_the_audit_names_the_record_as_the_desk_knows_it(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    record("accounts.changed", agent, by=auditadmin, at=now())

    assert f"person {agent.username}" in signed_in(auditadmin).get("/audit/").content.decode().replace(
        str(Staff._meta.verbose_name), "person"
    )


def test_the_audit_is_for_its_administrator_alone(signed_in: SignedIn, agent: Staff, sysadmin: Staff) -> None:
    assert {signed_in(person).get("/audit/").status_code for person in (agent, sysadmin)} == {404}


def test_an_administrator_routes_a_category_and_ends_the_route(
    signed_in: SignedIn, sysadmin: Staff, approval_manager: Staff
) -> None:
    browser = signed_in(sysadmin)
    sent = {"category": "gas_leak", "department": "TL-NORTH", "manager": approval_manager.username}

    assert browser.post("/routes/", sent).status_code == 302
    kept = Route.objects.get()
    assert (kept.category, kept.manager, keys_for(kept)) == ("gas_leak", approval_manager, ["workorders.routed"])
    assert approval_manager.name in browser.get("/routes/").content.decode()

    assert browser.post("/routes/", sent | {"manager": ""}).status_code == 302
    assert not Route.objects.exists()


def test_only_an_approval_manager_of_the_department_gets_a_category(
    signed_in: SignedIn, sysadmin: Staff, approval_manager: Staff
) -> None:
    sent = {"category": "gas_leak", "department": "TL-SOUTH", "manager": approval_manager.username}

    answer = signed_in(sysadmin).post("/routes/", sent)

    assert answer.status_code == 422
    assert "does not work in" in answer.content.decode()
    assert not Route.objects.exists()
