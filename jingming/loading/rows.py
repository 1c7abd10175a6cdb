"""What the bulk door takes: orders with the whole of their way, archives with their service points.

Departments, people and customers are named by id. All times are aware and in UTC. `jingming.loading.door` checks every
row before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from jingming.customers.models import Kind, NoteKind, Relation
from jingming.workorders.rules import Act, Status

Place = tuple[int | None, int | None, int | None]  # ids of province, city and district


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedStep:
    """One thing that was done to an order, and how the order stood after it.

    `odd` holds what the caller found strange; the door adds what it finds itself (see `way.ODD`). `row` is the line of
    the file it came from.
    """

    act: Act
    at: datetime
    status: Status
    step: str
    department: int
    assignee: int | None = None
    waiting_for: str = ""
    held_until: datetime | None = None
    by: int | None = None
    by_name: str = ""
    reason: str = ""
    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    odd: tuple[str, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTask:
    """A part of an order given to a department; reported if `reported_by` is named."""

    round: int
    department: int
    instruction: str
    given_by: int
    given_at: datetime
    assignee: int | None = None
    handling: str = ""
    satisfaction: int | None = None
    receipt_person: str = ""
    handled_at: datetime | None = None
    reported_by: int | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedReview:
    """A step that a head has reviewed or still has to; `task` counts the order's tasks from 0."""

    round: int
    step: str
    department: int
    done_by: int
    done_at: datetime
    work: str = ""
    task: int | None = None
    result: str = ""
    reviewer: int | None = None
    reviewed_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCallback:
    """A callback that was made, or is due if `result` is empty."""

    round: int
    department: int
    due_at: datetime
    result: str = ""
    satisfaction: int | None = None
    text: str = ""
    by: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWork:
    """Work done on an order."""

    staff: int
    began_at: datetime
    minutes: int
    text: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedOrder:
    """An order with the whole of its way; the first step opens it.

    `external_id` is its number in the source: what a second run recognises it by. `processed_at` and `closed_at` are
    what the source says; without them the steps decide. `also_with` are departments that took part without having the
    order in their queue.
    """

    external_id: str
    type: str
    channel: str
    description: str
    occurred_at: datetime
    place: Place
    home: int
    steps: Sequence[LoadedStep]
    opened_by: int | None = None
    contact_ended_at: datetime | None = None
    customer: int | None = None
    service_point: int | None = None
    caller_name: str = ""
    caller_phone: str = ""
    address: str = ""
    verified: tuple[str, ...] = ()
    category: str = ""
    level: str = "normal"
    form: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    outcome: str = ""
    processed_at: datetime | None = None
    closed_at: datetime | None = None
    callback_waived: bool = False
    tasks: Sequence[LoadedTask] = ()
    reviews: Sequence[LoadedReview] = ()
    callbacks: Sequence[LoadedCallback] = ()
    work: Sequence[LoadedWork] = ()
    also_with: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedElement:
    """A network element; `parent` is the code of the one above, which comes earlier or is there already."""

    code: str
    kind: str
    name: str
    place: Place
    since: datetime
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDevice:
    """A meter, set-top box or other device; `kind` is a code of the set `device_kind`, `design_life` in years."""

    kind: str
    number: str = ""
    model: str = ""
    installed_on: date | None = None
    design_life: int | None = None
    removed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTenure:
    """What somebody beside the holder of today, the customer of this id, is to a place or was until then. Holders are
    those of before, so they have an end."""

    customer: int
    since: datetime
    until: datetime | None = None
    relation: Relation = Relation.HOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPurchase:
    """What a customer bought; `amount` in CNY."""

    item: str
    bought_on: date
    quantity: Decimal = Decimal(1)
    amount: Decimal | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRemark:
    """Something written down about a customer by a person: conduct (`good` says of which kind), a note or a visit."""

    text: str
    by: int
    at: datetime
    good: bool | None = None
    kind: NoteKind = NoteKind.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPoint:
    """A place that is served under an account number."""

    account_number: str
    address: str
    place: Place
    since: datetime
    area: int | None = None
    element: int | None = None
    contract_number: str = ""
    contract_until: date | None = None
    arrears: Decimal | None = None
    arrears_at: date | None = None
    devices: Sequence[LoadedDevice] = ()
    beside: Sequence[LoadedTenure] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedContact:
    """Somebody who speaks for a customer, with their number."""

    name: str
    duty: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCustomer:
    """An archive: who is served, where, and how to reach them."""

    name: str
    place: Place
    since: datetime
    kind: Kind = Kind.PERSON
    number: str = ""
    department: int | None = None
    note: str = ""
    sensitive: Sequence[str] = ()
    key_account: bool = False
    manager: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    phones: Sequence[str] = ()
    contacts: Sequence[LoadedContact] = ()
    points: Sequence[LoadedPoint] = ()
    purchases: Sequence[LoadedPurchase] = ()
    remarks: Sequence[LoadedRemark] = ()
