"""Pages about personal data: of one archive, of a number, and the register. Fetch · clean · act · answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jingming.accounts.access import selves
from jingming.audit.actions import looked
from jingming.audit.marks import code_of, words_for_a_person
from jingming.audit.retention import set_days
from jingming.base.clock import now
from jingming.base.errors import Refusal, Unfit
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form, put_on
from jingming.base.paging import newest_first
from jingming.customers.access import open_to_change
from jingming.customers.models import Customer
from jingming.privacy.models import RetentionRule
from jingming.workspace.context import enterprise

from . import access, actions, forms, queries
from .models import Request
from .packing import pack
from .queries import About, Section
from .rules import Kind, State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


# --- One archive ----------------------------------------------------------------------------------------------------
@require_GET
def personal_data(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What is held about the person of an archive, by kinds; holds, requests, and what stands in the way of erasing."""
    customer, at = access.get_person(request.user, customer_id), now()
    about = queries.about_customer(customer)
    looked("personal_data", customer, by=request.user, at=at)
    context = {
        "customer": customer,
        "sections": queries.everything_about(about),
        "holds": customer.holds.select_related("placed_by", "lifted_by").order_by("-placed_at", "-pk"),
        "standing": {hold.pk for hold in queries.standing_holds(customer, at)},
        "requests": customer.requests.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk"),
        "in_the_way": queries.why_not_erased(about, at),
        "can_correct": open_to_change(request.user, customer),
    }
    return render(request, "persons/personal_data.html", context)


@require_http_methods(["GET", "POST"])
def copy(request: StaffRequest, customer_id: int) -> HttpResponseBase:
    """Everything about the person as one file, once a reason has been given; register and audit say so first."""
    customer = access.get_person(request.user, customer_id)
    form = forms.ReasonForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "customer": customer}
        return render(request, "persons/copy.html", context, status=422 if form.errors else 200)
    return _copied(request, queries.about_customer(customer), form.cleaned_data["reason"])


@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Write down what the person says is wrong, and go on to the form that puts it right."""
    customer = access.get_person(request.user, customer_id)

    def act(values: dict[str, Any]) -> None:
        actions.note_correction(customer, **values, by=request.user, at=now())

    onward = "customers:change" if open_to_change(request.user, customer) else "personal_data"
    form = forms.CorrectionForm(request.POST or None)
    if form.is_valid():
        act(form.cleaned_data)
        return redirect(onward, customer.pk)
    return _form(request, form, customer, title=_("Correct personal data"), submit=_("Go on to the archive"))


@require_http_methods(["GET", "POST"])
def hold(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Place a legal hold."""
    customer = access.get_person(request.user, customer_id)
    form = forms.HoldForm(request.POST or None)
    return act_by_form(
        request, form, lambda values: actions.place(customer, **values, by=request.user, at=now()),
        back=_page(customer), title=_("Place a legal hold"), submit=_("Hold"),
        sub=_("Nothing of this person is erased until the hold ends."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def lift(request: StaffRequest, customer_id: int, hold_id: int) -> HttpResponse:
    """Lift a legal hold."""
    found = access.get_hold(request.user, customer_id, hold_id)
    form = forms.LiftForm(request.POST or None)
    return act_by_form(
        request, form, lambda values: actions.lift(found, **values, by=request.user, at=now()),
        back=_page(found.customer), title=_("Lift the legal hold"), submit=_("Lift"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def erase(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Ask for erasing; a second person approves it."""
    customer = access.get_person(request.user, customer_id)
    form = forms.EraseForm(request.POST or None)
    return act_by_form(
        request, form, lambda values: actions.ask_for_erasing(customer, **values, by=request.user, at=now()),
        back=_page(customer), title=_("Ask for erasing"), submit=_("Ask for erasing"), danger=True,
        sub=_("A second person approves it. Nobody can bring back what is erased."),
    )  # fmt: skip


# --- A number, and the register -------------------------------------------------------------------------------------
@require_GET
def register(request: StaffRequest) -> HttpResponse:
    """What was asked for, newest first; what waits for a decision stands above. A fixed number of queries."""
    seen = access.requests_visible_to(request.user).select_related("customer", "asked_by", "decided_by")
    cursor = request.GET.get("cursor", "")
    try:
        page = newest_first(seen.exclude(state=State.WAITING), cursor, by="asked_at", tie="id", size=50)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("persons")
    context = {
        "waiting": seen.filter(state=State.WAITING).order_by("asked_at", "pk")[:200],
        "rows": page.items,
        "older_url": f"?cursor={page.next}" if page.next else "",
        "newer_url": request.path if cursor else "",
    }
    return render(request, "persons/register.html", context)


@require_http_methods(["GET", "POST"])
def by_number(request: StaffRequest) -> HttpResponseBase:
    """A copy for, or the erasing of, somebody who has no archive. The number is in no address."""
    form = forms.NumberForm(request.POST or None)
    if form.is_valid():
        number, values = form.cleaned_data["phone"], form.cleaned_data
        try:
            if values["what"] == Kind.EXPORT:
                about = queries.about_number(request.user, number)
                if not about:
                    raise Refusal(_("Nothing is held under this number without an archive in your places."))
                return _copied(request, about, values["reason"], number=number)
            asked = actions.ask_for_erasing(
                None, number=number, basis=values["basis"], reason=values["reason"], by=request.user, at=now()
            )
            return redirect("person_request", asked.pk)
        except Refusal as refusal:
            put_on(form, refusal)
    context = {"form": form, "customer": None}
    return render(request, "persons/copy.html", context, status=422 if form.errors else 200)


@require_GET
def request_(request: StaffRequest, pk: int) -> HttpResponse:
    """One request, and while it waits what it concerns and what stands in the way."""
    asked, at = access.get_request(request.user, pk), now()
    about = _about(asked) if asked.waits else None
    context = {
        "asked": asked,
        "about": about,
        "in_the_way": queries.why_not_erased(about, at) if about else [],
        "own": asked.asked_by_id in selves(request.user),
        "figures": [(words, asked.figures[name]) for name, words in FIGURES.items() if asked.figures.get(name)],
    }
    return render(request, "persons/request.html", context)


@require_http_methods(["GET", "POST"])
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """The second person approves, and it is done."""
    asked = access.get_request(request.user, pk)
    form = forms.DecisionForm(request.POST or None)
    return act_by_form(
        request, form, lambda values: actions.approve(asked, **values, by=request.user, at=now()),
        back=reverse("person_request", args=[pk]), title=_("Approve and erase"), submit=_("Approve and erase"),
        danger=True, sub=_("Nobody can bring back what is erased."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """It is not done: refused by the second person, or taken back by the first."""
    asked = access.get_request(request.user, pk)
    form = forms.DecisionForm(request.POST or None)
    own = asked.asked_by_id == request.user.pk
    return act_by_form(
        request, form, lambda values: actions.refuse(asked, **values, by=request.user, at=now()),
        back=reverse("person_request", args=[pk]), title=_("Take the request back") if own else _("Refuse the request"),
        submit=_("Take back") if own else _("Refuse"),
    )  # fmt: skip


def _about(asked: Request) -> About:
    if asked.customer is not None:
        return queries.about_customer(asked.customer)
    return queries.about_number(asked.asked_by, asked.number)


# --- How long data is kept ------------------------------------------------------------------------------------------
@require_GET
def retention(request: StaffRequest) -> HttpResponse:
    """Every kind of data with its days, the least, and who says so."""
    return render(request, "persons/retention.html", {"rules": RetentionRule.objects.order_by("pk")})


@require_http_methods(["GET", "POST"])
def set_retention(request: StaffRequest, kind: str) -> HttpResponse:
    """Keep one kind longer, or as short as the law allows."""
    rule = get_object_or_404(RetentionRule, kind=kind)
    form = forms.RetentionForm(request.POST or None, initial={"days": rule.days})
    return act_by_form(
        request, form, lambda values: set_days(kind, **values, by=request.user, at=now()),
        back=reverse("retention"), title=rule.get_kind_display(),
        sub=_("At least %(least)d days. %(source)s") % {"least": rule.least, "source": rule.source},
    )  # fmt: skip


# What the figures of an erasing count, in words.
FIGURES: dict[str, StrPromise] = {
    "archives": gettext_lazy("Archives"),
    "phones": gettext_lazy("Phone numbers"),
    "contacts": gettext_lazy("Contact persons"),
    "conduct": gettext_lazy("Conduct"),
    "purchases": gettext_lazy("Purchases"),
    "points": gettext_lazy("Service points"),
    "orders": gettext_lazy("Work orders"),
    "contacts_heard": gettext_lazy("Contacts"),
    "called": gettext_lazy("Calls for others"),
    "lines": gettext_lazy("Lines of history, changes and notes"),
    "drafts": gettext_lazy("Forms begun and not sent"),
    "answers": gettext_lazy("Answers kept for repeated API requests"),
    "imports": gettext_lazy("Imports"),
}


def _copied(request: StaffRequest, about: About, reason: str, *, number: str = "") -> HttpResponseBase:
    at, sections = now(), queries.everything_about(about)
    noted = actions.note_copy(
        about.customer, reason=reason, figures=_counted(sections), by=request.user, at=at, number=number
    )
    name = f"personal-data-{timezone.localtime(at):%Y%m%d-%H%M%S}-{code_of(noted)}.zip"
    packed = pack(sections, enterprise=enterprise(), at=timezone.localtime(at), mark=words_for_a_person(noted))
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")


def _counted(sections: list[Section]) -> dict[str, int]:
    return {section.key: len(section.rows) for section in sections}


def _form(request: StaffRequest, form: Form, customer: Customer, *, title: str, submit: str) -> HttpResponse:
    context = {"form": form, "back": _page(customer), "title": title, "submit": submit}
    return render(request, "ui/form_page.html", context, status=422 if form.errors else 200)


def _page(customer: Customer) -> str:
    return reverse("personal_data", args=[customer.pk])
