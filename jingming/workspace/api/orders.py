"""Work orders for programs: the same acts and the same access as at the desk."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Header, Query
from ninja.files import UploadedFile

from jingming.accounts.idempotency import once
from jingming.audit.actions import looked
from jingming.base.api import Listing, listing
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.organisation.queries import departments
from jingming.privacy import asking
from jingming.workorders import access, actions, inputs, queries
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import BESIDE, Act, Status
from jingming.workspace.filters import Asking, by_own_fields

from . import coming, going
from .doors import SEE, SEE_AND_UPLOAD, work_orders
from .shown import row, url_of, whole

ASKED = "By filterable fields as a form is sent, `type.key=value&…` (UTF-8, percent-encoded): what is typed into a text"


@work_orders.get("", auth=SEE, response=Listing[going.OrderRow])
def list_orders(  # noqa: PLR0917  # each is a parameter of the address
    request: StaffRequest,
    queue: Annotated[str, Query(max_length=20)] = "all",
    cursor: Annotated[str, Query(max_length=200)] = "",
    status: Annotated[Status | None, Query()] = None,
    type: Annotated[str, Query(max_length=30)] = "",
    field: Annotated[
        list[str],
        Query(
            max_length=12,
            default_factory=list,
            description="By a type's own filterable fields, each `type.key=value`; of numbers and days "
            "`type.key.from=…` and `type.key.to=…`; of texts in the header alone",
        ),
    ] = [],  # noqa: B006  # never changed
    asked: Annotated[str, Header(alias=asking.HEADER, max_length=4000, description=ASKED)] = "",
) -> dict[str, object]:
    """A queue (mine, department, unassigned, tasks, held, suspended, to_review, to_call_back, all), newest first."""
    filters = queries.narrowed(status=status, type=type)
    if field or asked:
        own = by_own_fields(field, asked, Asking(request.user, queries.types_with_filters(), now()))
        filters = own if filters is None else filters & (own or Q())
    return listing(queries.queue(request.user, queue, cursor, filters=filters), row)


@work_orders.get("/{str:number}", auth=SEE, response=going.OrderOut)
def order(request: StaffRequest, number: str) -> dict[str, Any]:
    """One order with its history, what hangs on it, and the acts allowed and refused now."""
    found = access.get_order(request.user, number)
    looked("order", found, by=request.user, at=now())
    return whole(found, request)


@work_orders.post("/{str:number}/acts", auth=SEE, response={200: going.ActDone})
def act(request: StaffRequest, number: str, payload: coming.ActIn) -> HttpResponse:
    """Do one act. All but note, link, work and judge need the `version` that you read: another one is refused with the
    differences."""

    def effect() -> tuple[int, dict[str, Any]]:
        found = access.get_order(request.user, number)
        chosen = _act(payload.act)
        sent = payload.model_dump(exclude_unset=True, exclude={"act", "version"})
        if payload.version is None and chosen not in BESIDE:
            raise Unfit(fields={"version": _("Send the version of the order that you have read.")})
        values = inputs.clean(chosen, sent, order=found, person=request.user)
        done = actions.BY_ACT[chosen](found, by=request.user, at=now(), version=payload.version, **values)
        return 200, _done(done)

    return once(request, effect)


def _act(code: str) -> Act:
    possible = [act for act in Act if act in actions.BY_ACT and act != Act.ATTACH]
    if code not in possible:
        raise Unfit(fields={"act": _("Choose one of: %(choices)s.") % {"choices": ", ".join(possible)}})
    return Act(code)


def _done(order: WorkOrder) -> dict[str, Any]:
    return {
        **{name: getattr(order, name) for name in ("number", "status", "step", "version")},
        "department": departments()[order.department_id].code,
        "assignee": order.assignee.username if order.assignee else None,
        "missing": access.missing(order),
        "url": url_of(order),
    }


@work_orders.post("/{str:number}/attachments", auth=SEE_AND_UPLOAD, response={201: dict[str, Any]})
def attach(
    request: StaffRequest,
    number: str,
    file: Annotated[UploadedFile, File()],
    purpose: Annotated[str, Form(max_length=40)] = "evidence",
    text: Annotated[str, Form(max_length=1000)] = "",
) -> HttpResponse:
    """Attach a file; its type is sniffed from its bytes."""

    def effect() -> tuple[int, dict[str, Any]]:
        found = access.get_order(request.user, number)
        kept = actions.attach(found, upload=file, purpose=purpose, text=text, by=request.user, at=now())
        return 201, {
            "id": kept.pk,
            "name": kept.name,
            "media_type": kept.media_type,
            "size": kept.size,
            "sha256": kept.sha256,
        }

    content = b"\n".join([str(file.name).encode("utf-8", "replace"), purpose.encode(), text.encode(), file.read()])
    file.seek(0)
    return once(request, effect, content=content)


@work_orders.get("/{str:number}/acts", auth=SEE, response=dict[str, Any])
def acts(request: StaffRequest, number: str) -> dict[str, Any]:
    """What each act allowed now needs to know."""
    found = access.get_order(request.user, number)
    return {
        str(act): [
            {"name": f.name, "kind": f.kind, "label": str(f.label), "required": f.required, "of": f.of}
            for f in inputs.ACT_FIELDS[act]
        ]
        for act in access.acts_for(found, request.user).now
    }
