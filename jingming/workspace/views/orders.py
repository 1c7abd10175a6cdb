"""The page of one order."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jingming.accounts import eyes
from jingming.accounts.access import has
from jingming.accounts.revealing import reveal_page
from jingming.accounts.rules import Authority
from jingming.audit.actions import looked
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.workorders import access
from jingming.workorders.actions import attach
from jingming.workorders.rules import Act
from jingming.workspace import queries


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
        "veil": eyes.about(found),
        "can_take_more": has(request.user, Authority.TAKE_INTAKE) and found.opened_by_id == request.user.pk,
        "can_note": Act.NOTE in able,
        "can_attach": Act.ATTACH in able,
    }
    looked("order", found, by=request.user, at=now())
    return render(request, "workspace/order.html", context)


@require_http_methods(["GET", "POST"])
def reveal(request: StaffRequest, number: str) -> HttpResponse:
    """See the order's customer and caller whole for some minutes, for a reason."""
    found = access.get_order(request.user, number)
    return reveal_page(request, found, about=found.number, back=reverse("order", args=[found.number]))


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
