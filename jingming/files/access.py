"""Who may fetch an attachment: whoever may see what it belongs to.

Files know no owners, they lie below them. The wiring hands over, for each kind of owner, the function that fetches one
for a person or answers 404.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from jingming.base.errors import Http404

from .models import Attachment

Getter = Callable[[object, int], models.Model]
_owners: dict[str, Getter] = {}


def register_owner(kind_label: str, getter: Getter) -> None:
    """Let `getter(user, owner_id)` decide about attachments of owners like "customers.Customer"."""
    _owners[kind_label] = getter


def get_attachment(user: object, attachment_id: int) -> Attachment:
    """The attachment, if the person may see its owner; otherwise, as for an unknown one, Http404."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None or attachment.owner_kind not in _owners:
        raise Http404
    _owners[attachment.owner_kind](user, attachment.owner_id)
    return attachment
