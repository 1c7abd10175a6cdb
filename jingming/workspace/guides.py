"""What an agent says during a call: a type's guide with what is known put into it, the rest left as slots that fill
themselves while the form is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.models import Staff
from jingming.ui.labels import in_language
from jingming.workorders.flows import IN_BRACES, Flow, Label
from jingming.workspace import drawing

SHORT = 14  # characters of a question that stands for what is missing


SLOTS: Mapping[str, Promise] = {
    "employee_number": gettext_lazy("employee number"),
    "enterprise": gettext_lazy("enterprise"),
    "caller": gettext_lazy("caller"),
    "phone": gettext_lazy("phone"),
    "address": gettext_lazy("address"),
    "description": gettext_lazy("description"),
    "number": gettext_lazy("order number"),
}


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence: words, or a slot that a field fills."""

    text: str
    slot: str = ""

    @property
    def stands_for(self) -> str:
        """What fills the slot, in the reader's language."""
        return str(SLOTS[self.slot])


@dataclass(frozen=True)
class Ask:
    """A question of the checklist."""

    tick: str
    parts: list[Part]
    field: str
    must: bool
    short: str
    on: bool


@dataclass(frozen=True)
class Spoken:
    """A type's guide in the reader's language."""

    code: str
    on: bool
    greeting: list[Part]
    safety: list[Part]
    questions: list[Ask]
    read_back: list[Part]
    closing: list[Part]
    before: str


def spoken(code: str, flow: Flow, known: Mapping[str, str], *, on: bool, ticked: frozenset[str]) -> Spoken | None:
    """The guide of a type, None if it has none. `known` fills placeholders; `ticked` are the questions asked before."""
    if flow.guide is None:
        return None
    questions = [
        Ask(
            tick=(tick := f"{code}-{place}"),
            parts=parts(question.ask, known),
            field=f"{code}-{question.field}" if flow.field(question.field) else question.field,
            must=question.must,
            short=drawing.field_label(flow, question.field) or plain(question.ask)[:SHORT] + "…",
            on=tick in ticked,
        )
        for place, question in enumerate(flow.guide.questions, 1)
    ]
    guide = flow.guide
    return Spoken(
        code=code,
        on=on,
        greeting=parts(guide.greeting, known),
        safety=parts(guide.safety, known) if guide.safety else [],
        questions=questions,
        read_back=parts(guide.read_back, known),
        closing=parts(guide.closing, known),
        before=_(", ").join(drawing.field_label(flow, key) for key in flow.wanted()),
    )


def parts(label: Label, known: Mapping[str, str]) -> list[Part]:
    """A sentence in the reader's language, split at its placeholders. Nothing in it is run: the words are shown."""
    pieces = IN_BRACES.split(plain(label))
    return [
        Part(known.get(piece, ""), "" if piece in known else piece) if place % 2 else Part(piece)
        for place, piece in enumerate(pieces)
        if piece
    ]


def plain(label: Label) -> str:
    """A sentence in the reader's language as it is written, placeholders included."""
    return in_language(label.model_dump())


def known_of(person: Staff, enterprise: str) -> dict[str, str]:
    """What is known before anybody calls."""
    return {"employee_number": person.employee_number, "enterprise": enterprise}
