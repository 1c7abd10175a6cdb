"""What may be looked for in the audit; and why somebody takes lines of it away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jingming.accounts.models import Staff
from jingming.audit.marks import number_in
from jingming.audit.queries import Search
from jingming.audit.sentences import FAMILIES
from jingming.workspace.told import kind_in_words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Kinds of records that are offered; a line about another one leads to its own search all the same.
KINDS = (
    "accounts.Staff", "accounts.Role", "workorders.WorkOrder", "workorders.OrderType", "customers.Customer",
    "customers.NetworkElement", "interactions.Interaction", "files.Attachment", "organisation.Unit",
    "organisation.Department", "organisation.ServiceArea", "codes.Code", "loading.Run", "loading.Batch",
    "workspace.SavedView", "workspace.BulkAct",
)  # fmt: skip
STAFF = "accounts.Staff"
YEARS = (date(2000, 1, 1), date(2999, 12, 31))
LONGEST_REASON = 500


def _day(label: _StrPromise) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AuditSearch(forms.Form):
    """Who, what, on which record, when; every field may stay empty. `search()` is what it asks for once it is valid."""

    who = forms.CharField(
        label=pgettext_lazy("audit", "Who"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"placeholder": pgettext_lazy("audit", "Name or number"), "autocomplete": "off"}),
    )
    family = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    record = forms.CharField(
        label=gettext_lazy("Record or file mark"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    since = _day(gettext_lazy("From this day"))
    until = _day(gettext_lazy("To this day"))

    ANY: ClassVar = [("", "—")]

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        asked = self.data.get("kind", "")
        kinds = [*KINDS, asked] if asked not in KINDS and _is_a_kind(asked) else KINDS
        self.fields["family"].choices = [*self.ANY, *FAMILIES.items()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["kind"].choices = [*self.ANY, *((kind, kind_in_words(kind)) for kind in kinds)]  # type: ignore[attr-defined]
        self.people: Collection[int] | None = None
        self.target: int | None = None
        self.line: int | None = None

    def clean_who(self) -> str:
        """One person by username or employee number, or all of a name."""
        who = str(self.cleaned_data["who"]).strip()
        if who:
            asked = Q(username=who.lower()) | Q(employee_number=who) | Q(name=who)
            self.people = list(Staff.objects.filter(asked).order_by("pk").values_list("pk", flat=True)[:100])
            if not self.people:
                raise forms.ValidationError(_("Nobody has this name, username or employee number, written in full."))
        return who

    def clean(self) -> dict[str, Any]:
        """A record is a kind and a number; people may be named."""
        values = super().clean() or self.cleaned_data
        record, kind = str(values.get("record", "")).strip(), values.get("kind", "")
        if record and kind == STAFF:  # a username may look like the mark of a line
            self.target = Staff.objects.filter(username=record.lower()).values_list("pk", flat=True).first()
        self.line = number_in(record) if self.target is None else None
        sought = record and self.target is None and self.line is None
        if sought and not kind and "kind" not in self.errors:
            self.add_error("kind", _("Say of which kind the record is."))
        elif sought:
            self.target = _number(record)
            if self.target is None:
                self.add_error("record", _("There is no such record. Take the number from a line of the audit."))
        if values.get("since") and values.get("until") and values["since"] > values["until"]:
            self.add_error("until", _("The last day cannot be before the first."))
        return values

    def search(self) -> Search:
        """What is looked for; days are those of the reader's own place."""
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        return Search(
            people=self.people,
            family=values["family"],
            kind=values["kind"],
            record=self.target,
            line=self.line,
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )

    def asked(self) -> dict[str, str]:
        """The fields that are filled in, as an address carries them."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def _is_a_kind(label: str) -> bool:
    try:
        apps.get_model(label)
    except (LookupError, ValueError):
        return False
    return True


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class ExportReason(forms.Form):
    """Why lines of the audit are taken out of the house; the reason becomes a line itself."""

    reason = forms.CharField(
        label=gettext_lazy("Why these lines are exported"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
