"""Everything that is ever written about a customer. Each act: decide → save → history and audit → publish → return.

Text may come as people type it; it is brought into the kept form here. What the database refuses becomes a sentence.
"""

from .archive import (
    CustomerFacts,
    add_contact,
    add_customer,
    add_phone,
    change_contact,
    change_customer,
    change_phone,
    note_conduct,
    note_down,
    note_purchase,
    quick_archive,
    retire_contact,
    retire_phone,
)
from .erasing import erase_archive
from .merging import Unmerged, merge, unmerge
from .network import ElementFacts, add_element, change_element
from .points import (
    DeviceFacts,
    PointFacts,
    add_device,
    add_service_point,
    add_tenure,
    change_device,
    change_service_point,
    end_tenure,
    exchange_device,
    move_service_point,
)
from .shared import Why

__all__ = [
    "CustomerFacts",
    "DeviceFacts",
    "ElementFacts",
    "PointFacts",
    "Unmerged",
    "Why",
    "add_contact",
    "add_customer",
    "add_device",
    "add_element",
    "add_phone",
    "add_service_point",
    "add_tenure",
    "change_contact",
    "change_customer",
    "change_device",
    "change_element",
    "change_phone",
    "change_service_point",
    "end_tenure",
    "erase_archive",
    "exchange_device",
    "merge",
    "move_service_point",
    "note_conduct",
    "note_down",
    "note_purchase",
    "quick_archive",
    "retire_contact",
    "retire_phone",
    "unmerge",
]
