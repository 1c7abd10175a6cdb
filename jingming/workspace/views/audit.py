"""The audit: what whoever may read it looks for, as a page and as a file."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from jingming.audit import queries as audit
from jingming.audit.models import Entry
from jingming.audit.sentences import sentence
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.workspace import access, actions
from jingming.workspace.forms.audit import AuditSearch, ExportReason
from jingming.workspace.told import records

from .streamed import csv_file


@require_GET
def audit_log(request: StaffRequest) -> HttpResponse:
    """Who did what to which record, newest first; a fixed number of queries."""
    cursor = request.GET.get("cursor", "")
    form = AuditSearch(request.GET)
    if not form.is_valid():
        return render(request, "workspace/audit.html", {"form": form, "rows": [], "searched": True}, status=422)
    asked = form.asked()
    try:
        page = audit.latest(audit.matching(access.audit_visible_to(request.user), form.search()), cursor)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("audit")
    context = {
        "form": form,
        "rows": [
            {
                "entry": entry,
                "said": sentence(entry.key, entry.facts),
                "record": record,
                "more": urlencode({"kind": entry.target_kind, "record": entry.target_id}),
            }
            for entry, record in zip(page.items, records(page.items), strict=True)
        ],
        "searched": bool(asked),
        "query": urlencode(asked),
        "older_url": f"?{urlencode({**asked, 'cursor': page.next})}" if page.next else "",
        "newer_url": f"{request.path}?{urlencode(asked)}" if cursor else "",
    }
    return render(request, "workspace/audit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def audit_export(request: StaffRequest) -> HttpResponseBase:
    """The lines that a search finds as CSV, once a reason has been given; a line of the audit says so first."""
    search = AuditSearch(request.GET)
    if not search.is_valid():
        # nosemgrep: no-open-redirect  # our own page; what was asked only goes behind it
        return redirect(reverse("audit", query=request.GET))
    asked = search.asked()
    form = ExportReason(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "asked": _asked(search), "query": urlencode(asked)}
        return render(request, "workspace/audit_export.html", context, status=422 if form.errors else 200)
    at = now()
    noted = actions.note_audit_export(asked=asked, reason=form.cleaned_data["reason"], by=request.user, at=at)
    found = audit.matching(access.audit_visible_to(request.user), search.search()).filter(at__lte=at)
    return csv_file(request, "audit", noted, _heading(), (_rows(page) for page in audit.all_of(found)))


def _asked(search: AuditSearch) -> list[tuple[str, str]]:
    """What is looked for, as whoever exports it reads it."""
    said = []
    for name, value in search.asked().items():
        field = search.fields[name]
        words = dict(getattr(field, "choices", ())).get(value, value)
        said.append((str(field.label), str(words)))
    return said


def _heading() -> list[str]:
    return [
        _("When"),
        pgettext("audit", "Who"),
        _("Number of the person"),
        _("What"),
        _("Record"),
        _("Key"),
        pgettext("audit", "Entry"),
    ]


def _rows(page: list[Entry]) -> list[list[str]]:
    return [
        [
            timezone.localtime(entry.at).isoformat(" ", "seconds"),
            entry.by_name,
            str(entry.by_id or ""),
            sentence(entry.key, entry.facts),
            record,
            entry.key,
            str(entry.id),
        ]
        for entry, record in zip(page, records(page), strict=True)
    ]
