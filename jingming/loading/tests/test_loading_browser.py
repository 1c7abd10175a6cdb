"""A file of customers at the desk, with the real stream and worker: tried, corrected, loaded, and loaded again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page, expect

from jingming.accounts.models import Staff
from jingming.customers.models import Change, Customer
from jingming.loading.tests.sheets import csv_of
from jingming.loading.tests.test_loading_archives import CUSTOMERS
from tests.browser import IN_A_BROWSER, At, look_at
from tests.streaming import Streaming

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def _where_the_worker_looks() -> Iterator[None]:
    """Files lie where the worker, which is a process of its own, looks for them."""
    with override_settings(MEDIA_ROOT=Path(settings.HOME) / "attachments"):
        yield


def hand_in(page: Page, file: Path) -> None:
    page.goto("/data/customers/import/")
    page.set_input_files("input[name=file]", file)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run")).to_contain_text("待对应各列", timeout=40_000)


def try_it(page: Page) -> None:
    page.keyboard.press("m")
    page.wait_for_url("**/match/")
    look_at(page)
    page.locator("select").first.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run")).to_contain_text("已检查", timeout=40_000)


def test_a_file_is_tried_corrected_loaded_and_loaded_again(
    live_stream: Streaming, at_the_desk: At, company: dict[str, Staff], tmp_path: Path
):
    first = tmp_path / "客户.csv"
    first.write_bytes(csv_of([*CUSTOMERS, ["K003", "方伟", "个人", "12", "", "", "", "340705", ""]]))
    with at_the_desk("dispatcher1") as page:
        page.goto("/data/")
        look_at(page)
        page.keyboard.press("i")
        page.wait_for_url("**/data/customers/import/")
        look_at(page)
        hand_in(page, first)
        try_it(page)
        expect(page.get_by_role("cell", name="12", exact=True)).to_be_visible()
        look_at(page)
        assert Customer.objects.count() == 0
        with page.expect_download() as fetched:
            page.keyboard.press("f")
        errors = tmp_path / "errors.xlsx"
        fetched.value.save_as(errors)
        page.get_by_role("button", name="跳过错误行").click()
        expect(page.locator("#run")).to_contain_text("已导入", timeout=40_000)
        assert Customer.objects.count() == 2

        corrected = tmp_path / "改.csv"
        corrected.write_bytes(csv_of([*CUSTOMERS, ["K003", "方伟", "个人", "13805620012", "", "", "", "340705", ""]]))
        hand_in(page, errors)
        try_it(page)  # as it was: still bad
        expect(page.get_by_role("cell", name="12", exact=True)).to_be_visible()
        hand_in(page, corrected)
        try_it(page)
        page.keyboard.press("l")
        expect(page.locator("#run")).to_contain_text("已导入", timeout=40_000)
        assert Customer.objects.count() == 3

        lines = Change.objects.count()
        hand_in(page, corrected)
        try_it(page)
        expect(page.locator("#run")).to_contain_text("无须导入")
        assert Change.objects.count() == lines


def test_a_file_is_cancelled(live_site: str, at_the_desk: At, company: dict[str, Staff], tmp_path: Path):
    file = tmp_path / "客户.csv"
    file.write_bytes(csv_of(CUSTOMERS))
    with at_the_desk("dispatcher1") as page:
        page.goto("/data/customers/import/")
        page.set_input_files("input[name=file]", file)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/data/runs/*/")
        expect(page.locator("#run")).to_contain_text("正在排队")  # no worker is at work here
        look_at(page)
        page.get_by_role("button", name="取消").click()
        expect(page.locator("#run")).to_contain_text("已取消")
        look_at(page)


def test_a_kind_is_exported_without_scripts(
    live_stream: Streaming, at_the_desk: At, company: dict[str, Staff], tmp_path: Path
):
    with at_the_desk("sysadmin1") as page:
        page.goto("/data/codes/export/")
        look_at(page)
    with at_the_desk("sysadmin1", java_script_enabled=False) as page:
        page.goto("/data/codes/export/")
        page.get_by_label("导出原因").fill("季度核对")
        page.get_by_role("button", name="生成文件").click()
        for _look in range(40):
            if page.get_by_text("已生成").count():
                break
            page.wait_for_timeout(500)
            page.reload()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="下载文件").click()
        assert fetched.value.suggested_filename.endswith(".xlsx")
