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
    """A value of a set; `parent` is the code above it in the same set, `offered` whether it may be chosen today."""

    set: str
    code: str
    label: dict[str, str]
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    offered: bool
    extra: dict[str, object]


class Codes(Output):
    """The codes of a set; there is never a next page."""

    items: list[CodeOut]
    next: None = None


@router.get("/codes", auth=Bearer(to=EVERYBODY_SIGNED_IN), response=Codes)
def list_codes(
    request: StaffRequest, set_: Annotated[Set, Query(alias="set")], *, every: bool = False
) -> dict[str, object]:
    """The codes of one set that may be chosen today, each after its parent.

    With `every` those follow that are retired or not offered yet: they name what old records stand under.
    """
    by_id = {code.pk: code.code for code in queries.known(set_).values()}
    offered = queries.choosable(set_, now())
    others = [code for code in queries.known(set_).values() if code not in offered] if every else []
    items = [
        {
            "set": code.set,
            "code": code.code,
            "label": code.label,
            "parent": by_id[code.parent_id] if code.parent_id else None,
            "valid_from": code.valid_from,
            "valid_to": code.valid_to,
            "offered": code in offered,
            "extra": code.extra,
        }
        for code in [*offered, *others]
    ]
    return {"items": items}
