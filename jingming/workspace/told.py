"""What the audit tells of the slices below, in words: acts that are a vocabulary of their slice, and values of facts.

Nothing here asks the database but what is kept in memory anyway: a page of the audit costs the same, whatever it tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet, TextChoices
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.models import Staff
from jingming.accounts.rules import LOOKS, SHIPPED_ROLES, Authority, Scope
from jingming.audit.models import Entry
from jingming.audit.sentences import FAMILIES, read_as, speak_for
from jingming.codes.queries import label_of
from jingming.codes.rules import Set
from jingming.customers import rules as customers
from jingming.interactions.rules import Disposition
from jingming.organisation.queries import departments, units
from jingming.ui.labels import in_language
from jingming.workorders.access import OWN_LABELS
from jingming.workorders.queries import QUEUES
from jingming.workorders.rules import Act

from . import menu
from .rules import COLUMNS, Change

OWN_WORDS = {
    "opened": gettext_lazy("opened an order"),
    "erased": gettext_lazy("erased the personal data of an order"),
    "type_published": gettext_lazy("published a type of order"),
    "type_draft_begun": gettext_lazy("began a draft of a type of order"),
    "type_draft_changed": gettext_lazy("changed the draft of a type of order"),
    "type_draft_discarded": gettext_lazy("discarded the draft of a type of order"),
    "field_added": gettext_lazy("gave a type of order another field"),
    "field_changed": gettext_lazy("changed a field of a type of order"),
    "field_moved": gettext_lazy("put a field of a type of order in another place"),
    "field_retired": gettext_lazy("retired a field of a type of order"),
    "field_restored": gettext_lazy("asked for a retired field of a type of order again"),
    "exported": gettext_lazy("exported work orders"),
    "routed": gettext_lazy("routed a category"),
    "route_removed": gettext_lazy("ended the route of a category"),
}
# Kind of record → by which field it is known. Only what whoever reads the audit may know: no order, no customer.
KNOWN_BY: dict[type[Model], str] = {Staff: "username"}
LANGUAGES = {"zh-hans": "中文", "zh": "中文", "en": "English"}


def records(entries: Sequence[Entry]) -> list[str]:
    """What each line is about: the kind in words, and the name by which it is known, or else its id. A query for each
    kind that is known by a name."""
    known: dict[tuple[str, int], str] = {}
    for model, field in KNOWN_BY.items():
        kind = model._meta.label
        ids = {entry.target_id for entry in entries if entry.target_kind == kind}
        rows: QuerySet[Model] = QuerySet(model)
        known |= {(kind, pk): name for pk, name in rows.filter(pk__in=ids).values_list("pk", field)}
    return [
        f"{kind_in_words(entry.target_kind)} {known.get((entry.target_kind, entry.target_id), entry.target_id)}"
        for entry in entries
    ]


def kind_in_words(label: str) -> str:
    """The kind of a record in words; its label where there is no such kind any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _of_orders(act: str) -> str:
    if act in OWN_WORDS:
        return str(OWN_WORDS[act])
    return _("order: %(act)s") % {"act": Act(act).label} if act in Act.values else act


def _from(choices: type[TextChoices]) -> Callable[[object], str]:
    return lambda value: str(choices(value).label) if value in choices.values else str(value)


def _coded(set_: Set) -> Callable[[object], str]:
    return lambda value: label_of(set_, str(value))


def _role(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    shipped = SHIPPED_ROLES.get(str(value))
    return in_language({"zh": shipped[0], "en": shipped[1]}) if shipped else str(value)


def _known(rows: Callable[[], dict[int, Any]]) -> Callable[[object], str]:
    """By id or by code, whichever the line kept."""

    def words(value: object) -> str:
        found = rows().get(value) if isinstance(value, int) else None
        found = found or next((row for row in rows().values() if row.code == value), None)
        return str(found) if found else str(value)

    return words


def _owner(value: object) -> str:
    kind, _space, number = str(value).partition(" ")
    return f"{kind_in_words(kind)} {number}"


def _field_of_order(value: object) -> str:
    label = OWN_LABELS.get(str(value).removesuffix("_id"))
    return str(label()) if label else MORE_OF_ORDERS.get(str(value), str(value))  # type: ignore[return-value]


MORE_OF_ORDERS = {
    "form": gettext_lazy("Fields of the type"),
    "suspended_by_id": gettext_lazy("Suspended by"),
    "must_reassign": gettext_lazy("Must be reassigned"),
    "satisfied": gettext_lazy("Satisfied"),
}


def _entry(value: object) -> str:
    found = next((entry for entry in menu.ENTRIES if entry.key == value), None)
    return str(found.label) if found else str(value)


def _theme(name: str) -> Callable[[object], str]:
    return _from(LOOKS[name])


def _moment(value: object) -> str:
    return localtime(datetime.fromisoformat(str(value))).strftime("%Y-%m-%d %H:%M")


speak_for("workorders", _of_orders)
speak_for("customers", lambda act: str(customers.ACTS.get(act, act)))
for _fact, _words in {
    "scope": _from(Scope),
    "change": _from(Change),
    "disposition": _from(Disposition),
    "act": _from(Act),
    "set": _from(Set),
    "role": _role,
    "copy_of": _role,
    "works_as": _role,
    "given": _from(Authority),
    "taken": _from(Authority),
    "privacy.fields": _from(Authority),
    "department": _known(departments),
    "unit": _known(units),
    "owner": _owner,
    "audit.kind": lambda label: kind_in_words(str(label)),
    "audit.family": lambda family: str(FAMILIES.get(str(family), family)),
    "entry": _entry,
    "hidden": _entry,
    "pinned": _entry,
    "order": _entry,
    "category": _coded(Set.CATEGORY),
    "customers.reason": _coded(Set.CHANGE_REASON),
    "interactions.reason": _coded(Set.NO_ORDER_REASON),
    "customers.kind": _coded(Set.ELEMENT_KIND),
    "workorders.changed": _field_of_order,
    "workorders.queue": lambda name: str(QUEUES.get(str(name), name)),
    "customers.fields": lambda field: str(customers.FIELDS.get(str(field), field)),
    "workspace.columns": lambda column: str(COLUMNS.get(str(column), column)),
    "accounts.since": _moment,
    "accounts.until": _moment,
    "accounts.language": lambda language: LANGUAGES.get(str(language), str(language)),
    **{name: _theme(name) for name in LOOKS},
}.items():
    read_as(_fact, _words)
