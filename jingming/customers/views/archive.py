"""Pages of the archives: find, look, write. Each fetches through access, cleans, acts, answers."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jingming.accounts import eyes
from jingming.accounts.access import has
from jingming.accounts.revealing import reveal_page
from jingming.accounts.rules import Authority
from jingming.audit.actions import was_shown
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.codes.queries import choices
from jingming.customers import access, actions, queries, rules
from jingming.customers.forms import (
    ConductForm,
    ContactForm,
    CustomerForm,
    NoteForm,
    PhoneForm,
    PurchaseForm,
    RetireForm,
)
from jingming.customers.models import Customer

from .shared import Clean, Sheet, archive_page, fill_in, posted, tells_refusals


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
        _were_shown(request, "search", found.customers)
        context |= {"found": found.items, "more": found.more}
        return render(request, "customers/list.html", context)
    try:
        page = queries.newest(request.user, request.GET.get("cursor", ""))
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("customers:list")
    _were_shown(request, "archives", page.items)
    older_url = f"?{urlencode({'cursor': page.next})}" if page.next else ""
    newer_url = request.path if request.GET.get("cursor") else ""
    context |= {"customers": page.items, "older_url": older_url, "newer_url": newer_url}
    return render(request, "customers/list.html", context)


def _were_shown(request: StaffRequest, where: str, found: Sequence[Customer]) -> None:
    was_shown(where, [one.pk for one in found], to=request.user, by=request.user, at=now())


@require_GET
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One archive with everything in it."""
    return archive_page(request, access.get_customer(request.user, customer_id))


@require_http_methods(["GET", "POST"])
def reveal(request: StaffRequest, customer_id: int) -> HttpResponse:
    """See the archive whole for some minutes, for a reason."""
    found = access.get_customer(request.user, customer_id)
    about = eyes.shown("name", found.name, found)
    return reveal_page(request, found, about=about, back=reverse("customers:customer", args=[found.pk]))


# --- Customers ------------------------------------------------------------------------------------------------------
ADD = Sheet(
    gettext_lazy("New customer"), gettext_lazy("Open the archive"), gettext_lazy("The archive has been opened.")
)
CHANGE = Sheet(gettext_lazy("Change the archive"), gettext_lazy("Save"), gettext_lazy("The archive has been saved."))


@require_http_methods(["GET", "POST"])
def add_customer(request: StaffRequest) -> HttpResponse:
    """Open an archive."""
    form = CustomerForm(
        posted(request), person=request.user, opened=False, initial={"name": request.GET.get("name", "")[:120]}
    )
    return fill_in(request, ADD, form, lambda clean: actions.add_customer(**clean, by=request.user, at=now()), None)


@require_http_methods(["GET", "POST"])
@tells_refusals
def change_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Change an archive, unless a colleague has just done so."""
    customer = access.get_customer(request.user, customer_id, to="change")
    eyes.need_whole(customer, Authority.SEE_NAMES)
    initial = {**queries.facts_of_customer(customer), "version": customer.version}
    form = CustomerForm(posted(request), person=request.user, opened=True, initial=initial)
    return fill_in(
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
RETIRE_CONTACT = Sheet(
    gettext_lazy("Retire the contact person"),
    gettext_lazy("Retire"),
    gettext_lazy("The contact person has been retired."),
)


@require_http_methods(["GET", "POST"])
@tells_refusals
def add_contact(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note somebody who speaks for the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.add_contact(customer, **clean, by=request.user, at=now())
        return customer

    return fill_in(request, ADD_CONTACT, ContactForm(posted(request), duties=_duties(), opened=False), act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def change_contact(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Correct a contact person."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id)
    eyes.need_whole(customer, Authority.SEE_NAMES)
    form = ContactForm(
        posted(request), duties=_duties(), opened=True, initial={"name": contact.name, "duty": contact.duty}
    )

    def act(clean: Clean) -> Customer:
        actions.change_contact(contact, **clean, by=request.user, at=now())
        return customer

    return fill_in(request, CHANGE_CONTACT, form, act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def retire_contact(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """The person no longer speaks for the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id)

    def act(clean: Clean) -> Customer:
        actions.retire_contact(contact, **clean, by=request.user, at=now())
        return customer

    about = eyes.shown("name", contact.name, customer)
    return fill_in(request, RETIRE_CONTACT, RetireForm(posted(request)), act, customer, about=about)


# --- Phones ---------------------------------------------------------------------------------------------------------
ADD_PHONE = Sheet(
    gettext_lazy("New phone number"), gettext_lazy("Add"), gettext_lazy("The phone number has been added.")
)
CHANGE_PHONE = Sheet(
    gettext_lazy("Change the phone number"), gettext_lazy("Save"), gettext_lazy("The phone number has been saved.")
)
RETIRE_PHONE = Sheet(
    gettext_lazy("Retire the phone number"), gettext_lazy("Retire"), gettext_lazy("The phone number has been retired.")
)


@require_http_methods(["GET", "POST"])
@tells_refusals
def add_phone(request: StaffRequest, customer_id: int, contact_id: int | None = None) -> HttpResponse:
    """Note a number of the customer, or of a contact person."""
    customer = access.get_customer(request.user, customer_id, to="change")
    contact = access.get_contact(customer, contact_id) if contact_id is not None else None

    def act(clean: Clean) -> Customer:
        actions.add_phone(
            customer,
            clean["phone"],
            label=clean["label"],
            contact=contact,
            why=clean["why"],
            by=request.user,
            at=now(),
        )
        return customer

    return fill_in(request, ADD_PHONE, PhoneForm(posted(request)), act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def change_phone(request: StaffRequest, customer_id: int, phone_id: int) -> HttpResponse:
    """Correct a number."""
    customer = access.get_customer(request.user, customer_id, to="change")
    phone = access.get_phone(customer, phone_id)
    eyes.need_whole(customer, Authority.SEE_NUMBERS)
    form = PhoneForm(posted(request), initial={"phone": phone.number, "label": phone.label})

    def act(clean: Clean) -> Customer:
        actions.change_phone(
            phone, number=clean["phone"], label=clean["label"], why=clean["why"], by=request.user, at=now()
        )
        return customer

    return fill_in(request, CHANGE_PHONE, form, act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def retire_phone(request: StaffRequest, customer_id: int, phone_id: int) -> HttpResponse:
    """The number no longer reaches the customer."""
    customer = access.get_customer(request.user, customer_id, to="change")
    phone = access.get_phone(customer, phone_id)

    def act(clean: Clean) -> Customer:
        actions.retire_phone(phone, **clean, by=request.user, at=now())
        return customer

    about = eyes.shown("phone", phone.number, customer)
    return fill_in(request, RETIRE_PHONE, RetireForm(posted(request)), act, customer, about=about)


# --- Conduct --------------------------------------------------------------------------------------------------------
NOTE_CONDUCT = Sheet(gettext_lazy("Note conduct"), gettext_lazy("Add"), gettext_lazy("The note has been added."))


@require_http_methods(["GET", "POST"])
@tells_refusals
def note_conduct(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note good or bad conduct."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.note_conduct(customer, **clean, by=request.user, at=now())
        return customer

    return fill_in(request, NOTE_CONDUCT, ConductForm(posted(request)), act, customer)


# --- Notes, visits, purchases ---------------------------------------------------------------------------------------
WRITE_NOTE = Sheet(gettext_lazy("New note or visit"), gettext_lazy("Add"), gettext_lazy("The note has been added."))
NOTE_PURCHASE = Sheet(gettext_lazy("New purchase"), gettext_lazy("Add"), gettext_lazy("The purchase has been noted."))


@require_http_methods(["GET", "POST"])
@tells_refusals
def write_note(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Write down what is to be known, or a visit."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.note_down(customer, **clean, by=request.user, at=now())
        return customer

    initial: dict[str, object] = {"kind": "visit"} if request.GET.get("kind") == "visit" else {}
    return fill_in(request, WRITE_NOTE, NoteForm(posted(request), initial=initial), act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def note_purchase(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note what the customer bought."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.note_purchase(customer, **clean, by=request.user, at=now())
        return customer

    return fill_in(request, NOTE_PURCHASE, PurchaseForm(posted(request)), act, customer)
