"""What people say about files of master data, made clean; saves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from .actions import FORMATS
from .rules import LONGEST_REASON
from .sheets.kinds import Kind

ACCEPTED = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt"


class FileForm(forms.Form):
    """A file to hand in."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        allow_empty_file=True,  # an empty one gets a sentence of its own
        help_text=_("Excel or CSV, up to 512 MB. The first row holds the names of the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, data: QueryDict | None, files: MultiValueDict[str, Any] | None) -> None:
        super().__init__(data, files)


class ExportForm(forms.Form):
    """Which rows, and as what."""

    form = forms.ChoiceField(label=_("Format"), choices=list(FORMATS.items()), initial="xlsx", widget=forms.RadioSelect)
    unit = forms.ChoiceField(label=_("Only this place"), required=False)
    reason = forms.CharField(
        label=_("Why this is exported"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, places: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["unit"].choices = [("", "—"), *places]  # type: ignore[attr-defined]  # a ChoiceField


class MatchForm(forms.Form):
    """For each column of ours the column of the file, by its place."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    empty_clears = forms.BooleanField(
        label=_("Empty cells empty the field"),
        required=False,
        help_text=_("Otherwise an empty cell leaves what is kept as it is."),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        kind: Kind,
        heading: Sequence[str],
        sheets: Sequence[str],
        initial: Mapping[str, object],
        mapping: Mapping[str, int],
    ) -> None:
        super().__init__(data, initial={**initial, **{f"to-{key}": str(place) for key, place in mapping.items()}})
        self.columns = kind.columns
        if len(sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        places = [("", "—"), *((str(place), name or f"({place + 1})") for place, name in enumerate(heading))]
        for column in kind.columns:
            self.fields[f"to-{column.key}"] = forms.ChoiceField(
                label=column.label, choices=places, required=False, help_text=column.help
            )

    def matched(self) -> dict[str, int]:
        """Our columns → places in the heading."""
        chosen = ((column.key, self.cleaned_data.get(f"to-{column.key}", "")) for column in self.columns)
        return {key: int(place) for key, place in chosen if place}

    def rows(self) -> list[dict[str, object]]:
        """The fields beside what is known about their columns."""
        return [{"field": self[f"to-{column.key}"], "column": column} for column in self.columns]
