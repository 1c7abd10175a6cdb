"""The types of orders as the desk offers them."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count

from jingming.workorders.models import OrderType, TypeVersion, WorkOrder


def versions_now() -> list[TypeVersion]:
    """The current version of each active type, in the order of the types. One query."""
    latest = (
        TypeVersion.objects.filter(type__active=True)
        .select_related("type")
        .order_by("type_id", "-number")
        .distinct("type_id")
    )
    return sorted(latest, key=lambda version: version.type.position)


def open_by_version(of: OrderType | None = None) -> Counter[tuple[int, int]]:
    """(Type, version) → how many of its orders are under way; those that have none are missing. One query, over what is
    open only."""
    orders = WorkOrder.objects.under_way()
    if of is not None:
        orders = orders.filter(type=of)
    counted = orders.values_list("type_id", "version_of_type_id")
    return Counter({(type_, version): many for type_, version, many in counted.annotate(many=Count("pk")).order_by()})
