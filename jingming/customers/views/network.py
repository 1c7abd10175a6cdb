"""Pages of the network: the tree, one element with what hangs below it, and who keeps it may change it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.customers import access, actions, queries, rules
from jingming.customers.forms import ElementForm
from jingming.customers.models import NetworkElement

from .shared import Sheet, posted

ADD = Sheet(
    gettext_lazy("New network element"), gettext_lazy("Add"), gettext_lazy("The network element has been added.")
)
CHANGE = Sheet(
    gettext_lazy("Change the network element"),
    gettext_lazy("Save"),
    gettext_lazy("The network element has been saved."),
)


@require_GET
def network(request: StaffRequest) -> HttpResponse:
    """The top of the network; with `?q=` the elements whose code or name begins so."""
    words = request.GET.get("q", "").strip()[: rules.QUERY_LENGTH]
    elements = queries.elements_like(words) if words else queries.elements_below(None)
    can_change = has(request.user, Authority.CHANGE_ORGANISATION)
    context = {"words": words, "elements": elements, "can_change": can_change}
    return render(request, "customers/network.html", context)


@require_GET
def element(request: StaffRequest, code: str) -> HttpResponse:
    """One element: what is above it and below it, and whom it feeds as far as the person may see them."""
    found = access.get_element(request.user, code)
    context = {
        "element": found,
        "sheet": queries.element_sheet(request.user, found),
        "can_change": access.may_change_network(request.user, found),
    }
    return render(request, "customers/element.html", context)


@require_http_methods(["GET", "POST"])
def add_element(request: StaffRequest) -> HttpResponse:
    """Note an element of the network; `?parent=` says below which one."""
    above = request.GET.get("parent", "")[: rules.ELEMENT_LENGTH]
    form = ElementForm(posted(request), person=request.user, opened=False, initial={"parent": above})
    return _fill_in(request, ADD, form, None)


@require_http_methods(["GET", "POST"])
def change_element(request: StaffRequest, code: str) -> HttpResponse:
    """Change an element, unless a colleague has just done so."""
    found = access.get_element(request.user, code, to="change")
    initial = {**queries.facts_of_element(found), "version": found.version}
    form = ElementForm(posted(request), person=request.user, opened=True, initial=initial)
    return _fill_in(request, CHANGE, form, found)


def _fill_in(request: StaffRequest, sheet: Sheet, form: ElementForm, found: NetworkElement | None) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            clean = form.cleaned_data
            try:
                if found is None:
                    done = actions.add_element(**clean, by=request.user, at=now())
                else:
                    done = actions.change_element(found, **clean, by=request.user, at=now())
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, str(sheet.said))
                return redirect("customers:element", done.code)
    context = {"form": form, "sheet": sheet, "element": found}
    return render(request, "customers/element_form.html", context, status=status)
