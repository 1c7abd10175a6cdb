"""Input about the draft of a type. Each form carries the revision that it was shown with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.queries import roles_of_flows
from jingming.organisation.rules import Kind
from jingming.ui.labels import in_language
from jingming.workorders import drafting
from jingming.workorders.access import OWN_LABELS
from jingming.workorders.drafting import LONGEST_NAME
from jingming.workorders.faults import LEADING, step_name
from jingming.workorders.flows import HOME, OWN_FIELDS, PREVIOUS, Flow, Permission, Step
from jingming.workorders.models import LONGEST_REASON, TypeDraft
from jingming.workorders.rules import Act

REVIEWS = (
    ("none", gettext_lazy("No review")),
    ("advisory", gettext_lazy("The department head reviews; nothing waits for it")),
    ("blocking", gettext_lazy("The department head reviews before the customer is called back")),
)
CALLBACKS = (
    ("always", gettext_lazy("Every order")),
    ("sample", gettext_lazy("A share of the orders")),
    ("never", gettext_lazy("No order")),
)
GIVEN = [act for act in Act if act != Act.OPEN]  # opening is an authority, no act of a flow


Sent = QueryDict | None


class OfDraft(forms.Form):
    """A form about a draft."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Sent, draft: TypeDraft, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"revision": draft.revision, **(initial or {})})


class EditForm(OfDraft):
    """A form that changes a draft."""

    def edit(self) -> drafting.Edit:
        """What is changed, once the form is clean."""
        raise NotImplementedError


class Named(EditForm):
    """A form that gives a name in both languages."""

    zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=LONGEST_NAME)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=LONGEST_NAME)

    @property
    def label(self) -> dict[str, str]:
        """The name as definitions keep it."""
        return {"zh": self.cleaned_data["zh"], "en": self.cleaned_data["en"]}


class PlanForm(Named):
    """Name, review, callback and how long a department may hold an order."""

    review = forms.ChoiceField(label=gettext_lazy("Review"), choices=REVIEWS, widget=forms.RadioSelect)
    callback = forms.ChoiceField(label=gettext_lazy("Called back"), choices=CALLBACKS, widget=forms.RadioSelect)
    share = forms.IntegerField(
        label=gettext_lazy("Share in percent"), min_value=1, max_value=100, required=False,
        help_text=gettext_lazy("Only where a share is called back."),
    )  # fmt: skip
    attempts = forms.IntegerField(label=gettext_lazy("Calls before it is let go"), min_value=1, max_value=20)
    hours = forms.IntegerField(label=gettext_lazy("A hold lasts at most (hours)"), min_value=1, max_value=720)
    times = forms.IntegerField(label=gettext_lazy("Holds at most (times)"), min_value=0, max_value=20)

    def __init__(self, data: Sent, draft: TypeDraft) -> None:
        flow = draft.flow
        plan = flow.callback
        super().__init__(data, draft, {
            **flow.label.model_dump(), "review": flow.review, "callback": plan.when, "share": round(plan.share * 100),
            "attempts": plan.attempts, "hours": flow.hold.hours, "times": flow.hold.times,
        })  # fmt: skip

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("callback") == "sample" and not clean.get("share") and "share" not in self.errors:
            self.add_error("share", _("Say how many of a hundred orders are called back."))
        return clean

    def edit(self) -> drafting.Plan:
        """What is changed."""
        clean = self.cleaned_data
        return drafting.Plan(
            label=self.label, review=clean["review"], callback=clean["callback"],
            share=(clean["share"] or 100) / 100, attempts=clean["attempts"], hours=clean["hours"], times=clean["times"],
        )  # fmt: skip


class NewStepForm(Named):
    """A new step."""

    kinds = forms.MultipleChoiceField(label=gettext_lazy("Done by"), widget=forms.CheckboxSelectMultiple)
    after = forms.ChoiceField(label=gettext_lazy("Behind the step"))

    def __init__(self, data: Sent, draft: TypeDraft, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, draft, initial)
        self.fields["kinds"].choices = _kinds()  # type: ignore[attr-defined]  # it chooses
        if "after" in self.fields:
            self.fields["after"].choices = _steps(draft.flow)  # type: ignore[attr-defined]  # it chooses
            self.initial.setdefault("after", draft.flow.steps[-1].key)

    def edit(self) -> drafting.Edit:
        """What is changed."""
        clean = self.cleaned_data
        return drafting.AddStep(label=self.label, kinds=clean["kinds"], after=clean["after"])


class StepForm(NewStepForm):
    """A step: who does it, and what is special about it."""

    after = None  # type: ignore[assignment]  # Django's way to leave a field out; a step is moved on the page
    start = forms.BooleanField(label=gettext_lazy("Orders begin here"), required=False)
    review = forms.BooleanField(
        label=gettext_lazy("Reviewed by the department head"), required=False,
        help_text=gettext_lazy("Only where the type is reviewed."),
    )  # fmt: skip
    unless_waived = forms.BooleanField(
        label=gettext_lazy("Left out when no callback is wanted"), required=False,
        help_text=gettext_lazy("For the step at which the customer is called back."),
    )  # fmt: skip

    def __init__(self, data: Sent, draft: TypeDraft, step: Step) -> None:
        self.step = step.key
        super().__init__(data, draft, {
            **step.label.model_dump(), "kinds": step.kinds, "start": draft.flow.start == step.key,
            "review": step.review, "unless_waived": step.unless_waived,
        })  # fmt: skip

    def edit(self) -> drafting.Edit:
        clean = self.cleaned_data
        flags = {name: clean[name] for name in ("start", "review", "unless_waived")}
        return drafting.ChangeStep(step=self.step, label=self.label, kinds=clean["kinds"], **flags)


class ActForm(EditForm):
    """Who may do an act, and where the order goes by it; `act` None: one that the step does not have yet."""

    act = forms.ChoiceField(label=gettext_lazy("Act"))
    by = forms.MultipleChoiceField(label=gettext_lazy("Who may"), widget=forms.CheckboxSelectMultiple)
    to = forms.ChoiceField(label=gettext_lazy("Leads to"), required=False)
    to_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Departments that may get it"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("None: whoever does the step."),
    )  # fmt: skip

    def __init__(self, data: Sent, draft: TypeDraft, step: str, act: Act | None) -> None:
        flow = draft.flow
        acts = flow.step(step).acts if step else flow.acts
        now = acts.get(act) if act else None
        super().__init__(data, draft, _permission(now))
        self.step, self.fixed = step, act
        self._offer("by", [(role.code, str(role)) for role in roles_of_flows()])
        if step:
            stays = [("", _("stays at this step"))]
            self._offer("to", [*stays, *_steps(flow), (PREVIOUS, _("where it came from"))])
            self._offer("to_kinds", _kinds())
        else:
            del self.fields["to"], self.fields["to_kinds"]
        if act:
            del self.fields["act"]
        else:
            free = [one for one in GIVEN if one not in acts and (step or one not in LEADING)]
            self._offer("act", [(one.value, one.label) for one in free])

    def _offer(self, name: str, offered: Iterable[tuple[str, object]]) -> None:
        self.fields[name].choices = list(offered)  # type: ignore[attr-defined]  # all of these choose

    def edit(self) -> drafting.Permit:
        """What is changed."""
        clean = self.cleaned_data
        return drafting.Permit(
            step=self.step, act=self.fixed.value if self.fixed else clean["act"], by=clean["by"],
            to=clean.get("to", ""), to_kinds=clean.get("to_kinds", []),
        )  # fmt: skip


class RequiredForm(EditForm):
    """Which fields must be filled in before an act."""

    fields_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("Must be filled in"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Sent, draft: TypeDraft, act: Act) -> None:
        flow = draft.flow
        super().__init__(data, draft, {"fields_wanted": flow.required_by(act)})
        self.act = act
        own = [(field.key, in_language(field.label.model_dump())) for field in flow.fields]
        everyones = [(key, OWN_LABELS[key]()) for key in OWN_FIELDS]
        self.fields["fields_wanted"].choices = [*own, *everyones]  # type: ignore[attr-defined]  # it chooses

    def edit(self) -> drafting.Require:
        """What is changed."""
        return drafting.Require(act=self.act.value, fields=self.cleaned_data["fields_wanted"])


class ReasonForm(forms.Form):
    """Why a version is put in force."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands beside the version and in the audit."),
    )  # fmt: skip


class PublishForm(OfDraft, ReasonForm):
    """Put the draft in force."""

    field_order: Sequence[str] = ("reason",)


def _permission(now: Permission | None) -> dict[str, Any]:
    return {"by": now.by, "to": now.to, "to_kinds": now.to_kinds} if now else {}


def _steps(flow: Flow) -> list[tuple[str, str]]:
    return [(step.key, step_name(step)) for step in flow.steps]


def _kinds() -> list[tuple[str, str]]:
    return [(HOME, _("Call centre that took it")), *((kind.value, str(kind.label)) for kind in Kind)]
