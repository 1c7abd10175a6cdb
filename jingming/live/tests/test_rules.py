"""What a browser that was away is told, and the words on the wire."""

from __future__ import annotations

from jingming.live.rules import Change, Memory, changed, heartbeat, reload


def test_changes_are_remembered_in_the_order_in_which_they_became_visible():
    memory = Memory(size=3)
    late, early = Change(5, "k", 1), Change(4, "k", 2)
    memory.keep(late)
    memory.keep(early)
    assert memory.after(5) == [early]
    assert memory.after(4) == []


def test_what_is_no_longer_known_must_be_fetched_anew():
    memory = Memory(size=2)
    for number in (1, 2, 3):
        memory.keep(Change(number, "k", number))
    assert memory.after(1) is None
    assert memory.after(2) == [Change(3, "k", 3)]
    memory.forget()
    assert memory.after(3) is None
    assert memory.latest is None


def test_the_wire_says_what_changed_and_no_more():
    assert changed(Change(12, "workorders.WorkOrder", 340)) == (
        b'id: 12\nevent: changed\ndata: {"kind": "workorders.WorkOrder", "id": 340}\n\n'
    )
    assert heartbeat(12) == b"id: 12\nevent: here\ndata: \n\n"
    assert heartbeat(None) == b"event: here\ndata: \n\n"
    assert reload(12) == b"id: 12\nevent: reload\ndata: \n\n"
