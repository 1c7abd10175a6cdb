"""What is done with requests about personal data; the only writer of the register.

copies (and corrections) · holding · erasing · retention
"""

from .copies import note_copy, note_correction
from .erasing import approve, ask_for_erasing, refuse
from .holding import lift, place
from .retention import apply_retention

__all__ = ["apply_retention", "approve", "ask_for_erasing", "lift", "note_copy", "note_correction", "place", "refuse"]
