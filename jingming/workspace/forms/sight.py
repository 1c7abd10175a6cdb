"""Where somebody would hold a role, and how far the post would reach: asked by the preview of a role."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.accounts.rules import Scope
from jingming.organisation.models import Department


class SightForm(forms.Form):
    """A department of those that whoever asks may choose, and a scope; what is not named begins as `initial`."""

    department = forms.ChoiceField(label=_("Department"))
    scope = forms.ChoiceField(label=_("Reaches"), choices=Scope.choices)

    def __init__(self, asked: QueryDict, *, places: Sequence[Department], initial: dict[str, str]) -> None:
        named = {name: asked.get(name, usual) for name, usual in initial.items()}
        super().__init__(named)
        self.places = {one.code: one for one in places}
        self.fields["department"].choices = [(code, str(one)) for code, one in self.places.items()]  # type: ignore[attr-defined]

    @property
    def place(self) -> Department:
        """The department that was chosen."""
        return self.places[self.cleaned_data["department"]]
