"""What every page of the desk shows around its content: the enterprise, the menu, the search box.

No query for somebody who is not signed in; for somebody who is, the posts and the figures beside the queues (each read
once a request) and what the process keeps of the organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.access import has
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.organisation.queries import units
from jingming.organisation.rules import Level
from jingming.workorders.queries import QUEUES

from . import queues
from .queries.repairs import waiting_for_repair


@dataclass(frozen=True)
class Entry:
    """A line of the menu: whom it is for, and the name of its page."""

    label: str | Promise
    icon: str
    page: str
    authority: Authority
    count: Callable[[], int] | None = None  # shown if there are any


GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        gettext_lazy("Customers and contacts"),
        (
            Entry(gettext_lazy("Archives"), "users", "customers:list", Authority.SEE_CUSTOMERS),
            Entry(gettext_lazy("Contacts"), "phone-call", "interactions", Authority.SEE_INTERACTIONS),
        ),
    ),
    (
        gettext_lazy("Settings"),
        (
            Entry(gettext_lazy("Flows"), "route", "flows", Authority.SEE_FLOWS),
            Entry(gettext_lazy("Organisation"), "sitemap", "organisation", Authority.SEE_ORGANISATION),
            Entry(gettext_lazy("Network"), "route", "customers:network", Authority.SEE_ORGANISATION),
            Entry(gettext_lazy("Staff"), "id-badge-2", "staff", Authority.SEE_STAFF),
            Entry(gettext_lazy("Codes"), "tag", "codes", Authority.CHANGE_CODES),
            Entry(gettext_lazy("Import and export"), "upload", "data", Authority.LOAD_DATA),
            Entry(gettext_lazy("Routes of categories"), "switch-horizontal", "routes", Authority.CHANGE_CODES),
            Entry(gettext_lazy("Audit"), "eye", "audit", Authority.SEE_AUDIT),
            Entry(gettext_lazy("Repairs"), "tool", "repairs", Authority.REPAIR_JOBS, waiting_for_repair),
        ),
    ),
)


def desk(request: HttpRequest) -> dict[str, object]:
    """`enterprise`, `navigation`, `search_url`, `search_hint` as ui/base.html takes them; nothing when signed out."""
    person = getattr(request, "user", None)
    if not isinstance(person, Staff):
        return {}
    around: dict[str, object] = {"enterprise": enterprise(), "navigation": navigation(request, person)}
    if has(person, Authority.SEE_ORDERS):
        around["counts_url"] = reverse("order_counts")
    if has(person, Authority.SEE_ORDERS) or has(person, Authority.SEE_CUSTOMERS):
        around |= {"search_url": reverse("search"), "search_hint": _("Order, customer, phone, address, meter")}
    return around


def enterprise() -> str:
    """The name of the enterprise, as callers hear it. No query."""
    return next((str(unit) for unit in units().values() if unit.level == Level.HQ), "")


def navigation(request: HttpRequest, person: Staff) -> list[dict[str, Any]]:
    """The person's menu, [{label, items: [{label, icon, url, current, count}]}]: no query but for the posts, and one
    for whoever repairs jobs."""
    groups: list[dict[str, Any]] = [{"label": "", "items": [*_work(request, person)]}]
    for label, entries in GROUPS:
        items = [
            _item(request, entry.label, entry.icon, reverse(entry.page))
            | {"count": (entry.count() or None) if entry.count else None}
            for entry in entries
            if has(person, entry.authority)
        ]
        groups.append({"label": label, "items": items})
    # /customers/network/ lies below /customers/ and is an entry of its own: the longest address is where one is.
    here = max((item["url"] for group in groups for item in group["items"] if item["current"]), key=len, default="")
    for group in groups:
        for item in group["items"]:
            item["current"] = item["current"] and len(item["url"]) == len(here)
    return [group for group in groups if group["items"]]


def _work(request: HttpRequest, person: Staff) -> Iterable[dict[str, object]]:
    """What the person is here for: taking contacts, and the queues of their posts."""
    if has(person, Authority.TAKE_INTAKE):
        yield _item(request, _("Call intake"), "phone-incoming", reverse("intake"))
    if queues.in_the_field(person):
        yield _item(request, _("Jobs"), "tool", reverse("field"))
    orders, shown = reverse("orders"), request.GET.get("queue", "")
    offered = queues.in_menu(person)
    figures = queues.figures(person) if offered else {}
    for name in offered:
        here = request.path == orders and shown == name
        item = _item(request, QUEUES[name], queues.ICONS[name], f"{orders}?queue={name}")
        yield item | {"current": here, "count": figures[name], "counted": name}


def _item(request: HttpRequest, label: str | Promise, icon: str, url: str) -> dict[str, object]:
    return {"label": label, "icon": icon, "url": url, "current": request.path.startswith(url), "count": None}
