"""Acts beside an order's way: they add to it and leave it where it is, so nobody's save goes stale by them."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.files import actions as files
from jingming.files.models import Attachment
from jingming.organisation.models import Department

from ..models import OrderLink, WorkOrder, WorkRecord
from ..rules import Act, LinkKind
from .ground import CannotAct, begin


@transaction.atomic
def note(order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None = None) -> WorkOrder:
    """Write an internal note."""
    return begin(order, Act.NOTE, by=by, at=at, version=None).done(text=text)


@transaction.atomic
def attach(
    order: WorkOrder, *, upload: UploadedFile[bytes], by: Staff, at: datetime, purpose: str = "evidence",
    retention: str = "order", text: str = "", version: int | None = None,
) -> Attachment:  # fmt: skip
    """Add a file to the order; raises files.actions.BadFile for what is not taken."""
    doing = begin(order, Act.ATTACH, by=by, at=at, version=None)
    check_code("attachment_purpose", purpose, "purpose", at)
    kept = files.attach(doing.order, upload, purpose=purpose, retention=retention, by=by, at=at)
    doing.done(text=text, facts={"attachment": kept.pk, "name": kept.name})
    return kept


@transaction.atomic
def link(
    order: WorkOrder, *, other: WorkOrder, kind: LinkKind, by: Staff, at: datetime, version: int | None = None
) -> WorkOrder:
    """Link two orders that the person may see."""
    doing = begin(order, Act.LINK, by=by, at=at, version=None)
    if other.pk == doing.order.pk:
        raise Unfit(fields={"other": _("An order cannot be linked to itself.")})
    _created = OrderLink.objects.get_or_create(order=doing.order, other=other, kind=kind, defaults={"by": by, "at": at})
    if not _created[1]:
        raise CannotAct(_("The two orders are linked like this already."))
    return doing.done(facts={"other": other.pk, "number": other.number, "kind": str(kind)})


@transaction.atomic
def record_work(
    order: WorkOrder,
    *,
    text: str,
    minutes: int,
    began_at: datetime,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> WorkOrder:
    """Record work done 工作任务记录 and the minutes it took."""
    doing = begin(order, Act.WORK, by=by, at=at, version=None)
    if began_at > at or began_at < doing.order.occurred_at:
        raise Unfit(fields={"began_at": _("The time must lie between the customer's contact and now.")})
    WorkRecord.objects.create(
        order=doing.order, staff=by, began_at=began_at, minutes=minutes, text=text, recorded_at=at
    )
    return doing.done(text=text, facts={"minutes": minutes, "began_at": began_at.isoformat()})


@transaction.atomic
def judge(
    order: WorkOrder, *, department: Department, text: str, by: Staff, at: datetime, version: int | None = None
) -> WorkOrder:
    """Judge responsibility 责任定性: by the supervision department, never of own work (`access.OWN_WORK`)."""
    doing = begin(order, Act.JUDGE, by=by, at=at, version=None)
    return doing.done(text=text, facts={"responsible_department": department.pk})
