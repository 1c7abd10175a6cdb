"""Acts that correct what an order says: its fields, or its type."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.privacy.vault import rewritten

from ..models import WorkOrder
from ..queries import current_version
from ..rules import Act, Status
from .ground import begin, responsible, rest_no_more, take_part
from .opening import clean_form

PLAIN = (
    "caller_name",
    "caller_phone",
    "address",
    "description",
    "category",
    "level",
    "verified",
    "customer",
    "service_point",
)
WRITTEN = ("caller_name", "address", "description")  # may hold numbers, which stand there as tokens


@transaction.atomic
def amend(order: WorkOrder, *, fields: dict[str, Any], by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Correct or fill in fields of the order or of its type's form; others keep their values."""
    doing = begin(order, Act.AMEND, by=by, at=at, version=version)
    here = doing.order
    form = {key: value for key, value in fields.items() if key not in PLAIN}
    for key in ("category", "level"):
        if fields.get(key):
            check_code(key, fields[key], key, None if fields[key] == getattr(here, key) else at)
    if "level" in fields and not fields["level"]:
        raise Unfit(fields={"level": _("Say how urgent it is.")})
    if "description" in fields and not fields["description"]:
        raise Unfit(fields={"description": _("Say what it is about.")})
    texts = {key: fields[key] for key in WRITTEN if key in fields}
    fields = fields | rewritten(texts, {key: getattr(here, key) for key in texts})
    for key in PLAIN:
        if key in fields:
            setattr(here, key, fields[key])
    if "service_point" in fields and here.service_point and not fields.get("address"):
        here.address = here.service_point.address
    untouched = {key: value for key, value in here.form.items() if key not in form}
    here.form = untouched | clean_form(here.version_of_type, form, at=at, kept=here.form)
    return doing.done()


@transaction.atomic
def retype(order: WorkOrder, *, type: str, by: Staff, at: datetime, version: int | None, text: str = "") -> WorkOrder:
    """Change the type: the order begins the other flow from its start, and keeps its number."""
    doing = begin(order, Act.RETYPE, by=by, at=at, version=version)
    new, here = current_version(type), doing.order
    if new.type_id == here.type_id:
        raise Unfit(fields={"type": _("The order is of this type already.")})
    flow, start = new.flow, new.flow.step(new.flow.start)
    here.type, here.version_of_type = new.type, new
    here.form = {key: value for key, value in here.form.items() if flow.field(key)}
    here.step, here.status = start.key, Status.UNTREATED
    here.department, here.assignee, here.recallable = responsible(here, start.kinds), None, False
    rest_no_more(here)
    take_part(here, here.department)
    return doing.done(text=text)
