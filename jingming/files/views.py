"""Give out an attachment, so that no browser can take it for a page of ours."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.views.decorators.http import require_GET

from jingming.base.clock import now
from jingming.base.http import StaffRequest

from . import access, actions, pictures, rules, store
from .models import Attachment

SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_GET
def download(request: StaffRequest, attachment_id: int) -> FileResponse:
    """The file as a download; with `?inline=1` a picture is shown in the page instead, with `?small=1` made small.

    A small picture is part of the page that shows it; fetching the file itself is written down."""
    attachment = access.get_attachment(request.user, attachment_id)
    if attachment.scan == "infected" or attachment.removed_at is not None:
        raise Http404
    picture = attachment.media_type in rules.SHOWN_IN_PAGE
    if picture and "small" in request.GET and (small := pictures.small(attachment.store_key)) is not None:
        return FileResponse(small, content_type=pictures.MEDIA_TYPE, headers=SAFE)
    return _whole(request, attachment, shown=picture and request.GET.get("inline") == "1")


def _whole(request: StaffRequest, attachment: Attachment, *, shown: bool) -> FileResponse:
    content = store.read(attachment.store_key)
    actions.note_download(attachment, by=request.user, at=now(), shown=shown)
    charset = "; charset=utf-8" if attachment.media_type in rules.TEXTS else ""
    return FileResponse(
        content,
        as_attachment=not shown,
        filename=attachment.name,
        content_type=attachment.media_type + charset,
        headers=SAFE,
    )
