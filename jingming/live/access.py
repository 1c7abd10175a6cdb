"""Who may hear of what: each slice's own rule, told to this slice by the wiring.

A kind without a rule is heard by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from django.contrib.auth.base_user import AbstractBaseUser

People = Collection[AbstractBaseUser]
Hearers = Callable[[People, Collection[int]], Mapping[int, Collection[int]]]

_visible: dict[str, Hearers] = {}


def register(kind: str, hearers: Hearers) -> None:
    """Have `hearers(people, ids)` say, by the person's pk, of which ids of `kind` (app_label.Model) each may hear. It
    is asked once for everybody who listens, so it must not ask the database once for each."""
    _visible[kind] = hearers


def heard_by(people: People, kind: str, ids: Collection[int]) -> Mapping[int, Collection[int]]:
    """Those of the ids that each of the people may see, by the person's pk; whoever sees none may be missing."""
    hearers = _visible.get(kind)
    return hearers(people, ids) if hearers else {}
