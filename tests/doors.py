"""Every address of the installation with whom it says it lets in: what the matrix walks, and nothing may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from config.api import api
from jingming.accounts.http import Bearer, Door
from jingming.accounts.rules import Authority


@dataclass(frozen=True)
class Address:
    """One address. `methods` is () for a page, whose view decides; `audience` is None where nobody has declared one."""

    route: str
    name: str
    methods: tuple[str, ...]
    audience: Door | tuple[Authority, ...] | None


def pages() -> list[Address]:
    """Everything in the resolver except the operations of the API."""
    return [
        Address(route, pattern.name or "", (), getattr(pattern.callback, "opened_to", None))
        for route, pattern in _patterns(get_resolver("config.urls").url_patterns, "")
        if not _is_operation(pattern)
    ]


def operations() -> list[Address]:
    """Every operation of the API."""
    return [
        Address(
            f"api/v1{router.prefix}{path}", operation.view_func.__name__, tuple(operation.methods), _bearer(operation)
        )
        for router in api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]


def _patterns(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route, pattern


def _is_operation(pattern: URLPattern) -> bool:
    return getattr(pattern.callback, "__module__", "") == "ninja.operation"


def _bearer(operation: object) -> Door | tuple[Authority, ...] | None:
    own = operation.auth_param  # type: ignore[attr-defined]  # not what it inherits from the whole API
    return own.opened_to if isinstance(own, Bearer) else None
