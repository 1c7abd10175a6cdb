"""Everything that can be done to a work order; the only writer of this slice.

opening · moving (take up, hand over) · pausing · tasks · finishing · amending · beside (notes, files, links, work) ·
erasing (of a person) ·
tallying (the figures beside the queues) · types (drafts and versions of types) · fields (what a type asks for)
"""

from collections.abc import Callable
from typing import Any

from ..rules import Act
from .amending import amend, retype
from .beside import attach, judge, link, note, record_work
from .erasing import erase, erase_caller
from .fields import add_field, change_field, move_field, restore_field, retire_field
from .finishing import answer, call_back, close, complete, reassign, reopen, review, terminate, void
from .ground import CannotAct
from .moving import accept, arrive, assign, dispatch, recall, reply, return_to_sender, transfer
from .opening import Matter, open_order, reserve_order_id
from .pausing import hold, resume, suspend, wait
from .routing import route
from .tallying import recount, recount_all
from .tasks import Assignment, report, split
from .types import (
    NoDraft,
    StillFaulty,
    begin_draft,
    change_draft,
    discard_draft,
    faults_of,
    publish_draft,
    publish_type,
    return_to_shipped,
)

# The action of each act; all take the order first, then `by`, `at`, `version` and the act's own values by name.
BY_ACT: dict[Act, Callable[..., Any]] = {
    Act.ANSWER: answer, Act.ACCEPT: accept, Act.ASSIGN: assign, Act.ARRIVE: arrive, Act.DISPATCH: dispatch,
    Act.TRANSFER: transfer, Act.REPLY: reply, Act.TERMINATE: terminate,
    Act.RETURN: return_to_sender, Act.SPLIT: split, Act.REPORT: report,
    Act.HOLD: hold, Act.WAIT: wait, Act.SUSPEND: suspend, Act.RESUME: resume, Act.COMPLETE: complete,
    Act.REVIEW: review, Act.CALL_BACK: call_back, Act.REASSIGN: reassign, Act.CLOSE: close, Act.REOPEN: reopen,
    Act.VOID: void, Act.RECALL: recall, Act.AMEND: amend, Act.RETYPE: retype, Act.WORK: record_work, Act.NOTE: note,
    Act.ATTACH: attach, Act.LINK: link, Act.JUDGE: judge,
}  # fmt: skip

__all__ = [
    "BY_ACT",
    "Assignment",
    "CannotAct",
    "Matter",
    "NoDraft",
    "StillFaulty",
    "accept",
    "add_field",
    "amend",
    "answer",
    "arrive",
    "assign",
    "attach",
    "begin_draft",
    "call_back",
    "change_draft",
    "change_field",
    "close",
    "complete",
    "discard_draft",
    "dispatch",
    "erase",
    "erase_caller",
    "faults_of",
    "hold",
    "judge",
    "link",
    "move_field",
    "note",
    "open_order",
    "publish_draft",
    "publish_type",
    "reassign",
    "recall",
    "record_work",
    "recount",
    "recount_all",
    "reopen",
    "reply",
    "report",
    "reserve_order_id",
    "restore_field",
    "resume",
    "retire_field",
    "return_to_sender",
    "return_to_shipped",
    "retype",
    "review",
    "route",
    "split",
    "suspend",
    "terminate",
    "transfer",
    "void",
    "wait",
]  # fmt: skip
