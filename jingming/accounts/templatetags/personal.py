"""Personal data in templates, as whoever reads the page may see it. The row says whose it is, where it lies, and
whether the reader has revealed it.

    {{ order.caller_phone|as_phone:order }} · {{ customer.name|as_name:customer }}
    {% if order|whole_phone %}<a href="tel:…">{% endif %}
"""

from __future__ import annotations

from django import template
from django.db.models import Model

from jingming.accounts import eyes
from jingming.accounts.rules import PERSONAL, Authority

register = template.Library()


@register.filter
def as_phone(number: str | None, row: object = None) -> str:
    """A phone number of this row."""
    return eyes.shown("phone", number or "", row)


@register.filter
def as_name(name: str | None, row: object = None) -> str:
    """What the customer of this row, or somebody who called about it, is called."""
    return eyes.shown("name", name or "", row)


@register.filter
def as_address(address: str | None, row: object = None) -> str:
    """An address of this row."""
    return eyes.shown("address", address or "", row)


@register.filter
def may_reveal(row: Model) -> bool:
    """Whether something of this row is masked that the reader may reveal."""
    return eyes.veil_of(row).may_reveal


@register.simple_tag
def finds_by_parts() -> bool:
    """{% finds_by_parts as by_parts %}: whether the reader may search by parts of numbers, names and addresses."""
    return all(eyes.whole(one) for one in PERSONAL)


@register.filter
def whole_phone(row: object) -> bool:
    """Whether the numbers of this row can be dialled from the page."""
    return eyes.whole(Authority.SEE_NUMBERS, row)


@register.filter
def whole_address(row: object) -> bool:
    """Whether the page can lead to the addresses of this row."""
    return eyes.whole(Authority.SEE_ADDRESSES, row)
