"""What every page of the desk shows around its content: the enterprise, the menu, the search box.

No query for somebody who is not signed in; for somebody who is, the posts and the figures beside the queues (each read
once a request) and what the process keeps of the organisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jingming.accounts.access import has
from jingming.accounts.models import Staff
from jingming.accounts.queries import acting_for
from jingming.accounts.rules import Authority
from jingming.organisation.queries import units
from jingming.organisation.rules import Level

from . import menu, queues


def desk(request: HttpRequest) -> dict[str, object]:
    """`enterprise`, `navigation`, `search_url`, `search_hint` as ui/base.html takes them; nothing when signed out."""
    person = getattr(request, "user", None)
    if not isinstance(person, Staff):
        return {}
    around: dict[str, object] = {"enterprise": enterprise(), "navigation": navigation(request, person)}
    if acting := acting_for(person):
        around |= {"acting_for": acting, "acting_for_url": reverse("delegations")}
    if has(person, Authority.SEE_ORDERS):
        around["counts_url"] = reverse("order_counts")
    if has(person, Authority.SEE_ORDERS) or has(person, Authority.SEE_CUSTOMERS):
        around |= {"search_url": reverse("search"), "search_hint": _("Order, customer, phone, address, meter")}
    return around


def enterprise() -> str:
    """The name of the enterprise, as callers hear it. No query."""
    return next((str(unit) for unit in units().values() if unit.level == Level.HQ), "")


def navigation(request: HttpRequest, person: Staff) -> list[dict[str, Any]]:
    """The person's menu, [{label, items: [{label, icon, url, current, count, counted}]}]: no query but for the posts,
    and one for whoever repairs jobs."""
    lines = [line for line in menu.of_person(person) if line.shown]
    figures = queues.figures(person) if any(line.entry.queue for line in lines) else {}
    groups: list[dict[str, Any]] = [
        {
            "label": pgettext("menu", "Pinned") if name == menu.PINNED else menu.GROUPS[name],
            "items": [_item(request, line, figures) for line in below],
        }
        for name, below in menu.together(lines).items()
    ]
    # /customers/network/ lies below /customers/ and is an entry of its own: the longest address is where one is.
    here = max((item["url"] for group in groups for item in group["items"] if item["current"]), key=len, default="")
    for group in groups:
        for item in group["items"]:
            item["current"] = item["current"] and len(item["url"]) == len(here)
    return groups


def _item(request: HttpRequest, line: menu.Line, figures: Mapping[str, int]) -> dict[str, object]:
    entry = line.entry
    item: dict[str, object] = {"label": line.label, "icon": entry.icon, "url": entry.url}
    if entry.queue:
        here = request.path == reverse("orders") and request.GET.get("queue", "") == entry.queue
        return item | {"current": here, "count": figures[entry.queue], "counted": entry.queue}
    count = (entry.count() or None) if entry.count else None
    return item | {"current": request.path.startswith(entry.url), "count": count}
