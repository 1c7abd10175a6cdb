"""Orders as tests make them: through the one door, and onward by the acts of the people of the cast."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.intake import actions as intake
from jingming.workorders import access, actions, inputs
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act

FORMS = {
    "repair": {"repair_kind": "gas_none"},
    "complaint": {"complaint_kind": "service_late"},
    "consultation": {"consultation_kind": "tariff"},
    "business": {"business_kind": "new_connection"},
}


def taken(by: Staff, type_: str, *, at: datetime | None = None, **values: Any) -> WorkOrder:
    """An order that somebody takes by telephone, with nothing missing that its type asks for."""
    matter = intake.Matter(
        **{
            "type": type_,
            "description": "灶前无气",
            "caller_phone": "13800000417",
            "address": "铜官区桂花苑 12-2-601",
            "verified": ("name",),
            "form": FORMS.get(type_, {}),
            **values,
        }
    )
    order = intake.take(intake.Contact(channel="phone"), matter, by=by, at=at or now()).order
    assert order is not None
    return order


def do(
    order: WorkOrder, act: Act, by: Staff, *, at: datetime | None = None, version: int | None = None, **values: object
) -> WorkOrder:
    """The act as the API does it: the order is fetched through access, the values are cleaned. The version is checked
    only where one is given."""
    found = access.get_order(by, order.number)
    clean = inputs.clean(act, values, order=found, person=by)
    done = actions.BY_ACT[act](found, by=by, at=at or now(), version=version, **clean)
    return done if isinstance(done, WorkOrder) else found
