"""What processes keep in memory: for seconds, and never what a rollback takes back."""

import contextlib
from itertools import count

import pytest
from django.db import transaction

from jingming.base.memory import KEPT_SECONDS, Memory


@pytest.fixture
def numbers():
    memory, drawn = Memory(), count(1)
    memory.draw = lambda: memory.of("number", lambda: next(drawn))
    return memory


@pytest.mark.django_db
class TestMemory:
    def test_what_is_kept_is_not_read_again(self, numbers):
        assert [numbers.draw(), numbers.draw()] == [1, 1]

    def test_it_is_read_again_after_some_seconds(self, numbers, monkeypatch):
        numbers.draw()
        monkeypatch.setattr("jingming.base.memory.time.monotonic", lambda: 10.0**9 + KEPT_SECONDS)
        assert numbers.draw() == 2

    def test_a_change_is_seen_at_once_and_nothing_read_before_its_commit_is_kept(self, numbers):
        assert numbers.draw() == 1
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            numbers.change()
            assert [numbers.draw(), numbers.draw()] == [2, 3]
            raise ZeroDivisionError
        assert [numbers.draw(), numbers.draw()] == [4, 4]
