"""What browsers fetch: small, kept for ever, never stale."""

import gzip
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import RequestFactory

from jingming.ui.assets import AssetsMiddleware, stamp


def fetched(name: str, **headers: str) -> HttpResponse:
    middleware = AssetsMiddleware(lambda request: HttpResponse(status=404))
    return middleware(RequestFactory().get(settings.STATIC_URL + name, headers=headers))


def test_the_big_style_sheet_travels_small_and_whole():
    answer = fetched("ui/vendor/tabler.min.css", accept_encoding="gzip, br")
    body = b"".join(answer.streaming_content)
    assert answer["Content-Encoding"] == "gzip"
    assert len(body) < 90_000
    assert gzip.decompress(body) == Path(finders.find("ui/vendor/tabler.min.css")).read_bytes()


def test_whoever_takes_no_gzip_gets_the_plain_file():
    answer = fetched("ui/vendor/tabler.min.css")
    assert "Content-Encoding" not in answer
    assert b"".join(answer.streaming_content) == Path(finders.find("ui/vendor/tabler.min.css")).read_bytes()


def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(tmp_path: Path):
    assert "immutable" in fetched("ui/keys.js")["Cache-Control"]
    sheet = tmp_path / "ui" / "static" / "ui" / "a.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("a{}")
    before = stamp(tmp_path)
    assert stamp(tmp_path) == before
    sheet.write_text("b{}")
    assert stamp(tmp_path) != before


def test_all_that_a_cold_page_needs_is_small():
    """Every module and style sheet of ours, and the picture sheet, compressed."""
    total = sum(
        len(gzip.compress(path.read_bytes()))
        for path in (Path(finders.find("ui/keys.js")).parent).rglob("*")
        if path.suffix in {".css", ".js", ".svg"}
    )
    assert total < 200_000
