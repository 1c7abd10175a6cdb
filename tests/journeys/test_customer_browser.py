"""A customer's archive in a real browser: a visit, a new meter, a new tenant, and an archive opened twice."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer, Device, Merge, ServicePoint
from tests.browser import IN_A_BROWSER, At, look_at, press, send

pytestmark = IN_A_BROWSER


def stands(page: Page, *words: str) -> None:
    """The time line tells of all these."""
    for each in words:
        expect(page.locator("#lifeline")).to_contain_text(each)


def test_a_visit_a_new_meter_and_a_new_tenant_stand_in_both_histories(
    at_the_desk: At, household: ServicePoint, company: dict[str, Staff]
):
    agent = company["agent1"]
    customers.add_device(
        household, kind="gas_meter", number="G4-1", installed_on=date(2015, 1, 1), design_life=10, by=agent, at=now()
    )
    tenant = customers.add_customer("吴敏", phone="13800000418", unit="340705", by=agent, at=now())
    home = f"**/customers/{household.customer_id}/"
    with at_the_desk("agent1") as page:
        page.goto(f"/customers/{household.customer_id}/")
        look_at(page)
        expect(page.locator("#due + *, [aria-labelledby=due]").first).to_contain_text("G4-1")

        # A visit
        press(page, "n", "**/notes/new/")
        page.locator("input[name=kind][value=visit]").check()
        page.locator("textarea[name=text]").fill("上门安检，软管老化")
        send(page, home)
        stands(page, "走访", "上门安检，软管老化")

        # The meter is due: D leads to its exchange
        press(page, "d", "**/exchange/")
        page.locator("input[name=number]").fill("G4-2")
        send(page, home)
        stands(page, "G4-1 → G4-2")
        expect(page.locator("[aria-labelledby=due]")).to_have_count(0)

        # A new holder
        page.get_by_role("link", name="过户").click()
        page.locator("#id_q").fill("13800000418")
        press(page, "Enter", "**/move/?q=_*")
        look_at(page)
        page.get_by_role("button", name="过户").click()
        page.wait_for_url(f"**/customers/{tenant.pk}/")
        stands(page, "过户接入服务点")
        page.goto(f"/customers/{household.customer_id}/")
        stands(page, "过户转出服务点", "上门安检，软管老化", "G4-1 → G4-2")

        # Its tabs and their keys
        page.locator("body").click(position={"x": 2, "y": 2})
        page.keyboard.press("4")
        expect(page.locator("#lifeline .tabs [aria-current]")).to_contain_text("走访与记事")
        expect(page.locator("#lifeline")).not_to_contain_text("过户转出服务点")
        assert page.url.endswith("?show=notes")
        look_at(page)

    household.refresh_from_db()
    assert household.customer == tenant
    in_service = Device.objects.filter(service_point=household, removed_on=None)
    assert list(in_service.values_list("number", flat=True)) == ["G4-2"]


def test_an_archive_opened_twice_is_compared_merged_and_taken_apart_again(
    at_the_desk: At, household: ServicePoint, company: dict[str, Staff]
):
    agent, kept = company["agent1"], household.customer
    double = customers.add_customer("周小岚", phone="13800000417", note="门禁 2580", unit="340705", by=agent, at=now())
    customers.note_down(double, text="另一份档案的记事", by=agent, at=now())
    with at_the_desk("agent1") as page:
        page.goto(f"/customers/{kept.pk}/")
        press(page, "m", "**/merge/")
        expect(page.locator("main")).to_contain_text("同一电话")
        look_at(page)
        page.get_by_role("link", name="对比").click()
        page.wait_for_url(f"**/merge/{double.pk}/")
        look_at(page)
        expect(page.locator("main")).to_contain_text("13800000417")
        page.locator("input[name=take_name][value=merged]").check()
        send(page, f"**/customers/{kept.pk}/")
        expect(page.locator("h1")).to_have_text("周小岚")
        stands(page, "另一份档案的记事", "将另一份档案并入本档案")
        look_at(page)

        page.goto(f"/customers/{double.pk}/")
        expect(page.locator("main")).to_contain_text("该档案已合并，后续请使用")
        look_at(page)
        page.get_by_role("button", name="撤销合并").click()
        expect(page.locator("#notes, .notes").first).to_contain_text("合并已撤销")
        expect(page.locator("h1")).to_have_text("周小岚")
        page.goto(f"/customers/{kept.pk}/")
        expect(page.locator("h1")).to_have_text("周晓岚")

    assert Merge.objects.get().undone_at is not None
    assert Customer.objects.get(pk=double.pk).merged_into is None
