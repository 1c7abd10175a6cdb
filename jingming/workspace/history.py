"""An order's history as sentences: who did what, from where to where, why, and what was said.

`SAID` has one entry for each act; the person's name stands before it, so each is the rest of a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.accounts import eyes
from jingming.codes.queries import label_of
from jingming.files.models import Attachment
from jingming.organisation.queries import departments
from jingming.ui.labels import in_language
from jingming.workorders.access import field_label
from jingming.workorders.flows import FormField
from jingming.workorders.inputs import VERIFIED_BY
from jingming.workorders.models import History, OrderType, WorkOrder
from jingming.workorders.rules import Act, CallbackResult, LinkKind, ReviewResult, Status, Waiting
from jingming.workorders.values import NOTHING

from .acts import ICONS, TONES

REASONS: Mapping[str, str] = {
    Act.RETURN: "return_reason",
    Act.HOLD: "hold_reason",
    Act.SUSPEND: "suspend_reason",
    Act.REOPEN: "reopen_reason",
    Act.VOID: "void_reason",
}


@dataclass(frozen=True)
class Line:
    """One line as ui/_timeline.html takes it; `kind` is the filter of the history that keeps it."""

    at: datetime
    who: str
    what: str
    where: str
    text: str
    change: str
    tone: str
    icon: str
    kind: str = "acts"
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Names:
    """What the ids in a history are called: people by id; the order for its flow and its fields."""

    order: WorkOrder
    people: Mapping[int, str]
    types: Mapping[int, OrderType]

    def person(self, pk: int | None) -> str:
        return self.people.get(pk, "—") if pk else "—"

    def department(self, pk: object) -> str:
        found = departments().get(pk) if isinstance(pk, int) else None
        return str(found) if found else "—"

    def step(self, key: str) -> str:
        """The step's label; its key where the order has changed its type since."""
        found = next((step for step in self.order.flow.steps if step.key == key), None)
        return in_language(found.label.model_dump()) if found else key


def lines(history: Iterable[History], names: Names, files: Sequence[Attachment] = ()) -> list[Line]:
    """The history in words, newest first, with the files where they were attached."""
    by_id = {file.pk: file for file in files}
    return [_line(line, names, by_id) for line in reversed(list(history))]


def people_in(history: Iterable[History]) -> set[int]:
    """The ids of people whom the sentences will name, besides those who acted."""
    return {line.to_staff_id for line in history if line.to_staff_id}


def _who(line: History) -> str:
    if whose := line.facts.get("acting_for"):
        return _("%(name)s for %(whose)s") % {"name": line.by_name, "whose": whose}
    return line.by_name


KINDS: Mapping[Act, str] = {Act.NOTE: "notes", Act.ATTACH: "files", Act.WORK: "work"}


def _line(line: History, names: Names, files: Mapping[int, Attachment]) -> Line:
    act, file = Act(line.act), files.get(line.facts.get("attachment", 0))
    return Line(
        at=line.occurred_at,
        who=_who(line) or (_("Import") if line.imported else _("The system")),
        what=SAID[act](line, names),
        where=names.department(line.department_id) if line.department_id else "",
        text="\n".join(_texts(line, names)),
        change=_change(line, names),
        tone=TONES.get(act, "note"),
        icon=ICONS[act],
        kind=KINDS.get(act, "acts"),
        files=(file,) if file else (),
    )


def _texts(line: History, names: Names) -> Iterable[str]:
    if line.reason:
        yield _("Reason: %(reason)s") % {"reason": label_of(REASONS.get(line.act, ""), line.reason)}
    if line.act == Act.AMEND:
        yield from corrections(line, names)
    if line.act == Act.SPLIT:
        for task in line.facts.get("tasks", []):
            yield _("%(department)s: %(instruction)s") % {
                "department": names.department(task.get("department")),
                "instruction": task.get("instruction", ""),
            }
    if line.text:
        yield line.text
    if line.odd:
        yield _("Found odd by the import: %(words)s") % {"words": ", ".join(line.odd)}


def _change(line: History, names: Names) -> str:
    """Where the order went by it: state, then step."""
    parts = []
    if line.from_status and line.from_status != line.to_status:
        parts.append(f"{Status(line.from_status).label} → {Status(line.to_status).label}")
    if line.from_step and line.to_step and line.from_step != line.to_step:
        parts.append(f"{names.step(line.from_step)} → {names.step(line.to_step)}")
    return " · ".join(parts)


# --- Values in words ------------------------------------------------------------------------------------------------
def corrections(line: History, names: Names) -> Iterable[str]:
    """What an amendment changed, a line for each field."""
    for name, (before, after) in line.facts.get("changes", {}).items():
        if name == "form":
            for field in names.order.flow.fields:
                if before.get(field.key) != after.get(field.key):
                    yield _said(
                        in_language(field.label.model_dump()),
                        form_value(field, before.get(field.key), names.order),
                        form_value(field, after.get(field.key), names.order),
                    )
        else:
            label = field_label(names.order, name.removesuffix("_id"))
            yield _said(label, shown(name, before, names), shown(name, after, names))


def _said(field: str, before: str, after: str) -> str:
    if before == after:  # of links only the ids are known
        return _("%(field)s: changed") % {"field": field}
    return _("%(field)s: %(before)s → %(after)s") % {"field": field, "before": before, "after": after}


def form_value(field: FormField, value: object, row: object) -> str:
    """A value of a type's own form in words, before the reader's eyes; a dash for none. `row` is the order."""
    if value in NOTHING:
        return "—"
    if field.kind in ("phone", "code"):
        return eyes.shown("phone", str(value), row) if field.kind == "phone" else label_of(field.set, str(value))
    if field.kind in ("choice", "choices"):
        return _(", ").join(_option(field, one) for one in (value if isinstance(value, list) else [value]))
    if field.kind == "datetime":
        return moment(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _option(field: FormField, value: object) -> str:
    found = field.option(value)
    return in_language(found.label.model_dump()) if found else str(value)


def shown(name: str, value: object, names: Names) -> str:
    """A kept value of one of the order's own fields in words; a dash for none."""
    if value in (None, "", []):
        return "—"
    reader = SHOWN.get(name)
    return reader(value, names) if reader else str(value)


def moment(value: object) -> str:
    """A kept time as people say it."""
    found = parse_datetime(str(value))
    return f"{localtime(found):%Y-%m-%d %H:%M}" if found else str(value)


def verified_words(keys: Iterable[object]) -> str:
    """What the caller was checked by."""
    return _(", ").join(str(VERIFIED_BY.get(str(key), key)) for key in keys)


SHOWN: Mapping[str, Callable[[object, Names], str]] = {
    "status": lambda value, _names: str(Status(str(value)).label),
    "step": lambda value, names: names.step(str(value)),
    "department_id": lambda value, names: names.department(value),
    "assignee_id": lambda value, names: names.person(value if isinstance(value, int) else None),
    "suspended_by_id": lambda value, names: names.person(value if isinstance(value, int) else None),
    "type_id": lambda value, names: str(names.types.get(value, value)) if isinstance(value, int) else str(value),
    "customer_id": lambda value, names: (
        eyes.shown("name", names.order.customer.name, names.order)
        if names.order.customer and names.order.customer_id == value
        else "…"
    ),
    "service_point_id": lambda value, names: (
        names.order.service_point.account_number
        if names.order.service_point and names.order.service_point_id == value
        else "…"
    ),
    "caller_name": lambda value, names: eyes.shown("name", str(value), names.order),
    "caller_phone": lambda value, names: eyes.shown("phone", str(value), names.order),
    "address": lambda value, names: eyes.shown("address", str(value), names.order),
    "verified": lambda value, _names: verified_words(value if isinstance(value, list) else []),
    "category": lambda value, _names: label_of("category", str(value)),
    "level": lambda value, _names: label_of("level", str(value)),
    "waiting_for": lambda value, _names: str(Waiting(str(value)).label),
    "held_until": lambda value, _names: moment(value),
    "arrived_at": lambda value, _names: moment(value),
    "form": lambda value, names: _form_words(value, names),  # noqa: PLW0108  # it stands below
    "must_reassign": lambda value, _names: _("Yes") if value else _("No"),
    "satisfied": lambda value, _names: _("Yes") if value else _("No"),
}


def _form_words(value: object, names: Names) -> str:
    kept = value if isinstance(value, dict) else {}
    words = [
        f"{in_language(field.label.model_dump())}: {form_value(field, kept[field.key], names.order)}"
        for field in names.order.flow.fields
        if kept.get(field.key) not in NOTHING
    ]
    return "; ".join(words) or "—"


# --- Sentences ------------------------------------------------------------------------------------------------------
def _sent(line: History, names: Names) -> dict[str, str]:
    """Where it was sent, the person too if one was named."""
    target = names.department(line.to_department_id or line.department_id)
    if line.to_staff_id:
        target = _("%(department)s (%(person)s)") % {"department": target, "person": names.person(line.to_staff_id)}
    return {"target": target}


def _changed_to(line: History, name: str) -> object:
    return line.facts.get("changes", {}).get(name, [None, None])[1]


def _held(line: History, _names: Names) -> str:
    until = _changed_to(line, "held_until")
    return _("held it until %(time)s") % {"time": moment(until)} if until else _("held it")


def _waited(line: History, _names: Names) -> str:
    for_whom = _changed_to(line, "waiting_for")
    words = Waiting(str(for_whom)).label if for_whom in Waiting.values else "…"
    return _("waits for %(whom)s") % {"whom": words}


def _resumed(line: History, _names: Names) -> str:
    return _("released it") if line.from_status == Status.SUSPENDED else _("went on with it")


def _split(line: History, _names: Names) -> str:
    count = len(line.facts.get("tasks", []))
    return ngettext("split it into %(count)d task", "split it into %(count)d tasks", count) % {"count": count}


def _reported(line: History, names: Names) -> str:
    if not (facts := line.facts):
        return _("reported a task")
    person = eyes.shown("name", str(facts.get("receipt_person") or ""), names.order)
    return _("reported a task; satisfaction %(value)s of 5, acknowledged by %(person)s") % {
        "value": facts.get("satisfaction", "—"),
        "person": person or "—",
    }


def _reviewed(line: History, names: Names) -> str:
    step = names.step(str(line.facts.get("step", line.from_step)))
    if line.facts.get("result") == ReviewResult.RETURNED:
        return _("reviewed the step “%(step)s” and returned it") % {"step": step}
    return _("reviewed the step “%(step)s” and passed it") % {"step": step}


def _called_back(line: History, _names: Names) -> str:
    result = line.facts.get("result")
    if result == CallbackResult.UNREACHABLE:
        return _("called back and did not reach the customer")
    value = line.facts.get("satisfaction") or "—"
    if result == CallbackResult.DISSATISFIED:
        return _("called back: dissatisfied, %(value)s of 5") % {"value": value}
    return _("called back: satisfied, %(value)s of 5") % {"value": value}


def _retyped(line: History, names: Names) -> str:
    before, after = line.facts.get("changes", {}).get("type_id", [None, None])
    return _("changed the type from %(before)s to %(after)s") % {
        "before": shown("type_id", before, names),
        "after": shown("type_id", after, names),
    }


def _attached(line: History, _names: Names) -> str:
    return _("attached %(name)s") % {"name": line.facts.get("name", _("a file"))}


def _linked(line: History, _names: Names) -> str:
    kind = line.facts.get("kind")
    words = LinkKind(kind).label if kind in LinkKind.values else LinkKind.RELATED.label
    return _("linked it with %(number)s: %(kind)s") % {"number": line.facts.get("number", "—"), "kind": words}


def _worked(line: History, _names: Names) -> str:
    count = line.facts.get("minutes", 0)
    return ngettext("recorded %(count)d minute of work", "recorded %(count)d minutes of work", count) % {"count": count}


def _judged(line: History, names: Names) -> str:
    blamed = names.department(line.facts.get("responsible_department"))
    return _("judged %(department)s responsible") % {"department": blamed}


Say = Callable[[History, Names], str]
SAID: Mapping[Act, Say] = {
    Act.OPEN: lambda _line, _names: _("took the contact and opened the order"),
    Act.ANSWER: lambda _line, _names: _("answered during the contact and closed it"),
    Act.ACCEPT: lambda _line, _names: _("took charge"),
    Act.ASSIGN: lambda line, names: _("assigned it to %(person)s") % {"person": names.person(line.to_staff_id)},
    Act.ARRIVE: lambda _line, _names: _("arrived on site"),
    Act.DISPATCH: lambda line, names: _("dispatched it to %(target)s") % _sent(line, names),
    Act.TRANSFER: lambda line, names: _("transferred it to %(target)s") % _sent(line, names),
    Act.REPLY: lambda line, names: _("replied to %(target)s") % _sent(line, names),
    Act.TERMINATE: lambda _line, _names: _("told the customer and ended it"),
    Act.RETURN: lambda line, names: _("returned it to %(target)s") % _sent(line, names),
    Act.SPLIT: _split,
    Act.REPORT: _reported,
    Act.HOLD: _held,
    Act.WAIT: _waited,
    Act.SUSPEND: lambda _line, _names: _("suspended it"),
    Act.RESUME: _resumed,
    Act.COMPLETE: lambda _line, _names: _("completed the work"),
    Act.REVIEW: _reviewed,
    Act.CALL_BACK: _called_back,
    Act.REASSIGN: lambda line, names: _("reassigned the original order to %(target)s") % _sent(line, names),
    Act.CLOSE: lambda _line, _names: _("closed it"),
    Act.REOPEN: lambda line, names: _("reopened it at %(target)s") % _sent(line, names),
    Act.VOID: lambda _line, _names: _("made it void"),
    Act.RECALL: lambda line, names: _("recalled it to %(target)s") % _sent(line, names),
    Act.AMEND: lambda _line, _names: _("corrected what the order says"),
    Act.RETYPE: _retyped,
    Act.WORK: _worked,
    Act.NOTE: lambda _line, _names: _("wrote a note"),
    Act.ATTACH: _attached,
    Act.LINK: _linked,
    Act.JUDGE: _judged,
}
