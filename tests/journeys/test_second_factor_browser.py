"""A person switches on the second factor, signs in with a code of the app, and with a recovery code when it is lost."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page

from jingming.accounts.models import Staff
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from tests.browser import IN_A_BROWSER, At, look_at
from tests.cast import PASSWORD

pytestmark = IN_A_BROWSER


def shown(secret: str, periods: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30 + periods))


def sign_out_and_in(page: Page, code: str) -> None:
    page.goto("/accounts/logout/")
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/accounts/login/**")
    page.locator("input[name=login]").fill("auditadmin1")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/login/code/")
    page.locator("input[name=code]").fill(code)


def test_a_second_factor_from_switching_on_to_the_recovery_code(at_the_desk: At, company: dict[str, Staff]):
    with at_the_desk("auditadmin1") as page:
        page.goto("/accounts/second-factor/on/")
        assert page.locator(".factor-code").bounding_box()["width"] >= 200
        secret = page.locator(".factor-key").inner_text().replace(" ", "")
        page.locator("input[name=code]").fill(shown(secret))
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Control+Enter")
        page.locator(".factor-codes").wait_for()
        look_at(page)
        recovery = page.locator(".factor-codes li").all_inner_texts()

        sign_out_and_in(page, shown(secret, 1))
        look_at(page)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        sign_out_and_in(page, recovery[0])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)

    assert len(recovery) == 10
    done = [key for key in keys_for(company["auditadmin1"]) if "factor" in key or "recovery" in key]
    assert done == ["accounts.second_factor_on", "accounts.recovery_code_used"]
