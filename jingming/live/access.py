"""Who may hear of what: each slice's own rule, told to this slice by the wiring.

A kind without a rule is heard by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

Visible = Callable[[object, Collection[int]], Collection[int]]

_visible: dict[str, Visible] = {}


def register(kind: str, visible: Visible) -> None:
    """Have `visible(person, ids)` choose the ids of `kind` (app_label.Model) of which a person may hear."""
    _visible[kind] = visible


def visible_ids(person: object, kind: str, ids: Collection[int]) -> Collection[int]:
    """Those of the ids that the person may see."""
    visible = _visible.get(kind)
    return visible(person, ids) if visible else ()
