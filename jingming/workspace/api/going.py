"""What goes out: the shapes of answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from jingming.base.api import Output
from jingming.workorders.flows import FieldKind, PatternKind


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
