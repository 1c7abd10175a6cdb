"""A mutant: one predicate or scoped queryset of the product that allows, and the rows of the matrix that see it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.urls import clear_url_caches

from tests.cast import forget_everything
from tests.matrix.walking import Walker

Plant = pytest.MonkeyPatch
Real = Callable[..., Any]
OURS = ("jingming.", "config.")


@dataclass(frozen=True)
class Row:
    """Some cells of the matrix: who looks at which address, operation, list, side door or stream."""

    name: str
    look: Callable[[Walker], list[str]]


@dataclass(frozen=True)
class Mutant:
    """`where` is "module:name", or "module:name[key]" for an entry of a register; `allow` makes of the real thing the
    one that allows. Each of the rows must notice it by itself."""

    name: str
    where: str
    allow: Callable[[Any], Any]
    rows: Sequence[Row]


# --- What "allow" means ---------------------------------------------------------------------------------------------
def says(answer: object) -> Callable[[Real], Real]:
    """A predicate that answers the same whatever it is asked."""
    return lambda _real: lambda *_asked, **_how: answer


def every(model: type[Model]) -> Callable[[Real], Real]:
    """A scoped queryset that forgets its person."""
    return lambda _real: lambda *_asked, **_how: model._default_manager.all()


def whatever(model: type[Model]) -> Callable[[Real], Real]:
    """A fetch by the last of its names that forgets its person."""
    return named(model, "pk")


def named(model: type[Model], field: str) -> Callable[[Real], Real]:
    """A fetch by the last of its names, a value of the field, that forgets its person."""
    return lambda _real: lambda *asked, **_how: get_object_or_404(model, **{field: asked[-1]})


def anywhere(rows: Callable[[], Iterable[Any]], by: str) -> Callable[[Real], Real]:
    """A choice by its last name out of all there are; what there is not is refused as ever."""

    def allow(real: Real) -> Real:
        def chosen(*asked: Any) -> Any:
            found = (row for row in rows() if str(getattr(row, by)) == str(asked[-1]))
            return next(found, None) or real(*asked)

        return chosen

    return allow


def instead(replacement: object) -> Callable[[Any], Any]:
    """What stands in its place."""
    return lambda _real: replacement


# --- Planting -------------------------------------------------------------------------------------------------------
def plant(patch: Plant, mutant: Mutant) -> None:
    """Put what allows in the place of the real thing. Named where it is defined, it is replaced wherever it is known
    by name or registered, as if its own lines were wrong; named elsewhere, only there, as if one caller forgot it."""
    named, _, key = mutant.where.rstrip("]").partition("[")
    holder_name, _, last = named.rpartition("." if "." in named.partition(":")[2] else ":")
    holder = pkgutil.resolve_name(holder_name)
    real = getattr(holder, last)
    if key:
        patch.setitem(real, key, mutant.allow(real[key]))
        return
    allowing = mutant.allow(real)
    patch.setattr(holder, last, allowing)
    if isinstance(holder, ModuleType) and getattr(real, "__module__", "") == holder.__name__:
        for namespace, name in list(_known_as(real)):
            patch.setitem(namespace, name, allowing)


def _known_as(real: object) -> Iterator[tuple[dict[Any, Any], Any]]:
    """Where the product has the thing: names in its modules, entries of its registers."""
    for module in [module for name, module in sys.modules.items() if name.startswith(OURS)]:
        for name, value in list(vars(module).items()):
            if value is real:
                yield vars(module), name
            elif type(value) is dict:
                yield from ((value, key) for key, entry in value.items() if entry is real)


def complaints(walker: Walker, mutant: Mutant) -> dict[str, list[str]]:
    """What each row says once the mutant is planted."""
    forget_everything()
    try:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch, mutant)
            clear_url_caches()
            return {row.name: row.look(walker) for row in mutant.rows}
    finally:
        clear_url_caches()
        forget_everything()
