"""A text and values become a message: plain functions, no queries, no template engine.

The language of a template is `{{name}}` and nothing else: the name is replaced by a value, once, and a value is never
read as a template. There is nothing to call, no attribute, no condition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.translation import gettext as _

from jingming.privacy.rules import shortened

from .rules import LIMITS, OF_PURPOSE, VARIABLES, Channel, Purpose, Text
from .sizes import Size, size_of

# --- The language of templates --------------------------------------------------------------------------------------
_PART = re.compile(r"\{\{([^{}]*)\}\}|([{}｛｝])")


@dataclass(frozen=True)
class Piece:
    """Part of a template: words as they stand, or the name of a variable."""

    words: str = ""
    variable: str = ""


class Faulty(ValueError):
    """A template that cannot be meant; `sentence` says where and what to do."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def pieces(text: str, purpose: Purpose) -> list[Piece]:
    """The template taken apart; raises Faulty for a brace that belongs to nothing and for a name that is not on the
    list of its purpose."""
    return list(_pieces(text, purpose))


def _pieces(text: str, purpose: Purpose) -> Iterator[Piece]:
    end = 0
    for found in _PART.finditer(text):
        if found.start() > end:
            yield Piece(words=text[end : found.start()])
        end = found.end()
        inside = found[1]
        if inside is None:
            raise Faulty(_brace(text, found.start(), found[2]))
        name = inside.strip()
        if name not in OF_PURPOSE[purpose]:
            raise Faulty(_unknown(text, found.start(), name, purpose))
        yield Piece(variable=name)
    if end < len(text):
        yield Piece(words=text[end:])


def _brace(text: str, where: int, brace: str | None) -> str:
    line = text.count("\n", 0, where) + 1
    if brace and brace in "｛｝":
        return _("Line %(line)d: write braces in half width, as in %(example)s.") % {
            "line": line,
            "example": "{{hotline}}",
        }
    if brace == "}" or not text.startswith("{{", where):
        return _(
            "Line %(line)d: a single “%(brace)s” stands here. A variable is written with two braces on each side, as "
            "in %(example)s."
        ) % {"line": line, "brace": brace, "example": "{{hotline}}"}
    return _("Line %(line)d: “{{” is opened and never closed. Write “}}” behind the name.") % {"line": line}


def _unknown(text: str, where: int, name: str, purpose: Purpose) -> str:
    return _("Line %(line)d: there is no variable “%(name)s” here. Choose one of: %(choices)s.") % {
        "line": text.count("\n", 0, where) + 1,
        "name": name[:40],
        "choices": ", ".join(OF_PURPOSE[purpose]),
    }


# --- Rendering ------------------------------------------------------------------------------------------------------
MISSING = "—"


@dataclass(frozen=True)
class Message:
    """A text with its values: `subject` is one line ("" for a text message), `body` is plain, `html` the same body
    escaped, as paragraphs ("" for a text message)."""

    subject: str
    body: str
    html: str
    size: Size


def put_together(text: Text, purpose: Purpose, channel: Channel, values: Mapping[str, str]) -> Message:
    """The message; raises Faulty where the text cannot be meant. Values must be there for every variable it names."""
    clean = {name: clean_value(value, channel) for name, value in values.items()}
    subject, body = (
        "".join(piece.words or clean[piece.variable] for piece in pieces(part, purpose))
        for part in (text.subject, text.body)
    )
    subject = " ".join(subject.split())
    html = "" if channel == Channel.SMS else _paragraphs(body)
    return Message(subject, body, html, size_of(body))


def clean_value(value: str, channel: Channel) -> str:
    """A value as it may stand in a message: one line, no control characters, of bounded length.

    In a text message 【 and 】 mark who signs, so a value may not bring its own.
    """
    letters = (_letter(letter) for letter in value)
    line = " ".join("".join(letters).split()) or MISSING
    if channel == Channel.SMS:
        line = line.replace("【", "[").replace("】", "]")
    longest = LIMITS[channel].value
    return shortened(line, longest)


def _letter(letter: str) -> str:
    """Line breaks, tabs and other controls part words; marks that nobody sees and halves of characters go."""
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") else letter


def _paragraphs(body: str) -> str:
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", body) if part.strip()]
    return "\n".join("<p>" + "<br>\n".join(escape(line) for line in part.split("\n")) + "</p>" for part in parts)


def examples(purpose: Purpose, language: str) -> dict[str, str]:
    """Example values for every variable of the purpose."""
    return {name: VARIABLES[name].example(language) for name in OF_PURPOSE[purpose]}


def tidy(text: str) -> str:
    """A text as it is kept: line breaks alike, no other controls, nothing at the ends."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text).split("\n")
    return "\n".join("".join(_letter(letter) for letter in line).rstrip() for line in lines).strip()


def faults_of(text: Text, purpose: Purpose, channel: Channel, language: str) -> dict[str, str]:
    """What keeps a text from being saved: {"subject" or "body": sentence}."""
    faults: dict[str, str] = {}
    limits = LIMITS[channel]
    for name, part, most in (("subject", text.subject, limits.subject), ("body", text.body, limits.body)):
        if not most:
            continue
        if fault := _fault(part, purpose, most):
            faults[name] = fault
    if faults:
        return faults
    message = put_together(text, purpose, channel, examples(purpose, language))
    if limits.subject and len(message.subject) > limits.subject:
        faults["subject"] = _too_long(len(message.subject), limits.subject)
    if limits.segments and message.size.segments > limits.segments:
        faults["body"] = _(
            "With example values this becomes %(segments)d text messages. At most %(most)d are sent: shorten it."
        ) % {"segments": message.size.segments, "most": limits.segments}
    elif len(message.body) > limits.body:
        faults["body"] = _too_long(len(message.body), limits.body)
    return faults


def _fault(part: str, purpose: Purpose, most: int) -> str:
    if not part.strip():
        return _("Fill this in.")
    if len(part) > most:
        return _("At most %(longest)s characters fit here.") % {"longest": most}
    try:
        pieces(part, purpose)
    except Faulty as faulty:
        return faulty.sentence
    return ""


def _too_long(length: int, most: int) -> str:
    return _("With example values this has %(length)d characters. At most %(most)d are allowed: shorten it.") % {
        "length": length,
        "most": most,
    }
