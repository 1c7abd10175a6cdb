"""A view's name and whom it is shared with; which columns a person wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import Authority
from jingming.organisation.queries import departments, units
from jingming.workspace import access
from jingming.workspace.actions.saved import Audience
from jingming.workspace.models import LONGEST_NAME, LONGEST_QUERY, SavedView
from jingming.workspace.rules import ALWAYS, COLUMNS

from . import fields

ONLY_ME = "me"


class ViewForm(forms.Form):
    """A name, and with whom the view is shared; only those with whom the person may share are offered."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=LONGEST_NAME)
    shared = forms.ChoiceField(label=gettext_lazy("Who sees it"), widget=forms.RadioSelect)
    query = forms.CharField(max_length=LONGEST_QUERY, widget=forms.HiddenInput)

    def __init__(self, person: Staff, data: Mapping[str, Any] | None = None, *, view: SavedView | None = None,
                 query: str = "") -> None:  # fmt: skip
        start = {"query": view.query if view else query, "name": view.name if view else "", "shared": _kept(view)}
        super().__init__(data, initial=start)
        self.audiences = {ONLY_ME: (_("Only me"), Audience()), **_offered(person)}
        self.fields["shared"].choices = [(key, label) for key, (label, _one) in self.audiences.items()]  # type: ignore[attr-defined]  # a ChoiceField
        if start["shared"] not in self.audiences:
            self.initial["shared"] = ONLY_ME
        self.fields["name"].widget.attrs["autofocus"] = True

    def audience(self) -> Audience:
        return self.audiences[self.cleaned_data["shared"]][1]


def _kept(view: SavedView | None) -> str:
    if view is None or (view.department_id is None and view.role_id is None):
        return ONLY_ME
    return f"department-{view.department_id}" if view.department_id else f"role-{view.role_id}-{view.unit_id}"


def _offered(person: Staff) -> dict[str, tuple[str, Audience]]:
    found: dict[str, tuple[str, Audience]] = {}
    roles: list[Role] | None = None
    for kind, pk in access.shares(person):
        if kind == "department":
            words = _("All of %(department)s") % {"department": departments()[pk]}
            found[f"department-{pk}"] = (words, Audience(department=departments()[pk]))
            continue
        if roles is None:
            roles = list(Role.objects.filter(authorities__contains=[Authority.SEE_ORDERS]).order_by("pk"))
        for role in roles:
            words = _("%(role)s in %(unit)s and below") % {"role": role, "unit": units()[pk]}
            found[f"role-{role.pk}-{pk}"] = (words, Audience(role=role, unit=units()[pk]))
    return found


class ColumnsForm(forms.Form):
    """Which columns, and where each stands: a tick and a place for every one."""

    def __init__(self, chosen: list[str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        in_order = [*chosen, *(name for name in COLUMNS if name not in chosen)]
        for place, name in enumerate(in_order, start=1):
            words = {"column": COLUMNS[name]}
            self.fields[f"show_{name}"] = forms.BooleanField(
                label=str(COLUMNS[name]), required=False, initial=name in chosen, disabled=name in ALWAYS
            )
            self.fields[f"place_{name}"] = forms.IntegerField(
                label=_("Place of “%(column)s”") % words, min_value=1, max_value=len(COLUMNS), initial=place
            )
        self.names = in_order
        for built in self.fields.values():
            built.error_messages["required"] = str(fields.FILL_IN)

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The tick and the place of each column."""
        return [(self[f"show_{name}"], self[f"place_{name}"]) for name in self.names]

    def columns(self) -> list[str]:
        """The columns that are wanted, in their order."""
        clean = self.cleaned_data
        wanted = [name for name in self.names if name in ALWAYS or clean[f"show_{name}"]]
        return sorted(wanted, key=lambda name: int(clean[f"place_{name}"]))
