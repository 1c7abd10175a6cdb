"""What the desk keeps for the people who sit at it; all else that it shows belongs to the slices below.

drafts · looking · queues (columns, saved views, reports of bulk acts)
"""

from .drafts import Draft
from .looking import Looking
from .queues import LONGEST_NAME, LONGEST_QUERY, BulkAct, ChosenColumns, SavedView

__all__ = ["LONGEST_NAME", "LONGEST_QUERY", "BulkAct", "ChosenColumns", "Draft", "Looking", "SavedView"]
