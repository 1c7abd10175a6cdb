"""Vocabulary of the dictionary: the sets it holds, what they are called, and what a code may look like."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CODE = r"[a-z][a-z0-9_]{0,39}"
# What is written where nobody chooses: set → code. These are renamed as one likes, but always on offer.
GIVEN_UNASKED = {"level": "normal", "attachment_purpose": "evidence"}


class Set(TextChoices):
    """The lists that forms offer. Another slice names a set here when it begins to use one."""

    CHANNEL = "channel", _("Channels")
    LEVEL = "level", _("Levels")
    CATEGORY = "category", _("Problem categories")
    REPAIR_KIND = "repair_kind", _("Kinds of repair")
    CONSULTATION_KIND = "consultation_kind", _("Kinds of consultation")
    COMPLAINT_KIND = "complaint_kind", _("Causes of complaint")
    BUSINESS_KIND = "business_kind", _("Kinds of business")
    NO_ORDER_REASON = "no_order_reason", _("Reasons for no order")
    RETURN_REASON = "return_reason", _("Reasons for returning")
    VOID_REASON = "void_reason", _("Reasons for voiding")
    HOLD_REASON = "hold_reason", _("Reasons for holding")
    SUSPEND_REASON = "suspend_reason", _("Reasons for suspending")
    REOPEN_REASON = "reopen_reason", _("Reasons for reopening")
    ATTACHMENT_PURPOSE = "attachment_purpose", _("Purposes of attachments")
    RETENTION_CLASS = "retention_class", _("Retention classes")
    CONTACT_DUTY = "contact_duty", _("Duties of contact persons")
    SENSITIVE_FLAG = "sensitive_flag", _("Reasons for special care")
    DEVICE_KIND = "device_kind", _("Kinds of device")
    ELEMENT_KIND = "element_kind", _("Kinds of network element")
    CHANGE_REASON = "change_reason", _("Reasons for changing an archive")
