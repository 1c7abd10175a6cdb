"""A text with example values, as the editor shows it while somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from .rendering import Message, examples, faults_of, put_together, tidy
from .rules import LANGUAGES, Channel, Purpose, Text, Texts


@dataclass(frozen=True)
class Preview:
    """The message in one language, or what is in its way; both where it is only too long."""

    language: str
    message: Message | None
    faults: list[str]
    of_sms: bool


def previews(purpose: Purpose, channel: Channel, texts: Texts) -> list[Preview]:
    """One for each language."""
    return [_preview(purpose, channel, language, texts[language]) for language in LANGUAGES]


def _preview(purpose: Purpose, channel: Channel, language: str, typed: Text) -> Preview:
    text = Text(tidy(typed.subject), tidy(typed.body))
    faults = list(faults_of(text, purpose, channel, language).values())
    try:
        message = put_together(text, purpose, channel, examples(purpose, language)) if text.body else None
    except ValueError:
        message = None
    return Preview(language, message, faults, channel == Channel.SMS)
