"""A log of nine orders with every oddity, and the means to import it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from jingming.loading.event_log import import_events
from jingming.loading.mapping import SHIPPED

SAMPLE = Path(__file__).parent / "events_sample.csv"
MAPPING = Path("incident_events")


class Watcher:
    """Remembers what the progress was told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.titles: list[str] = []

    def begin(self, title: str, total: int | None = None) -> None:
        self.titles.append(title)

    def advance(self, steps: int = 1) -> None:
        assert steps >= 0

    def tell(self, sentence: str) -> None:
        self.said.append(sentence)


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture
def written(tmp_path):
    """The shipped mapping with some of its words replaced."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = (SHIPPED / "incident_events.toml").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "mapping.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def imported(home):
    """Import a file by the shipped mapping, or by another; figures and what was said."""

    def run(path: Path = SAMPLE, mapping: Path = MAPPING) -> tuple[dict[str, int], Watcher]:
        watcher = Watcher()
        return import_events(path, mapping, progress=watcher), watcher

    return run
