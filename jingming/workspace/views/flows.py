"""Flow pages, drawn from the data that the acts obey."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.base.http import StaffRequest
from jingming.workorders.models import TypeVersion
from jingming.workspace import drawing, guides, queries


@require_GET
def flows(request: StaffRequest) -> HttpResponse:
    """All types of orders with the steps of their current versions."""
    return render(request, "workspace/flows.html", {"versions": [(v, v.flow) for v in queries.versions_now()]})


@require_GET
def flow(request: StaffRequest, code: str) -> HttpResponse:
    """One type's flow: drawn, and as tables; `?version=` shows an older one, which open orders may still follow."""
    versions = list(TypeVersion.objects.filter(type__code=code).select_related("type").order_by("-number"))
    wanted = request.GET.get("version", "")
    shown = next((v for v in versions if str(v.number) == wanted), None) if wanted else next(iter(versions), None)
    if shown is None:
        raise Http404
    context = {"version": shown, "versions": versions, "flow": shown.flow, **drawing.described(shown.flow)}
    context["guide"] = guides.spoken(code, shown.flow, {}, on=True, ticked=frozenset())
    return render(request, "workspace/flow.html", context)
