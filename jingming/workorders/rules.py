"""The vocabulary of work orders and the one table of acts × states. Read first; no queries here.

`MOVES` says what each act may make of each state; a flow (`jingming.workorders.flows`) says at which step, by whom.
Both must agree before anything happens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zlib import crc32

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Status(TextChoices):
    """Main states: the four of the cable-TV system's section 2.2, closed 办结 and void 作废."""

    UNTREATED = "untreated", gettext_lazy("Untreated")
    PROCESSING = "processing", gettext_lazy("Processing")
    PROCESSED = "processed", gettext_lazy("Processed")
    SUSPENDED = "suspended", gettext_lazy("Suspended")
    CLOSED = "closed", gettext_lazy("Closed")
    VOID = "void", gettext_lazy("Void")


class Act(TextChoices):
    """Everything that can be done to an order."""

    OPEN = "open", gettext_lazy("Open")
    ANSWER = "answer", gettext_lazy("Answer at once")
    ACCEPT = "accept", gettext_lazy("Accept")
    ASSIGN = "assign", gettext_lazy("Assign")
    ARRIVE = "arrive", gettext_lazy("Arrived on site")
    DISPATCH = "dispatch", gettext_lazy("Dispatch")
    TRANSFER = "transfer", gettext_lazy("Transfer")
    REPLY = "reply", gettext_lazy("Reply")
    TERMINATE = "terminate", gettext_lazy("End")
    RETURN = "return", gettext_lazy("Return")
    SPLIT = "split", gettext_lazy("Split into tasks")
    REPORT = "report", gettext_lazy("Report a task")
    HOLD = "hold", gettext_lazy("Hold")
    WAIT = "wait", gettext_lazy("Wait for")
    SUSPEND = "suspend", gettext_lazy("Suspend")
    RESUME = "resume", gettext_lazy("Resume")
    COMPLETE = "complete", gettext_lazy("Complete")
    REVIEW = "review", gettext_lazy("Review")
    CALL_BACK = "call_back", gettext_lazy("Call back")
    REASSIGN = "reassign", gettext_lazy("Reassign the original order")
    CLOSE = "close", gettext_lazy("Close")
    REOPEN = "reopen", gettext_lazy("Reopen")
    VOID = "void", gettext_lazy("Void")
    RECALL = "recall", gettext_lazy("Recall")
    AMEND = "amend", gettext_lazy("Amend")
    RETYPE = "retype", gettext_lazy("Change the type")
    WORK = "work", gettext_lazy("Record work")
    NOTE = "note", gettext_lazy("Note")
    ATTACH = "attach", gettext_lazy("Attach a file")
    LINK = "link", gettext_lazy("Link")
    JUDGE = "judge", gettext_lazy("Judge responsibility")


class Waiting(TextChoices):
    """Whom or what an order waits for, while it stays in its state."""

    CUSTOMER = "customer", gettext_lazy("the customer")
    MATERIAL = "material", gettext_lazy("material")
    THIRD_PARTY = "third_party", gettext_lazy("a third party")


class CallbackResult(TextChoices):
    """What a callback found."""

    SATISFIED = "satisfied", gettext_lazy("Satisfied")
    DISSATISFIED = "dissatisfied", gettext_lazy("Dissatisfied")
    UNREACHABLE = "unreachable", gettext_lazy("Not reached")
    WITHDRAWN = "withdrawn", gettext_lazy("No longer due")


class ReviewResult(TextChoices):
    """What a head's review of a step found."""

    PASSED = "passed", gettext_lazy("Passed")
    RETURNED = "returned", gettext_lazy("Returned")


class LinkKind(TextChoices):
    """Why two orders are linked."""

    SAME_CALL = "same_call", gettext_lazy("Second matter of the same contact")
    DUPLICATE = "duplicate", gettext_lazy("Same matter")
    FOLLOWS = "follows", gettext_lazy("Follows from")
    RELATED = "related", gettext_lazy("Related")


U, P, D, S, C, V = (
    Status.UNTREATED,
    Status.PROCESSING,
    Status.PROCESSED,
    Status.SUSPENDED,
    Status.CLOSED,
    Status.VOID,
)
OPEN_STATES = (U, P, D, S)
ENDED_STATES = (C, V)
_same = {status: (status,) for status in Status}

# act → state before → states it may lead to. What is not here cannot happen, whoever asks.
MOVES: dict[Act, dict[Status, tuple[Status, ...]]] = {
    Act.ANSWER: {U: (C,)},
    Act.ACCEPT: {U: (P,), P: (P,)},
    Act.ASSIGN: {U: (P,), P: (P,)},
    Act.ARRIVE: {P: (P,)},
    Act.DISPATCH: {U: (P,), P: (P,)},
    Act.TRANSFER: {U: (P,), P: (P,)},
    Act.REPLY: {U: (P,), P: (P,)},
    Act.TERMINATE: {U: (C,), P: (C,)},
    Act.RETURN: {U: (P,), P: (P,)},
    Act.SPLIT: {U: (P,), P: (P,)},
    Act.REPORT: {P: (P,)},
    Act.HOLD: {U: (U,), P: (P,)},
    Act.WAIT: {U: (U,), P: (P,)},
    Act.SUSPEND: {U: (S,), P: (S,)},
    Act.RESUME: {S: (U, P), U: (U,), P: (P,)},
    Act.COMPLETE: {P: (D,)},
    Act.REVIEW: {P: (P,), D: (D, P), C: (C,)},
    Act.CALL_BACK: {D: (D,)},
    Act.REASSIGN: {D: (P,)},
    Act.CLOSE: {D: (C,)},
    Act.REOPEN: {C: (P,)},
    Act.VOID: {U: (V,), P: (V,), S: (V,)},
    Act.RECALL: {P: (U, P)},
    Act.AMEND: {status: (status,) for status in OPEN_STATES},
    Act.RETYPE: {U: (U,), P: (U,)},
    Act.WORK: {P: (P,), D: (D,), C: (C,)},
    Act.NOTE: dict(_same),
    Act.ATTACH: {status: (status,) for status in (*OPEN_STATES, C)},
    Act.LINK: {status: (status,) for status in (*OPEN_STATES, C)},
    Act.JUDGE: {P: (P,), D: (D,), C: (C,)},
}

# Acts that leave the order itself as it is, so that they cannot be stale and need no version.
BESIDE = frozenset({Act.NOTE, Act.ATTACH, Act.LINK, Act.WORK, Act.JUDGE})

# Acts that hand the order to somebody else; while one is the last thing that happened it can be recalled.
HANDING_OVER = frozenset({Act.DISPATCH, Act.TRANSFER, Act.REPLY})


def status_words(statuses: Iterable[Status]) -> str:
    """The states as words, for a sentence."""
    return " / ".join(str(status.label) for status in statuses)


def why_not_in_state(act: Act, status: str) -> str:
    """Empty if the table allows the act in this state, else a sentence that says in which states it can be done."""
    moves = MOVES.get(act, {})
    if status in moves:
        return ""
    return _("The order is %(status)s; “%(act)s” is possible only when it is %(allowed)s.") % {
        "status": Status(status).label,
        "act": act.label,
        "allowed": status_words(moves),
    }


def may_lead_to(act: Act, before: str, after: str) -> bool:
    """Whether the table knows this move; imports flag the moves that it does not."""
    return after in MOVES.get(act, {}).get(Status(before), ())


def why_not_hold(until: datetime, *, at: datetime, hours: int, times: int, held: int) -> str:
    """Empty if a department may hold until then: 短暂性保留, within the flow's hours and number of times."""
    if held >= times:
        return _("The order has been held %(held)d times already, which is the limit. Complete it or return it.") % {
            "held": held
        }
    if until <= at:
        return _("The hold must end in the future.")
    if until > at + timedelta(hours=hours):
        return _("A hold may last %(hours)d hours at most. Choose an earlier end.") % {"hours": hours}
    return ""


def callback_wanted(when: str, share: float, number: str) -> bool:
    """Whether the plan asks for a callback on this order: always, never, or a fixed sample drawn by its number.

    The sample is the order's CRC-32 modulo 10,000 below share × 10,000: the same answer whoever asks and whenever.
    """
    if when == "sample":
        return crc32(number.encode()) % 10_000 < share * 10_000
    return when == "always"


# --- The same matter again 重复来电 ---------------------------------------------------------------------------------
# How long a closed order may still be what somebody calls about: the week in which a repair that did not last shows.
REPEAT_AFTER_CLOSING = timedelta(days=7)


class Ground(TextChoices):
    """Why an order may be about the same matter as a contact, the surest first."""

    SERVICE_POINT = "service_point", gettext_lazy("same service point")
    CUSTOMER = "customer", gettext_lazy("same customer")
    PHONE = "phone", gettext_lazy("same phone number")
    ADDRESS = "address", gettext_lazy("same address")


WEIGHTS = {Ground.SERVICE_POINT: 4, Ground.CUSTOMER: 2, Ground.PHONE: 2, Ground.ADDRESS: 1}
SAME_TYPE, SAME_CATEGORY, UNDER_WAY = 40, 20, 10  # each weighs more than all grounds together


def repeat_weight(
    grounds: Collection[Ground], *, same_type: bool, same_category: bool = False, under_way: bool = True
) -> int:
    """How likely an order is what somebody calls about again; higher is likelier, 0 is not at all."""
    if not grounds:
        return 0
    likeness = sum(WEIGHTS[ground] for ground in grounds)
    return likeness + SAME_TYPE * same_type + SAME_CATEGORY * same_category + UNDER_WAY * under_way


def stands_in_the_way(
    grounds: Collection[Ground], *, same_type: bool, under_way: bool, places: tuple[int | None, int | None]
) -> bool:
    """Whether a second order must not be opened unless the agent says that it is another matter: one of the same type
    is under way for the same customer, place or phone. Two different places of one customer are two matters."""
    elsewhere = None not in places and places[0] != places[1]
    return same_type and under_way and not elsewhere and not {*grounds} <= {Ground.ADDRESS}
