"""Which of our acts an event of another system was, told from what it changed. The first fitting line decides."""

from __future__ import annotations

from dataclasses import dataclass

from jingming.workorders.rules import Act, Status

U, P, D, S, C, V = (
    Status.UNTREATED,
    Status.PROCESSING,
    Status.PROCESSED,
    Status.SUSPENDED,
    Status.CLOSED,
    Status.VOID,
)
ANY = tuple(Status)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two events of an order, besides the state."""

    sent: bool = False  # from operations to a group
    moved: bool = False  # from one group to another
    returned: bool = False  # from a group to nobody, which is operations again
    waits: bool = False  # began to wait for somebody, or for somebody else
    goes_on: bool = False  # no longer waits
    person: bool = False  # another person is in charge


# states before, states after, what must have changed ("" for nothing in particular), the act that it was
TABLE: tuple[tuple[tuple[Status, ...], tuple[Status, ...], str, Act], ...] = (
    ((C,), (C,), "", Act.NOTE),
    ((V,), (V,), "", Act.NOTE),
    ((S,), (S,), "", Act.AMEND),
    (ANY, (S,), "", Act.SUSPEND),
    (ANY, (V,), "", Act.VOID),
    ((C, V), ANY, "", Act.REOPEN),
    ((S,), (U, P), "", Act.RESUME),
    ((U, S), (C,), "", Act.ANSWER),
    ((P,), (C,), "", Act.TERMINATE),
    ((D,), (C,), "", Act.CLOSE),
    ((D,), (D,), "", Act.AMEND),
    ((D,), (U, P), "", Act.REASSIGN),
    (ANY, (D,), "", Act.COMPLETE),
    (ANY, (U, P), "sent", Act.DISPATCH),
    (ANY, (U, P), "moved", Act.TRANSFER),
    (ANY, (U, P), "returned", Act.RETURN),
    ((P,), (U,), "", Act.RETURN),
    ((U,), (P,), "person", Act.ASSIGN),
    ((U,), (P,), "", Act.ACCEPT),
    (ANY, ANY, "waits", Act.WAIT),
    (ANY, ANY, "goes_on", Act.RESUME),
    ((P,), (P,), "person", Act.ASSIGN),
    (ANY, ANY, "", Act.AMEND),
)
_INDEX = {
    (before, after): [(what, act) for befores, afters, what, act in TABLE if before in befores and after in afters]
    for before in Status
    for after in Status
}


def act_of(before: Status, after: Status, change: Change) -> Act:
    """The act that leads from `before` to `after` with this change; whether our table allows it is another matter."""
    return next(act for what, act in _INDEX[before, after] if not what or getattr(change, what))
