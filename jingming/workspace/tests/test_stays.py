"""How long an order stayed where: plain arithmetic over lines of history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jingming.workspace.stays import spent, stays
from tests.cast import TEN_O_CLOCK


def after(minutes: int) -> datetime:
    return TEN_O_CLOCK + timedelta(minutes=minutes)


def lasting(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


@dataclass
class Line:
    """A line of history as far as it matters here."""

    minutes: int
    to_step: str
    act: str = "note"
    to_status: str = "processing"
    by_name: str = "派单一"
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def occurred_at(self) -> datetime:
        return after(self.minutes)


def changed(name: str, before: object, now: object) -> dict[str, Any]:
    return {"changes": {name: [before, now]}}


def test_a_step_lasts_from_its_first_line_to_the_line_that_leads_on():
    found = stays([Line(0, "dispatching"), Line(3, "dispatching"), Line(10, "handling")], until=after(25))

    assert [(one.step, one.began, one.ended, one.left_by) for one in found] == [
        ("dispatching", after(0), after(10), "派单一"),
        ("handling", after(10), None, ""),
    ]
    there = spent(found, until=after(25))
    assert (there["dispatching"].work, there["handling"].work) == (lasting(10), lasting(15))
    assert (there["dispatching"].since, there["handling"].since) == (None, after(10))


def test_several_visits_add_up():
    way = [Line(0, "dispatching"), Line(10, "handling"), Line(30, "dispatching"), Line(35, "handling")]
    there = spent(stays(way, until=after(40)), until=after(40))

    assert (there["dispatching"].visits, there["dispatching"].work) == (2, lasting(15))
    assert (there["handling"].visits, there["handling"].work, there["handling"].since) == (2, lasting(25), after(35))


def test_time_suspended_held_or_waiting_is_rest_and_not_work():
    way = [
        Line(0, "handling"),
        Line(10, "handling", to_status="suspended"),
        Line(40, "handling"),
        Line(50, "handling", facts=changed("waiting_for", "", "customer")),
        Line(55, "handling"),  # a note ends no waiting
        Line(60, "handling", facts=changed("waiting_for", "customer", "")),
        Line(70, "handling", facts=changed("held_until", None, "2026-11-22T06:00:00+00:00")),
    ]
    there = spent(stays(way, until=after(100)), until=after(100))["handling"]

    assert (there.rest, there.work) == (lasting(30 + 10 + 30), lasting(10 + 10 + 10))


def test_an_order_that_has_ended_stays_no_longer_and_one_reopened_does_again():
    way = [Line(0, "handling"), Line(20, "handling", to_status="closed"), Line(30, "handling", to_status="closed")]
    closed = spent(stays(way, until=after(999)), until=after(999))["handling"]
    assert (closed.work, closed.since, closed.left_at) == (lasting(20), None, after(20))

    again = spent(stays([*way, Line(50, "dispatching")], until=after(60)), until=after(60))
    assert (again["handling"].work, again["dispatching"].work) == (lasting(20), lasting(10))


def test_what_was_done_at_a_step_is_known_with_its_time():
    there = spent(stays([Line(0, "handling"), Line(5, "handling", act="arrive")], until=after(9)), until=after(9))
    assert there["handling"].acts == {"note": after(0), "arrive": after(5)}


def test_a_history_that_steps_back_in_time_never_counts_below_nothing():
    way = [Line(10, "handling", to_status="suspended"), Line(5, "handling"), Line(4, "callback")]
    there = spent(stays(way, until=after(6)), until=after(6))
    assert (there["handling"].work, there["handling"].rest) == (lasting(0), lasting(0))
