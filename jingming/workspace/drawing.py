"""A flow as a picture and as words: boxes below each other, arrows for the acts that move an order on.

The picture is laid out here and drawn by workspace/_drawing.html with classes only. Going on runs down the middle,
jumps ahead run down the right side, ways back run up the left side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jingming.accounts.models import Role
from jingming.organisation.rules import Kind
from jingming.ui.labels import in_language
from jingming.workorders.access import OWN_LABELS
from jingming.workorders.flows import HOME, PREVIOUS, Flow, Permission
from jingming.workorders.rules import Act

WIDTH, HEIGHT, GAP, TOP = 220, 52, 46, 8
LANE, NARROWEST = 14, 60
CLOSED = "$closed"
ENDING = (Act.ANSWER, Act.TERMINATE, Act.CLOSE)
NOT_DRAWN = frozenset({Act.VOID, Act.RECALL})


@dataclass(frozen=True)
class Box:
    """One step, or the end."""

    key: str
    label: str
    who: str
    y: int
    end: bool = False

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2

    @property
    def name_y(self) -> int:
        """Where the label stands over the line of who is responsible."""
        return self.y + 22

    @property
    def who_y(self) -> int:
        return self.y + 40

    @property
    def only_y(self) -> int:
        """Where the label stands alone."""
        return self.middle + 5


@dataclass(frozen=True)
class Arrow:
    """One or more acts that lead from a step to another."""

    points: str
    label: str
    x: int
    y: int
    side: str  # where the label begins: "start" or "end" of it stands at x
    sentence: str


@dataclass(frozen=True)
class Drawing:
    """Everything that the SVG shows, in its own units."""

    width: int
    height: int
    left: int
    boxes: list[Box]
    arrows: list[Arrow]

    @property
    def box_width(self) -> int:
        return WIDTH

    @property
    def box_height(self) -> int:
        return HEIGHT

    @property
    def centre(self) -> int:
        return self.left + WIDTH // 2


def described(flow: Flow) -> dict[str, Any]:
    """The flow for its page: the drawing, the steps with their acts, what is asked for, plans and limits. One query."""
    roles = {role.code: str(role) for role in Role.objects.all()}
    return {
        "drawing": draw(flow),
        "steps": [
            {
                "label": in_language(step.label.model_dump()),
                "start": step.key == flow.start,
                "kinds": kind_words(step.kinds),
                "review": step.review and flow.review != "none",
                "acts": [_act_row(flow, act, permission, roles) for act, permission in _in_order(step.acts)],
            }
            for step in flow.steps
        ],
        "anywhere": [_act_row(flow, act, permission, roles) for act, permission in _in_order(flow.acts)],
        "asked": _asked(flow),
        "plans": plans(flow),
    }


def _in_order(acts: Mapping[Act, Permission]) -> list[tuple[Act, Permission]]:
    return [(act, acts[act]) for act in Act if act in acts]


def kind_words(kinds: Iterable[str]) -> str:
    """Kinds of departments in words."""
    return " / ".join(_("Call centre that took it") if kind == HOME else str(Kind(kind).label) for kind in kinds)


def _act_row(flow: Flow, act: Act, permission: Permission, roles: dict[str, str]) -> dict[str, str]:
    target = _target(flow, act, permission)
    if permission.to == PREVIOUS:
        to = _("where it came from")
    elif target == CLOSED:
        to = _("Closed")
    else:
        to = _label(flow, target) if target else ""
    return {
        "label": str(act.label),
        "by": _(", ").join(roles.get(code, code) for code in permission.by),
        "to": to,
        "departments": kind_words(permission.to_kinds),
    }


def _label(flow: Flow, key: str) -> str:
    return in_language(flow.step(key).label.model_dump())


def field_label(flow: Flow, key: str) -> str:
    """The name of a field of the type or of the order itself; "" for none."""
    field = flow.field(key)
    return in_language(field.label.model_dump()) if field else str(OWN_LABELS.get(key, lambda: "")())


def _asked(flow: Flow) -> list[dict[str, str]]:
    """What has to be filled in, and before which acts."""
    found = []
    for key in flow.wanted():
        label = field_label(flow, key)
        before = _(", ").join(str(act.label) for act in Act if key in flow.required_by(act))
        found.append({"label": label, "before": before})
    found += [
        {"label": in_language(field.label.model_dump()), "before": ""} for field in flow.asked if not field.required_for
    ]
    return found


def plans(flow: Flow) -> list[tuple[str, str]]:
    """Review, callback and hold in words."""
    review = {
        "none": _("Steps are not reviewed."),
        "advisory": _("The department head reviews; nothing waits for it."),
        "blocking": _("The department head reviews before the customer is called back."),
    }
    plan = flow.callback
    callback = {
        "always": _("Every order is called back; after %(attempts)d calls without an answer it is let go."),
        "sample": _(
            "%(share)d of 100 orders are called back; after %(attempts)d calls without an answer one is let go."
        ),
        "never": _("No order is called back."),
    }[plan.when] % {"attempts": plan.attempts, "share": round(plan.share * 100)}
    held = _("At most %(hours)d hours, %(times)d times.") % {"hours": flow.hold.hours, "times": flow.hold.times}
    return [(_("Review"), review[flow.review]), (_("Callback"), callback), (_("Hold"), held)]


# --- The picture ----------------------------------------------------------------------------------------------------
def draw(flow: Flow) -> Drawing:
    """Lay the flow out."""
    keys = [step.key for step in flow.steps]
    ways = _ways(flow)
    if any(end == CLOSED for _start, end in ways):
        keys.append(CLOSED)
    place = {key: row for row, key in enumerate(keys)}
    ahead = sorted(
        ((s, e) for s, e in ways if place[e] - place[s] > 1 or s == e), key=lambda w: place[w[1]] - place[w[0]]
    )
    back = sorted(((s, e) for s, e in ways if place[e] < place[s]), key=lambda w: place[w[0]] - place[w[1]])
    left = _margin(back, ways)
    boxes = [_box(flow, key, row) for key, row in place.items()]
    arrows = [_down(boxes[place[s]], boxes[place[e]], ways[s, e], left) for s, e in ways if place[e] - place[s] == 1]
    arrows += [
        _around(
            boxes[place[s]],
            boxes[place[e]],
            ways[s, e],
            edge=left + WIDTH,
            lane=lane,
            out=1,
            first=_widest(ahead, ways),
        )
        for lane, (s, e) in enumerate(ahead)
    ]
    arrows += [
        _around(boxes[place[s]], boxes[place[e]], ways[s, e], edge=left, lane=lane, out=-1, first=_widest(back, ways))
        for lane, (s, e) in enumerate(back)
    ]
    width = left + WIDTH + _margin(ahead, ways)
    return Drawing(width, boxes[-1].y + HEIGHT + TOP, left, boxes, arrows)


Way = tuple[str, str]


def _ways(flow: Flow) -> dict[Way, list[Act]]:
    """From step to step: by which acts."""
    ways: dict[Way, list[Act]] = {}
    for step in flow.steps:
        for act, permission in _in_order(step.acts):
            target = _target(flow, act, permission)
            if target and act not in NOT_DRAWN:
                ways.setdefault((step.key, target), []).append(act)
    return ways


def _target(flow: Flow, act: Act, permission: Permission) -> str:
    if act in ENDING:
        return CLOSED
    return "" if permission.to == PREVIOUS else permission.to


def _box(flow: Flow, key: str, row: int) -> Box:
    y = TOP + row * (HEIGHT + GAP)
    if key == CLOSED:
        return Box(key, _("Closed"), "", y, end=True)
    return Box(key, _label(flow, key), _cut(kind_words(flow.step(key).kinds)), y)


def _cut(words: str) -> str:
    """As much as fits into a box; the table below the picture says it all."""
    short = words
    while _length(short) > WIDTH - 24:
        short = short[:-1]
    return words if short == words else f"{short.rstrip(' /')}…"


def _down(start: Box, end: Box, acts: Sequence[Act], left: int) -> Arrow:
    x = left + WIDTH // 2
    points = f"{x},{start.y + HEIGHT} {x},{end.y - 2}"
    return Arrow(points, _words(acts), x + 8, start.y + HEIGHT + GAP // 2 + 4, "start", _sentence(start, end, acts))


def _around(start: Box, end: Box, acts: Sequence[Act], *, edge: int, lane: int, out: int, first: int) -> Arrow:
    """Out of the side of a box, along a lane, and into the side of the other; labels stand on the way out."""
    far = edge + out * (first + lane * LANE)
    leaves, enters = start.middle + 6 + lane % 3 * 6, end.middle - 8 - lane % 3 * 5
    points = f"{edge},{leaves} {far},{leaves} {far},{enters} {edge + out * 2},{enters}"
    side = "start" if out > 0 else "end"
    return Arrow(
        points,
        _words(acts),
        edge + out * 8,
        leaves - 5 if start != end else enters - 5,
        side,
        _sentence(start, end, acts),
    )


def _words(acts: Sequence[Act]) -> str:
    return _(", ").join(str(act.label) for act in acts)


def _sentence(start: Box, end: Box, acts: Sequence[Act]) -> str:
    return _("%(start)s → %(end)s: %(acts)s") % {"start": start.label, "end": end.label, "acts": _words(acts)}


def _length(words: str) -> int:
    """About how wide the words are at the size of the picture's small text."""
    return sum(13 if character > "\u2e7f" else 7 for character in words)


def _widest(some: Sequence[Way], ways: dict[Way, list[Act]]) -> int:
    return max([NARROWEST, *(_length(_words(ways[way])) + 16 for way in some)])


def _margin(some: Sequence[Way], ways: dict[Way, list[Act]]) -> int:
    return _widest(some, ways) + len(some) * LANE + 6 if some else 24
