"""The organisation on pages and in the API: seen by those with the authority, changed by the administrator."""

import pytest

from jingming.accounts import actions
from jingming.accounts.models import Role
from jingming.audit.queries import keys_for
from jingming.organisation.models import Department, ServiceArea, Unit
from tests.cast import TEN_O_CLOCK


@pytest.fixture
def tongling(company) -> Unit:
    return Unit.objects.get(code="340700")


def test_the_tree_shows_every_unit_below_its_own_and_its_departments(signed_in, agent):
    page = signed_in(agent).get("/organisation/").content.decode()

    order = [
        page.index(name) for name in ("Jiangzhou Gas", ">Anhui<", ">Wuhu<", "Jinghu District", ">Tongling<", "Jiaoqu")
    ]
    assert order == sorted(order)
    assert "North maintenance team" in page


def test_an_evaluator_finds_no_organisation(signed_in, evaluator):
    assert signed_in(evaluator).get("/organisation/").status_code == 404


def test_the_administrator_adds_renames_and_switches_off(signed_in, sysadmin, tongling):
    desk = signed_in(sysadmin)
    at = f"/organisation/units/{tongling.pk}/"
    name = {"label_zh": "枞阳县", "label_en": "Zongyang County"}
    desk.post(f"{at}units/", {"code": "340722", "number_code": "0562", "time_zone": "Asia/Shanghai", **name})
    desk.post(
        f"{at}departments/", {"kind": "marketing", "code": "TL-MARKET", "label_zh": "市场部", "label_en": "Marketing"}
    )
    desk.post(f"{at}areas/", {"code": "TL-PARK", "label_zh": "园区", "label_en": "Park"})
    county, market = Unit.objects.get(code="340722"), Department.objects.get(code="TL-MARKET")
    park = ServiceArea.objects.get(code="TL-PARK")
    assert (county.level, county.city_id, county.district_id) == ("district", tongling.pk, county.pk)
    assert (market.city_id, park.path, park.city_id) == (tongling.pk, "TL-PARK/", tongling.pk)

    desk.post(f"/organisation/department/{market.pk}/rename/", {"label_zh": "营销部", "label_en": "Sales"})
    desk.post(f"/organisation/department/{market.pk}/switch/", {"on": "no"})
    desk.post(f"/organisation/units/{county.pk}/change/", {**name, "number_code": "0556", "time_zone": "Asia/Urumqi"})
    market.refresh_from_db()
    county.refresh_from_db()
    assert (market.label, market.active) == ({"zh": "营销部", "en": "Sales"}, False)
    assert (county.number_code, county.time_zone) == ("0556", "Asia/Urumqi")
    assert keys_for(market) == [
        "organisation.department_added",
        "organisation.department_changed",
        "organisation.department_switched_off",
    ]
    assert "Sales" in desk.get(at).content.decode()


def test_a_unit_with_active_departments_stays_on_and_says_why(signed_in, sysadmin, tongling):
    page = signed_in(sysadmin).post(f"/organisation/unit/{tongling.pk}/switch/", {"on": "no"}, follow=True)

    tongling.refresh_from_db()
    assert tongling.active
    assert "Switch those off first" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "TL-CALL"),
        ("code", "tl-new"),
        ("code", ""),
        ("kind", "kitchen"),
        ("label_zh", ""),
        ("label_en", "x" * 61),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(signed_in, sysadmin, tongling, field, value):
    good = {"kind": "marketing", "code": "TL-NEW", "label_zh": "新", "label_en": "New"}
    answer = signed_in(sysadmin).post(f"/organisation/units/{tongling.pk}/departments/", {**good, field: value})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Department.objects.filter(code__in=["TL-NEW", "tl-new"]).exists()


def test_a_district_has_no_units_below(signed_in, sysadmin):
    district = Unit.objects.get(code="340705")

    assert signed_in(sysadmin).get(f"/organisation/units/{district.pk}/units/").status_code == 404


@pytest.mark.parametrize("address", ["unit/{}/switch/", "units/{}/change/", "units/{}/areas/", "unit/{}/rename/"])
def test_others_see_no_way_to_change(signed_in, agent, secadmin, tongling, address):
    for person in (agent, secadmin):
        desk = signed_in(person)
        assert desk.post("/organisation/" + address.format(tongling.pk), {"on": "no"}).status_code == 404
        assert (
            f"/organisation/unit/{tongling.pk}/switch/"
            not in desk.get(f"/organisation/units/{tongling.pk}/").content.decode()
        )


def test_the_api_lists_units_and_departments(caller, agent):
    program = caller(agent)

    units = {item["code"]: item for item in program.get("/units").json()["items"]}
    assert units["340700"] == {
        "code": "340700",
        "level": "city",
        "parent": "34",
        "label": {"zh": "铜陵市公司", "en": "Tongling"},
        "number_code": "0562",
        "time_zone": "Asia/Shanghai",
        "active": True,
    }
    departments = program.get("/departments").json()
    assert departments["next"] is None
    assert {item["code"]: item["kind"] for item in departments["items"]}["TL-OPS"] == "operations"


def test_the_administrator_of_a_city_changes_no_other_place(signed_in, company, tongling, dispatcher):
    city = Role.objects.get(code="sysadmin")
    actions.post(dispatcher, role=city, department=dispatcher.department, scope="subtree", by=None, at=TEN_O_CLOCK)
    desk, wuhu = signed_in(dispatcher), Unit.objects.get(code="340200")

    assert desk.get(f"/organisation/units/{tongling.pk}/change/").status_code == 200
    for page in ("change/", "units/", "departments/", "areas/"):
        assert desk.get(f"/organisation/units/{wuhu.pk}/{page}").status_code == 403
        assert desk.get(f"/organisation/units/{tongling.parent_id}/{page}").status_code == 403
    assert desk.post(f"/organisation/unit/{wuhu.pk}/switch/", {"on": "no"}).status_code == 403
    wuhu.refresh_from_db()
    assert wuhu.active
    assert "/change/" in desk.get(f"/organisation/units/{tongling.pk}/").content.decode()
    assert "/change/" not in desk.get(f"/organisation/units/{wuhu.pk}/").content.decode()
