"""Flows drawn from the data that the acts obey."""

from __future__ import annotations

from itertools import pairwise

import pytest

from jingming.workorders.models import OrderType
from jingming.workorders.rules import Act
from jingming.workspace import drawing
from jingming.workspace.queries import versions_now

from .paper import text_of


def test_the_list_names_every_type_with_its_steps(signed_in, agent):
    words = text_of(signed_in(agent).get("/flows/"))

    for kind in OrderType.objects.all():
        assert kind.label["en"] in words
    assert "Dispatching → Handling → Callback → Closing" in words


def test_every_shipped_flow_has_its_page_and_says_each_way_in_words(signed_in, agent):
    client = signed_in(agent)
    versions = versions_now()
    assert len(versions) == OrderType.objects.filter(active=True).count() >= 10
    for version in versions:
        answer = client.get(f"/flows/{version.type.code}/")
        page = answer.content.decode()
        assert answer.status_code == 200
        for arrow in drawing.draw(version.flow).arrows:
            assert arrow.points in page


def test_who_may_what_is_asked_and_what_follows_stand_in_the_tables(signed_in, agent):
    words = text_of(signed_in(agent).get("/flows/repair/"))

    for shown in (
        "Kind of repair",
        "required before: Dispatch",
        "Field engineer",
        "At most 24 hours, 2 times.",
        "Reviewed",
    ):
        assert shown in words, shown


def test_boxes_do_not_touch_and_every_way_has_its_arrow(db):
    for version in versions_now():
        picture = drawing.draw(version.flow)
        tops = [box.y for box in picture.boxes]
        assert all(below - above >= drawing.HEIGHT + 20 for above, below in pairwise(tops))
        drawn = {
            (step.key, drawing._target(version.flow, act, permission))
            for step in version.flow.steps
            for act, permission in step.acts.items()
            if drawing._target(version.flow, act, permission) and act not in (Act.VOID, Act.RECALL)
        }
        assert len(picture.arrows) == len(drawn)


@pytest.mark.parametrize("address", ["/flows/nonsense/", "/flows/repair/?version=99", "/flows/repair/?version=x"])
def test_a_flow_that_there_is_not_is_no_page(signed_in, agent, address):
    assert signed_in(agent).get(address).status_code == 404


def test_an_older_version_can_be_looked_at(signed_in, agent):
    from jingming.base.clock import now
    from jingming.workorders.actions import publish_type

    definition = versions_now()[0].definition
    publish_type({**definition, "hold": {"hours": 7, "times": 1}}, at=now())
    client, code = signed_in(agent), definition["code"]

    assert "At most 7 hours" in text_of(client.get(f"/flows/{code}/"))
    assert "At most 7 hours" not in text_of(client.get(f"/flows/{code}/?version=1"))


def test_whoever_may_not_see_flows_finds_no_page(signed_in, evaluator):
    assert signed_in(evaluator).get("/flows/repair/").status_code == 404
