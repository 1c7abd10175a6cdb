"""The network: a tree whose paths lead from the gate to the last transformer."""

from __future__ import annotations

from functools import reduce

import pytest

from jingming.accounts.models import Staff
from jingming.base.errors import Http404, NotAllowed, Stale, Unfit
from jingming.customers import access, actions, queries
from jingming.customers.models import NetworkElement, ServicePoint
from tests.cast import FOUNDED, TEN_O_CLOCK


@pytest.fixture
def keeper(company: dict[str, Staff]) -> Staff:
    """Who keeps the network."""
    return company["sysadmin1"]


@pytest.fixture
def tree(keeper: Staff) -> dict[str, NetworkElement]:
    """A gate with two stations; a pipe below the first."""
    made: dict[str, NetworkElement] = {}
    for code, kind, parent in (
        ("GATE", "gate_station", ""),
        ("ST-1", "pressure_station", "GATE"),
        ("ST-2", "pressure_station", "GATE"),
        ("PIPE-1", "pipe", "ST-1"),
    ):
        made[code] = actions.add_element(
            code, kind=kind, name=f"节点 {code}", parent=parent, unit="340700", by=keeper, at=FOUNDED
        )
    return made


def paths() -> dict[str, str]:
    return dict(NetworkElement.objects.values_list("code", "path"))


def test_an_element_knows_its_way_down(tree: dict[str, NetworkElement]):
    assert paths() == {
        "GATE": "GATE/",
        "ST-1": "GATE/ST-1/",
        "ST-2": "GATE/ST-2/",
        "PIPE-1": "GATE/ST-1/PIPE-1/",
    }


def test_a_new_parent_takes_everything_below_along(tree: dict[str, NetworkElement], keeper: Staff):
    moved = actions.change_element(tree["ST-1"], version=1, parent="ST-2", by=keeper, at=TEN_O_CLOCK)

    assert moved.version == 2
    assert paths()["PIPE-1"] == "GATE/ST-2/ST-1/PIPE-1/"
    top = actions.change_element(moved, version=2, parent="", by=keeper, at=TEN_O_CLOCK)
    assert (top.parent, paths()["PIPE-1"]) == (None, "ST-1/PIPE-1/")


def test_no_element_hangs_below_itself(tree: dict[str, NetworkElement], keeper: Staff):
    for parent in ("ST-1", "PIPE-1"):
        with pytest.raises(Unfit) as refused:
            actions.change_element(tree["ST-1"], version=1, parent=parent, by=keeper, at=TEN_O_CLOCK)
        assert set(refused.value.fields) == {"parent"}
    assert paths()["PIPE-1"] == "GATE/ST-1/PIPE-1/"


def test_a_beginning_of_a_code_is_not_its_element(tree: dict[str, NetworkElement], keeper: Staff):
    actions.add_element(
        "ST-11", kind="pressure_station", name="另一座", parent="GATE", unit="340700", by=keeper, at=FOUNDED
    )
    actions.change_element(tree["ST-1"], version=1, parent="ST-2", by=keeper, at=TEN_O_CLOCK)
    assert paths()["ST-11"] == "GATE/ST-11/"


def test_a_tree_does_not_grow_too_deep(keeper: Staff):
    def grow(parent: str, depth: int) -> str:
        code = f"LEVEL-{depth:024d}"
        actions.add_element(code, kind="other", name="层", parent=parent, unit="340700", by=keeper, at=FOUNDED)
        return code

    deepest = reduce(grow, range(12), "")  # 31 characters each
    with pytest.raises(Unfit) as refused:
        grow(deepest, 13)
    assert set(refused.value.fields) == {"parent"}


def test_a_code_is_given_once_and_a_stale_change_is_stopped(tree: dict[str, NetworkElement], keeper: Staff):
    with pytest.raises(Unfit) as refused:
        actions.add_element("gate", kind="gate_station", name="又一座", unit="340700", by=keeper, at=FOUNDED)
    assert set(refused.value.fields) == {"code"}
    actions.change_element(tree["GATE"], version=1, name="城北门站", by=keeper, at=TEN_O_CLOCK)
    with pytest.raises(Stale) as stale:
        actions.change_element(tree["GATE"], version=1, name="城南门站", by=keeper, at=TEN_O_CLOCK)
    assert [one["theirs"] for one in stale.value.facts["differences"]] == ["城北门站"]  # type: ignore[attr-defined]


def test_who_keeps_the_network_changes_it_and_others_see_it(tree: dict[str, NetworkElement], agent: Staff):
    assert access.get_element(agent, "GATE") == tree["GATE"]
    with pytest.raises(NotAllowed):
        access.get_element(agent, "GATE", to="change")
    with pytest.raises(Http404):
        access.get_element(agent, "NONE")
    with pytest.raises(Unfit):
        actions.add_element("X", kind="pipe", name="管", unit="340700", by=agent, at=FOUNDED)


def test_an_element_shows_whom_it_feeds_within_rights(
    point: ServicePoint, feeder: NetworkElement, keeper: Staff, agent: Staff, stranger: Staff
):
    above = actions.add_element("SUB-1", kind="substation", name="桂花变", unit="340700", by=keeper, at=FOUNDED)
    actions.change_element(feeder, version=1, parent="SUB-1", by=keeper, at=TEN_O_CLOCK)
    above.refresh_from_db()

    seen, unseen = queries.element_sheet(agent, above), queries.element_sheet(stranger, above)

    assert ([one.account_number for one in seen.points], unseen.points) == (["0562-100017"], [])
    assert [row.element.code for row in seen.below] == ["TL-GH-03"]
    assert [row.element.code for row in queries.elements_like("桂花")] == ["SUB-1", "TL-GH-03"]
    feeder.refresh_from_db()
    assert [one.code for one in queries.element_sheet(agent, feeder).way] == ["SUB-1"]
