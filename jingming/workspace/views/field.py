"""The engineer's page on a phone: the one next job, and the rest of the day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.audit.actions import looked
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workspace import queries


@require_GET
def field(request: StaffRequest) -> HttpResponse:
    """Today's own jobs, the one of `?job=` first; htmx asks for the same page again when something has changed."""
    chosen = request.GET.get("job", "")
    day = queries.day_of(request.user, now(), chosen)
    if day.jobs:  # the first one stands there with whoever waits, the others with their place
        looked("order", day.jobs[0].row.order, by=request.user, at=now())
    context = {"day": day, "chosen": chosen}
    return render(request, "workspace/field.html", context)
