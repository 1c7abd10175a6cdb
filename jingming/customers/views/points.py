"""Pages of the places that are served: the point, who is what to it, what hangs there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jingming.accounts import eyes
from jingming.accounts.rules import Authority
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.customers import access, actions, queries, rules
from jingming.customers.forms import DeviceForm, ExchangeForm, RetireForm, ServicePointForm, TenureForm
from jingming.customers.models import Customer

from .shared import Clean, Sheet, fill_in, posted, tells_refusals

# --- Service points -------------------------------------------------------------------------------------------------
ADD_POINT = Sheet(
    gettext_lazy("New service point"), gettext_lazy("Add"), gettext_lazy("The service point has been added.")
)
CHANGE_POINT = Sheet(
    gettext_lazy("Change the service point"), gettext_lazy("Save"), gettext_lazy("The service point has been saved.")
)


@require_http_methods(["GET", "POST"])
@tells_refusals
def add_service_point(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note a place that is served."""
    customer = access.get_customer(request.user, customer_id, to="change")
    form = ServicePointForm(posted(request), person=request.user, opened=False)

    def act(clean: Clean) -> Customer:
        actions.add_service_point(customer, **clean, by=request.user, at=now())
        return customer

    return fill_in(request, ADD_POINT, form, act, customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def change_service_point(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Change a service point, unless a colleague has just done so."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    eyes.need_whole(point, Authority.SEE_ADDRESSES)
    initial = {**queries.facts_of_point(point), "version": point.version}
    form = ServicePointForm(posted(request), person=request.user, opened=True, initial=initial)

    def act(clean: Clean) -> Customer:
        actions.change_service_point(point, **clean, by=request.user, at=now())
        return point.customer

    return fill_in(request, CHANGE_POINT, form, act, point.customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def move_service_point(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Another customer is served there: find them (`?q=`), then hand the service point over."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    chosen, status = request.POST.get("customer", ""), 200
    if request.method == "POST" and chosen.isdecimal():
        new = access.get_customer(request.user, int(chosen[:20]), to="change")
        try:
            actions.move_service_point(point, new, why=actions.Why("tenant"), by=request.user, at=now())
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


# --- Tenants, payers, keepers ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@tells_refusals
def add_tenure(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Another customer rents the place, pays for it or keeps it: find them (`?q=`), say what they are."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    form, status = TenureForm(posted(request), likely="tenant"), 200
    chosen = request.POST.get("customer", "")
    if request.method == "POST":
        status = 422
        if form.is_valid() and chosen.isdecimal():
            linked = access.get_customer(request.user, int(chosen[:20]))
            try:
                actions.add_tenure(point, linked, **form.cleaned_data, by=request.user, at=now())
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("The link has been added."))
                return redirect("customers:customer", customer_id)
    words = request.GET.get("q", "").strip()[: rules.QUERY_LENGTH]
    found = [one for one in queries.find(request.user, words).items if one.customer.pk != point.customer_id]
    context = {"point": point, "words": words, "found": found, "form": form}
    return render(request, "customers/add_tenure.html", context, status=status)


END_TENURE = Sheet(gettext_lazy("End the link"), gettext_lazy("End"), gettext_lazy("The link has ended."))


@require_http_methods(["GET", "POST"])
@tells_refusals
def end_tenure(request: StaffRequest, customer_id: int, point_id: int, tenure_id: int) -> HttpResponse:
    """The customer is no longer tenant, payer or keeper there."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    tenure = access.get_tenure(point, tenure_id)

    def act(clean: Clean) -> Customer:
        actions.end_tenure(tenure, **clean, by=request.user, at=now())
        return point.customer

    who = eyes.shown("name", tenure.customer.name, tenure.customer)
    about = f"{who} · {tenure.get_relation_display()} · {point.account_number}"
    return fill_in(request, END_TENURE, RetireForm(posted(request), likely="tenant"), act, point.customer, about=about)


# --- Devices --------------------------------------------------------------------------------------------------------
ADD_DEVICE = Sheet(gettext_lazy("New device"), gettext_lazy("Add"), gettext_lazy("The device has been added."))
CHANGE_DEVICE = Sheet(
    gettext_lazy("Change the device"), gettext_lazy("Save"), gettext_lazy("The device has been saved.")
)
EXCHANGE = Sheet(
    gettext_lazy("Exchange the device"), gettext_lazy("Exchange"), gettext_lazy("The exchange has been noted.")
)


@require_http_methods(["GET", "POST"])
@tells_refusals
def add_device(request: StaffRequest, customer_id: int, point_id: int) -> HttpResponse:
    """Note a device at a service point."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")

    def act(clean: Clean) -> Customer:
        actions.add_device(point, **clean, by=request.user, at=now())
        return point.customer

    return fill_in(request, ADD_DEVICE, DeviceForm(posted(request), opened=False), act, point.customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def change_device(request: StaffRequest, customer_id: int, point_id: int, device_id: int) -> HttpResponse:
    """Correct what is written about a device."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    device = access.get_device(point, device_id)
    initial: dict[str, object] = {
        name: getattr(device, name) for name in ("kind", "number", "model", "installed_on", "design_life")
    }

    def act(clean: Clean) -> Customer:
        actions.change_device(device, **clean, by=request.user, at=now())
        return point.customer

    form = DeviceForm(posted(request), opened=True, initial=initial)
    return fill_in(request, CHANGE_DEVICE, form, act, point.customer)


@require_http_methods(["GET", "POST"])
@tells_refusals
def exchange_device(request: StaffRequest, customer_id: int, point_id: int, device_id: int) -> HttpResponse:
    """A device goes and another one comes in its place, or none."""
    point = access.get_service_point(request.user, customer_id, point_id, to="change")
    device = access.get_device(point, device_id)

    def act(clean: Clean) -> Customer:
        actions.exchange_device(device, **clean, by=request.user, at=now())
        return point.customer

    form = ExchangeForm(posted(request), initial={"on": queries.today(now()), "model": device.model})
    return fill_in(request, EXCHANGE, form, act, point.customer)
