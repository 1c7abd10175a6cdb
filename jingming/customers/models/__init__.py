"""Customer archives 客户档案: who is served, where, by which account number, and how to reach them."""

from .archive import (
    Change,
    ConductNote,
    ContactPerson,
    Customer,
    Kind,
    Merge,
    Note,
    NoteKind,
    Phone,
    Purchase,
)
from .network import NetworkElement
from .points import Device, Relation, ServicePoint, Tenure

__all__ = [
    "Change",
    "ConductNote",
    "ContactPerson",
    "Customer",
    "Device",
    "Kind",
    "Merge",
    "NetworkElement",
    "Note",
    "NoteKind",
    "Phone",
    "Purchase",
    "Relation",
    "ServicePoint",
    "Tenure",
]
