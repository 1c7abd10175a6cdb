"""Roles are data of the security administrator; duties that check each other are held apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from jingming.accounts import actions, roles
from jingming.accounts.access import has
from jingming.accounts.models import Post, Role, Staff
from jingming.accounts.queries import matrix_of_roles
from jingming.accounts.rules import ADMINISTRATIONS, SHIPPED_ROLES, Authority, administrations_of, by_business
from jingming.audit.models import Entry
from jingming.base.errors import NotAllowed, Unfit

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WORDS = {"zh": "夜班坐席", "en": "Night agent"}
SignedIn = Callable[[Staff], Client]


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def known(code: str) -> str:
    return roles.as_known(role(code))


def posted(person: Staff, code: str, *, by: Staff | None = None) -> Post:
    return actions.post(person, role=role(code), department=person.department, scope="all", by=by, at=AT)


def test_every_authority_stands_under_one_business():
    assert sorted(one for _label, some in by_business(Authority) for one in some) == sorted(Authority)


def test_no_shipped_role_is_two_administrations():
    assert {code: administrations_of(words) for code, (_zh, _en, words) in SHIPPED_ROLES.items()} == {
        **{code: [] for code in SHIPPED_ROLES},
        "sysadmin": ["system"],
        "secadmin": ["security"],
        "auditadmin": ["audit"],
    }


def test_a_role_is_made_changed_and_returned_over_the_pages(
    signed_in: SignedIn, secadmin: Staff, announcer: Staff, agent: Staff
):
    browser = signed_in(secadmin)
    page = browser.get("/roles/announcer/")
    assert [field.initial for field in page.context["form"] if field.name.startswith("authorities")] == [
        [], [], ["flows.see", "organisation.see"], [], [], [],
    ]  # fmt: skip

    sent = {
        "zh": "公告发布人",
        "en": "Announcer",
        "known": page.context["form"]["known"].value(),
        "authorities_0": ["orders.see"],
        "authorities_2": ["flows.see"],
    }
    assert browser.post("/roles/announcer/", sent).status_code == 302

    assert role("announcer").authorities == ["orders.see", "flows.see"]
    assert signed_in(announcer).get("/orders/?queue=mine").status_code == 200
    line = Entry.objects.filter(key="accounts.role_changed").get()
    assert (line.by_id, line.facts) == (
        secadmin.pk,
        {"role": "announcer", "given": ["orders.see"], "taken": ["organisation.see"]},
    )
    browser.post("/roles/announcer/shipped/")
    assert role("announcer").authorities == ["flows.see", "organisation.see"]
    assert signed_in(announcer).get("/orders/").status_code == 404
    assert signed_in(agent).get("/roles/").status_code == 404


def test_nobody_undoes_what_another_administrator_has_changed_meanwhile(
    signed_in: SignedIn, secadmin: Staff, manager: Staff
):
    browser = signed_in(secadmin)
    known = browser.get("/roles/announcer/").context["form"]["known"].value()
    sent = {"zh": "公告员", "en": "Announcer", "known": known, "authorities_2": ["flows.see"]}
    roles.change(
        role("announcer"), label=WORDS, authorities=["flows.see", "orders.see"], known=known, by=manager, at=AT
    )

    refused = browser.post("/roles/announcer/", sent)
    words = refused.content.decode()
    assert (refused.status_code, role("announcer").label) == (422, WORDS)
    assert "Night agent" in words
    assert "Given: See work orders. Taken away: See the organisation." in words
    assert 'value="公告员"' in words  # what was typed is still there

    told = refused.context["form"]["known"].value()
    assert browser.post("/roles/announcer/", {**sent, "known": told}).status_code == 302
    assert (role("announcer").label["zh"], role("announcer").authorities) == ("公告员", ["flows.see"])
    assert browser.post("/roles/announcer/", {**sent, "known": "[1"}).status_code == 422


def test_a_copy_begins_with_what_the_other_may_do(signed_in: SignedIn, secadmin: Staff):
    browser = signed_in(secadmin)
    form = browser.get("/roles/agent/copy/").context["form"]
    ticked = {f.name: f.initial for f in form if f.name.startswith("authorities")}

    assert browser.post("/roles/agent/copy/", {"code": "night_agent", **WORDS, **ticked}).status_code == 302
    assert set(role("night_agent").authorities) == set(role("agent").authorities)
    again = browser.post("/roles/agent/copy/", {"code": "night_agent", **WORDS})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["code"])


def test_the_matrix_costs_the_same_with_one_role_more(
    signed_in: SignedIn, secadmin: Staff, django_assert_num_queries: Callable[..., object]
):
    browser = signed_in(secadmin)
    page = browser.get("/roles/")
    shown = page.context["matrix"]
    assert len(shown.roles) == len(SHIPPED_ROLES)
    assert dict(shown.scopes)["all"] == [
        Post.objects.filter(role=one, scope="all").count() for one in Role.objects.order_by("pk")
    ]
    roles.make(code="night_agent", label=WORDS, authorities=["orders.see"], by=secadmin, at=AT)
    with django_assert_num_queries(2):
        assert len(matrix_of_roles().roles) == len(SHIPPED_ROLES) + 1


def test_nobody_gives_rights_to_themselves(secadmin: Staff):
    with pytest.raises(NotAllowed):
        posted(secadmin, "agent", by=secadmin)
    with pytest.raises(NotAllowed):
        roles.change(
            role("secadmin"), label=role("secadmin").label,
            authorities=[*role("secadmin").authorities, "orders.see"], known=known("secadmin"), by=secadmin, at=AT,
        )  # fmt: skip
    assert not has(Staff.objects.get(pk=secadmin.pk), Authority.SEE_ORDERS)


def test_somebody_can_always_give_rights(secadmin: Staff):
    with pytest.raises(roles.StillHeld):
        roles.change(
            role("secadmin"), label=WORDS, authorities=["staff.see"], known=known("secadmin"), by=secadmin, at=AT
        )
    assert role("secadmin").authorities == list(SHIPPED_ROLES["secadmin"][2])


@pytest.mark.parametrize(
    ("first", "second"), [("sysadmin", "secadmin"), ("secadmin", "auditadmin"), ("auditadmin", "sysadmin")]
)
def test_two_administrations_are_not_held_together(agent: Staff, secadmin: Staff, first: str, second: str):
    posted(agent, first, by=secadmin)

    with pytest.raises(actions.NotApart):
        posted(agent, second, by=secadmin)
    assert sorted(post.role.code for post in agent.posts.select_related("role")) == sorted(["agent", first])


def test_a_role_brings_no_two_administrations_together(agent: Staff, secadmin: Staff):
    posted(agent, "auditadmin")

    with pytest.raises(actions.NotApart):
        roles.make(code="both", label=WORDS, authorities=["audit.see", "codes.change"], by=secadmin, at=AT)
    with pytest.raises(actions.NotApart):
        roles.change(role("agent"), label=WORDS, authorities=["codes.change"], known=known("agent"), by=secadmin, at=AT)
    assert role("agent").label["en"] == "Agent"


def test_the_database_holds_them_apart_as_well(agent: Staff):
    posted(agent, "auditadmin")

    with pytest.raises(IntegrityError, match="not held by one person"), transaction.atomic():
        Post.objects.create(staff=agent, role=role("secadmin"), department=agent.department, scope="own")
    for _label, words in (own for name, own in ADMINISTRATIONS.items() if name != "audit"):
        for word in words:
            with pytest.raises(IntegrityError, match="not held by one person"), transaction.atomic():
                Role.objects.filter(code="agent").update(authorities=[word])


def test_a_role_is_retired_once_nobody_holds_it_and_is_given_no_more(secadmin: Staff, announcer: Staff):
    with pytest.raises(roles.StillHeld, match=announcer.name):
        roles.retire(role("announcer"), by=secadmin, at=AT)
    Post.objects.filter(role__code="announcer").delete()
    roles.retire(role("announcer"), by=secadmin, at=AT)

    with pytest.raises(Unfit):
        posted(announcer, "announcer")
    roles.restore(role("announcer"), by=secadmin, at=AT)
    posted(announcer, "announcer")
