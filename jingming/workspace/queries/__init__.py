"""Reads that feed the desk's screens, each in a fixed number of queries.

chips · lists (orders) · sheet (one order) · looking · callers · contacts · lifeline and due (one customer) · types
"""

from .callers import Caller, Card, RepeatRow, caller, card, possible_callers, with_repeats
from .chips import Chip, level_chip, rest_chip, state_chip
from .contacts import ContactRow, contact_lines, contact_rows
from .due import Due, due_of
from .field import Day, Job, day_of
from .lifeline import Lifeline, what_happened
from .lists import Row, place_of, rows
from .looking import Onlooker, onlookers
from .sheet import Possible, Sheet, names_for, sheet
from .types import open_by_version, versions_now

__all__ = [
    "Caller", "Card", "Chip", "ContactRow", "Day", "Due", "Job", "Lifeline", "Onlooker", "Possible", "RepeatRow", "Row",
    "Sheet", "caller", "card", "contact_lines", "contact_rows", "day_of", "due_of", "level_chip",
    "names_for", "onlookers", "open_by_version", "place_of", "possible_callers", "rest_chip", "rows", "sheet",
    "state_chip", "versions_now", "what_happened", "with_repeats",
]  # fmt: skip
