"""An order's plain values as whoever asks may see them: for programs, and for whoever saves what somebody else has
changed. Pages say the same in words (`workspace.history`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jingming.accounts import eyes
from jingming.accounts.rules import Authority

from .models import WorkOrder

# The order's own fields that are personal data, and of which kind; `receipt_person` stands in facts of its history.
PERSONAL = {"caller_name": "name", "receipt_person": "name", "caller_phone": "phone", "address": "address"}


MASKED_WITHOUT = {
    "address": Authority.SEE_ADDRESSES,
    "caller_name": Authority.SEE_NAMES,
    "caller_phone": Authority.SEE_NUMBERS,
}


def is_masked(order: WorkOrder, name: str) -> bool:
    """Whether whoever asks sees this field of the order masked, and so is not to correct it: they would save a mask."""
    field = order.flow.field(name)
    authority = Authority.SEE_NUMBERS if field and field.kind == "phone" else MASKED_WITHOUT.get(name)
    return authority is not None and not eyes.whole(authority, order)


def value_seen(order: WorkOrder, name: str, value: Any) -> Any:  # noqa: ANN401  # any plain value
    """One of the order's fields."""
    if name == "form" and isinstance(value, dict):
        return form_seen(order, value)
    return eyes.shown(PERSONAL[name], value, order) if name in PERSONAL and isinstance(value, str) else value


def form_seen(order: WorkOrder, form: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the type's own form; its phone numbers are numbers of somebody."""
    phones = {field.key for field in order.flow.fields if field.kind == "phone"}
    return {
        key: eyes.shown("phone", value, order) if key in phones and isinstance(value, str) else value
        for key, value in form.items()
    }


def facts_seen(order: WorkOrder, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a line of the order's history knows, with what was changed from what to what."""
    changes = {
        name: [value_seen(order, name, value) for value in pair] for name, pair in facts.get("changes", {}).items()
    }
    seen = {name: value_seen(order, name, value) for name, value in facts.items()}
    return seen | ({"changes": changes} if changes else {})
