"""A new order: only `jingming.intake` calls this, after it has written the contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Unfit
from jingming.base.events import publish
from jingming.codes.queries import check as check_code
from jingming.customers.models import Customer, ServicePoint
from jingming.interactions.models import Interaction
from jingming.organisation.models import Department, Placed, Unit
from jingming.organisation.queries import department_for, departments, units
from jingming.privacy.rules import AsNumber
from jingming.privacy.vault import unmasked, with_tokens_of

from ..events import WorkOrderOpened
from ..flows import HOME
from ..models import Participation, TypeVersion, WorkOrder
from ..queries import current_version
from ..rules import Act
from ..values import NOTHING, Wrong, read_value
from .ground import take_part, write_history


@dataclass(frozen=True)
class Matter:
    """What a contact is about: everything an order can be opened with."""

    type: str
    description: str
    customer: Customer | None = None
    service_point: ServicePoint | None = None
    caller_name: str = ""
    caller_phone: str = ""
    address: str = ""
    verified: tuple[str, ...] = ()
    category: str = ""
    level: str = "normal"
    form: dict[str, Any] = field(default_factory=dict)
    another_than: tuple[int, ...] = ()  # orders that look like the same matter; the agent has said that it is another


def open_order(
    matter: Matter,
    *,
    order_id: int,
    interaction: Interaction,
    home: Department,
    place: Placed | Unit,
    by: Staff,
    at: datetime,
) -> WorkOrder:
    """Open an order from a contact, in the department that begins its type's flow (the call centre if the place has
    none), and give it its number last. `order_id` was reserved by the caller, who has written it on the contact."""
    version = current_version(matter.type)
    flow = version.flow
    if matter.category:
        check_code("category", matter.category, "category", at)
    check_code("level", matter.level, "level", at)
    start = flow.step(flow.start)
    department = departments()[home.pk] if HOME in start.kinds else _first_department(start.kinds, place) or home
    order = WorkOrder(
        pk=order_id,
        type_id=version.type_id,
        version_of_type=version,
        step=start.key,
        home_department=home,
        department=department,
        opened_by=by,
        interaction=interaction,
        channel=interaction.channel,
        customer=matter.customer,
        service_point=matter.service_point,
        caller_name=matter.caller_name,
        caller_phone=matter.caller_phone,
        address=matter.address or (matter.service_point.address if matter.service_point else ""),
        verified=list(matter.verified),
        category=matter.category,
        level=matter.level,
        description=matter.description,
        form=clean_form(version, matter.form, at=at),
        occurred_at=interaction.occurred_at,
        recorded_at=interaction.recorded_at,
    )
    order.stand_where(place)
    taking_part: list[tuple[Department, Staff | None]] = [(home, None), (home, by)]
    if department.pk != home.pk:
        taking_part.append((department, None))
    # Rows that name the order come before it (the constraints wait for the end), because the number, and with it the
    # lock on its counter, is taken as late as can be.
    Participation.objects.bulk_create(
        Participation(order=order, department=d, staff=s, occurred_at=order.occurred_at) for d, s in taking_part
    )
    write_history(order, act=Act.OPEN, by=by, at=order.occurred_at, department_id=home.pk, text=matter.description)
    # In the audit alone: the history is read by people who may not see those other orders.
    said = {"another_than": list(matter.another_than)} if matter.another_than else {}
    audit.record("workorders.opened", order, by=by, at=at, type=flow.code, **said)
    publish(WorkOrderOpened(order_id=order.pk))
    order.number = next_number(flow.prefix, place, at)
    order.save(force_insert=True)
    return order


def _first_department(kinds: tuple[str, ...], place: Placed | Unit) -> Department | None:
    return next((found for kind in kinds if (found := department_for(kind, place))), None)


def clean_form(
    version: TypeVersion,
    values: Mapping[str, object],
    *,
    at: datetime,
    kept: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The values of a type's own fields, checked; raises Unfit with a sentence for each field that is wrong. A code
    must be on offer at `at`; what is `kept` already may stay although it is offered no more."""
    flow, before = version.flow, kept or {}
    phones = {field.key for field in flow.fields if field.kind == "phone"}
    # Whoever corrects a form has seen it with numbers, or masks, where tokens stand: what they left alone is as it was.
    values = unmasked(dict(values), before)
    numbers = {k: AsNumber(v) if k in phones and isinstance(v, str) else v for k, v in values.items()}
    left_alone = with_tokens_of(numbers, before)
    clean: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for key, value in values.items():
        field = flow.field(key)
        if field is None:
            wrong[key] = _("This type of order has no such field.")
        elif value in NOTHING and (field.active or before.get(key) in NOTHING):
            continue
        else:
            try:
                same = key in before and left_alone[key] == before[key]
                clean[key] = read_value(field, before[key] if same else value, at=at, kept=before.get(key))
            except Wrong as fault:
                wrong[key] = str(fault)
            except Unfit as fault:
                wrong |= fault.fields
    if wrong:
        raise Unfit(fields=wrong)
    return clean


def next_number(prefix: str, place: Placed | Unit, at: datetime) -> str:
    """The next order number of this prefix, city and local day, like BX-0562-20261122-000017.

    Counted by one upsert, which holds the counter until the transaction ends: that is why it comes last.
    """
    city = next((units()[pk] for pk in (place.city_id, place.province_id) if pk), None)
    code = city.number_code if city and city.number_code else "000"
    day = at.astimezone(city.zone).date() if city else at.date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workorders_numbercounter (prefix, city_code, day, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (prefix, city_code, day) DO UPDATE SET last = workorders_numbercounter.last + 1"
            " RETURNING last",
            [prefix, code, day],
        )
        (count,) = cursor.fetchone() or (0,)
    return f"{prefix}-{code}-{day:%Y%m%d}-{count:06d}"


def reserve_order_id() -> int:
    """The id of an order about to be opened, so that its contact can name it from the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('workorders_workorder', 'id'))")
        (reserved,) = cursor.fetchone() or (0,)
    return int(reserved)


__all__ = ["Matter", "clean_form", "next_number", "open_order", "reserve_order_id", "take_part"]
