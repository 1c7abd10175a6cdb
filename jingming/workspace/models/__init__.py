"""What the desk keeps for the people who sit at it; all else that it shows belongs to the slices below.

drafts · looking
"""

from .drafts import Draft
from .looking import Looking

__all__ = ["Draft", "Looking"]
