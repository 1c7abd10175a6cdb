"""One history of everything that happened to an order: acts, contacts, notes, files and work in one time line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jingming.codes.queries import label_of
from jingming.interactions.models import Interaction
from jingming.interactions.rules import Direction
from jingming.workorders.queries import Hanging
from jingming.workspace import history as words

from .contacts import party_of
from .steps import length

# Name in the address → what the tab is called. "" is everything.
KINDS: Mapping[str, str | Promise] = {
    "": gettext_lazy("All"),
    "acts": gettext_lazy("Acts"),
    "contacts": gettext_lazy("Contacts"),
    "notes": gettext_lazy("Notes"),
    "files": gettext_lazy("Files"),
    "work": gettext_lazy("Work"),
}
SHOWN_AT_FIRST = 40
ONE_GO = timedelta(minutes=5)  # between two files that belong together


@dataclass(frozen=True)
class Tab:
    """One filter of the history."""

    key: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class Story:
    """The lines to show, newest first; `more` are those folded away for now."""

    lines: list[words.Line]
    tabs: list[Tab]
    show: str
    more: int
    days: bool


def story(hanging: Hanging, names: words.Names, *, show: str = "", everything: bool = False) -> Story:
    """What happened, of the kind that `show` names (an unknown one is everything); no query."""
    show = show if show in KINDS else ""
    lines = [*words.lines(hanging.history, names, hanging.attachments), *map(_contact, hanging.interactions)]
    told = _gathered(sorted(lines, key=lambda line: line.at, reverse=True))
    counted = Counter(line.kind for line in told)
    wanted = [line for line in told if show in ("", line.kind)]
    most = len(wanted) if everything else SHOWN_AT_FIRST
    days = {localtime(line.at).date() for line in wanted[:most]}
    return Story(
        lines=wanted[:most],
        tabs=[
            Tab(key, str(label), counted[key] if key else len(told), key == show)
            for key, label in KINDS.items()
            if not key or counted[key] or key == show
        ],
        show=show,
        more=max(len(wanted) - most, 0),
        days=len(days) > 1,
    )


def _gathered(lines: Iterable[words.Line]) -> list[words.Line]:
    """The lines, newest first, in which files that somebody attached in one go stand together."""
    found: list[words.Line] = []
    for line in lines:
        later = found[-1] if found else None
        if later and _in_one_go(line, later):
            files = (*line.files, *later.files)
            what = ngettext("attached %(count)d file", "attached %(count)d files", len(files)) % {"count": len(files)}
            found[-1] = replace(later, what=what, files=files)
        else:
            found.append(line)
    return found


def _in_one_go(line: words.Line, later: words.Line) -> bool:
    both_files = bool(line.files and later.files) and not line.text and not later.text
    return both_files and line.who == later.who and later.at - line.at < ONE_GO


def _contact(contact: Interaction) -> words.Line:
    """A call, a visit, a message."""
    channel = label_of("channel", contact.channel)
    party = party_of(contact)
    said = _("to %(party)s") if contact.direction == Direction.OUT else _("from %(party)s")
    what = f"{channel} {said % {'party': party}}" if party else channel
    return words.Line(
        at=contact.occurred_at,
        who="",
        what=what,
        where=" · ".join(_besides(contact)),
        text=contact.outcome,
        change="",
        tone="note",
        icon="phone-call",
        kind="contacts",
    )


def _besides(contact: Interaction) -> Iterable[str]:
    if contact.agent is not None:
        yield contact.agent.name
    if contact.ended_at is not None:
        yield length(contact.ended_at - contact.occurred_at)
