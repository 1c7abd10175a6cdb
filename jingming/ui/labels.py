"""Labels that are data: {"zh": "报修", "en": "Repair"} becomes the word for the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language


def in_language(label: Mapping[str, str] | None, language: str | None = None) -> str:
    """The label in the active language (or in `language`), else in whichever it has; "" when it has none.

    Languages are asked for by their first part, so zh-hans finds "zh".
    """
    if not label:
        return ""
    wanted = (language or get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return label.get(wanted) or next((text for text in label.values() if text), "")
