"""Values of a type's own fields: what may be recorded in each, as JSON keeps it. No queries but the dictionary's.

Days are kept like 2026-11-22, times as UTC to the minute like 2026-11-22T08:30:00+00:00: both sort as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.customers.rules import phone_number
from jingming.privacy.rules import AsNumber

from .flows import FormField, PatternKind, is_day

LONGEST = {"text": 2000, "long_text": 10_000}
NOTHING: tuple[object, ...] = (None, "", [])
# None of them can run long: no repetition stands within another.
PATTERNS: Mapping[PatternKind, tuple[re.Pattern[str], str | Promise]] = {
    "digits": (re.compile(r"[0-9]+"), gettext_lazy("Digits only")),
    "letters_digits": (re.compile(r"[0-9A-Za-z]+"), gettext_lazy("Latin letters and digits")),
    "dashed": (re.compile(r"[0-9A-Za-z-]+"), gettext_lazy("Latin letters, digits and dashes")),
    "postcode": (re.compile(r"[0-9]{6}"), gettext_lazy("Postcode of six digits")),
    "plate": (re.compile(r"[\u4e00-\u9fff][A-Z][0-9A-Z]{5,6}"), gettext_lazy("Number plate like 皖G12345")),
    "email": (re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}"), gettext_lazy("E-mail address")),
}


class Wrong(ValueError):
    """A value that cannot be recorded; the message is for the user."""


def read_value(field: FormField, value: object, *, at: datetime | None = None, kept: object = None) -> object:
    """The value as it is kept; raises Wrong, or Unfit for a code that is unknown or not on offer at `at`, if given.
    What is `kept` already may stay although it is offered no more."""
    if value == kept and kept not in NOTHING:
        return kept
    if not field.active:
        raise Wrong(_("This field is retired: what was recorded stays, nothing new is."))
    if field.kind == "code":
        check_code(field.set, str(value), field.key, at)
        return str(value)
    return READERS[field.kind](field, value, kept)


def _text(field: FormField, value: object, _kept: object) -> str:
    longest = field.longest or LONGEST[field.kind]
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise Wrong(_("A text of at most %(longest)s characters is meant.") % {"longest": f"{longest:,}"})
    if field.shortest and len(value) < field.shortest:
        raise Wrong(_("At least %(shortest)d characters are meant.") % {"shortest": field.shortest})
    if field.pattern:
        pattern, words = PATTERNS[field.pattern]
        if not pattern.fullmatch(value):
            raise Wrong(_("This does not fit: %(pattern)s.") % {"pattern": words})
    return value


def _integer(field: FormField, value: object, _kept: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not abs(value) < 1e15:
        raise Wrong(_("A whole number is meant."))
    _within(field, value)
    return value


def _number(field: FormField, value: object, _kept: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise Wrong(_("A number is meant."))
    _within(field, value)
    return value


def _within(field: FormField, value: float | str) -> None:
    """Refuse what is below the least or above the most; both are of the value's kind."""
    if field.least is not None and value < field.least:  # type: ignore[operator]
        raise Wrong(_("At least %(least)s is meant.") % {"least": field.least})
    if field.most is not None and value > field.most:  # type: ignore[operator]
        raise Wrong(_("At most %(most)s is meant.") % {"most": field.most})


def _date(field: FormField, value: object, _kept: object) -> str:
    if not isinstance(value, str) or not is_day(value):
        raise Wrong(_("A date like 2026-11-22 is meant."))
    _within(field, value)
    return value


def _datetime(field: FormField, value: object, _kept: object) -> str:
    sentence = _("A time like 2026-11-22T16:30+08:00 is meant.")
    try:
        moment = parse_datetime(value[:40]) if isinstance(value, str) and len(value) > len("2026-11-22") else None
    except ValueError:
        raise Wrong(sentence) from None
    if moment is None or not 1900 <= moment.year <= 2200:
        raise Wrong(sentence)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone())
    _within(field, aware.astimezone(get_current_timezone()).date().isoformat())
    return stored_time(aware)


def stored_time(moment: datetime) -> str:
    """A time as it is kept."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0).isoformat()


def _choice(field: FormField, value: object, _kept: object) -> str:
    offered = [option.value for option in field.choices if option.active]
    if not isinstance(value, str) or value not in offered:
        raise Wrong(_("Choose one of: %(choices)s.") % {"choices": ", ".join(offered)})
    return value


def _choices(field: FormField, value: object, kept: object) -> list[str]:
    before = kept if isinstance(kept, list) else []
    offered = [option.value for option in field.choices if option.active or option.value in before]
    if not isinstance(value, list | tuple) or any(one not in offered for one in value):
        raise Wrong(_("Choose from: %(choices)s.") % {"choices": ", ".join(offered)})
    return [one for one in offered if one in value]


def _flag(_field: FormField, value: object, _kept: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(_("Yes or no is meant."))
    return value


def _phone(_field: FormField, value: object, _kept: object) -> str:
    if not isinstance(value, str) or len(value) > 40:
        raise Wrong(_("A phone number is meant."))
    try:
        return AsNumber(phone_number(value))
    except Unfit as fault:
        raise Wrong(next(iter(fault.fields.values()), fault.message)) from None


Reader = Callable[[FormField, object, object], object]
READERS: Mapping[str, Reader] = {
    "text": _text, "long_text": _text, "integer": _integer, "number": _number, "date": _date, "datetime": _datetime,
    "choice": _choice, "choices": _choices, "flag": _flag, "phone": _phone,
}  # fmt: skip
