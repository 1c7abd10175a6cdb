"""Reads that feed the desk's screens, each in a fixed number of queries.

chips · lists (orders) · sheet (one order) · callers · contacts · types
"""

from .callers import Caller, caller, possible_callers
from .chips import Chip, level_chip, rest_chip, state_chip
from .contacts import ContactRow, contact_lines, contact_rows
from .lists import Row, place_of, rows
from .sheet import Possible, Sheet, names_for, sheet
from .types import versions_now

__all__ = [
    "Caller", "Chip", "ContactRow", "Possible", "Row", "Sheet", "caller", "contact_lines", "contact_rows",
    "level_chip", "names_for", "place_of", "possible_callers", "rest_chip", "rows", "sheet", "state_chip",
    "versions_now",
]  # fmt: skip
