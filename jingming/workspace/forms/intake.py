"""What an agent writes down while somebody is speaking: one form for every channel and every type.

Each type's own fields carry its code before their name (`repair-repair_kind`); only those of the chosen type count.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts import eyes
from jingming.base.errors import Refusal, Unfit
from jingming.base.pages import put_on
from jingming.codes.queries import choices
from jingming.customers.models import ServicePoint
from jingming.customers.rules import phone_number
from jingming.interactions.actions import Contact
from jingming.workorders.actions import Matter
from jingming.workorders.flows import Flow
from jingming.workorders.inputs import LONGEST_TEXT, VERIFIED_BY
from jingming.workorders.models import OrderType, WorkOrder
from jingming.workorders.rules import Act
from jingming.workorders.values import NOTHING
from jingming.workspace.queries import Caller

from . import fields

OPEN, ATTACH, EXPLAIN, PARK = "open", "attach", "explain", "park"
# What is no part of the form's content: who sends it, which button was pressed, and where the draft of it stands.
BESIDE = ("csrfmiddlewaretoken", "draft", "draft_rev")
KEYS_OF_VERIFYING = {"account_number": "v", "address": "b", "name": "n"}  # side by side on the keyboard
# What the slices below call a field, and what it is called here.
CALLED_HERE = {"phone": "caller_phone", "name": "caller_name", "text": "answer"}


class Phone(forms.CharField):
    """A phone number as the archives keep it."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        try:
            return phone_number(text) if text else ""
        except Unfit as refusal:
            raise forms.ValidationError(refusal.message) from None


def _with_numbers(field: forms.Field) -> forms.Field:
    """The field; the codes of a list get numbers before them, so that digits choose one."""
    if type(field) is forms.ChoiceField:
        (blank, *codes) = list(field.choices)  # type: ignore[arg-type]
        field.choices = [blank, *((code, f"{place} {label}") for place, (code, label) in enumerate(codes, 1))]
    return field


class Offered(Protocol):
    """A type that can be chosen, with its flow: a version in force, or the draft of one in its preview."""

    @property
    def type(self) -> OrderType: ...

    @property
    def flow(self) -> Flow: ...


class IntakeForm(forms.Form):
    """A contact and its matter. `act` is the button that was pressed: open an order, attach to one, or explain."""

    form_key = forms.RegexField(r"^[0-9a-f]{16,64}$", widget=forms.HiddenInput)
    draft = forms.RegexField(r"^[0-9a-f]{16,64}$", required=False, widget=forms.HiddenInput)
    draft_rev = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)
    customer = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    type = forms.ChoiceField(label=gettext_lazy("Type"), widget=forms.RadioSelect, required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"))
    service_point = forms.ChoiceField(label=gettext_lazy("Service point"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    caller_name = forms.CharField(label=gettext_lazy("Caller"), required=False, max_length=120)
    caller_phone = Phone(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    verified = forms.MultipleChoiceField(
        label=gettext_lazy("Customer verified by"),
        required=False,
        choices=list(VERIFIED_BY.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    quick = forms.BooleanField(
        label=gettext_lazy("Open a quick archive for this caller"),
        required=False,
        help_text=gettext_lazy("From name and phone; the rest can be filled in later."),
    )
    answer = forms.CharField(
        label=gettext_lazy("Answered during the contact"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What the customer was told. With an answer the order is closed at once."),
    )
    order = forms.CharField(
        label=gettext_lazy("Order number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(label=gettext_lazy("Why there is no order"), required=False)

    def __init__(
        self,
        versions: Sequence[Offered],
        *,
        at: datetime,
        caller: Caller | None = None,
        first: WorkOrder | None = None,
        may_archive: bool = False,
        data: QueryDict | None = None,
        start: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"form_key": secrets.token_hex(16), **(start or {})})
        self.versions = {version.type.code: version for version in versions}
        self.caller, self.first = caller, first
        self._offer("channel", choices("channel", at))
        self._offer("type", [(code, str(version.type)) for code, version in self.versions.items()])
        self._offer("category", [("", "—"), *choices("category", at)])
        self._offer("level", choices("level", at))
        self._offer("reason", [("", "—"), *choices("no_order_reason", at)])
        points = caller.points if caller else []
        where = {p.pk: eyes.shown("address", p.address, p) for p in points}
        self._offer("service_point", [("", "—"), *((str(p.pk), f"{p.account_number} · {where[p.pk]}") for p in points)])
        if caller is not None or first is not None or not may_archive:
            del self.fields["quick"]
        for code, version in self.versions.items():
            for field in version.flow.asked:
                self.fields[f"{code}-{field.key}"] = _with_numbers(fields.of_type(field, at=at))

    def _offer(self, name: str, offered: list[Any]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]  # all of these choose

    def renew_key(self) -> None:
        """Make the next sending another one."""
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, as a form that was sent has it
        data["form_key"] = secrets.token_hex(16)
        self.data = data

    # --- What was typed -----------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if self.act == OPEN:
            if not clean.get("type") and "type" not in self.errors:
                self.add_error("type", _("Choose what it is about."))
            if not clean.get("description") and "description" not in self.errors:
                self.add_error("description", _("Say what it is about."))
        if self.act == EXPLAIN and not clean.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why there is no order."))
        return clean

    @property
    def act(self) -> str:
        """Which button was pressed; an order's own button names the order."""
        pressed = ATTACH if self.data.get("belongs_to") else self.data.get("act", "")
        return pressed if pressed in (ATTACH, EXPLAIN, PARK) else OPEN

    @property
    def other_than(self) -> list[str]:
        """The orders of which the agent has said that this is another matter."""
        return " ".join(self.data.getlist("another")).upper().split()  # type: ignore[attr-defined]  # a QueryDict

    @property
    def draft_key(self) -> str:
        """Under which key the form is kept while it is not sent."""
        return str(self.cleaned_data.get("draft") or self.cleaned_data.get("form_key", ""))

    @property
    def order_number(self) -> str:
        """The order that the contact belongs to: the button that was pressed, else what was typed."""
        return str(self.data.get("belongs_to", "")).strip()[:40] or self.cleaned_data.get("order", "").strip()

    def point(self) -> ServicePoint | None:
        """The place that it is about, one of the customer's own."""
        wanted = self.cleaned_data.get("service_point", "")
        return next((p for p in (self.caller.points if self.caller else []) if str(p.pk) == wanted), None)

    def contact(self) -> Contact:
        """The contact as it is written down."""
        clean, customer = self.cleaned_data, self.caller.customer if self.caller else None
        return Contact(
            channel=clean["channel"],
            party_name=clean["caller_name"] or (customer.name if customer else ""),
            party_phone=clean["caller_phone"],
            customer=customer,
            service_point=self.point(),
        )

    def matter(self) -> Matter:
        """What the contact is about."""
        clean, type_ = self.cleaned_data, self.cleaned_data["type"]
        own = {field.key: fields.plain(clean[f"{type_}-{field.key}"]) for field in self.versions[type_].flow.asked}
        return Matter(
            type=type_,
            description=clean["description"],
            customer=self.caller.customer if self.caller else None,
            service_point=self.point(),
            caller_name=clean["caller_name"],
            caller_phone=clean["caller_phone"],
            address=clean["address"],
            verified=tuple(clean["verified"]),
            category=clean["category"],
            level=clean["level"],
            form={key: value for key, value in own.items() if value not in NOTHING},
        )

    def refuse(self, refusal: Refusal) -> None:
        """Show why nothing was written down, beside the fields where they are known."""
        chosen = self.cleaned_data.get("type", "")
        for name in list(refusal.fields):
            for here in (f"{chosen}-{name}", CALLED_HERE.get(name, "")):
                if name not in self.fields and here in self.fields:
                    refusal.fields[here] = refusal.fields.pop(name)
                    break
        put_on(self, refusal)

    # --- What the page shows ------------------------------------------------------------------------------------
    @property
    def chosen_type(self) -> str:
        """The type that is on, so that the page can show its own fields without scripts."""
        wanted = str(self["type"].value() or "")
        return wanted if wanted in self.versions else ""

    def ticked(self) -> frozenset[str]:
        """The questions of the guide that have been ticked."""
        sent = self.data.getlist("ticked") if self.is_bound else self.initial.get("ticked", [])  # type: ignore[attr-defined]
        return frozenset(sent)

    def verifying(self) -> list[dict[str, Any]]:
        """What a caller may be checked by, each with its key."""
        chosen = self["verified"].value() or []
        return [
            {"code": code, "label": str(label), "key": KEYS_OF_VERIFYING.get(code, ""), "on": code in chosen}
            for code, label in VERIFIED_BY.items()
        ]

    def type_choices(self) -> list[dict[str, Any]]:
        """The types with their number keys."""
        chosen = self.chosen_type
        return [
            {
                "code": code,
                "label": str(version.type),
                "key": str(place % 10) if place <= 10 else "",
                "on": code == chosen,
            }
            for place, (code, version) in enumerate(self.versions.items(), 1)
        ]

    def own_fields(self) -> list[dict[str, Any]]:
        """The types' own fields, a group for each type."""
        chosen = self.chosen_type
        return [
            {
                "code": code,
                "label": str(version.type),
                "on": code == chosen,
                "fields": [self[f"{code}-{field.key}"] for field in version.flow.asked],
            }
            for code, version in self.versions.items()
            if version.flow.asked
        ]

    def answerable(self) -> str:
        """The types whose flow lets an agent answer at once, with spaces between."""
        return " ".join(
            code for code, one in self.versions.items() if one.flow.permission(one.flow.start, Act.ANSWER) is not None
        )

    def can_answer_now(self) -> bool:
        """Whether the chosen type can be answered at once."""
        return self.chosen_type in self.answerable().split()
