"""What each act needs to know: one table for API and pages. Input becomes clean values here; nothing is saved.

`ACT_FIELDS[act]` lists the fields; `clean(act, raw, order=…, person=…)` gives the keyword arguments of the action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.customers import access as customer_access
from jingming.customers import queries as customer_queries
from jingming.customers.models import Customer
from jingming.customers.rules import phone_number
from jingming.organisation.models import Department
from jingming.organisation.queries import departments

from . import access, masks
from .actions import Assignment
from .models import WorkOrder
from .rules import Act, CallbackResult, LinkKind, ReviewResult, Waiting

VERIFIED_BY = {
    "account_number": gettext_lazy("account number"),
    "address": gettext_lazy("address"),
    "name": gettext_lazy("customer's name"),
}
LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class ActField:
    """One field of an act: `kind` chooses reader and widget; `of` names its code set or enumeration."""

    name: str
    kind: str
    label: str | Promise
    required: bool = True
    of: str = ""


_text = ActField("text", "text", gettext_lazy("What was done or said"))
_remark = ActField("text", "text", gettext_lazy("Remark"), required=False)
_department = ActField("department", "department", gettext_lazy("Department"))
_staff = ActField("staff", "staff", gettext_lazy("Person"), required=False)


def _reason(set_: str) -> ActField:
    return ActField("reason", "code", gettext_lazy("Reason"), of=set_)


ACT_FIELDS: dict[Act, tuple[ActField, ...]] = {
    Act.ANSWER: (_text,),
    Act.ACCEPT: (),
    Act.ASSIGN: (ActField("staff", "staff", gettext_lazy("Person")), _remark),
    Act.ARRIVE: (),
    Act.DISPATCH: (ActField("department", "department", gettext_lazy("Department"), required=False), _staff, _remark),
    Act.TRANSFER: (_department, _staff, _remark),
    Act.REPLY: (_text,),
    Act.TERMINATE: (_text,),
    Act.RETURN: (_reason("return_reason"), _remark),
    Act.SPLIT: (ActField("tasks", "tasks", gettext_lazy("Tasks")), _remark),
    Act.REPORT: (
        ActField("task", "number", gettext_lazy("Task"), required=False),
        ActField("handling", "text", gettext_lazy("Handling")),
        ActField("satisfaction", "one_to_five", gettext_lazy("The department's view of the customer's satisfaction")),
        ActField("receipt_person", "line", gettext_lazy("Acknowledged by")),
        ActField("handled_at", "time", gettext_lazy("Handled at")),
    ),
    Act.HOLD: (ActField("until", "time", gettext_lazy("Until")), _reason("hold_reason"), _remark),
    Act.WAIT: (ActField("waiting_for", "choice", gettext_lazy("Waiting for"), of="waiting"), _remark),
    Act.SUSPEND: (_reason("suspend_reason"), _remark),
    Act.RESUME: (_remark,),
    Act.COMPLETE: (_text,),
    Act.REVIEW: (
        ActField("result", "choice", gettext_lazy("Result"), of="review"),
        ActField("review", "number", gettext_lazy("Which review"), required=False),
        ActField("to_step", "step", gettext_lazy("Back to step"), required=False),
        _remark,
    ),
    Act.CALL_BACK: (
        ActField("result", "choice", gettext_lazy("Result"), of="callback"),
        ActField("satisfaction", "one_to_five", gettext_lazy("The customer's satisfaction"), required=False),
        _remark,
    ),
    Act.REASSIGN: (ActField("department", "department", gettext_lazy("Department"), required=False), _text),
    Act.CLOSE: (_remark,),
    Act.REOPEN: (_reason("reopen_reason"), _remark),
    Act.VOID: (_reason("void_reason"), _remark),
    Act.RECALL: (ActField("text", "text", gettext_lazy("Why it is recalled")),),
    Act.AMEND: (ActField("fields", "fields", gettext_lazy("Fields")),),
    Act.RETYPE: (ActField("type", "line", gettext_lazy("Type")), _remark),
    Act.WORK: (
        ActField("began_at", "time", gettext_lazy("Began at")),
        ActField("minutes", "minutes", gettext_lazy("Minutes")),
        _text,
    ),
    Act.NOTE: (ActField("text", "text", gettext_lazy("Note")),),
    Act.ATTACH: (
        ActField("purpose", "code", gettext_lazy("Purpose"), required=False, of="attachment_purpose"),
        _remark,
    ),
    Act.LINK: (
        ActField("other", "order", gettext_lazy("Other order")),
        ActField("kind", "choice", gettext_lazy("Why"), of="link"),
    ),
    Act.JUDGE: (_department, ActField("text", "text", gettext_lazy("Judgement"))),
}
CHOICES: dict[str, list[tuple[str, str | Promise]]] = {
    "waiting": [(value.value, value.label) for value in Waiting],
    "review": [(value.value, value.label) for value in ReviewResult],
    "callback": [(r.value, r.label) for r in CallbackResult if r != CallbackResult.WITHDRAWN],
    "link": [(value.value, value.label) for value in LinkKind],
}
_ENUMS: dict[str, Callable[[str], object]] = {
    "waiting": Waiting, "review": ReviewResult, "callback": CallbackResult, "link": LinkKind,
}  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """For whom and what a value is read."""

    order: WorkOrder
    person: Staff
    field: ActField


class _Wrong(ValueError):
    """A value that cannot be meant; the message is for the user."""


def clean(act: Act, raw: Mapping[str, object], *, order: WorkOrder, person: Staff) -> dict[str, Any]:
    """The keyword arguments of the action; raises Unfit with a sentence beside each field that is wrong."""
    fields = {field.name: field for field in ACT_FIELDS[act]}
    wrong = {name: _("“%(act)s” has no such field.") % {"act": act.label} for name in raw if name not in fields}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        value = raw.get(name)
        if value is None or value == "" or (isinstance(value, str) and not value.strip()):
            if field.required:
                wrong[name] = _("Fill this in.")
            continue
        try:
            values[name] = READERS[field.kind](value, _Asked(order, person, field))
        except _Wrong as fault:
            wrong[name] = str(fault)
        except Unfit as fault:
            wrong |= fault.fields or {name: fault.message}
    if wrong:
        raise Unfit(fields=wrong)
    return values


def _read_text(value: object, asked: _Asked) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("A text is meant."))
    if len(value) > LONGEST_TEXT:
        raise _Wrong(_("At most %(longest)s characters fit here.") % {"longest": f"{LONGEST_TEXT:,}"})
    return value.strip()


def _read_line(value: object, asked: _Asked) -> str:
    text = _read_text(value, asked)
    if len(text) > 60 or "\n" in text:
        raise _Wrong(_("One line of at most 60 characters is meant."))
    return text


def _read_code(value: object, asked: _Asked) -> str:
    text = _read_line(value, asked)
    check_code(asked.field.of, text, asked.field.name)
    return text


def _read_choice(value: object, asked: _Asked) -> object:
    offered = [code for code, _label in CHOICES[asked.field.of]]
    if value not in offered:
        raise _Wrong(_("Choose one of: %(choices)s.") % {"choices": ", ".join(offered)})
    return _ENUMS[asked.field.of](str(value))


def _read_whole(value: object, low: int, high: int) -> int:
    sentence = _("A whole number from %(low)s to %(high)s is meant.") % {"low": low, "high": high}
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _Wrong(sentence)
    try:
        number = int(value) if isinstance(value, int) or len(value) < 20 else high + 1
    except ValueError:
        raise _Wrong(sentence) from None
    if not low <= number <= high:
        raise _Wrong(sentence)
    return number


def _whole(low: int, high: int) -> Callable[[object, _Asked], int]:
    def read(value: object, asked: _Asked) -> int:
        return _read_whole(value, low, high)

    return read


def _read_time(value: object, asked: _Asked) -> datetime:
    sentence = _("A time like 2026-11-22T16:30+08:00 is meant.")
    try:
        moment = value if isinstance(value, datetime) else parse_datetime(str(value)[:40])
    except ValueError:
        raise _Wrong(sentence) from None
    if moment is None or not 2000 <= moment.year <= 2200:
        raise _Wrong(sentence)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone())
    return aware.astimezone(UTC)  # PostgreSQL knows no zone beyond sixteen hours


def _read_department(value: object, asked: _Asked) -> Department:
    found = next((d for d in departments().values() if value in (d.code, d.pk, str(d.pk)) and d.active), None)
    if found is None or not access.may_take_part(asked.order, found):
        raise _Wrong(_("There is no such department. Choose one from the list."))
    return found


def _read_staff(value: object, asked: _Asked) -> Staff:
    found = access.may_be_named(asked.order).filter(username=str(value)[:60]).first()
    if found is None:
        raise _Wrong(_("There is no such person. Choose one from the list."))
    return found


def _read_order(value: object, asked: _Asked) -> WorkOrder:
    try:
        return access.get_order(asked.person, str(value).strip()[:40])
    except Http404:
        raise _Wrong(_("There is no such order.")) from None


def _read_step(value: object, asked: _Asked) -> str:
    keys = [step.key for step in asked.order.flow.steps]
    if value not in keys:
        raise _Wrong(_("Choose one of: %(choices)s.") % {"choices": ", ".join(keys)})
    return str(value)


def _read_tasks(value: object, asked: _Asked) -> list[Assignment]:
    if not isinstance(value, list) or not value or len(value) > 20:
        raise _Wrong(_("Name at least one department and what it is to do."))
    tasks = []
    for row in value:
        if not isinstance(row, Mapping) or not row.get("department") or not row.get("instruction"):
            raise _Wrong(_("Each task names a department and what it is to do."))
        tasks.append(
            Assignment(
                department=_read_department(row["department"], asked),
                instruction=_read_text(row["instruction"], asked),
                staff=_read_staff(row["staff"], asked) if row.get("staff") else None,
            )
        )
    return tasks


def _read_fields(value: object, asked: _Asked) -> dict[str, Any]:
    """The fields to amend; the order's own are read here, the type's own by the action that knows the version."""
    if not isinstance(value, Mapping) or not value:
        raise _Wrong(_("Name the fields to change."))
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, inner in value.items():
        if masks.is_masked(asked.order, str(key)):
            wrong[str(key)] = _("You see this masked and would save the mask. Leave it out, or reveal the order first.")
            continue
        try:
            values[str(key)] = OWN_READERS[key](inner, asked) if key in OWN_READERS else inner
        except _Wrong as fault:
            wrong[str(key)] = str(fault)
        except Unfit as fault:
            wrong |= fault.fields
    if wrong:
        raise Unfit(fields=wrong)
    return values


def _limited(longest: int) -> Callable[[object, _Asked], str]:
    def read(value: object, asked: _Asked) -> str:
        text = _read_text("" if value is None else value, asked)
        if len(text) > longest:
            raise _Wrong(_("At most %(longest)s characters fit here.") % {"longest": longest})
        return text

    return read


def _read_phone(value: object, asked: _Asked) -> str:
    try:
        return phone_number(_read_text(value, asked)) if value else ""
    except Unfit as fault:
        raise _Wrong(fault.message) from None


def read_verified(value: object, asked: object = None) -> list[str]:
    """What the caller was checked by, each once."""
    if not isinstance(value, list | tuple) or any(item not in [*VERIFIED_BY] for item in value):
        raise Unfit(fields={"verified": _("Choose from: %(choices)s.") % {"choices": ", ".join(VERIFIED_BY)}})
    return [key for key in VERIFIED_BY if key in value]


def _read_service_point(value: object, asked: _Asked) -> object:
    found = customer_queries.by_account_number(asked.person, str(value)) if value else None
    if value and found is None:
        raise Unfit(fields={"service_point": _("There is no such account number. Check it with the customer.")})
    return found


def _read_customer(value: object, asked: _Asked) -> object:
    return customer_of(asked.person, _read_whole(value, 1, 2**63 - 1)) if value else None


def customer_of(person: Staff, pk: int) -> Customer:
    """The archive of this id if the person may see it, or the one in which it goes on; Unfit alike for unknown and
    unseen."""
    try:
        return customer_access.going_on(person, customer_access.get_customer(person, pk))
    except Http404:
        raise Unfit(fields={"customer": _("There is no such customer.")}) from None


OWN_READERS: dict[str, Callable[[object, _Asked], Any]] = {
    "caller_name": _limited(120),
    "caller_phone": _read_phone,
    "address": _limited(200),
    "description": _limited(LONGEST_TEXT),
    "category": _limited(40),
    "level": _limited(20),
    "verified": read_verified,
    "service_point": _read_service_point,
    "customer": _read_customer,
}

READERS: dict[str, Callable[[object, _Asked], Any]] = {
    "text": _read_text,
    "line": _read_line,
    "code": _read_code,
    "choice": _read_choice,
    "time": _read_time,
    "department": _read_department,
    "staff": _read_staff,
    "order": _read_order,
    "step": _read_step,
    "tasks": _read_tasks,
    "fields": _read_fields,
    "number": _whole(1, 2**63 - 1),
    "minutes": _whole(1, 10_080),
    "one_to_five": _whole(1, 5),
}
