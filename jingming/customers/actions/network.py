"""Acts on the network: its elements and how they hang together."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Unfit
from jingming.base.events import publish
from jingming.codes.queries import check as check_code
from jingming.customers import access, queries, rules
from jingming.customers.events import ElementChanged
from jingming.customers.models import NetworkElement
from jingming.customers.models.network import PATH_LENGTH

from .shared import cleaned, differences, in_words, line, refuse_stale


class ElementFacts(TypedDict, total=False):
    """What can be changed about a network element; `parent` is the code of the one above, `unit` that of its place."""

    kind: str
    name: str
    parent: str
    unit: str
    active: bool


@transaction.atomic
def add_element(
    code: str, *, kind: str, name: str, unit: str, by: Staff, at: datetime, parent: str = ""
) -> NetworkElement:
    """Note an element of the network, below another one or at the top; `code` is unique and stays."""
    _one_at_a_time()
    above = access.element_for(by, rules.element_code(parent)) if parent else None
    element = NetworkElement(
        code=rules.element_code(code),
        kind=check_code(queries.ELEMENT_KIND, kind, "kind", at).code,
        name=line(name, "name"),
        parent=above,
        occurred_at=at,
        recorded_at=at,
    )
    element.path = _path(above, element.code)
    element.stand_where(access.unit_of_network(by, unit))
    with in_words():
        element.save(force_insert=True)
    _noted("customers.element_added", element, by=by, at=at, code=element.code)
    return element


@transaction.atomic
def change_element(
    element: NetworkElement, *, version: int, by: Staff, at: datetime, **wanted: Unpack[ElementFacts]
) -> NetworkElement:
    """Change what is named; a new parent takes everything below along. Raises Stale as `change_customer` does."""
    _one_at_a_time()
    element = NetworkElement.objects.select_for_update(of=("self",)).select_related("parent").get(pk=element.pk)
    given = {name: cleaned(name, value) for name, value in wanted.items()}
    facts = differences(queries.facts_of_element(element), given)
    if not facts:
        return element
    refuse_stale(element.version, version, facts)
    if "kind" in facts:
        element.kind = check_code(queries.ELEMENT_KIND, str(given["kind"]), "kind", at).code
    if "name" in facts:
        element.name = line(str(given["name"]), "name")
    if "unit" in facts:
        element.stand_where(access.unit_of_network(by, str(given["unit"])))
    if "active" in facts:
        element.active = bool(given["active"])
    if "parent" in facts:
        _hang(element, str(given["parent"]), by)
    element.version += 1
    element.save()
    told = {name: pair for name, pair in facts.items() if name != "unit"}
    _noted("customers.element_changed", element, by=by, at=at, code=element.code, **told)
    return element


def _hang(element: NetworkElement, parent: str, by: Staff) -> None:
    """Hang the element, and all that is below it, under another one."""
    above = access.element_for(by, parent) if parent else None
    if above is not None and above.path.startswith(element.path):
        raise Unfit(fields={"parent": _("An element cannot hang below itself. Choose another one above it.")})
    old, new = element.path, _path(above, element.code)
    below = NetworkElement.objects.filter(path__startswith=old).exclude(pk=element.pk)
    longest = max((len(path) for path in below.values_list("path", flat=True)), default=0)
    if longest - len(old) + len(new) > PATH_LENGTH:
        raise _too_deep()
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)), version=F("version") + 1)
    element.parent, element.path = above, new


def _path(above: NetworkElement | None, code: str) -> str:
    path = f"{above.path if above else ''}{code}/"
    if len(path) > PATH_LENGTH:
        raise _too_deep()
    return path


def _too_deep() -> Unfit:
    return Unfit(fields={"parent": _("The elements are nested too deeply. Hang this one higher up.")})


def _one_at_a_time() -> None:
    """Two people who hang elements below each other must not make a ring: the tree is changed by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jingming network tree', 0))")


def _noted(act: str, element: NetworkElement, *, by: Staff, at: datetime, **facts: object) -> None:
    audit.record(act, element, by=by, at=at, **facts)
    publish(ElementChanged(element_id=element.pk, at=at.isoformat()))
