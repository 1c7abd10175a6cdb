"""Whose the desk's own rows are: drafts, saved views, reports of bulk acts."""

from .drafts import drafts_of, get_draft
from .queues import changes, get_bulk_act, get_view, may_share, shares, visible_views

__all__ = [
    "changes", "drafts_of", "get_bulk_act", "get_draft", "get_view", "may_share", "shares", "visible_views",
]  # fmt: skip
