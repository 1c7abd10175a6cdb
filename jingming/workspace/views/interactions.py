"""Every contact and the one thing that became of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.interactions.queries import latest
from jingming.workspace import queries


@require_GET
def interactions(request: StaffRequest) -> HttpResponse:
    """The contacts that the person may see, newest first."""
    cursor = request.GET.get("cursor", "")
    try:
        page = latest(request.user, cursor)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("interactions")
    context = {
        "rows": queries.contact_rows(request.user, page.items),
        "older_url": f"?{urlencode({'cursor': page.next})}" if page.next else "",
        "newer_url": request.path if cursor else "",
    }
    return render(request, "workspace/interactions.html", context)
