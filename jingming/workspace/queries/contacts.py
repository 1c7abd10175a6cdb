"""Contacts as lists show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.codes.queries import label_of
from jingming.interactions.models import Interaction
from jingming.workorders import access

from .chips import Chip


@dataclass(frozen=True)
class ContactRow:
    """One contact as lists show it; `number` only if the reader may see the order."""

    contact: Interaction
    channel: str
    number: str
    reason: str
    look: Chip


def party_of(contact: Interaction) -> str:
    """Who spoke with us, as the reader may see it: the name and the number, as far as there are any."""
    name, phone = eyes.shown("name", contact.party_name, contact), eyes.shown("phone", contact.party_phone, contact)
    return " ".join(filter(None, (name, phone)))


CONTACT_LOOKS = {
    "opened": ("accent", "plus"),
    "attached": ("accent", "link"),
    "no_order": ("", "ban"),
    "pending": ("soon", "clock"),
}


def contact_rows(person: Staff, contacts: Sequence[Interaction]) -> list[ContactRow]:
    """The lines of a list of contacts, with the numbers of the orders that the reader may see. One query."""
    ids = {contact.order_id for contact in contacts if contact.order_id}
    return contact_lines(contacts, dict(access.visible_to(person).filter(pk__in=ids).values_list("pk", "number")))


def contact_lines(contacts: Sequence[Interaction], numbers: Mapping[int, str] | None = None) -> list[ContactRow]:
    """The lines of contacts whose orders need no link. No query."""
    numbers = numbers or {}
    return [
        ContactRow(
            contact=contact,
            channel=label_of("channel", contact.channel),
            number=numbers.get(contact.order_id or 0, ""),
            reason=label_of("no_order_reason", contact.reason) if contact.reason else "",
            look=Chip(str(contact.get_disposition_display()), *CONTACT_LOOKS[contact.disposition]),
        )
        for contact in contacts
    ]
