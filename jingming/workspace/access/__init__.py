"""Whose the desk's own rows are: drafts, saved views, reports of bulk acts; menus of roles, types; who exports."""

from .audit import audit_visible_to
from .drafts import drafts_of, get_draft
from .exports import may_export_orders
from .menus import get_role, roles
from .queues import changes, get_bulk_act, get_view, may_share, shares, visible_views
from .types import get_type

__all__ = [
    "audit_visible_to", "changes", "drafts_of", "get_bulk_act", "get_draft", "get_role", "get_type", "get_view",
    "may_export_orders", "may_share", "roles", "shares", "visible_views",
]  # fmt: skip
