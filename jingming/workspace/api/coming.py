"""What comes in: bodies as programs send them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from jingming.base.api import Input
from jingming.workorders import inputs

Short = Annotated[str, Field(max_length=60)]
Text = Annotated[str, Field(max_length=inputs.LONGEST_TEXT)]


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
