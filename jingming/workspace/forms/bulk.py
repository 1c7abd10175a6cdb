"""What one act on many orders needs to know."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from jingming.base.errors import Refusal
from jingming.base.pages import put_on
from jingming.organisation.models import Department
from jingming.organisation.queries import departments
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace import offers
from jingming.workspace.rules import MOST_AT_ONCE

from . import fields

BIGGEST_VERSION = 2**31 - 1


class SeenField(forms.Field):
    """Which orders, and which version of each the person has seen: JSON {number: version}."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> dict[str, int]:
        try:
            seen = json.loads(str(value)[:20_000])
        except (ValueError, RecursionError):
            seen = None
        fits = isinstance(seen, dict) and 1 <= len(seen) <= MOST_AT_ONCE
        if not fits or not all(type(v) is int and 1 <= v <= BIGGEST_VERSION for v in seen.values()):
            raise forms.ValidationError(_("The form is damaged. Reload the page and try again."))
        return {str(number)[:40]: version for number, version in seen.items()}


class BulkForm(forms.Form):
    """The fields of an act for all of `orders`; lists say for how many of them a choice fits."""

    form_key = forms.RegexField(r"^[0-9a-f]{16,64}$", widget=forms.HiddenInput)
    seen = SeenField()

    def __init__(self, act: Act, orders: Sequence[WorkOrder], data: Mapping[str, Any] | None = None) -> None:
        start = {
            "form_key": secrets.token_hex(16),
            "seen": json.dumps({order.number: order.version for order in orders}),
        }
        super().__init__(data, initial=start)
        if act in BUILDERS:
            self.fields.update(BUILDERS[act](orders))
        for built in self.fields.values():
            built.error_messages["required"] = str(fields.FILL_IN)

    def values(self) -> dict[str, object]:
        """What the act is given, as it was typed."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("form_key", "seen") and value}

    def renew(self) -> None:
        """Ask again under another key."""
        self.data = {**self.data.dict(), "form_key": secrets.token_hex(16)}  # type: ignore[attr-defined]  # a QueryDict

    def refuse(self, refusal: Refusal) -> None:
        put_on(self, refusal)


def _assign(orders: Sequence[WorkOrder]) -> dict[str, forms.Field]:
    here = {pk: departments()[pk] for pk in sorted({order.department_id for order in orders})}
    fits = {str(one): sum(order.department_id == pk for order in orders) for pk, one in here.items()}
    groups = [
        (_fitting(name, fits[name], len(orders)), people) for name, people in offers.handlers_in([*here.values()])
    ]
    return {
        "staff": fields.chosen(_("Person"), groups, required=True),
        "text": fields.text(_("Remark"), required=False, rows=2),
    }


def _transfer(orders: Sequence[WorkOrder]) -> dict[str, forms.Field]:
    fits: dict[str, tuple[Department, int]] = {}
    for order in orders:
        for one in offers.departments_for(order, Act.TRANSFER):
            fits[one.code] = (one, fits.get(one.code, (one, 0))[1] + 1)
    offered = [(code, _fitting(str(one), count, len(orders))) for code, (one, count) in fits.items()]
    return {
        "department": fields.chosen(_("Department"), offered, required=True),
        "text": fields.text(_("Remark"), required=False, rows=2),
    }


def _fitting(name: str, fits: int, of: int) -> str:
    if fits == of:
        return name
    return _("%(name)s (%(fits)d of %(all)d)") % {"name": name, "fits": fits, "all": of}


def _note(orders: Sequence[WorkOrder]) -> dict[str, forms.Field]:
    return {"text": fields.text(_("Note"), required=True, rows=3)}


BUILDERS: Mapping[Act, Callable[[Sequence[WorkOrder]], dict[str, forms.Field]]] = {
    Act.ASSIGN: _assign,
    Act.TRANSFER: _transfer,
    Act.NOTE: _note,
}
