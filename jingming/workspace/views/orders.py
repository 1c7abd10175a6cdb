"""Queues and the page of one order."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.clock import now
from jingming.base.errors import Refusal, Unfit
from jingming.base.http import StaffRequest
from jingming.workorders import access
from jingming.workorders.actions import attach
from jingming.workorders.queries import QUEUES, types
from jingming.workorders.queries import queue as read_queue
from jingming.workorders.rules import Act
from jingming.workspace import queries, queues
from jingming.workspace.queues import FILTERS, Chosen


@require_GET
def orders(request: StaffRequest) -> HttpResponse:
    """A queue, newest contact first; the address says which, how filtered, and where the page begins."""
    name = request.GET.get("queue", "")
    if name not in QUEUES:
        return redirect(f"{reverse('orders')}?queue={queues.first(request.user)}")
    chosen = queues.read_filters(request.GET, types(), now())
    if chosen.unknown:
        messages.warning(request, _("Nothing can be filtered by: %(words)s.") % {"words": ", ".join(chosen.unknown)})
    cursor = request.GET.get("cursor", "")
    try:
        page = read_queue(request.user, name, cursor, filters=chosen.condition)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect(_address(name, chosen.on))
    context = {
        "queue": name,
        "title": QUEUES[name],
        "tabs": _tabs(request, name, chosen),
        "filters": _filters(name, chosen),
        "rows": queries.rows(page.items),
        "older_url": _address(name, chosen.on, cursor=page.next) if page.next else "",
        "newer_url": _address(name, chosen.on) if cursor else "",
        "can_take": has(request.user, Authority.TAKE_INTAKE),
        "hint": EMPTY[name],
    }
    return render(request, "workspace/orders.html", context)


def _address(name: str, on: dict[str, list[str]], **more: str | None) -> str:
    pairs = [("queue", name), *((key, value) for key, values in on.items() for value in values)]
    pairs += [(key, value) for key, value in more.items() if value]
    return f"{reverse('orders')}?{urlencode(pairs)}"


def _tabs(request: StaffRequest, name: str, chosen: Chosen) -> list[dict[str, Any]]:
    able = queues.offered(request.user)
    shown = able if name in able else [*able, name]
    return [{"label": QUEUES[one], "url": _address(one, chosen.on), "current": one == name} for one in shown]


def _filters(name: str, chosen: Chosen) -> list[dict[str, Any]]:
    """For the page: each filter with its values, whether they are on, and the address that switches them."""
    groups = []
    for key, one in FILTERS.items():
        on = chosen.on.get(key, [])
        values = []
        for value, label in chosen.offered[key]:
            switched = [kept for kept in on if kept != value] if value in on else [*on, value]
            others = {**chosen.on, key: switched}
            values.append({"label": label, "on": value in on, "url": _address(name, others)})
        groups.append({"label": one.label, "choices": values})
    return groups


# What an empty queue would hold, and how something gets there.
EMPTY: dict[str, Any] = {
    "mine": gettext_lazy("Orders that you have taken charge of stand here. Take one from your department's queue."),
    "department": gettext_lazy("Open orders that are with your department stand here."),
    "unassigned": gettext_lazy("Orders of your department that nobody has taken charge of stand here."),
    "tasks": gettext_lazy("Tasks of complaints and others that were split stand here until they are reported."),
    "held": gettext_lazy("Orders that wait for somebody, or that were held shortly, stand here."),
    "suspended": gettext_lazy("Orders that the call centre has suspended stand here until they are released."),
    "to_review": gettext_lazy("Steps of your department that wait for your review stand here."),
    "to_call_back": gettext_lazy("Processed orders whose customers have to be called back stand here."),
    "all": gettext_lazy("Orders of your places, and those that were with your department, stand here."),
}


@require_GET
def order(request: StaffRequest, number: str) -> HttpResponse:
    """One order: what it is about, its way, and what can be done now."""
    found = access.get_order(request.user, number)
    show, everything = request.GET.get("show", ""), "all" in request.GET
    sheet = queries.sheet(found, request.user, at=now(), show=show, everything=everything)
    able = {one.act for one in sheet.possible}
    context = {
        "sheet": sheet,
        "order": found,
        "can_take_more": has(request.user, Authority.TAKE_INTAKE) and found.opened_by_id == request.user.pk,
        "can_note": Act.NOTE in able,
        "can_attach": Act.ATTACH in able,
    }
    return render(request, "workspace/order.html", context)


@require_POST
def add_files(request: StaffRequest, number: str) -> HttpResponse:
    """Attach several files, each by itself: those that fit are kept, of the others it is said why not. JSON for scripts
    {"kept": [name], "refused": [{"name", "reason"}]}; else the order's page says it."""
    found = access.get_order(request.user, number)
    kept, refused = [], []
    for upload in request.FILES.getlist("files")[:MOST_FILES]:
        try:
            attach(found, upload=upload, purpose=_purpose(upload), by=request.user, at=now())
        except Refusal as refusal:
            reason = " ".join(refusal.fields.values()) or refusal.message
            refused.append({"name": upload.name, "reason": str(reason)})
        else:
            kept.append(upload.name)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"kept": kept, "refused": refused}, status=422 if refused else 200)
    if kept:
        messages.success(request, _("Attached: %(names)s.") % {"names": ", ".join(map(str, kept))})
    for one in refused:
        messages.error(request, _("%(name)s was not attached. %(reason)s") % one)
    if not kept and not refused:
        messages.error(request, _("Choose at least one file."))
    return redirect("order", number)


MOST_FILES = 20


def _purpose(upload: UploadedFile[bytes]) -> str:
    """What a file is most likely for, by what the browser says it is."""
    kind = (upload.content_type or "").split("/")[0]
    return {"image": "photo", "audio": "recording"}.get(kind, "document")
