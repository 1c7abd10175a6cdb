"""Input about roles: what they are called, whose work they do and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.accounts import queries
from jingming.accounts.rules import ITSELF, Authority, by_business


class RoleForm(forms.Form):
    """The name of a role in both languages, whose work it does, and its authorities, those of one business together."""

    zh = forms.CharField(label=_("Name in Chinese"), max_length=30)
    en = forms.CharField(label=_("Name in English"), max_length=40)
    works_as = forms.ChoiceField(
        label=_("Works as"),
        required=False,
        help_text=_(
            "The shipped role whose queues, acts in the flows of orders, entries of the menu and first page it has, as "
            "far as the rights below let it. It gives no right by itself."
        ),
    )

    def __init__(self, data: QueryDict | None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["works_as"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Nothing: rights alone")),
            (ITSELF, _("Itself: acts that a flow gives to it by name")),
            *((one.code, str(one)) for one in queries.shipped_roles()),
        ]
        held = set(self.initial.get("authorities", ()))
        for place, (label, authorities) in enumerate(by_business(Authority)):
            choices = [(one.value, one.label) for one in authorities]
            self.fields[f"authorities_{place}"] = forms.MultipleChoiceField(
                label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
                initial=[value for value, _label in choices if value in held],
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """As the actions take them."""
        clean = self.cleaned_data
        chosen = [word for name, words in clean.items() if name.startswith("authorities_") for word in words]
        label = {"zh": clean["zh"], "en": clean["en"]}
        return {"label": label, "authorities": chosen, "works_as": clean.get("works_as")}


class ChangedRoleForm(RoleForm):
    """A role that is there; `known` is what it was when the form was opened."""

    known = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(self, data: QueryDict | None, *, initial: Mapping[str, Any], shipped: bool) -> None:
        super().__init__(data, initial=initial)
        if shipped:  # works as itself for ever
            del self.fields["works_as"]

    def values(self) -> dict[str, Any]:
        return {**super().values(), "known": self.cleaned_data["known"]}

    def now_known(self, known: str) -> None:
        """Let what was entered be sent again, by whoever has been told what the role is now."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["known"] = known
        self.data = sent


class NewRoleForm(RoleForm):
    """A new role, with a code that never changes."""

    field_order = ("code", "zh", "en", "works_as")

    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Small letters, digits and underscores. It never changes.")
    )

    def values(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"], **super().values()}
