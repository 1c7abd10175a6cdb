"""A text is previewed while it is typed, and saved by keyboard."""

from tests.browser import IN_A_BROWSER, At, look_at

pytestmark = IN_A_BROWSER


def test_a_text_is_previewed_while_it_is_typed(at_the_desk: At):
    with at_the_desk("sysadmin1", expects="422") as page:
        page.goto("/messages/acknowledgement/sms/")
        look_at(page)
        shown = page.locator("#message-preview")
        page.locator("[name=body_zh]").fill("{{company}}已受理")
        shown.get_by_text("景明燃气已受理", exact=True).wait_for()
        page.locator("[name=body_zh]").press_sequentially("{{热线")
        shown.locator(".message-fault").wait_for()
        look_at(page)
        page.locator("[name=body_zh]").fill("{{company}}已受理，请拨打 {{hotline}}。")
        shown.get_by_text("景明燃气已受理，请拨打 95777。").wait_for()
        page.keyboard.press("Control+Enter")
        page.locator(".message-versions li").wait_for()
