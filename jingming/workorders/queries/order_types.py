"""Types of orders, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, Func, JSONField, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from jingming.base.errors import Http404, Unfit
from jingming.base.memory import Memory
from jingming.ui.labels import in_language
from jingming.workorders.flows import FormField
from jingming.workorders.models import OrderType, Route, TypeVersion

memory = Memory()


def current_version(code: str) -> TypeVersion:
    """The version that new orders of a type begin with, kept for a few seconds; Unfit if there is no such type."""
    return memory.of(code, lambda: _current_version(code))


def _current_version(code: str) -> TypeVersion:
    version = (
        TypeVersion.objects.select_related("type")
        .filter(type__code=code, type__active=True)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise Unfit(
            fields={
                "type": _("There is no such type of order. Known are: %(types)s.")
                % {"types": ", ".join(OrderType.objects.filter(active=True).values_list("code", flat=True))}
            }
        )
    return version


def version_of(code: str) -> TypeVersion:
    """The newest version of a type, also of one that cannot be opened any more; 404 if there is no such type."""
    found = TypeVersion.objects.select_related("type").filter(type__code=code).order_by("-number").first()
    if found is None:
        raise Http404
    return found


def routes() -> list[Route]:
    """Whose problems the categories are."""
    return list(Route.objects.select_related("manager").order_by("category", "department"))


def types() -> list[OrderType]:
    """The types that can be opened, in their order."""
    return list(OrderType.objects.filter(active=True))


@dataclass(frozen=True)
class FilteredType:
    """A type with those of its current version's fields that queues can be filtered by."""

    pk: int
    code: str
    label: Mapping[str, str]
    filtered: tuple[FormField, ...]

    def __str__(self) -> str:
        return in_language(self.label)


def types_with_filters(*, everything: bool = False) -> list[FilteredType]:
    """The types that can be opened (or all), each with what it can be filtered by. One query, however many fields."""
    found_in = Func(
        F("definition"),
        template="jsonb_path_query_array(%(expressions)s, '$.fields[*] ? (@.filterable == true)')",
        output_field=JSONField(),
    )
    current = TypeVersion.objects.filter(type=OuterRef("pk")).order_by("-number").values(found=found_in)[:1]
    kinds = OrderType.objects.all() if everything else OrderType.objects.filter(active=True)
    return [
        FilteredType(pk, code, label, tuple(FormField.model_validate(field) for field in found or ()))
        for pk, code, label, found in kinds.values_list("pk", "code", "label", Subquery(current))
    ]
