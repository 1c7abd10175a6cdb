"""Fields that an installation gives its types of order: each change is a new version of the type, with a line of audit.

New orders begin with the new version, those under way keep theirs. No field is ever taken out, and none changes its key
or its kind: what was recorded stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as queue
from pydantic import ValidationError

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal, Stale, Unfit

from ..flows import MOST_FIELDS, MOST_FILTERED, OWN_FIELDS, BadFlow, FormField
from ..models import OrderType, TypeVersion
from .types import publish_type

INDEXING = "workorders.index_fields"
FIXED = ("key", "kind", "set")
TAKEN = (*OWN_FIELDS, "description", "answer", "new", "version", "seen", "back", "type")
Definition = dict[str, Any]
Fields = list[dict[str, Any]]


class NoSuchField(Refusal):
    """The type has no field of this key."""

    kind = "no-such-field"


@transaction.atomic
def add_field(kind: OrderType, values: Mapping[str, Any], *, by: Staff, at: datetime) -> TypeVersion:
    """Give the type one more field, at the end of its form. `values` as in a definition, see flows.FormField."""
    definition = _locked(kind).definition
    fields: Fields = list(definition.get("fields", ()))
    new = _compact(values)
    if any(field["key"] == new["key"] for field in fields) or new["key"] in TAKEN:
        raise Unfit(fields={"key": _("There is such a field already, perhaps retired. Choose another code.")})
    if len(fields) >= MOST_FIELDS:
        raise Refusal(_("A type has at most %(most)d fields.") % {"most": MOST_FIELDS})
    return _published(kind, definition, [*fields, new], "field_added", by=by, at=at, field=new["key"], now=new)


@transaction.atomic
def change_field(
    kind: OrderType, key: str, values: Mapping[str, Any], *, seen: int, by: Staff, at: datetime
) -> TypeVersion:
    """Change what a field is called, asks and checks; never its key or kind. `seen` is the version of the type that the
    person has looked at. Choices that are left out are retired, because orders may hold them."""
    version = _locked(kind)
    if version.number != seen:
        raise Stale(_("Somebody else has changed this type meanwhile. Look at the field again, then change it."))
    was = _field(version.definition, key)
    new = _compact({**values, **{name: was[name] for name in FIXED if name in was}, "active": was.get("active", True)})
    if was.get("choices"):
        offered = {option["value"] for option in new.get("choices", ())}
        gone = [{**option, "active": False} for option in was["choices"] if option["value"] not in offered]
        new["choices"] = [*new.get("choices", ()), *gone]
    fields = [new if field["key"] == key else field for field in version.definition["fields"]]
    return _published(kind, version.definition, fields, "field_changed", by=by, at=at, field=key, was=was, now=new)


@transaction.atomic
def move_field(kind: OrderType, key: str, *, up: bool, by: Staff, at: datetime) -> TypeVersion:
    """Ask for a field one place earlier or later; at the end nothing changes."""
    version = _locked(kind)
    fields = list(version.definition["fields"])
    place = fields.index(_field(version.definition, key))
    to = place - 1 if up else place + 1
    if not 0 <= to < len(fields):
        return version
    fields[place], fields[to] = fields[to], fields[place]
    return _published(kind, version.definition, fields, "field_moved", by=by, at=at, field=key, place=[place, to])


@transaction.atomic
def retire_field(kind: OrderType, key: str, *, by: Staff, at: datetime) -> TypeVersion:
    """Ask for a field no more; what was recorded in it stays readable, and can still be filtered by."""
    return _switched(kind, key, active=False, by=by, at=at)


@transaction.atomic
def restore_field(kind: OrderType, key: str, *, by: Staff, at: datetime) -> TypeVersion:
    """Ask for a retired field again."""
    return _switched(kind, key, active=True, by=by, at=at)


def _switched(kind: OrderType, key: str, *, active: bool, by: Staff, at: datetime) -> TypeVersion:
    version = _locked(kind)
    was = _field(version.definition, key)
    if was.get("active", True) == active:
        return version
    new = _compact({**was, "active": active})
    fields = [new if field["key"] == key else field for field in version.definition["fields"]]
    act = "field_restored" if active else "field_retired"
    return _published(kind, version.definition, fields, act, by=by, at=at, field=key)


def _locked(kind: OrderType) -> TypeVersion:
    """The current version, which stays the current one until the transaction ends."""
    OrderType.objects.select_for_update(no_key=True).get(pk=kind.pk)
    return kind.versions.order_by("-number")[0]


def _field(definition: Definition, key: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next((one for one in definition.get("fields", ()) if one["key"] == key), None)
    if found is None:
        raise NoSuchField(_("This type of order has no such field."))
    return found


def _compact(values: Mapping[str, Any]) -> dict[str, Any]:
    """A field as a definition writes it: without what is so anyway. Raises Unfit."""
    try:
        field = FormField.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise Unfit(_sentence(name, values), fields={name: _sentence(name, values)} if name else {}) from None
    return field.model_dump(mode="json", exclude_defaults=True) | {"kind": field.kind}


def _sentence(name: str, values: Mapping[str, Any]) -> str:
    if name == "key":
        return _("A code begins with a letter and has 1 to 40 small letters, digits or single underscores.")
    return _("This does not fit a field of the kind “%(kind)s”.") % {"kind": values.get("kind", "")}


def _published(
    kind: OrderType, definition: Definition, fields: Iterable[dict[str, Any]], act: str, *, by: Staff, at: datetime,
    **facts: object,
) -> TypeVersion:  # fmt: skip
    new = {**definition, "fields": list(fields)}
    filtered = [field["key"] for field in new["fields"] if field.get("filterable")]
    if len(filtered) > MOST_FILTERED:
        sentence = _(
            "At most %(most)d fields of a type can be filtered by: each has an index that every save pays for."
        )
        raise Unfit(fields={"filterable": sentence % {"most": MOST_FILTERED}})
    try:
        version = publish_type(new, at=at, by=by)
    except BadFlow as fault:
        raise Unfit(str(fault)) from None
    audit.record(f"workorders.{act}", kind, by=by, at=at, type=kind.code, version=version.number, **facts)
    if filtered != [field["key"] for field in definition.get("fields", ()) if field.get("filterable")]:
        queue.configure_task(INDEXING, queue="upkeep", lock="field-indexes").defer()
    return version
