"""Types of orders for programs."""

from __future__ import annotations

from typing import Any

from jingming.base.http import StaffRequest
from jingming.workorders import queries

from . import going
from .doors import SEE, order_types


@order_types.get("/{str:code}/fields", auth=SEE, response=going.FieldsOut)
def fields(request: StaffRequest, code: str) -> dict[str, Any]:
    """What a type of order asks for in its own form; retired fields too, because orders may hold them."""
    version = queries.version_of(code)
    return {
        "type": code,
        "version": version.number,
        "fields": [field.model_dump(mode="json") for field in version.flow.fields],
    }
