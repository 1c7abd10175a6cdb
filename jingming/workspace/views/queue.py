"""A queue: the page, its rows fetched anew while it is looked at, and the figures beside all queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.base.paging import pack
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import QUEUES, SORTS, newer_than, queued_among, sorts_of
from jingming.workorders.queries import queue as read_queue
from jingming.workspace import access, queries, queues
from jingming.workspace.acts import ICONS, KEYS
from jingming.workspace.lists import Listing, columns_of, groups, read_listing, tells_lines
from jingming.workspace.rules import BULK, COLUMNS, MOST_AT_ONCE

MOST_NEW = 99


@require_GET
def orders(request: StaffRequest) -> HttpResponse:
    """A queue; the address says which, how filtered and sorted, and where the page begins."""
    if request.GET.get("queue", "") not in QUEUES:
        return redirect(_at(f"queue={queues.first(request.user)}"))
    listing = read_listing(request.GET, request.user)
    if tells_lines(request.GET, listing) and request.headers.get("Sec-Fetch-Mode") == "navigate":
        return redirect(_at(listing.query()))  # which is what the history of the browser keeps
    if unknown := listing.chosen.unknown:
        messages.warning(request, _("Nothing can be filtered by: %(words)s.") % {"words": ", ".join(unknown)})
    cursor = request.GET.get("cursor", "")
    try:
        page = read_queue(request.user, listing.name, cursor, filters=listing.chosen.condition, sort=listing.sort)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect(_at(listing.query()))
    columns = columns_of(request.user, listing)
    context = {
        "listing": listing,
        "title": QUEUES[listing.name],
        "count": None if listing.chosen.on else queues.figures(request.user).get(listing.name),
        "tabs": _tabs(request, listing),
        "views": _views(request),
        "filters": groups(listing),
        "without_filters": _at(listing.query(on={})) if listing.chosen.on else "",
        "sorts": [
            {"label": SORTS[sort], "url": _at(listing.query(sort=sort)), "on": sort == listing.sort}
            for sort in sorts_of(listing.name)
        ],
        "heads": _heads(listing, columns),
        "rows": queries.rows(page.items),
        "mark": _mark(page.items, listing, cursor),
        "query": listing.query(),
        "older_url": _at(listing.query(cursor=page.next)) if page.next else "",
        "newer_url": _at(listing.query()) if cursor else "",
        "acts": [{"value": act.value, "label": act.label, "icon": ICONS[act], "key": KEYS[act]} for act in BULK],
        "most": MOST_AT_ONCE,
        "can_take": has(request.user, Authority.TAKE_INTAKE),
        "can_export": access.may_export_orders(request.user),
        "hint": EMPTY[listing.name],
    }
    return render(request, "workspace/orders.html", context)


@require_GET
def rows(request: StaffRequest) -> JsonResponse:
    """What has become of a queue's rows: `id` those that changed, `mark` the newest row shown. Answers
    {"rows": [{id, at, html}], "gone": [id]}: the changed ones and newer ones that stand in the queue now, as rows, and
    the ids of those that do not."""
    listing = read_listing(request.GET, request.user)
    changed = {
        int(pk) for pk in request.GET.getlist("id")[:MOST_NEW] if pk.isascii() and pk.isdecimal() and len(pk) < 19
    }
    found = queued_among(request.user, listing.name, changed, filters=listing.chosen.condition) if changed else []
    gone = sorted(changed - {order.pk for order in found})
    if "mark" in request.GET:
        try:
            newer = newer_than(
                request.user, listing.name, request.GET["mark"], filters=listing.chosen.condition, size=MOST_NEW
            )
        except Unfit:  # no mark of ours: the page is old or somebody else's
            return JsonResponse({}, status=400)
        found += [order for order in newer if order.pk not in changed]
    heads = _heads(listing, columns_of(request.user, listing))
    shown = [
        {
            "id": row.order.pk,
            "at": row.order.occurred_at.isoformat(),
            "html": render_to_string("workspace/_queue_row.html", {"row": row, "heads": heads}),
        }
        for row in queries.rows(found)
    ]
    return JsonResponse({"rows": shown, "gone": gone})


@require_GET
def counts(request: StaffRequest) -> JsonResponse:
    """How many orders each of the person's queues holds."""
    return JsonResponse(queues.figures(request.user))


def _at(query: str) -> str:
    return f"{reverse('orders')}?{query}"


def _mark(items: Sequence[WorkOrder], listing: Listing, cursor: str) -> str | None:
    """What a newer row is newer than; None where newer rows would not come first."""
    if listing.sort != "newest" or cursor:
        return None
    return pack(items[0].occurred_at, items[0].pk) if items else ""


def _heads(listing: Listing, columns: list[str]) -> list[dict[str, Any]]:
    """The heads of the columns; those by which the queue can be sorted lead there."""
    found = []
    for name in columns:
        head: dict[str, Any] = {"name": name, "label": COLUMNS[name], "wide": name in WIDE}
        if name == "time":
            to = "oldest" if listing.sort == "newest" else "newest"
            sorted_ = {"newest": "descending", "oldest": "ascending"}.get(listing.sort, "none")
            head |= {"url": _at(listing.query(sort=to)), "sorted": sorted_}
        if name == "level" and "urgent" in sorts_of(listing.name):
            sorted_ = "ascending" if listing.sort == "urgent" else "none"
            head |= {"url": _at(listing.query(sort="urgent")), "sorted": sorted_}
        found.append(head)
    return found


WIDE = ("place", "category", "caller", "channel")  # where there is room


def _tabs(request: StaffRequest, listing: Listing) -> list[dict[str, Any]]:
    able, figures = queues.offered(request.user), queues.figures(request.user)
    shown = able if listing.name in able else [*able, listing.name]
    return [
        {
            "label": QUEUES[one],
            "url": _at(listing.in_queue(one).query()),
            "current": one == listing.name,
            "name": one,
            "count": None if listing.chosen.on else figures.get(one),
        }
        for one in shown
    ]


def _views(request: StaffRequest) -> list[dict[str, Any]]:
    """The saved views that the person sees, as tabs."""
    here = QueryDict(request.META.get("QUERY_STRING", "")).copy()
    here.pop("cursor", None)
    return [
        {
            "name": view.name,
            "url": _at(view.query),
            "current": sorted(QueryDict(view.query).lists()) == sorted(here.lists()),
            "shared": view.department_id is not None or view.role_id is not None,
            "change": reverse("view_change", args=[view.pk]) if access.changes(request.user, view) else "",
        }
        for view in access.visible_views(request.user)[:MOST_VIEWS]
    ]


MOST_VIEWS = 40

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
