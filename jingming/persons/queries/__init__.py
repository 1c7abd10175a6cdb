"""What is held about a person, what keeps it from being erased, and the register."""

from .copying import Section, everything_about
from .holding import standing_holds, why_not_erased
from .subject import About, about_customer, about_number

__all__ = [
    "About",
    "Section",
    "about_customer",
    "about_number",
    "everything_about",
    "standing_holds",
    "why_not_erased",
]
