"""Colleagues and their posts: who sees whom, who changes what, and what is refused."""

import re

import pytest
from django.test import Client

from jingming.accounts import access, actions
from jingming.accounts.models import ApiToken, Post, Role, Staff
from jingming.accounts.rules import SHIPPED_ROLES, Authority
from jingming.audit.queries import keys_for
from jingming.base.errors import Unfit
from jingming.organisation.models import Department
from tests.cast import PASSWORD, TEN_O_CLOCK


def seen_by(person):
    return set(access.visible_staff(person).values_list("username", flat=True))


def test_each_sees_as_far_as_their_posts_reach(head, manager, secadmin, stranger, agent, approval_manager, company):
    north = {"head1", "approval1", "engineer1", "engineer2"}
    assert seen_by(head) == seen_by(approval_manager) == north
    assert seen_by(stranger) == {"stranger1"}
    assert seen_by(agent) == set()
    assert seen_by(manager) == set(company) - {"evaluator1", "sysadmin1", "secadmin1", "auditadmin1"}
    assert seen_by(secadmin) == set(company)


def test_an_approval_manager_sees_own_engineers_of_other_departments(approval_manager, engineer3, secadmin):
    actions.change(
        engineer3, name=engineer3.name, department=engineer3.department, manager=approval_manager,
        by=secadmin, at=TEN_O_CLOCK,
    )  # fmt: skip

    assert "engineer3" in seen_by(approval_manager)


def test_a_foreign_colleague_and_one_that_is_not_there_answer_alike(signed_in, head, stranger):
    desk = signed_in(head)

    def answer(pk: int) -> tuple[int, str]:
        got = desk.get(f"/staff/{pk}/")
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", got.content.decode())
        return got.status_code, page.replace(str(pk), "pk")

    assert answer(stranger.pk) == answer(340000000999999)
    assert answer(stranger.pk)[0] == 404


def test_a_number_beyond_the_database_is_not_found_either(signed_in, head):
    assert signed_in(head).get("/staff/99999999999999999999/").status_code == 404


def test_the_list_and_a_page_cost_the_same_for_one_and_for_many(
    signed_in, secadmin, head, django_assert_max_num_queries
):
    for person, address in ((head, "/staff/"), (secadmin, "/staff/"), (secadmin, f"/staff/{head.pk}/")):
        desk = signed_in(person)
        with django_assert_max_num_queries(8):
            assert desk.get(address).status_code == 200


def test_the_list_goes_on_after_the_last_number_and_finds_by_name(signed_in, secadmin, monkeypatch):
    monkeypatch.setattr("jingming.accounts.queries.PAGE", 3)
    desk = signed_in(secadmin)

    first = desk.get("/staff/").content.decode()
    assert ("agent2" in first, "head1" in first, "after=1101" in first) == (True, False, True)
    assert "head1" in desk.get("/staff/?after=1101").content.decode()
    assert "stranger1" in desk.get("/staff/?q=芜湖").content.decode()


def test_engaging_posting_and_signing_in(signed_in, secadmin):
    desk = signed_in(secadmin)
    north = Department.objects.get(code="TL-NORTH")
    desk.post("/staff/new/", {
        "username": "Engineer9", "employee_number": "7009", "name": "工程师九", "department": north.pk,
        "language": "zh-hans", "password": PASSWORD,
    })  # fmt: skip
    person = Staff.objects.get(username="engineer9")
    role = Role.objects.get(code="engineer")
    desk.post(f"/staff/{person.pk}/posts/", {"role": role.pk, "department": north.pk, "scope": "own"})

    assert access.has(person, Authority.SEE_ORDERS)
    assert keys_for(person) == ["accounts.engaged", "accounts.posted"]
    answer = Client().post("/accounts/login/", {"login": "7009", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "agent1"), ("username", "AGENT1"), ("username", "1001"), ("username", "a"), ("username", "名"),
     ("employee_number", "1001"), ("employee_number", "12a"), ("employee_number", ""), ("password", "short"),
     ("department", "99999999999"), ("language", "fr"), ("name", "")],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field_and_engages_nobody(signed_in, secadmin, field, value):
    people = Staff.objects.count()
    good = {
        "username": "new", "employee_number": "7777", "name": "新人", "language": "en", "password": PASSWORD,
        "department": Department.objects.get(code="TL-BIZ").pk,
    }  # fmt: skip
    answer = signed_in(secadmin).post("/staff/new/", {**good, field: value})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Staff.objects.count() == people


def test_a_post_is_held_once_and_ends(signed_in, secadmin, agent):
    desk = signed_in(secadmin)
    held = agent.posts.get()
    again = desk.post(
        f"/staff/{agent.pk}/posts/", {"role": held.role_id, "department": held.department_id, "scope": "own"}
    )
    assert "holds this role in this department already" in again.content.decode()

    desk.post(f"/staff/{agent.pk}/posts/{held.pk}/end/")
    assert not Post.objects.filter(staff=agent).exists()
    assert keys_for(agent)[-1] == "accounts.post_ended"


def test_a_unit_is_named_only_for_a_subtree(secadmin, agent):
    role, department = Role.objects.get(code="manager"), agent.department

    with pytest.raises(Unfit):
        actions.post(
            agent, role=role, department=department, scope="own", unit=department.unit, by=secadmin, at=TEN_O_CLOCK
        )


@pytest.mark.parametrize("act", ["change/", "password/", "access/", "posts/", "tokens/"])
def test_nobody_changes_their_own_access(signed_in, secadmin, act):
    answer = signed_in(secadmin).post(f"/staff/{secadmin.pk}/{act}", {"on": "no", "label": "x"})

    assert answer.status_code == 403
    assert "Ask another security administrator" in answer.content.decode()
    secadmin.refresh_from_db()
    assert secadmin.is_active
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("act", ["change/", "password/", "access/", "posts/", "tokens/"])
def test_a_head_sees_the_people_and_changes_none(signed_in, head, engineer, act):
    assert signed_in(head).post(f"/staff/{engineer.pk}/{act}", {"on": "no"}).status_code == 404
    engineer.refresh_from_db()
    assert engineer.is_active


def test_access_is_switched_off_and_on_by_a_button(signed_in, secadmin, agent):
    desk = signed_in(secadmin)
    for on, active in (("no", False), ("yes", True)):
        desk.post(f"/staff/{agent.pk}/access/", {"on": on})
        agent.refresh_from_db()
        assert agent.is_active is active

    assert keys_for(agent)[-2:] == ["accounts.switched_off", "accounts.switched_on"]


def test_a_new_password_ends_the_sessions_of_the_old(signed_in, secadmin, agent):
    desk = signed_in(agent)
    signed_in(secadmin).post(f"/staff/{agent.pk}/password/", {"password": "handed-over-in-person"})

    assert desk.get("/accounts/me/").status_code == 302
    agent.refresh_from_db()
    assert agent.check_password("handed-over-in-person")


def test_a_token_is_shown_once_and_revoked_by_a_button(signed_in, secadmin, agent):
    desk = signed_in(secadmin)
    made = desk.post(f"/staff/{agent.pk}/tokens/", {"label": "reader"}).content.decode()
    later = desk.get(f"/staff/{agent.pk}/").content.decode()
    assert ("jm_" in made, "jm_" in later) == (True, False)

    token = ApiToken.objects.get(staff=agent)
    desk.post(f"/staff/{agent.pk}/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_nobody_revokes_through_another_persons_page(signed_in, secadmin, agent, agent2):
    actions.make_token(agent2, by=None, at=TEN_O_CLOCK)
    token = ApiToken.objects.get(staff=agent2)

    assert signed_in(secadmin).post(f"/staff/{agent.pk}/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_loading_the_shipped_roles_again_keeps_what_was_edited(company):
    Role.objects.filter(code="agent").update(authorities=["orders.see"])

    assert actions.load_shipped_roles() == 0
    assert Role.objects.get(code="agent").authorities == ["orders.see"]
    assert set(Role.objects.values_list("code", flat=True)) == set(SHIPPED_ROLES)


def test_no_role_of_the_box_both_gives_access_and_reads_the_audit():
    for _chinese, _english, authorities in SHIPPED_ROLES.values():
        assert len({Authority.CHANGE_STAFF, Authority.CHANGE_ORGANISATION, Authority.SEE_AUDIT} & set(authorities)) <= 1
