"""What is not ours is listed, licensed and unchanged."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

UI = Path(__file__).parent.parent
VENDOR = UI / "static" / "ui" / "vendor"
MANIFEST = tomllib.loads((VENDOR / "MANIFEST.toml").read_text())
ENTRIES = [entry for package in MANIFEST["package"] for entry in package["file"]]
ICON = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']|icon=["']([\w-]+)["']|["']icon["']:\s*["']([\w-]+)["']""")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_one_that_was_fetched(entry: dict[str, str]):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_the_manifest_lists_every_file_and_no_other():
    there = {path.name for path in VENDOR.iterdir()} - {"MANIFEST.toml"}
    assert there == {entry["file"] for entry in ENTRIES}


def test_every_package_names_a_free_licence_and_brings_its_text():
    for package in MANIFEST["package"]:
        assert package["licence"] in {"MIT", "0BSD", "Apache-2.0"}
        assert (VENDOR / package["licence_file"]).exists()


def test_no_file_asks_for_a_source_map_that_is_not_there():
    assert [path.name for path in VENDOR.iterdir() if b"sourceMappingURL=" in path.read_bytes()] == []


def test_every_icon_that_a_slice_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text()))
    named = {
        name: path.name
        for path in UI.parent.rglob("*")
        if path.suffix in {".html", ".py"} and "tests" not in path.parts
        for match in ICON.findall(path.read_text())
        for name in match
        if name
    }
    assert {name: where for name, where in named.items() if name not in sprite} == {}
    assert set(MANIFEST["icons"]) == sprite


def test_the_browser_is_sent_little():
    """One page fetches these once; a megabyte on the wire would be felt on a phone at the meter cabinet."""
    total = sum(path.stat().st_size for path in (UI / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})
    assert total < 800_000
