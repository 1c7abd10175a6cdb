"""A queue by keyboard, in Chinese: walked, selected over two pages, done to many at once, undone, told what is new."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.organisation.models import Department
from jingming.workorders import actions
from jingming.workorders.actions import Matter
from jingming.workorders.models import WorkOrder
from tests.browser import IN_A_BROWSER, At, look_at, press

pytestmark = IN_A_BROWSER
PAGE = 50


@pytest.fixture
def repair(company: dict[str, Staff]) -> Callable[..., WorkOrder]:
    """`repair()`: an order that the north team has and nobody is in charge of."""

    def take(said: str = "灶前无气", team: str = "TL-NORTH") -> WorkOrder:
        matter = Matter(
            type="repair", description=said, address="桂花苑 12-2-601", caller_name="周晓岚",
            verified=("address", "name"), form={"repair_kind": "gas_none"},
        )  # fmt: skip
        taken = intake.take(Contact(channel="phone"), matter, by=company["agent1"], at=now())
        assert taken.order is not None
        order = actions.dispatch(
            taken.order, department=Department.objects.get(code=team), by=company["dispatcher1"], at=now(), version=1
        )
        actions.recount([order.pk])
        return order

    return take


def numbers(page: Page) -> list[str]:
    return page.locator(".queue tbody tr").evaluate_all("rows => rows.map(row => row.dataset.number)")


def under_the_cursor(page: Page) -> str | None:
    return page.evaluate("document.querySelector('tr[data-cursor]')?.dataset.number ?? null")


def changed(page: Page, order: WorkOrder) -> None:
    page.evaluate(
        "id => document.dispatchEvent("
        "new CustomEvent('jingming:changed', {detail: {kind: 'workorders.WorkOrder', id}}))",
        order.pk,
    )


def test_a_queue_is_walked_selected_and_opened_by_keys_alone(at_the_desk: At, repair):
    orders = [repair().number for _ in range(4)][::-1]
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        assert numbers(page) == orders
        for key in ("j", "j", "j", "k"):
            page.keyboard.press(key)
        assert under_the_cursor(page) == orders[1]
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Shift+X")
        expect(page.locator(".bulk-count")).to_have_text("已选 3")
        assert page.locator("tr[data-chosen]").evaluate_all("rows => rows.map(r => r.dataset.number)") == orders[1:]
        look_at(page)
        page.keyboard.press("Escape")
        expect(page.locator(".bulk-bar")).to_be_hidden()
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_contain_text("下一行")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        press(page, "Enter", f"**/orders/{orders[2]}/")


def test_only_the_row_under_the_cursor_is_a_stop_of_the_tab_key(at_the_desk: At, repair):
    for _ in range(3):
        repair()
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        page.keyboard.press("j")
        stops = page.locator(".queue tbody :is(a, input)").evaluate_all("all => all.map(each => each.tabIndex)")
        assert stops == [0, 0, -1, -1, -1, -1]


def test_many_are_assigned_over_two_pages_reported_and_undone(at_the_desk: At, repair, company):
    orders = [repair() for _ in range(PAGE + 2)]
    first, last = orders[-1], orders[0]
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        page.keyboard.press("j")
        page.keyboard.press("x")
        press(page, "]", "**cursor=*")
        expect(page.locator(".bulk-count")).to_have_text("已选 1")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator(".bulk-count")).to_have_text("已选 2")
        press(page, "s", "**/orders/bulk/")
        expect(page.locator("h1")).to_have_text("指派：2 张工单")
        look_at(page)
        # a colleague is quicker with one of them
        actions.assign(last, staff=company["engineer2"], by=company["head1"], at=now(), version=last.version)
        page.locator("[name=staff]").select_option("engineer1")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/orders/bulk/*/")
        expect(page.locator("tbody tr").nth(0)).to_contain_text("期间有变")
        expect(page.locator("tbody tr").nth(1)).to_contain_text("已完成")
        look_at(page)
        first.refresh_from_db(), last.refresh_from_db()
        assert (first.assignee, last.assignee) == (company["engineer1"], company["engineer2"])

        page.keyboard.press("z")
        page.wait_for_url(lambda url: "/bulk/" in url)
        expect(page.locator("h1")).to_have_text("已撤销：1/1")
        first.refresh_from_db(), last.refresh_from_db()
        assert (first.assignee, last.assignee) == (None, company["engineer2"])
        press(page, "b", "**/orders/?queue=department")
        expect(page.locator(".bulk-bar")).to_be_hidden()


def test_new_rows_wait_behind_a_pill_and_changed_ones_stay_where_they_are(at_the_desk: At, repair, company):
    shown = [repair(f"灶前无气 {number}") for number in range(3)][::-1]
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        expect(page.locator("h1 + .queue-count")).to_have_text("3")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        before = page.locator("tr[data-cursor]").bounding_box()

        new, changing, leaving = repair("楼道有异味"), shown[1], shown[2]
        actions.assign(changing, staff=company["engineer1"], by=company["head1"], at=now(), version=changing.version)
        actions.transfer(
            leaving, department=Department.objects.get(code="TL-SOUTH"), by=company["head1"], at=now(),
            version=leaving.version,
        )  # fmt: skip
        actions.recount([new.pk, changing.pk, leaving.pk])
        for order in (new, changing, leaving):
            changed(page, order)

        expect(page.locator(".pill-words")).to_have_text("1 张新工单")
        expect(page.locator(f"tr[data-order='{changing.pk}']")).to_contain_text(company["engineer1"].name)
        expect(page.locator(f"tr[data-order='{leaving.pk}']")).to_contain_text("已离开此队列")
        assert numbers(page) == [order.number for order in shown]
        assert under_the_cursor(page) == changing.number
        after = page.locator("tr[data-cursor]").bounding_box()
        assert before is not None
        assert after is not None
        assert (before["y"], before["height"]) == (after["y"], after["height"])
        assert page.evaluate("document.activeElement.textContent") == changing.number
        expect(page.locator(".bulk-count")).to_have_text("已选 1")

        page.keyboard.press(".")
        assert numbers(page) == [new.number, *(order.number for order in shown)]
        assert under_the_cursor(page) == changing.number
        expect(page.locator(".bulk-count")).to_have_text("已选 1")
        expect(page.locator("[data-pill]")).to_be_hidden()
        expect(page.locator("h1 + .queue-count")).to_have_text("3")  # one came, one left


def test_after_a_gap_the_page_asks_for_all_that_it_missed(at_the_desk: At, repair):
    shown = repair()
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        new = [repair("楼道有异味") for _ in range(3)]
        page.evaluate("document.dispatchEvent(new CustomEvent('jingming:reload'))")
        expect(page.locator(".pill-words")).to_have_text("3 张新工单")
        page.locator("[data-pill]").click()
        assert numbers(page) == [*(order.number for order in new[::-1]), shown.number]


def test_rows_that_cannot_be_fetched_are_said_to_be_old_and_stay(at_the_desk: At, repair, company):
    order = repair()
    with at_the_desk("head1") as page:
        page.goto("/orders/?queue=department")
        page.route("**/orders/rows/*", lambda route: route.fulfill(status=200, body="not what was asked for"))
        changed(page, order)
        expect(page.locator("[data-trouble]")).to_be_visible()
        assert numbers(page) == [order.number]


def test_without_scripts_boxes_and_buttons_do_the_same(at_the_desk: At, repair, company):
    order = repair()
    with at_the_desk("head1", java_script_enabled=False) as page:
        page.goto("/orders/?queue=department")
        look_only = page.locator(".bulk-bar")
        expect(look_only).to_be_visible()
        expect(page.locator("[data-pill]")).to_be_hidden()
        page.locator(f"[name=order][value='{order.number}']").check()
        page.locator("button[name=act][value=note]").click()
        page.locator("[name=text]").fill("已联系物业")
        page.locator("main button.btn-primary").click()
        page.wait_for_url("**/orders/bulk/*/")
        expect(page.locator("main")).to_contain_text("已完成")
        expect(page.locator("main")).to_contain_text("备注")


def test_pages_around_a_queue_have_no_barrier(at_the_desk: At, repair):
    repair()
    with at_the_desk("head1") as page:
        for address in (
            "/orders/columns/?query=queue%3Dmine",
            "/orders/views/new/?query=queue%3Dmine",
            "/orders/?queue=held",
        ):
            page.goto(address)
            look_at(page)
        page.goto("/orders/?queue=department&sort=urgent&level=normal&columns=level,number,description,time")
        page.keyboard.press("f")
        look_at(page)
