"""What pydantic finds wrong, as sentences in the caller's language: each says what would do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Facts = Mapping[str, Any]


def _at_most(facts: Facts) -> str:
    most = facts["max_length"]
    return ngettext("At most %(count)s character is allowed.", "At most %(count)s characters are allowed.", most) % {
        "count": most
    }


def _at_least(facts: Facts) -> str:
    least = facts["min_length"]
    return ngettext("Write at least %(count)s character.", "Write at least %(count)s characters.", least) % {
        "count": least
    }


# pydantic's error type → sentence; whole families share one, found by the longest beginning that is listed.
SENTENCES: dict[str, Callable[[Facts], str]] = {
    "missing": lambda _facts: _("This field is required."),
    "extra_forbidden": lambda _facts: _("There is no such field here."),
    "string_type": lambda _facts: _("Text is expected here."),
    "string_too_long": _at_most,
    "string_too_short": _at_least,
    "string_pattern_mismatch": lambda _facts: _("This does not have the expected form."),
    "int": lambda _facts: _("A whole number is expected here."),
    "float": lambda _facts: _("A number is expected here."),
    "decimal": lambda _facts: _("A number is expected here."),
    "finite_number": lambda _facts: _("A number is expected here."),
    "bool": lambda _facts: _("true or false is expected here."),
    "greater_than": lambda facts: _("A number above %(limit)s is expected here.") % {"limit": facts.get("gt")},
    "greater_than_equal": lambda facts: _("The number must be at least %(limit)s.") % {"limit": facts.get("ge")},
    "less_than": lambda facts: _("A number below %(limit)s is expected here.") % {"limit": facts.get("lt")},
    "less_than_equal": lambda facts: _("The number must be at most %(limit)s.") % {"limit": facts.get("le")},
    "literal_error": lambda facts: _("Choose one of: %(choices)s.") % {"choices": facts.get("expected")},
    "enum": lambda facts: _("Choose one of: %(choices)s.") % {"choices": facts.get("expected")},
    "datetime": lambda _facts: _("A time like 2026-11-22T14:30:00+08:00 is expected here."),
    "timezone": lambda _facts: _("A time like 2026-11-22T14:30:00+08:00 is expected here."),
    "date": lambda _facts: _("A date like 2026-11-22 is expected here."),
    "list": lambda _facts: _("A list is expected here."),
    "too_long": _at_most,
    "too_short": lambda _facts: _("At least one value is expected here."),
    "dict": lambda _facts: _("An object with fields is expected here."),
    "model": lambda _facts: _("An object with fields is expected here."),
}


def sentence_for(found: Mapping[str, Any]) -> str:
    """The sentence for one error of pydantic ({"type", "ctx", …})."""
    kind = str(found["type"])
    if kind == "value_error" and "error" in found.get("ctx", {}):
        return str(found["ctx"]["error"])  # raised by a check of ours, in our words
    best = max((known for known in SENTENCES if kind == known or kind.startswith(f"{known}_")), key=len, default="")
    return SENTENCES[best](found.get("ctx", {})) if best else _("This value does not fit here.")
