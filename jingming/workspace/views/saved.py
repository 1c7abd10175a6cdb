"""Saved views and the choice of columns: forms on the way out of a queue and back to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import put_on
from jingming.workspace import access, actions
from jingming.workspace.forms.saved import ColumnsForm, ViewForm
from jingming.workspace.lists import clean_query, columns_of
from jingming.workspace.models import SavedView


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Save the queue of the address (`query`) under a name."""
    asked = request.GET.get("query", "") or request.POST.get("query", "")
    query = clean_query(asked, request.user)
    form = ViewForm(request.user, request.POST or None, query=query)
    if form.is_valid():
        try:
            actions.save_view(
                name=form.cleaned_data["name"], query=query, audience=form.audience(), by=request.user, at=now()
            )
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The view is saved."))
            return redirect(_queue(query))
    return _page(request, form, title=_("Save this view"), back=_queue(query))


@require_http_methods(["GET", "POST"])
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Rename a view or share it with others."""
    view = access.get_view(request.user, pk, to="change")
    form = ViewForm(request.user, request.POST or None, view=view)
    if form.is_valid():
        try:
            actions.change_view(
                view, name=form.cleaned_data["name"], audience=form.audience(), by=request.user, at=now()
            )
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The view is saved."))
            return redirect(_queue(view.query))
    return _page(
        request, form, title=_("Change the view “%(name)s”") % {"name": view.name}, back=_queue(view.query), view=view
    )


@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a view."""
    view = access.get_view(request.user, pk, to="change")
    actions.delete_view(view, by=request.user, at=now())
    messages.success(request, _("The view is deleted; the orders that it showed are untouched."))
    return redirect("orders")


@require_http_methods(["GET", "POST"])
def columns(request: StaffRequest) -> HttpResponse:
    """Choose the columns of one's queues and their order."""
    back = _queue(clean_query(request.GET.get("query", "") or request.POST.get("query", ""), request.user))
    form = ColumnsForm(columns_of(request.user), request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.choose_columns(form.columns(), by=request.user, at=now())
        return redirect(back)
    context = {"form": form, "back": back, "query": back.partition("?")[2]}
    return render(request, "workspace/columns.html", context, status=422 if form.errors else 200)


def _queue(query: str) -> str:
    return f"{reverse('orders')}?{query}"


def _page(
    request: StaffRequest, form: ViewForm, *, title: str, back: str, view: SavedView | None = None
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "view": view}
    return render(request, "workspace/saved_view.html", context, status=422 if form.errors else 200)
