"""Pages by key: every row once and in order, however many share a moment; a mark that is not ours is told."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingming.audit.models import Entry
from jingming.base.errors import Unfit
from jingming.base.paging import newest_first, pack, unpack
from tests.cast import TEN_O_CLOCK

MOMENTS = st.builds(datetime.fromtimestamp, st.integers(0, 2**33), tz=st.deferred(lambda: ZONES))
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS, st.integers(0, 2**63 - 1))
def test_a_mark_comes_back_as_it_went(moment: datetime, pk: int) -> None:
    mark = pack(moment, pk)

    assert unpack(mark) == (moment, pk)
    assert mark.isascii()
    assert all(letter.isalnum() or letter in "-_" for letter in mark)


@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_mark_is_told(mark: str) -> None:
    with suppress(Unfit):
        moment, pk = unpack(mark)
        assert unpack(pack(moment, pk)) == (moment, pk)


FORGED = {
    "a list of one": "[1]",
    "no zone": '["2026-11-22T10:00:00", 5]',
    "true": '["2026-11-22T10:00:00Z", true]',
    "a fraction": '["2026-11-22T10:00:00Z", 1.5]',
    "below zero": '["2026-11-22T10:00:00Z", -1]',
    "2^63": '["2026-11-22T10:00:00Z", 9223372036854775808]',
    "a number for a time": "[5, 5]",
    "an object": '{"a": 1, "b": 2}',
    "bottomless": "[" * 5000,
    "5,000 digits": '["2026-11-22T10:00:00Z", ' + "9" * 5000 + "]",
    "lone surrogate": '["\\ud800", 5]',
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_mark_is_told(forged: str) -> None:
    with pytest.raises(Unfit) as refusal:
        unpack(base64.urlsafe_b64encode(forged.encode()).decode())

    assert set(refusal.value.fields) == {"cursor"}


@pytest.mark.django_db
@given(moments=st.lists(st.integers(0, 3), max_size=12), size=st.integers(1, 5))
def test_the_pages_hold_every_row_once_newest_first(moments: list[int], size: int) -> None:
    key = f"test.paged.{Entry.objects.count()}"  # rows of examples before this one stay: the audit forgets nothing
    Entry.objects.bulk_create(
        Entry(at=TEN_O_CLOCK + timedelta(minutes=m), key=key, target_kind="test", target_id=1) for m in moments
    )
    rows, seen, cursor = Entry.objects.filter(key=key), [], ""
    while True:
        page = newest_first(rows, cursor, by="at", tie="id", size=size)
        seen += [(row.at, row.id) for row in page.items]
        assert len(page.items) <= size
        if page.next is None:
            break
        cursor = page.next

    assert seen == sorted(rows.values_list("at", "id"), reverse=True)


@pytest.mark.django_db
def test_a_mark_at_the_edge_of_time_is_no_fault() -> None:
    far_east = timezone(timedelta(hours=23))
    with pytest.raises(Unfit):
        newest_first(Entry.objects.all(), pack(datetime.min.replace(tzinfo=far_east), 1), by="at", tie="id")
    for moment in (TEN_O_CLOCK.astimezone(far_east), datetime.max.replace(tzinfo=UTC)):
        assert newest_first(Entry.objects.all(), pack(moment, 1), by="at", tie="id").items is not None
