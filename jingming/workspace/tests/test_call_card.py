"""The call card, the matter that comes again, drafts on the server, and the guide of a type: pages as they are sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.interactions.models import Interaction
from jingming.workorders import actions as orders
from jingming.workorders.models import WorkOrder
from jingming.workspace.actions import forget_drafts, save_draft
from jingming.workspace.models import Draft

from .conftest import Opened
from .paper import fill_in, posting, text_of

WORDS = "灶前无气,邻居同样"
KEY = "0123456789abcdef"


# --- The card -------------------------------------------------------------------------------------------------------
def test_the_card_of_a_number_brings_archive_orders_contacts_and_what_can_be_filled_in(signed_in, agent, opened):
    order = opened()
    card = signed_in(agent).get("/intake/card/?q=13800000417&type=repair").content.decode()

    for told in ("周晓岚", "0562000417", order.number, 'data-fills="caller_name" value="周晓岚"', "data-known"):
        assert told in card


def test_the_card_of_nobody_offers_a_quick_archive(signed_in, agent):
    card = signed_in(agent).get("/intake/card/?q=13911112222").content.decode()

    assert "Not in the archives" in card
    assert 'name="quick" id="id_quick" checked' in card


@pytest.mark.parametrize("address", ["/intake/card/?q=0562000417", "/intake/?q=0562000417"])
def test_the_card_costs_the_same_for_one_order_and_for_three(
    signed_in, agent, opened: Opened, django_assert_num_queries, django_assert_max_num_queries, address
):
    client = signed_in(agent)
    opened()
    client.get(address)  # what the process keeps is read once
    with django_assert_max_num_queries(19) as first:
        client.get(address)
    opened(), opened()
    with django_assert_num_queries(len(first)):
        client.get(address)


# --- The same matter again ------------------------------------------------------------------------------------------
def test_a_second_order_of_the_same_matter_is_stopped_and_what_was_typed_is_kept(signed_in, agent, opened: Opened):
    order, client = opened(), signed_in(agent)
    answer = fill_in(client, "/intake/?q=0562000417", act="open", description=WORDS)

    assert answer.status_code == 409
    assert order.number in text_of(answer)
    assert posting(answer).values["description"][0].strip() == WORDS
    assert (WorkOrder.objects.count(), Interaction.objects.count()) == (1, 1)


def test_another_matter_is_opened_when_the_agent_says_so_and_the_audit_knows(signed_in, agent, opened: Opened):
    order = opened()
    answer = fill_in(signed_in(agent), "/intake/?q=0562000417", act="open", description=WORDS, another=order.number)

    assert answer.status_code == 302
    assert Entry.objects.filter(key="workorders.opened", facts__another_than=[order.pk]).count() == 1


@pytest.mark.parametrize("query", ["?q=0562000417&type=complaint", "?type=repair"])
def test_another_type_or_an_unknown_caller_is_not_stopped(signed_in, agent, opened: Opened, query):
    opened()

    assert fill_in(signed_in(agent), f"/intake/{query}", act="open", description=WORDS).status_code == 302


def test_an_order_closed_lately_is_noticed_and_stops_nothing(signed_in, agent, opened: Opened):
    order = orders.answer(
        opened("consultation", form={"consultation_kind": "tariff"}), text="已答复", by=agent, at=now(), version=1
    )
    client = signed_in(agent)

    assert order.number in text_of(client.get("/intake/?q=0562000417&type=consultation"))
    taken = fill_in(client, "/intake/?q=0562000417&type=consultation", act="open", description=WORDS)
    assert taken.status_code == 302
    WorkOrder.objects.filter(pk=order.pk).update(closed_at=now() - timedelta(days=8))
    assert order.number not in text_of(client.get("/intake/?q=0562000417&type=repair"))


def test_an_order_that_one_may_not_see_is_neither_shown_nor_in_the_way(signed_in, stranger, opened: Opened, agent):
    order = opened()
    page = signed_in(stranger).get("/intake/card/?q=13800000417&type=repair")

    assert order.number not in page.content.decode()


# --- Drafts ---------------------------------------------------------------------------------------------------------
def test_a_draft_is_kept_offered_and_gone_on_with_by_its_writer_alone(signed_in, agent, agent2):
    client = signed_in(agent)
    kept = client.post(f"/drafts/intake/{KEY}/", {"rev": "0", "description": WORDS, "type": "complaint"})
    assert kept.json() == {"rev": 1}

    assert WORDS in text_of(signed_in(agent).get("/intake/"))
    page = signed_in(agent).get(f"/intake/?draft={KEY}")
    assert posting(page).values["description"][0].strip() == WORDS
    assert posting(page).values["type"] == ["complaint"]
    assert WORDS not in text_of(signed_in(agent2).get("/intake/"))
    assert signed_in(agent2).get(f"/intake/?draft={KEY}").status_code == 404
    assert signed_in(agent2).post(f"/drafts/intake/{KEY}/away/").status_code == 404


def test_two_windows_do_not_overwrite_each_other_unseen(signed_in, agent):
    client = signed_in(agent)
    address = f"/drafts/intake/{KEY}/"
    client.post(address, {"rev": "0", "description": "一"})
    client.post(address, {"rev": "1", "description": "二"})

    late = client.post(address, {"rev": "1", "description": "三"})
    assert (late.status_code, Draft.objects.get().value("description")) == (409, "二")
    assert client.post(address, {"rev": "1", "description": "三", "force": "1"}).json() == {"rev": 3}
    assert client.post(f"{address}away/").status_code == 302
    assert client.post(address, {"rev": "3", "description": "四"}).status_code == 410


def test_the_order_takes_its_draft_along_and_a_refusal_leaves_it(signed_in, agent, household):
    client = signed_in(agent)
    client.post(f"/drafts/intake/{KEY}/", {"rev": "0", "description": "", "asked": "0562000417"})
    page = client.get(f"/intake/?draft={KEY}")

    refused = fill_in(client, "/intake/", page, act="open")
    assert (refused.status_code, Draft.objects.count()) == (422, 1)
    assert fill_in(client, "/intake/", refused, act="open", description=WORDS).status_code == 302
    assert Draft.objects.count() == 0


def test_without_scripts_a_button_puts_the_call_aside(signed_in, agent):
    client = signed_in(agent)
    answer = fill_in(client, "/intake/", act="park", description=WORDS)

    assert answer.headers["Location"] == "/intake/"
    assert Draft.objects.get().value("description") == WORDS
    assert "Put aside" in text_of(client.get("/intake/"))


def test_old_drafts_are_forgotten(agent):
    save_draft("intake", KEY, {"description": ["旧"]}, by=agent, at=now() - timedelta(days=8), rev=0)
    save_draft("intake", f"{KEY}0", {"description": ["新"]}, by=agent, at=now(), rev=0)

    assert forget_drafts(before=now() - timedelta(days=7)) == 1
    assert Draft.objects.get().value("description") == "新"


# --- The guide ------------------------------------------------------------------------------------------------------
def test_the_agent_greets_with_the_own_number_and_the_flow_page_shows_the_guide(signed_in, agent):
    assert agent.employee_number in text_of(signed_in(agent).get("/intake/"))
    assert "If you smell gas" in text_of(signed_in(agent).get("/flows/repair/"))
