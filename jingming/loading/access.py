"""Who loads and exports which kind of master data, and whose runs somebody sees: their own, nobody else's. A file
holds what its owner may see, and nobody else is known to see as much."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from jingming.accounts.access import has, sees
from jingming.accounts.models import Staff
from jingming.accounts.rules import PERSONAL, Authority
from jingming.base.errors import Http404

from .models import Run
from .sheets.kinds import KINDS, Kind

OF_CUSTOMERS = ("customers", "service-points")


def kinds_open_to(person: Staff | object) -> list[Kind]:
    """The kinds that the person may load and export: the right to do so, and that to change such rows."""
    if not has(person, Authority.LOAD_DATA):
        return []
    return [kind for kind in KINDS.values() if has(person, kind.authority) and _sees_whole(person, kind)]


def _sees_whole(person: Staff | object, kind: Kind) -> bool:
    """Whether no column is masked from the person: a file with masks in it, loaded again, would write them."""
    return kind.code not in OF_CUSTOMERS or all(sees(person, one) for one in PERSONAL)


def get_kind(person: Staff | object, code: str) -> Kind:
    """The kind, if it is open to the person; unknown and closed give the same Http404."""
    kind = next((kind for kind in kinds_open_to(person) if kind.code == code), None)
    if kind is None:
        raise Http404
    return kind


def runs_of(person: Staff) -> QuerySet[Run]:
    """The person's own runs, newest first."""
    return Run.objects.filter(by=person).order_by("-id")


def get_run(person: Staff, pk: int) -> Run:
    """The person's own run of a kind that is still open to them, else Http404."""
    run = runs_of(person).filter(pk=pk).first()
    if run is None:
        raise Http404
    get_kind(person, run.kind)
    return run


def visible_among(people: Iterable[object], ids: Collection[int]) -> dict[int, set[int]]:
    """Which of the runs each of the people may hear of, by the person's pk: one query."""
    mine: dict[int, set[int]] = {person.pk: set() for person in people if isinstance(person, Staff)}
    for pk, owner in Run.objects.filter(pk__in=ids, by__in=mine).values_list("pk", "by_id"):
        if owner is not None:
            mine[owner].add(pk)
    return mine
