"""Pages of the archives: find, look, write. Each fetches through access, cleans, acts, answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.clock import now
from jingming.base.errors import NotAllowed, Refusal, Unfit
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button
from jingming.codes.queries import choices

from . import access, actions, queries, rules
from .forms import ArchiveForm, ConductForm, ContactForm, CustomerForm, PhoneForm, ServicePointForm
from .models import Customer

Clean = dict[str, Any]
Page = Callable[..., HttpResponse]


# --- What all pages share -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sheet:
    """The words of a page with one form: its heading, its button, what is said when the act is done."""

    title: Promise
    submit: Promise
    said: Promise


def _tells_refusals(page: Page) -> Page:
    """A page about a customer that somebody may see but not change shows the archive, and the reason above it."""

    @wraps(page)
    def told(request: StaffRequest, customer_id: int, **parts: int) -> HttpResponse:
        try:
            return page(request, customer_id, **parts)
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
            return _archive(request, access.get_customer(request.user, customer_id), status=refusal.status)

    return told


def _archive(request: StaffRequest, customer: Customer, *, status: int = 200) -> HttpResponse:
    context = {"card": queries.card(request.user, customer), "can_change": access.may_change(request.user, customer)}
    return render(request, "customers/customer.html", context, status=status)


def _fill_in(
    request: StaffRequest, sheet: Sheet, form: ArchiveForm, act: Callable[[Clean], Customer], customer: Customer | None
) -> HttpResponse:
    """Show the form, or do the act with what it holds and go to the archive; a refusal keeps what was typed."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = act(form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, str(sheet.said))
                return redirect("customers:customer", done.pk)
    return render(request, "customers/form.html", {"form": form, "sheet": sheet, "customer": customer}, status=status)


def _posted(request: StaffRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _duties() -> list[tuple[str, str]]:
    return choices(queries.DUTY, now())


# --- Find and look --------------------------------------------------------------------------------------------------
@require_GET
def customers(request: StaffRequest) -> HttpResponse:
    """The newest archives of one's places; with `?q=` those that the words may mean."""
    words = request.GET.get("q", "").strip()[: rules.QUERY_LENGTH]
    context: dict[str, object] = {"words": words, "can_add": has(request.user, Authority.CHANGE_CUSTOMERS)}
    if words:
        found = queries.find(request.user, words)
        context |= {"found": found.items, "more": found.more}
        return render(request, "customers/list.html", context)
    try:
        page = queries.newest(request.user, request.GET.get("cursor", ""))
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("customers:list")
    older_url = f"?{urlencode({'cursor': page.next})}" if page.next else ""
    newer_url = request.path if request.GET.get("cursor") else ""
    context |= {"customers": page.items, "older_url": older_url, "newer_url": newer_url}
    return render(request, "customers/list.html", context)


@require_GET
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One archive with everything in it."""
    return _archive(request, access.get_customer(request.user, customer_id))


# --- Customers ------------------------------------------------------------------------------------------------------
ADD = Sheet(
    gettext_lazy("New customer"), gettext_lazy("Open the archive"), gettext_lazy("The archive has been opened.")
)
CHANGE = Sheet(gettext_lazy("Change the archive"), gettext_lazy("Save"), gettext_lazy("The archive has been saved."))


@require_http_methods(["GET", "POST"])
def add_customer(request: StaffRequest) -> HttpResponse:
    """Open an archive."""
    form = CustomerForm(
        _posted(request), person=request.user, opened=False, initial={"name": request.GET.get("name", "")[:120]}
    )
    return _fill_in(request, ADD, form, lambda clean: actions.add_customer(**clean, by=request.user, at=now()), None)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def change_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Change an archive, unless a colleague has just done so."""
    customer = access.get_customer(request.user, customer_id, to="change")
    initial = {**queries.facts_of_customer(customer), "version": customer.version}
    form = CustomerForm(_posted(request), person=request.user, opened=True, initial=initial)
    return _fill_in(
        request,
        CHANGE,
        form,
        lambda clean: actions.change_customer(customer, **clean, by=request.user, at=now()),
        customer,
    )


# --- Contact persons ------------------------------------------------------------------------------------------------
ADD_CONTACT = Sheet(
    gettext_lazy("New contact person"), gettext_lazy("Add"), gettext_lazy("The contact person has been added.")
)
CHANGE_CONTACT = Sheet(
    gettext_lazy("Change the contact person"), gettext_lazy("Save"), gettext_lazy("The contact person has been saved.")
)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def add_contact(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note somebody who speaks for the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.add_contact(customer, **clean, by=request.user, at=now())
        return customer

    return _fill_in(request, ADD_CONTACT, ContactForm(_posted(request), duties=_duties(), opened=False), act, customer)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def change_contact(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Correct a contact person."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id)
    form = ContactForm(
        _posted(request), duties=_duties(), opened=True, initial={"name": contact.name, "duty": contact.duty}
    )

    def act(clean: Clean) -> Customer:
        actions.change_contact(contact, **clean, by=request.user, at=now())
        return customer

    return _fill_in(request, CHANGE_CONTACT, form, act, customer)


@require_POST
@_tells_refusals
def retire_contact(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """The person no longer speaks for the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id)
    back = reverse("customers:customer", args=[customer_id])
    return act_by_button(request, lambda: actions.retire_contact(contact, by=request.user, at=now()), back=back)


# --- Phones ---------------------------------------------------------------------------------------------------------
ADD_PHONE = Sheet(
    gettext_lazy("New phone number"), gettext_lazy("Add"), gettext_lazy("The phone number has been added.")
)
CHANGE_PHONE = Sheet(
    gettext_lazy("Change the phone number"), gettext_lazy("Save"), gettext_lazy("The phone number has been saved.")
)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def add_phone(request: StaffRequest, customer_id: int, contact_id: int | None = None) -> HttpResponse:
    """Note a number of the customer, or of a contact person."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id) if contact_id is not None else None

    def act(clean: Clean) -> Customer:
        actions.add_phone(customer, clean["phone"], label=clean["label"], contact=contact, by=request.user, at=now())
        return customer

    return _fill_in(request, ADD_PHONE, PhoneForm(_posted(request)), act, customer)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def change_phone(request: StaffRequest, customer_id: int, phone_id: int) -> HttpResponse:
    """Correct a number."""
    customer = access.get_customer(request.user, customer_id, to="change")
    phone = access.get_phone(customer, phone_id)
    form = PhoneForm(_posted(request), initial={"phone": phone.number, "label": phone.label})

    def act(clean: Clean) -> Customer:
        actions.change_phone(phone, number=clean["phone"], label=clean["label"], by=request.user, at=now())
        return customer

    return _fill_in(request, CHANGE_PHONE, form, act, customer)


@require_POST
@_tells_refusals
def retire_phone(request: StaffRequest, customer_id: int, phone_id: int) -> HttpResponse:
    """The number no longer reaches the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")
    phone = access.get_phone(customer, phone_id)
    back = reverse("customers:customer", args=[customer_id])
    return act_by_button(request, lambda: actions.retire_phone(phone, by=request.user, at=now()), back=back)


# --- Service points -------------------------------------------------------------------------------------------------
ADD_POINT = Sheet(
    gettext_lazy("New service point"), gettext_lazy("Add"), gettext_lazy("The service point has been added.")
)
CHANGE_POINT = Sheet(
    gettext_lazy("Change the service point"), gettext_lazy("Save"), gettext_lazy("The service point has been saved.")
)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def add_service_point(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note a place that is served."""
    customer = access.get_customer(request.user, customer_id, to="change")
    form = ServicePointForm(_posted(request), person=request.user, opened=False)

    def act(clean: Clean) -> Customer:
        actions.add_service_point(customer, **clean, by=request.user, at=now())
        return customer

    return _fill_in(request, ADD_POINT, form, act, customer)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def change_service_point(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Change a service point, unless a colleague has just done so."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    initial = {**queries.facts_of_point(point), "version": point.version}
    form = ServicePointForm(_posted(request), person=request.user, opened=True, initial=initial)

    def act(clean: Clean) -> Customer:
        actions.change_service_point(point, **clean, by=request.user, at=now())
        return point.customer

    return _fill_in(request, CHANGE_POINT, form, act, point.customer)


@require_http_methods(["GET", "POST"])
@_tells_refusals
def move_service_point(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Another customer is served there: find them (`?q=`), then hand the service point over."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    chosen, status = request.POST.get("customer", ""), 200
    if request.method == "POST" and chosen.isdecimal():
        new = access.get_customer(request.user, int(chosen[:20]), to="change")
        try:
            actions.move_service_point(point, new, by=request.user, at=now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("The service point has been handed over."))
            return redirect("customers:customer", new.pk)
    words = request.GET.get("q", "").strip()[: rules.QUERY_LENGTH]
    found = [one for one in queries.find(request.user, words).items if one.customer.pk != point.customer_id]
    context = {"point": point, "words": words, "found": found}
    return render(request, "customers/move_service_point.html", context, status=status)


# --- Conduct --------------------------------------------------------------------------------------------------------
NOTE_CONDUCT = Sheet(gettext_lazy("Note conduct"), gettext_lazy("Add"), gettext_lazy("The note has been added."))


@require_http_methods(["GET", "POST"])
@_tells_refusals
def note_conduct(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note good or bad conduct."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.note_conduct(customer, **clean, by=request.user, at=now())
        return customer

    return _fill_in(request, NOTE_CONDUCT, ConductForm(_posted(request)), act, customer)
