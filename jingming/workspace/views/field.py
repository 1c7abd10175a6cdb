"""The engineer's page on a phone: the one next job, and the rest of the day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workspace import queries


@require_GET
def field(request: StaffRequest) -> HttpResponse:
    """Today's own jobs; htmx asks for the same page again when something has changed."""
    return render(request, "workspace/field.html", {"day": queries.day_of(request.user, now())})
