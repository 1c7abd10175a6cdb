"""The preview says what the person's own pages say, and the look is noted."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.audit.models import Entry
from jingming.workorders.access import visible_to
from jingming.workspace import menu
from jingming.workspace.queries.sight import sight_of
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


def test_only_who_gives_rights_looks(signed_in: SignedIn, head: Staff, engineer: Staff):
    assert signed_in(head).get(f"/staff/{engineer.pk}/").status_code == 200
    assert signed_in(head).get(f"/staff/{engineer.pk}/sight/").status_code == 404
