"""What the desk itself keeps: drafts of half-filled forms, who looks at what, and decisions about failed jobs.

drafts · looking · repairs
"""

from .drafts import DraftGone, forget_drafts, save_draft, throw_away_draft
from .looking import look, look_away
from .repairs import LONGEST_REASON, NotFailed, give_job_up, retry_job

__all__ = [
    "LONGEST_REASON",
    "DraftGone",
    "NotFailed",
    "forget_drafts",
    "give_job_up",
    "look",
    "look_away",
    "retry_job",
    "save_draft",
    "throw_away_draft",
]
