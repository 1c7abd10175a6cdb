"""An engineer's visit on a phone, in Chinese, by touch; the head sees each line of it afterwards."""

from __future__ import annotations

from playwright.sync_api import expect

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.files.tests import samples
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.models import History
from tests.browser import IN_A_BROWSER, PHONE, At, look_at

pytestmark = IN_A_BROWSER
SMALL = """
    [...document.querySelectorAll("#day :is(a, button, summary, .file-pick, input:not([type=hidden]), textarea)")]
        .filter((one) => !one.matches(".file-native"))
        .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
        .map((one) => one.outerHTML)
"""


def test_an_engineer_accepts_arrives_takes_a_photo_notes_and_completes(at_the_desk: At, company: dict[str, Staff]):
    matter = orders.Matter(
        type="repair", description="灶前无气,邻居同样", caller_name="周晓岚", caller_phone="13800000417",
        level="urgent", address="铜官区桂花苑 12-2-601", verified=("address",),
        form={"repair_kind": "gas_none", "appointment": "下午"},
    )  # fmt: skip
    order = intake.take(Contact(channel="phone"), matter, by=company["agent1"], at=now()).order
    assert order is not None
    north = Department.objects.get(code="TL-NORTH")
    orders.dispatch(order, department=north, staff=company["engineer1"], by=company["dispatcher1"], at=now(), version=1)

    with at_the_desk("engineer1", has_touch=True) as page:
        page.wait_for_url("**/field/")
        look_at(page)
        page.set_viewport_size(PHONE)
        assert page.evaluate(SMALL) == []
        page.get_by_role("button", name="接单").tap()
        page.get_by_role("button", name="我已到场").tap()
        page.get_by_text("到场时间").wait_for()
        page.locator("#photo").set_input_files({"name": "现场.png", "mimeType": "image/png", "buffer": samples.png()})
        expect(page.locator("#photo")).to_have_value("")
        page.locator("#note").fill("阀门锈蚀")
        page.reload()
        assert page.locator("#note").input_value() == "阀门锈蚀"
        page.get_by_role("button", name="发送备注").tap()
        page.locator(".note-success").get_by_text("备注").wait_for()
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("link", name="完工").tap()
        page.wait_for_url("**/acts/complete/?back=field")
        page.locator("[name=text]").fill("更换灶前阀,点火正常。")
        page.locator("form .btn-primary").tap()
        page.wait_for_url("**/field/")
        look_at(page)

    with at_the_desk("head1") as page:
        page.goto(f"/orders/{order.number}/")
        for words in ("到场", "现场.png", "阀门锈蚀", "更换灶前阀,点火正常。"):
            page.locator(".time-line").get_by_text(words).first.wait_for()

    ways = History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True)
    assert list(ways) == ["open", "dispatch", "accept", "arrive", "attach", "note", "complete"]
