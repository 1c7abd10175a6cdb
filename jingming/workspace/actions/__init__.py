"""What the desk itself keeps: drafts of half-filled forms, and decisions about failed jobs.

drafts · repairs
"""

from .drafts import DraftGone, forget_drafts, save_draft, throw_away_draft
from .repairs import LONGEST_REASON, NotFailed, give_job_up, retry_job

__all__ = [
    "LONGEST_REASON",
    "DraftGone",
    "NotFailed",
    "forget_drafts",
    "give_job_up",
    "retry_job",
    "save_draft",
    "throw_away_draft",
]
