"""A repair from the call to its end in a real browser, in Chinese, by keyboard; every page on the way is looked at."""

from __future__ import annotations

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.workorders.models import History, WorkOrder
from tests.browser import IN_A_BROWSER, At, look_at, press, send, tab_to

pytestmark = IN_A_BROWSER
WORDS = "今早七点起灶具打不着火,邻居家同样。"


def test_a_repair_from_the_call_to_its_end_by_keyboard(at_the_desk: At, company: dict[str, Staff]):
    agent = company["agent1"]
    household = customers.add_customer("周晓岚", by=agent, at=now(), phone="13800000417", unit="340705")
    customers.add_service_point(
        household, by=agent, at=now(), account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )

    with at_the_desk("agent1", by_keyboard=True) as page:
        assert page.url.endswith("/intake/")
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        look_at(page)
        page.locator("#who").focus()
        page.keyboard.type("0562000417")
        page.locator("[data-caller=周晓岚]").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/intake/?q=_*")
        look_at(page)
        page.locator("[name=type]:checked").focus()
        page.keyboard.press("3")
        assert page.locator("[name=complaint-complaint_kind]").is_visible()
        page.keyboard.press("1")
        assert page.locator("[name=repair-repair_kind]").is_visible()
        assert not page.locator("[name=complaint-complaint_kind]").is_visible()
        page.keyboard.press("v")
        page.keyboard.press("k")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type(WORDS)
        send(page, "**/orders/BX-*/")
        order = WorkOrder.objects.get()
        assert (order.description, order.verified, bool(order.form["repair_kind"])) == (WORDS, ["account_number"], True)
        look_at(page)

    with at_the_desk("dispatcher1") as page:
        page.wait_for_url("**/orders/?queue=unassigned")
        look_at(page)
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "g", "**/acts/dispatch/")
        look_at(page)
        page.locator("[name=department]").select_option("TL-NORTH")
        page.locator("[name=staff]").select_option("engineer1")
        send(page, f"**/orders/{order.number}/")

    with at_the_desk("engineer1") as page:
        page.wait_for_url("**/field/")
        look_at(page)
        page.goto("/orders/?queue=mine")
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "d", "**/acts/complete/")
        tab_to(page, "text")
        page.keyboard.type("更换灶前阀,点火正常。")
        send(page, f"**/orders/{order.number}/")
        look_at(page)

    with at_the_desk("callback1") as page:
        page.wait_for_url("**/orders/?queue=to_call_back")
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "c", "**/acts/call_back/")
        look_at(page)
        tab_to(page, "result")
        page.keyboard.press("Space")
        tab_to(page, "satisfaction")
        page.keyboard.press("ArrowUp")  # from the first round to the last: five
        send(page, f"**/orders/{order.number}/")
        press(page, "x", "**/acts/close/")
        tab_to(page, "text")
        send(page, f"**/orders/{order.number}/")
        look_at(page)

    order.refresh_from_db()
    assert (order.status, order.satisfied) == ("closed", True)
    ways = History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True)
    assert list(ways) == ["open", "dispatch", "complete", "call_back", "close"]


def test_the_other_pages_have_no_barrier_and_fit_a_phone(at_the_desk: At):
    for username, addresses in {
        "agent1": ("/customers/", "/interactions/", "/flows/", "/flows/complaint/", "/orders/?queue=all&type=repair"),
        "secadmin1": ("/organisation/", "/staff/"),
    }.items():
        with at_the_desk(username) as page:
            for address in addresses:
                page.goto(address)
                look_at(page)


def test_the_desk_takes_a_call_with_scripts_switched_off(at_the_desk: At):
    with at_the_desk("agent1", java_script_enabled=False) as page:
        page.goto("/intake/?type=complaint")
        page.locator("[name=description]").fill("约定时间未到")
        page.locator("[name=complaint-complaint_kind]").select_option("service_late")
        page.locator("#intake-form .form-end .btn-primary").click()
        page.wait_for_url("**/orders/TS-*/")

    order = WorkOrder.objects.get()
    assert (order.type.code, order.form) == ("complaint", {"complaint_kind": "service_late"})
