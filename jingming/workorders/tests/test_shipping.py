"""Types that come with the product: published where they are missing, brought forward where nobody has touched them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jingming.workorders import actions, shipping
from jingming.workorders.models import TypeVersion
from jingming.workorders.shipping import ORDER, SHIPPED, digest, load_shipped_types
from tests.cast import TEN_O_CLOCK

pytestmark = pytest.mark.django_db


def shipped(code: str) -> dict[str, Any]:
    return dict(json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8")))


def versions(code: str) -> list[dict[str, Any]]:
    found = TypeVersion.objects.filter(type__code=code).order_by("number")
    return list(found.values_list("definition", flat=True))


def test_loading_twice_publishes_nothing_twice():
    assert load_shipped_types(TEN_O_CLOCK) == 0
    assert versions("repair") == [shipped("repair")]


def test_a_type_that_stands_as_it_was_shipped_before_follows(tmp_path, monkeypatch):
    before = {**shipped("repair"), "hold": {"hours": 7, "times": 1}}
    actions.publish_type(before, at=TEN_O_CLOCK)
    known = tmp_path / "shipped_before.json"
    known.write_text(json.dumps({"repair": [digest(before)]}))
    monkeypatch.setattr(shipping, "BEFORE", known)

    assert load_shipped_types(TEN_O_CLOCK) == 1
    assert versions("repair")[-2:] == [before, shipped("repair")]


def test_a_type_that_an_administrator_has_changed_is_left_alone():
    own = {**shipped("repair"), "hold": {"hours": 7, "times": 1}}
    actions.publish_type(own, at=TEN_O_CLOCK)

    assert load_shipped_types(TEN_O_CLOCK) == 0
    assert versions("repair")[-1] == own


@pytest.mark.parametrize("code", ORDER)
def test_what_is_shipped_now_is_not_among_what_was_shipped_before(code: str):
    earlier = json.loads(shipping.BEFORE.read_text(encoding="utf-8"))
    assert digest(shipped(code)) not in earlier[code]
