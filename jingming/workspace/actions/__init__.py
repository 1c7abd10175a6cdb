"""What people do at the desk itself, beside the acts on orders that belong to the slices below.

drafts (forms not sent yet) · looking · saved (views, columns) · bulk (one act on many orders, and back) · repairs (of
failed jobs) · menus (of roles, and one's own) · exports (of the audit, of orders)
"""

from .bulk import do_to_many, undo
from .drafts import DraftGone, forget_drafts, forget_drafts_with, save_draft, throw_away_draft
from .exports import TooManyOrders, note_audit_export, note_orders_export, refuse_too_many
from .looking import look, look_away
from .menus import arrange_for_role, arrange_own, rename_for_role, reset_for_role, reset_own
from .repairs import LONGEST_REASON, NotFailed, give_job_up, retry_job
from .saved import Audience, change_view, choose_columns, delete_view, save_view

__all__ = [
    "LONGEST_REASON", "Audience", "DraftGone", "NotFailed", "TooManyOrders", "arrange_for_role", "arrange_own",
    "change_view", "choose_columns", "delete_view", "do_to_many", "forget_drafts", "forget_drafts_with", "give_job_up",
    "look", "look_away", "note_audit_export", "note_orders_export", "refuse_too_many", "rename_for_role",
    "reset_for_role", "reset_own", "retry_job", "save_draft", "save_view", "throw_away_draft", "undo",
]  # fmt: skip
