"""How acts look on the desk: the key, the picture and the tone of each, and which one most likely comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act

# The same act has the same key wherever it can be done. What ends an order for good has none: no slip of a finger.
KEYS: Mapping[Act, str] = {
    Act.ANSWER: "q",
    Act.ACCEPT: "a",
    Act.ASSIGN: "s",
    Act.ARRIVE: "0",
    Act.DISPATCH: "g",
    Act.TRANSFER: "t",
    Act.REPLY: "r",
    Act.TERMINATE: "f",
    Act.RETURN: "b",
    Act.SPLIT: "p",
    Act.REPORT: "o",
    Act.HOLD: "h",
    Act.WAIT: "w",
    Act.SUSPEND: "u",
    Act.RESUME: "m",
    Act.COMPLETE: "d",
    Act.REVIEW: "v",
    Act.CALL_BACK: "c",
    Act.REASSIGN: "j",
    Act.CLOSE: "x",
    Act.RECALL: "z",
    Act.AMEND: "e",
    Act.RETYPE: "y",
    Act.WORK: "i",
    Act.NOTE: "n",
    Act.ATTACH: "k",
    Act.LINK: "l",
}
ICONS: Mapping[Act, str] = {
    Act.OPEN: "phone-incoming",
    Act.ANSWER: "message",
    Act.ACCEPT: "user-check",
    Act.ASSIGN: "user-plus",
    Act.ARRIVE: "map-pin",
    Act.DISPATCH: "send",
    Act.TRANSFER: "arrow-forward-up",
    Act.REPLY: "arrow-back-up",
    Act.TERMINATE: "circle-check",
    Act.RETURN: "arrow-left",
    Act.SPLIT: "arrows-split",
    Act.REPORT: "file-text",
    Act.HOLD: "hourglass",
    Act.WAIT: "clock",
    Act.SUSPEND: "player-pause",
    Act.RESUME: "player-play",
    Act.COMPLETE: "check",
    Act.REVIEW: "eye",
    Act.CALL_BACK: "phone-outgoing",
    Act.REASSIGN: "refresh",
    Act.CLOSE: "circle-check",
    Act.REOPEN: "rotate",
    Act.VOID: "ban",
    Act.RECALL: "arrow-back-up",
    Act.AMEND: "edit",
    Act.RETYPE: "exchange",
    Act.WORK: "tool",
    Act.NOTE: "note",
    Act.ATTACH: "paperclip",
    Act.LINK: "link",
    Act.JUDGE: "gavel",
}
# Dot of the time line; acts that are not here only add something beside the order.
TONES: Mapping[Act, str] = {
    **dict.fromkeys(
        (Act.OPEN, Act.ACCEPT, Act.ASSIGN, Act.ARRIVE, Act.DISPATCH, Act.TRANSFER, Act.REPLY, Act.SPLIT), "act"
    ),
    **dict.fromkeys((Act.REPORT, Act.RESUME, Act.REASSIGN, Act.REOPEN, Act.RETYPE), "act"),
    **dict.fromkeys((Act.RETURN, Act.HOLD, Act.WAIT, Act.SUSPEND, Act.RECALL), "soon"),
    **dict.fromkeys((Act.ANSWER, Act.TERMINATE, Act.COMPLETE, Act.CLOSE), "done"),
}
# Cannot be taken back: the button says so.
FINAL = frozenset({Act.VOID})

# The first of these that can be done is the primary button of an order's page.
LIKELY = (
    Act.REASSIGN, Act.CALL_BACK, Act.CLOSE, Act.DISPATCH, Act.REPORT, Act.ASSIGN, Act.ACCEPT, Act.SPLIT, Act.COMPLETE,
    Act.REPLY, Act.TERMINATE, Act.ANSWER, Act.REVIEW, Act.AMEND, Act.RESUME, Act.TRANSFER, Act.NOTE,
)  # fmt: skip
ASSIGNERS = {"head", "approval_manager"}


def most_likely(
    order: WorkOrder, able: Collection[Act], person: Staff, *, lacking: bool, has_tasks: bool
) -> Act | None:
    """The act that most likely comes next: filling in comes first while something blocks the way, taking charge and
    handing to somebody only while nobody is in charge."""
    roles = {post.role.works_as for post in duties_of(person)}
    skipped = set()
    if order.assignee_id is not None or not roles & ASSIGNERS:
        skipped.add(Act.ASSIGN)
    if order.assignee_id is not None:
        skipped.add(Act.ACCEPT)
    if has_tasks:
        skipped.add(Act.SPLIT)
    if lacking and Act.AMEND in able and not set(LIKELY[:5]) & set(able):
        return Act.AMEND
    return next((act for act in LIKELY if act in able and act not in skipped), None)
