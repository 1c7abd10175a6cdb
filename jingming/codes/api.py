"""The dictionary for programs: which values a field takes, and what they are called."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Query, Router

from jingming.accounts.http import EVERYBODY_SIGNED_IN, Bearer
from jingming.base.api import Output
from jingming.base.clock import now
from jingming.base.http import StaffRequest

from . import queries
from .rules import Set

router = Router(tags=["codes"])


class CodeOut(Output):
    """A value of a set; `parent` is the code above it in the same set."""

    set: str
    code: str
    label: dict[str, str]
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    extra: dict[str, object]


class Codes(Output):
    """All codes of a set that may be chosen today, each after its parent; there is never a next page."""

    items: list[CodeOut]
    next: None = None


@router.get("/codes", auth=Bearer(to=EVERYBODY_SIGNED_IN), response=Codes)
def list_codes(request: StaffRequest, set_: Annotated[Set, Query(alias="set")]) -> dict[str, object]:
    """The codes of one set that may be chosen today."""
    by_id = {code.pk: code.code for code in queries.known(set_).values()}
    items = [
        {
            "set": code.set,
            "code": code.code,
            "label": code.label,
            "parent": by_id[code.parent_id] if code.parent_id else None,
            "valid_from": code.valid_from,
            "valid_to": code.valid_to,
            "extra": code.extra,
        }
        for code in queries.choosable(set_, now())
    ]
    return {"items": items}
