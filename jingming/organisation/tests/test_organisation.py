"""Units, departments and areas: what they hang on, which department answers for a place, what is refused."""

import pytest

from jingming.base.errors import Unfit
from jingming.organisation import actions, queries
from jingming.organisation.models import Department, ServiceArea, Unit
from tests.cast import TEN_O_CLOCK

LABEL = {"zh": "新", "en": "New"}


def unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


def test_a_unit_repeats_its_ancestors_and_itself(company):
    district = unit("340705")

    assert (district.province.code, district.city.code, district.district) == ("34", "340700", district)
    assert (unit("34").province.code, unit("34").city) == ("34", None)
    assert (unit("00").province, unit("00").parent) == (None, None)


@pytest.mark.parametrize(
    ("kind", "place", "expected"),
    [
        ("call_centre", "340705", "TL-CALL"),
        ("maintenance", "340202", "WH-MAINT"),
        ("management", "340705", "AH-MGT"),
        ("management", "00", "HQ-MGT"),
        ("evaluation", "340705", "HQ-EVAL"),
        ("marketing", "340705", None),
    ],
)
def test_the_nearest_department_of_a_kind_answers_for_a_place(company, kind, place, expected):
    found = queries.department_for(kind, unit(place))

    assert (found.code if found else None) == expected


def test_a_switched_off_department_is_passed_over(sysadmin):
    north = Department.objects.get(code="TL-NORTH")
    actions.switch(north, on=False, by=sysadmin, at=TEN_O_CLOCK)

    assert queries.department_for("maintenance", unit("340705")).code == "TL-SOUTH"


def test_the_organisation_is_read_once_for_many_questions(company, django_assert_num_queries):
    place = unit("340705")
    with django_assert_num_queries(1):
        for kind in ("call_centre", "maintenance", "marketing"):
            queries.department_for(kind, place)


@pytest.mark.parametrize(
    ("level", "parent"), [("district", "34"), ("city", "00"), ("province", "340700"), ("city", None)]
)
def test_a_unit_stands_below_the_level_above_its_own(sysadmin, level, parent):
    with pytest.raises(Unfit) as refusal:
        actions.add_unit(
            level=level, parent=parent and unit(parent), code="999", label=LABEL, by=sysadmin, at=TEN_O_CLOCK
        )

    assert list(refusal.value.fields) == ["parent"]
    assert not Unit.objects.filter(code="999").exists()


def test_a_time_zone_that_is_not_there_is_refused(sysadmin):
    for name in ("Asia/Tongling", "", "../etc/passwd", "/etc/localtime"):
        with pytest.raises(Unfit):
            actions.change_unit(
                unit("340700"), label=LABEL, number_code="0562", time_zone=name, by=sysadmin, at=TEN_O_CLOCK
            )


def test_areas_nest_within_their_unit_and_are_found_by_path(sysadmin):
    court = ServiceArea.objects.get(code="TG-GUIHUA")
    house = actions.add_area(
        unit=court.unit, parent=court, code="TG-GUIHUA-12", label=LABEL, by=sysadmin, at=TEN_O_CLOCK
    )

    assert house.path == "TG/TG-GUIHUA/TG-GUIHUA-12/"
    with pytest.raises(Unfit):
        actions.add_area(unit=unit("340706"), parent=court, code="X", label=LABEL, by=sysadmin, at=TEN_O_CLOCK)


def test_an_area_above_active_ones_stays_on(sysadmin):
    with pytest.raises(actions.StillInUse):
        actions.switch(ServiceArea.objects.get(code="TG"), on=False, by=sysadmin, at=TEN_O_CLOCK)

    assert ServiceArea.objects.get(code="TG").active


def test_the_tree_is_told_from_the_top_each_unit_after_its_own(company):
    told = [(branch.unit.code, branch.depth) for branch in queries.branches()]

    assert told == [
        ("00", 0), ("34", 1), ("340200", 2), ("340202", 3), ("340207", 3), ("340700", 2), ("340705", 3), ("340706", 3),
        ("340711", 3),
    ]  # fmt: skip
