"""Menus as roles and people arrange them: what is seen, by whom, and what never is."""

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from jingming.accounts import actions as people
from jingming.accounts.access import has
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import SHIPPED_ROLES, Authority
from jingming.audit.models import Entry
from jingming.audit.sentences import in_words
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.workspace import actions, menu
from jingming.workspace.context import desk, navigation
from jingming.workspace.rules import Change
from tests.cast import TEN_O_CLOCK

AT = {"at": TEN_O_CLOCK}


def again(person: Staff) -> Staff:
    """As the next request reads the person."""
    return Staff.objects.get(pk=person.pk)


def shown(person: Staff) -> list[str]:
    return [line.entry.key for line in menu.of_person(again(person)) if line.shown]


def labels(person: Staff) -> list[str]:
    request = RequestFactory().get("/orders/")
    return [str(item["label"]) for group in navigation(request, again(person)) for item in group["items"]]


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def test_what_is_hidden_for_a_role_is_gone_for_that_role_only_and_at_once(agent, head, sysadmin):
    before = shown(agent), shown(head)
    assert "archives" in before[0]
    assert "archives" in before[1]

    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)

    assert shown(agent) == [key for key in before[0] if key != "archives"]
    assert shown(head) == before[1]
    actions.arrange_for_role(role("agent"), Change.SHOW, "archives", by=sysadmin, **AT)
    assert (shown(agent), role("agent").menu) == (before[0], {})


def test_what_is_hidden_still_opens_by_its_address_and_only_for_whom_it_did(agent, sysadmin, signed_in):
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)
    desk_of_agent = signed_in(agent)

    page = desk_of_agent.get("/customers/")

    assert page.status_code == 200
    assert '<a class="side-item" href="/customers/"' not in page.content.decode()
    assert desk_of_agent.get("/codes/").status_code == 404


def test_an_arrangement_gives_no_right(agent):
    Staff.objects.filter(pk=agent.pk).update(menu={"pinned": ["audit", "codes"], "order": ["audit"]})
    Role.objects.filter(code="agent").update(
        menu={"order": ["staff", "audit"], "names": {"audit": {"zh": "我", "en": "I"}}}
    )

    assert not {"audit", "codes", "staff"} & {line.entry.key for line in menu.of_person(again(agent))}
    assert not has(again(agent), Authority.SEE_AUDIT)
    with pytest.raises(Unfit):
        actions.arrange_own(again(agent), Change.PIN, "audit", **AT)


def test_a_role_puts_entries_in_order_within_their_group(agent, sysadmin):
    for _step in range(9):  # the first stays the first
        actions.arrange_for_role(role("agent"), Change.UP, "queue_department", by=sysadmin, **AT)
    actions.arrange_for_role(role("agent"), Change.DOWN, "archives", by=sysadmin, **AT)

    keys = shown(agent)
    assert keys[:2] == ["queue_department", "intake"]
    assert keys.index("contacts") + 1 == keys.index("archives")


def test_an_entry_is_called_as_the_role_calls_it_until_it_is_called_as_shipped(agent, head, sysadmin):
    with override("en"):
        assert "Archives" in labels(agent)
        actions.rename_for_role(role("agent"), "archives", {"zh": "用户", "en": "Subscribers"}, by=sysadmin, **AT)
        assert "Subscribers" in labels(agent)
        assert "Archives" in labels(head)
        with override("zh-hans"):
            assert "用户" in labels(agent)
        with pytest.raises(Unfit):
            actions.rename_for_role(role("agent"), "archives", {"zh": "用户", "en": ""}, by=sysadmin, **AT)
        actions.rename_for_role(role("agent"), "archives", {"zh": "", "en": ""}, by=sysadmin, **AT)
        assert "Archives" in labels(agent)
    assert role("agent").menu == {}


def test_one_button_brings_back_what_is_shipped(agent, sysadmin):
    before = shown(agent)
    actions.arrange_for_role(role("agent"), Change.HIDE, "flows", by=sysadmin, **AT)
    actions.arrange_for_role(role("agent"), Change.DOWN, "intake", by=sysadmin, **AT)

    actions.reset_for_role(role("agent"), by=sysadmin, **AT)

    assert shown(agent) == before


def test_somebody_with_two_roles_has_what_either_shows_where_the_first_has_put_it(agent, sysadmin):
    people.post(agent, role=role("head"), department=agent.department, scope="department", by=sysadmin, at=now())
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)
    actions.arrange_for_role(role("agent"), Change.DOWN, "intake", by=sysadmin, **AT)
    actions.rename_for_role(role("head"), "contacts", {"zh": "来往", "en": "Dealings"}, by=sysadmin, **AT)

    with override("en"):
        assert "Dealings" not in labels(agent)
    keys = shown(agent)
    assert "archives" in keys  # the head's menu shows it
    assert "staff" in keys
    assert keys[:2] == ["queue_mine", "intake"]

    actions.arrange_for_role(role("head"), Change.HIDE, "archives", by=sysadmin, **AT)
    assert "archives" not in shown(agent)


def test_everybody_orders_hides_and_pins_their_own(company):
    agent, colleague = company["agent1"], company["agent2"]
    before = shown(colleague)

    actions.arrange_own(again(agent), Change.PIN, "contacts", **AT)
    actions.arrange_own(again(agent), Change.PIN, "flows", **AT)
    actions.arrange_own(again(agent), Change.UP, "flows", **AT)
    actions.arrange_own(again(agent), Change.HIDE, "organisation", **AT)

    assert shown(agent)[:2] == ["flows", "contacts"]
    assert "organisation" not in shown(agent)
    assert shown(colleague) == before
    actions.arrange_own(again(agent), Change.UNPIN, "flows", **AT)
    actions.arrange_own(again(agent), Change.SHOW, "organisation", **AT)
    assert shown(agent)[0] == "contacts"
    actions.reset_own(again(agent), **AT)
    assert (shown(agent), again(agent).menu) == (before, {})


def test_nobody_brings_back_what_their_roles_hide(agent, sysadmin):
    actions.arrange_own(again(agent), Change.PIN, "archives", **AT)
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)

    assert "archives" not in shown(agent)
    with pytest.raises(Unfit):
        actions.arrange_own(again(agent), Change.SHOW, "archives", **AT)


def test_the_way_back_cannot_be_hidden_for_a_role(sysadmin):
    with pytest.raises(Unfit):
        actions.arrange_for_role(role("sysadmin"), Change.HIDE, "menus", by=sysadmin, **AT)


def test_what_is_arranged_costs_no_query(agent, sysadmin, django_assert_num_queries):
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)
    actions.arrange_own(again(agent), Change.PIN, "flows", **AT)
    request = RequestFactory().get("/flows/")
    request.user = again(agent)
    desk(request)
    del request.user.duties
    with django_assert_num_queries(1):  # the posts
        desk(request)


def test_every_change_leaves_a_line_that_reads_as_a_sentence(agent, sysadmin):
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)
    actions.rename_for_role(role("agent"), "flows", {"zh": "流", "en": "F"}, by=sysadmin, **AT)
    actions.reset_for_role(role("agent"), by=sysadmin, **AT)
    actions.arrange_own(again(agent), Change.PIN, "archives", **AT)
    actions.reset_own(again(agent), **AT)

    lines = list(Entry.objects.filter(key__contains="menu").order_by("id"))
    with override("en"):
        assert [(line.by_id, in_words(line.key)) for line in lines] == [
            (sysadmin.pk, "arranged the menu of a role"),
            (sysadmin.pk, "renamed an entry in the menu of a role"),
            (sysadmin.pk, "put the menu of a role back to what is shipped"),
            (agent.pk, "arranged the own menu"),
            (agent.pk, "gave up the own arrangement of the menu"),
        ]
    assert lines[0].facts == {"role": "agent", "entry": "archives", "change": "hide"}
    assert lines[2].facts["was"] == {"hidden": ["archives"], "names": {"flows": {"zh": "流", "en": "F"}}}


def test_a_hidden_page_is_found_by_its_name_and_by_its_shipped_name_but_not_proposed(agent, sysadmin, signed_in):
    actions.rename_for_role(role("agent"), "archives", {"zh": "用户", "en": "Subscribers"}, by=sysadmin, **AT)
    actions.arrange_for_role(role("agent"), Change.HIDE, "archives", by=sysadmin, **AT)
    actions.arrange_own(again(agent), Change.HIDE, "queue_department", **AT)
    browser = signed_in(agent)
    browser.cookies["django_language"] = "en"

    def found(words: str) -> str:
        return browser.get("/search/palette/", {"q": words}).content.decode()

    assert 'data-url="/customers/"' not in found("")
    assert "queue=department" not in found("")
    assert 'data-url="/customers/"' in found("Subscr")
    assert 'data-url="/customers/"' in found("Archi")


def test_every_role_can_be_given_only_entries_of_its_authorities(company):
    for code, (_zh, _en, authorities) in SHIPPED_ROLES.items():
        assert {line.entry.authority for line in menu.of_role(role(code))} <= set(authorities)
    assert len({entry.key for entry in menu.ENTRIES}) == len(menu.ENTRIES)


def test_the_pages_arrange_and_say_that_hiding_is_no_right(sysadmin, agent, signed_in):
    browser = signed_in(sysadmin)
    browser.cookies["django_language"] = "en"

    assert "Hiding takes no right away" in browser.get("/menus/").content.decode()
    assert browser.post("/menus/", {"hide": "agent:archives"}).status_code == 302
    assert role("agent").menu == {"hidden": ["archives"]}
    browser.post("/menus/agent/", {"up": "queue_mine"})
    assert shown(agent)[0] == "queue_mine"
    browser.post("/menus/agent/flows/", {"zh": "流转", "en": "Ways"})
    page = browser.get("/menus/agent/").content.decode()
    assert "Ways" in page
    assert "shipped as “Flows”" in page
    assert browser.post("/menus/agent/flows/", {"zh": "流转", "en": ""}).status_code == 422
    browser.post("/menus/agent/", {"reset": "yes"})
    assert role("agent").menu == {}
    assert browser.post("/menus/", {"hide": "agent:audit"}).status_code == 302
    assert "This menu has no such entry." in browser.get("/menus/").content.decode()
    browser.post("/menus/", {"hide": "nobody:archives"})
    assert "There is no such role." in browser.get("/menus/").content.decode()
    assert [browser.get(f"/menus/{rest}").status_code for rest in ("nobody/", "agent/audit/")] == [404, 404]
    assert signed_in(agent).get("/menus/").status_code == 404
    own = signed_in(agent)
    own.post("/accounts/me/menu/", {"pin": "archives"})
    assert shown(agent)[0] == "archives"
    own.post("/accounts/me/menu/", {"reset": "yes"})
    assert again(agent).menu == {}


def test_the_pages_cost_a_fixed_number_of_queries(sysadmin, signed_in, django_assert_max_num_queries):
    browser = signed_in(sysadmin)
    browser.get("/menus/")
    for address in ("/menus/", "/menus/agent/", "/accounts/me/menu/"):
        with django_assert_max_num_queries(5):
            browser.get(address)


def test_the_page_of_a_colleague_says_in_words_that_they_arranged_their_menu(agent, secadmin, signed_in):
    actions.arrange_own(again(agent), Change.PIN, "archives", **AT)
    browser = signed_in(secadmin)
    browser.cookies["django_language"] = "en"

    page = browser.get(f"/staff/{agent.pk}/").content.decode()

    assert "arranged the own menu" in page
    assert "workspace.own_menu_arranged" not in page
