"""Work orders and contacts for programs: the same intake, the same acts, the same access as the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import File, Form, Header, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from jingming.accounts import eyes
from jingming.accounts.http import Bearer
from jingming.accounts.idempotency import once
from jingming.accounts.rules import Authority, Pace
from jingming.audit.actions import looked, was_shown
from jingming.base.api import Input, Listing, Output, listing
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.customers import queries as customers
from jingming.customers.rules import phone_number
from jingming.intake import actions as intake
from jingming.interactions import access as interaction_access
from jingming.interactions import queries as interactions
from jingming.interactions.actions import Contact
from jingming.interactions.models import Interaction
from jingming.organisation.queries import departments
from jingming.privacy import asking
from jingming.ui.labels import in_language
from jingming.workorders import access, actions, inputs, masks, queries
from jingming.workorders.actions import Matter
from jingming.workorders.flows import FieldKind, PatternKind
from jingming.workorders.models import History, Review, Task, WorkOrder
from jingming.workorders.rules import BESIDE, Act, Status

from .filters import Asking, by_own_fields

router = Router(tags=["work orders"])
contacts = Router(tags=["contacts"])
order_types = Router(tags=["types of orders"])
SEE_AND_UPLOAD = Bearer(to=Authority.SEE_ORDERS, pace=Pace.UPLOAD)
SEE, TAKE = Bearer(to=Authority.SEE_ORDERS), Bearer(to=Authority.TAKE_INTAKE)
SEE_CONTACTS = Bearer(to=Authority.SEE_INTERACTIONS)

# Words that callers use for a channel, and its code.
ASKED = "By filterable fields as a form is sent, `type.key=value&…` (UTF-8, percent-encoded): what is typed into a text"
CHANNEL_WORDS = {"telephone": "phone", "counter": "own_hall", "hall": "own_hall"}
Short = Annotated[str, Field(max_length=60)]
Text = Annotated[str, Field(max_length=inputs.LONGEST_TEXT)]


# --- What comes in --------------------------------------------------------------------------------------------------
class ContactIn(Input):
    """A contact as it is written down."""

    channel: Annotated[str, Field(min_length=1, max_length=20, description="Code of the set `channel`, e.g. phone")]
    channel_account: Short = ""
    external_id: Annotated[str, Field(max_length=120, description="The provider's id: taken once.")] = ""
    direction: Literal["in", "out"] = "in"
    caller_name: Annotated[str, Field(max_length=120)] = ""
    caller_phone: Annotated[str, Field(max_length=30)] = ""
    account_number: Annotated[str, Field(max_length=60)] = ""
    occurred_at: Annotated[datetime | None, Field(description="When it began; now if left out.")] = None
    ended_at: datetime | None = None


class NewOrder(ContactIn):
    """A matter that becomes a work order."""

    type: Annotated[str, Field(min_length=1, max_length=30, description="Code of a type of order, e.g. repair")]
    description: Annotated[str, Field(min_length=1, max_length=inputs.LONGEST_TEXT)]
    customer: Annotated[int | None, Field(ge=1, description="Id of an archive, if no account number is known")] = None
    address: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str, Field(max_length=40)] = ""
    level: Annotated[str, Field(max_length=20)] = "normal"
    verified: Annotated[
        list[str], Field(max_length=10, description="account_number, address, name", default_factory=list)
    ]
    fields: Annotated[dict[str, Any], Field(description="Values of the type's own fields", default_factory=dict)]
    answer: Annotated[Text, Field(description="Answered during the contact: the order is closed at once")] = ""
    second_of: Annotated[str, Field(max_length=40, description="Number of the order that the same contact opened")] = ""


class NoOrder(ContactIn):
    """A contact that joins an order, or needs none."""

    order: Annotated[str, Field(max_length=40, description="Number of the order that it belongs to")] = ""
    reason: Annotated[str, Field(max_length=40, description="Code of the set `no_order_reason`")] = ""
    text: Text = ""


class TaskIn(Input):
    """What one department is to do."""

    department: Short
    instruction: Annotated[str, Field(min_length=1, max_length=inputs.LONGEST_TEXT)]
    staff: Short = ""


class ActIn(Input):
    """An act, the version of the order that it was decided on, and what the act needs to know (see `/acts`)."""

    act: Annotated[str, Field(max_length=20)]
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    text: Text | None = None
    reason: Short | None = None
    department: Short | None = None
    staff: Short | None = None
    tasks: Annotated[list[TaskIn] | None, Field(max_length=20)] = None
    task: int | None = None
    handling: Text | None = None
    satisfaction: int | None = None
    receipt_person: Short | None = None
    handled_at: datetime | None = None
    until: datetime | None = None
    waiting_for: Short | None = None
    result: Short | None = None
    review: int | None = None
    to_step: Short | None = None
    fields: dict[str, Any] | None = None
    type: Annotated[str | None, Field(max_length=30)] = None
    began_at: datetime | None = None
    minutes: int | None = None
    other: Annotated[str | None, Field(max_length=40)] = None
    kind: Short | None = None
    purpose: Short | None = None


# --- What goes out --------------------------------------------------------------------------------------------------
class Opened(Output):
    """A new order; `missing` names the fields that still have to be filled in before it can go on."""

    number: str
    status: str
    type: str
    url: str
    missing: list[str]
    version: int


class OrderRow(Output):
    """An order as lists show it."""

    number: str
    type: str
    status: str
    step: str
    level: str
    category: str
    description: str
    address: str
    department: str
    assignee: str | None
    channel: str
    occurred_at: datetime
    recorded_at: datetime
    closed_at: datetime | None
    waiting_for: str
    held_until: datetime | None
    version: int
    url: str


class HistoryOut(Output):
    """One line of the order's way."""

    act: str
    occurred_at: datetime
    recorded_at: datetime
    by: str
    from_status: str
    to_status: str
    from_step: str
    to_step: str
    department: str | None
    to_department: str | None
    reason: str
    text: str
    facts: dict[str, Any]
    imported: bool
    odd: list[str]


class Refused(Output):
    """An act that cannot be done now, and why."""

    act: str
    reason: str


class Acts(Output):
    """What the caller can do now."""

    allowed: list[str]
    refused: list[Refused]


class OrderOut(OrderRow):
    """One order with its way and what can be done."""

    customer: int | None
    service_point: str | None
    caller_name: str
    caller_phone: str
    verified: list[str]
    fields: dict[str, Any]
    missing: list[str]
    outcome: str
    round: int
    must_reassign: bool
    satisfied: bool | None
    step_label: str
    history: list[HistoryOut]
    acts: Acts
    tasks: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    callbacks: list[dict[str, Any]]
    work: list[dict[str, Any]]
    links: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    interactions: list[dict[str, Any]]


class ContactOut(Output):
    """A contact and what became of it."""

    id: int
    channel: str
    direction: str
    disposition: str
    reason: str
    order: str | None
    occurred_at: datetime
    ended_at: datetime | None
    caller_name: str
    caller_phone: str
    outcome: str


class ActDone(Output):
    """The order after the act."""

    number: str
    status: str
    step: str
    version: int
    department: str
    assignee: str | None
    missing: list[str]
    url: str


def _url(order: WorkOrder) -> str:
    return reverse("order", args=[order.number])


def _department(pk: int | None) -> str | None:
    found = departments().get(pk) if pk else None
    return found.code if found else None


def _row(order: WorkOrder) -> dict[str, Any]:
    return {
        **{
            name: getattr(order, name)
            for name in (
                "number", "status", "step", "level", "category", "description", "channel", "occurred_at",
                "recorded_at", "closed_at", "waiting_for", "held_until", "version",
            )
        },
        "address": eyes.shown("address", order.address, order),
        "type": order.type.code,
        "department": departments()[order.department_id].code,
        "assignee": order.assignee.username if order.assignee else None,
        "url": _url(order),
    }  # fmt: skip


def _line(line: History, order: WorkOrder) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in ("act", "occurred_at", "recorded_at", "from_status", "to_status")},
        **{name: getattr(line, name) for name in ("from_step", "to_step", "reason", "text", "imported", "odd")},
        "facts": masks.facts_seen(order, line.facts),
        "by": line.by_name,
        "department": _department(line.department_id),
        "to_department": _department(line.to_department_id),
    }


def _whole(order: WorkOrder, request: StaffRequest) -> dict[str, Any]:
    hanging, allowed = queries.hanging_on(order, request.user), access.acts_for(order, request.user)
    return {
        **_row(order),
        **{name: getattr(order, name) for name in ("verified", "outcome", "round")},
        **{name: getattr(order, name) for name in ("must_reassign", "satisfied")},
        "caller_name": eyes.shown("name", order.caller_name, order),
        "caller_phone": eyes.shown("phone", order.caller_phone, order),
        "customer": order.customer_id,
        "service_point": order.service_point.account_number if order.service_point else None,
        "fields": masks.form_seen(order, order.form),
        "missing": access.missing(order),
        "step_label": in_language(order.flow.step(order.step).label.model_dump()),
        "history": [_line(line, order) for line in hanging.history],
        "acts": {
            "allowed": [str(act) for act in allowed.now],
            "refused": [{"act": str(act), "reason": reason} for act, reason in allowed.refused.items()],
        },
        "tasks": [_task(task, order) for task in hanging.tasks],
        "reviews": [_review(review) for review in hanging.reviews],
        "callbacks": [
            {"due_at": c.due_at, "result": c.result, "satisfaction": c.satisfaction, "text": c.text, "at": c.at}
            for c in hanging.callbacks
        ],
        "work": [
            {"by": w.staff.name, "began_at": w.began_at, "minutes": w.minutes, "text": w.text} for w in hanging.work
        ],
        "links": [
            {"number": (li.other if li.order_id == order.pk else li.order).number, "kind": li.kind, "at": li.at}
            for li in hanging.links
        ],
        "attachments": [
            {"id": a.pk, "name": a.name, "media_type": a.media_type, "size": a.size, "sha256": a.sha256, "at": a.at}
            for a in hanging.attachments
        ],
        "interactions": [_contact(contact, order.number) for contact in hanging.interactions],
    }


def _task(task: Task, order: WorkOrder) -> dict[str, Any]:
    return {
        "id": task.pk,
        "department": _department(task.department_id),
        "assignee": task.assignee.username if task.assignee else None,
        "instruction": task.instruction,
        "given_at": task.given_at,
        "handling": task.handling,
        "satisfaction": task.satisfaction,
        "receipt_person": eyes.shown("name", task.receipt_person, order),
        "handled_at": task.handled_at,
        "reported_at": task.reported_at,
        "reported_by": task.reported_by.name if task.reported_by else None,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "step": review.step,
        "department": _department(review.department_id),
        "task": review.task_id,
        "done_by": review.done_by.name,
        "done_at": review.done_at,
        "work": review.work,
        "result": review.result,
        "reviewer": review.reviewer.name if review.reviewer else None,
        "reviewed_at": review.reviewed_at,
        "remark": review.remark,
    }


def _contact(contact: Interaction, order_number: str | None) -> dict[str, Any]:
    return {
        "id": contact.pk,
        **{name: getattr(contact, name) for name in ("channel", "direction", "disposition", "reason", "outcome")},
        "order": order_number,
        "occurred_at": contact.occurred_at,
        "ended_at": contact.ended_at,
        "caller_name": eyes.shown("name", contact.party_name, contact),
        "caller_phone": eyes.shown("phone", contact.party_phone, contact),
    }


# --- Types of orders ------------------------------------------------------------------------------------------------
class LabelOut(Output):
    """Words in both languages."""

    zh: str
    en: str


class OptionOut(Output):
    """A value that a field offers; one that is not active is offered no more."""

    value: str
    label: LabelOut
    active: bool


class FieldOut(Output):
    """A field of a type's own form: what may be sent in `fields`, and how it is checked."""

    key: str
    label: LabelOut
    help: LabelOut | None
    kind: FieldKind
    set: Annotated[str, Field(description="The code set, for the kind `code`")]
    choices: list[OptionOut]
    required_for: list[str]
    least: int | float | str | None
    most: int | float | str | None
    shortest: int | None
    longest: int | None
    pattern: PatternKind
    filterable: bool
    active: bool


class FieldsOut(Output):
    """The fields of a type's own form in their order, as new orders begin with them."""

    type: str
    version: int
    fields: list[FieldOut]


@order_types.get("/{str:code}/fields", auth=SEE, response=FieldsOut)
def fields(request: StaffRequest, code: str) -> dict[str, Any]:
    """What a type of order asks for in its own form; retired fields too, because orders may hold them."""
    version = queries.version_of(code)
    return {
        "type": code,
        "version": version.number,
        "fields": [field.model_dump(mode="json") for field in version.flow.fields],
    }


# --- Intake ---------------------------------------------------------------------------------------------------------
def _read_contact(request: StaffRequest, sent: ContactIn) -> Contact:
    """The contact as sent, its party found by account number; Unfit for an account number that nobody has."""
    point = None
    if sent.account_number:
        point = customers.by_account_number(request.user, sent.account_number)
        if point is None:
            raise Unfit(
                fields={
                    "account_number": _("There is no such account number. Check it, or leave it out and give a phone.")
                }
            )
    return Contact(
        channel=CHANNEL_WORDS.get(sent.channel, sent.channel),
        channel_account=sent.channel_account,
        external_id=sent.external_id,
        direction=intake.Direction(sent.direction),
        party_name=sent.caller_name or (point.customer.name if point else ""),
        party_phone=phone_number(sent.caller_phone) if sent.caller_phone else "",
        customer=point.customer if point else None,
        service_point=point,
        occurred_at=_aware(sent.occurred_at, "occurred_at"),
        ended_at=_aware(sent.ended_at, "ended_at"),
    )


def _aware(moment: datetime | None, field: str) -> datetime | None:
    if moment is not None and (moment.tzinfo is None or not 2000 <= moment.year <= 2200):
        raise Unfit(fields={field: _("A time like 2026-11-22T16:30+08:00 is meant.")})
    return moment.astimezone(UTC) if moment else None  # PostgreSQL knows no zone beyond sixteen hours


def _read_matter(request: StaffRequest, sent: NewOrder, contact: Contact) -> Matter:
    customer = contact.customer
    if customer is None and sent.customer is not None:
        customer = inputs.customer_of(request.user, sent.customer)
    elif customer is None and contact.party_phone:
        customer = customers.for_intake(request.user, phone=contact.party_phone).customer
    verified = inputs.read_verified(sent.verified)
    if contact.service_point and "account_number" not in verified:
        verified = ["account_number", *verified]
    return Matter(
        type=sent.type,
        description=sent.description,
        customer=customer,
        service_point=contact.service_point,
        caller_name=contact.party_name,
        caller_phone=contact.party_phone,
        address=sent.address,
        verified=tuple(verified),
        category=sent.category,
        level=sent.level,
        form=sent.fields,
    )


def _opened(order: WorkOrder) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "type": order.version_of_type.flow.code,
        "url": _url(order),
        "missing": access.missing(order),
        "version": order.version,
    }


@router.post("", auth=TAKE, response={201: Opened})
def open_order(request: StaffRequest, payload: NewOrder) -> HttpResponse:
    """Take a contact and open its order. Give `account_number` or `caller_phone`; missing fields block dispatch, not
    intake."""
    if not payload.account_number and not payload.caller_phone and payload.customer is None and not payload.second_of:
        raise Unfit(
            fields={"caller_phone": _("Give an account number or the caller's phone, so that we can reach them.")}
        )

    def effect() -> tuple[int, dict[str, Any]]:
        first = access.get_order(request.user, payload.second_of) if payload.second_of else None
        contact = _read_contact(request, payload)
        matter = _read_matter(request, payload, contact)
        taken = intake.take(
            first.interaction if first else contact, matter, by=request.user, at=now(), answer=payload.answer,
            second_of=first,
        )  # fmt: skip
        if taken.order is None:
            raise intake.AlreadyDisposed(_("This contact was taken before, and needed no order."))
        return 201, _opened(taken.order)

    return once(request, effect)


@contacts.post("", auth=TAKE, response={201: ContactOut})
def take_contact(request: StaffRequest, payload: NoOrder) -> HttpResponse:
    """Write down a contact that belongs to an order (`order`) or needs none (`reason`)."""
    if bool(payload.order) == bool(payload.reason):
        raise Unfit(fields={"reason": _("Name either the order that the contact belongs to, or why there is none.")})

    def effect() -> tuple[int, dict[str, Any]]:
        contact = _read_contact(request, payload)
        if payload.order:
            order = access.get_order(request.user, payload.order)
            taken = intake.attach(contact, order, by=request.user, at=now(), text=payload.text)
        else:
            taken = intake.explain(contact, reason=payload.reason, by=request.user, at=now(), text=payload.text)
        return 201, _contact(taken.interaction, taken.order.number if taken.order else None)

    return once(request, effect)


@contacts.get("", auth=SEE_CONTACTS, response=Listing[ContactOut])
def list_contacts(request: StaffRequest, cursor: Annotated[str, Query(max_length=200)] = "") -> dict[str, object]:
    """The contacts that you may see, newest first."""
    page = interactions.latest(request.user, cursor)
    shown = [contact.pk for contact in page.items]
    was_shown("contacts", shown, to=request.user, by=request.user, at=now())
    numbers = queries.numbers_of(request.user, (contact.order_id for contact in page.items))
    return listing(page, lambda contact: _contact(contact, numbers.get(contact.order_id or 0)))


@contacts.get("/{int:contact_id}", auth=SEE_CONTACTS, response=ContactOut)
def contact(request: StaffRequest, contact_id: int) -> dict[str, Any]:
    """One contact."""
    found = interaction_access.get_interaction(request.user, contact_id)
    looked("contact", found, by=request.user, at=now())
    return _contact(found, queries.numbers_of(request.user, [found.order_id]).get(found.order_id or 0))


# --- Orders ---------------------------------------------------------------------------------------------------------
@router.get("", auth=SEE, response=Listing[OrderRow])
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
    return listing(queries.queue(request.user, queue, cursor, filters=filters), _row)


@router.get("/{str:number}", auth=SEE, response=OrderOut)
def order(request: StaffRequest, number: str) -> dict[str, Any]:
    """One order with its history, what hangs on it, and the acts allowed and refused now."""
    found = access.get_order(request.user, number)
    looked("order", found, by=request.user, at=now())
    return _whole(found, request)


@router.post("/{str:number}/acts", auth=SEE, response={200: ActDone})
def act(request: StaffRequest, number: str, payload: ActIn) -> HttpResponse:
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
        "url": _url(order),
    }


@router.post("/{str:number}/attachments", auth=SEE_AND_UPLOAD, response={201: dict[str, Any]})
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


@router.get("/{str:number}/acts", auth=SEE, response=dict[str, Any])
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
