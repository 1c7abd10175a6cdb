"""The preview says what the person's own pages say, and the look is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from jingming.accounts import actions, roles
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import Authority, Scope
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.organisation.models import Department
from jingming.workorders.access import visible_to
from jingming.workspace import menu
from jingming.workspace.queries.sight import Sight, sight_of, somebody_with
from tests.orders import taken

SignedIn = Callable[[Staff], Client]


def test_the_preview_is_what_the_person_sees(signed_in: SignedIn, secadmin: Staff, agent: Staff, engineer: Staff):
    order = taken(agent, "repair")

    page = signed_in(secadmin).get(f"/staff/{agent.pk}/sight/")

    sight = page.context["sight"]
    assert [line.entry.key for line in sight.menu] == [line.entry.key for line in menu.of_person(agent) if line.shown]
    assert {one for _label, some in sight.rights for one, _posts in some} == {
        Authority(word) for post in agent.duties for word in post.role.authorities
    }
    assert sight.rows[0][1] == str(visible_to(agent).count())
    assert order.number not in page.text
    line = Entry.objects.get(key="accounts.seen_as")
    assert (line.by_id, line.target_id) == (secadmin.pk, agent.pk)
    assert sight_of(engineer).rows[0][1] == str(visible_to(engineer).count())


def test_nobody_switched_off_sees_anything(agent: Staff):
    agent.is_active = False

    sight = sight_of(agent)

    assert (sight.menu, sight.rights, [figure for _kind, figure in sight.rows]) == ([], [], ["0"] * 4)
    assert (sight.masks, sight.acts, sight.begins, sight.second_factor) == ([], [], "", False)


def test_only_who_gives_rights_looks(signed_in: SignedIn, head: Staff, engineer: Staff):
    assert signed_in(head).get(f"/staff/{engineer.pk}/").status_code == 200
    assert signed_in(head).get(f"/staff/{engineer.pk}/sight/").status_code == 404
    assert signed_in(head).get("/roles/engineer/sight/").status_code == 404


def in_words(sight: Sight) -> dict[str, object]:
    """What a page shows of it."""
    return {
        "menu": [(line.entry.key, str(line.label)) for line in sight.menu],
        "rights": [
            (one, [(post.role_id, post.scope) for post in posts])
            for _label, some in sight.rights
            for one, posts in some
        ],
        "rows": sight.rows,
        "masks": sight.masks,
        "acts": sight.acts,
        "begins": sight.begins,
        "second factor": sight.second_factor,
    }


@pytest.mark.parametrize("scope", Scope.values)
@pytest.mark.parametrize("code", ["agent", "dispatcher", "head", "inspector", "engineer", "manager", "secadmin", "own"])
def test_the_preview_of_a_role_is_what_somebody_posted_so_sees(
    signed_in: SignedIn, secadmin: Staff, agent: Staff, evaluator: Staff, settings: Any, code: str, scope: str
):
    settings.POLICY = "mlps3" if code in {"own", "agent"} else "default"
    for kind in ("repair", "complaint"):
        taken(agent, kind)
    if code == "own":
        roles.make(
            code="own", label={"zh": "自建", "en": "Own"}, authorities=["orders.see", "privacy.names", "audit.see"],
            works_as="dispatcher", by=secadmin, at=now(),
        )  # fmt: skip
    role, place = Role.objects.get(code=code), Department.objects.get(code="TL-CALL")
    evaluator.posts.all().delete()
    Staff.objects.filter(pk=evaluator.pk).update(department=place)
    actions.post(evaluator, role=role, department=place, scope=scope, by=None, at=now())
    person = Staff.objects.select_related("department").get(pk=evaluator.pk)

    preview, theirs = in_words(sight_of(somebody_with(role, place, scope))), in_words(sight_of(person))

    if scope == Scope.OWN:  # somebody new is not in the list of staff yet
        preview["rows"], theirs["rows"] = preview["rows"][:3], theirs["rows"][:3]
    assert preview == theirs
    assert preview["rights"]


def test_the_preview_asks_where_and_how_far(signed_in: SignedIn, secadmin: Staff, agent: Staff):
    order = taken(agent, "repair")
    browser = signed_in(secadmin)

    assert "/roles/agent/sight/" in browser.get("/roles/agent/").text
    usual = browser.get("/roles/agent/sight/").context["form"]
    assert usual.cleaned_data == {"department": secadmin.department.code, "scope": "department"}  # as agents' posts
    figures = {
        (place, scope): browser.get("/roles/agent/sight/", {"department": place, "scope": scope})
        .context["sight"]
        .rows[0]
        for place, scope in [
            ("TL-CALL", "department"),
            ("WH-CALL", "department"),
            ("WH-CALL", "all"),
            ("TL-CALL", "own"),
        ]
    }
    assert {asked: figure for asked, (_kind, figure) in figures.items()} == {
        ("TL-CALL", "department"): "1",
        ("WH-CALL", "department"): "0",
        ("WH-CALL", "all"): "1",
        ("TL-CALL", "own"): "0",
    }
    page = browser.get("/roles/agent/sight/", {"department": "TL-CALL", "scope": "department"})
    assert order.number not in page.text
    assert ("Call intake" in page.text, "Addresses: whole" in page.text) == (True, True)
    for odd in ({"department": "NOWHERE"}, {"scope": "galaxy"}):
        answer = browser.get("/roles/agent/sight/", odd)
        assert (answer.status_code, "sight" in answer.context) == (422, False)
    assert browser.get("/roles/nobody/sight/").status_code == 404


def test_only_places_whose_staff_one_sees_are_asked_about(signed_in: SignedIn, secadmin: Staff, stranger: Staff):
    secadmin.posts.update(scope="subtree", department=stranger.department)
    browser = signed_in(Staff.objects.get(pk=secadmin.pk))

    there = [code for code, _label in browser.get("/roles/agent/sight/").context["form"].fields["department"].choices]
    assert set(there) == set(
        Department.objects.filter(city=stranger.department.city_id, active=True).values_list("code", flat=True)
    )
    assert browser.get("/roles/agent/sight/", {"department": "TL-CALL"}).status_code == 422


def test_masks_are_told_as_the_eyes_see_them(agent: Staff, inspector: Staff, secadmin: Staff):
    assert {how for _field, how in sight_of(agent).masks} == {"whole"}
    assert {how for _field, how in sight_of(inspector).masks} == {"masked"}
    assert sight_of(secadmin).masks == []
    role = Role.objects.get(code="agent")
    actions.post(inspector, role=role, department=agent.department, scope="department", by=None, at=now())
    assert {how for _field, how in sight_of(inspector).masks} == {"whole by some posts, else masked"}
