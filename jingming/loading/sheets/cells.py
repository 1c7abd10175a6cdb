"""What stands in a cell becomes what is kept: one reader for each kind of field.

Each takes a value as `reading.Sheet.rows` gives it and raises Unfit with a sentence that says the way out. None, and
what looks empty, is "" for texts, codes and choices and None for everything else: whether a field may be empty, the
caller knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from jingming.base.errors import Unfit
from jingming.customers.rules import one_line
from jingming.privacy.rules import shortened

from .values import EXACT, Fault, Value, is_blank

DIGITS = 15  # that a spreadsheet keeps of a number; those behind become 0
SHOWN = 60  # characters of a value that a sentence repeats

SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
TRAILING_ZERO = re.compile(r"(\d+)\.0+")

YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?")  # 1927 to 2173: shorter numbers are more likely a mistake than a day
TIME = re.compile(r"(?<![ T])[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?\Z")

CURRENCY = re.compile(r"\A([+-]?)(?:RMB|CNY|人民币|[¥$€£])+|(?:RMB|CNY|元整|元|圆)\Z", re.IGNORECASE)
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
BRACKETED = re.compile(r"\((.+)\)")

YES = frozenset({"是", "有", "对", "真", "y", "yes", "true", "t", "1", "√", "✓", "✔", "☑"})
NO = frozenset({"否", "无", "没有", "不是", "错", "假", "n", "no", "false", "f", "0", "×", "✗", "✘", "☐"})


def as_text(value: Value, longest: int) -> str:
    """The text on one line, without characters that nobody sees; a number or a date as one would type it."""
    text = _line(_plain(value))
    if len(text) > longest:
        raise Unfit(
            _("It has %(length)d characters, %(longest)d are possible: shorten it.")
            % {"length": len(text), "longest": longest}
        )
    return text


def as_code(value: Value, longest: int, *, width: int = 0) -> str:
    """A number that is a name, such as of an account or a device: full-width digits are narrowed, spaces and the
    apostrophe in front taken away. A number cell is fine while all its digits are there; one that has lost digits is
    refused, as is one shorter than `width`, if all numbers are known to have that many digits.
    """
    if isinstance(value, (bool, date, datetime)):
        raise Unfit(
            _("“%(value)s” is no number: format the column as text and enter it again.") % {"value": _shown(value)}
        )
    if isinstance(value, (int, float, Decimal)):
        return _code_of_number(value, width)
    text = _narrow(_plain(value)).replace(" ", "").lstrip("'’‘`")
    if SCIENTIFIC.fullmatch(text) and "." in text:
        raise _lost(text)
    if whole := TRAILING_ZERO.fullmatch(text):
        text = whole[1]
    if len(text) > longest:
        raise Unfit(
            _("“%(value)s” has %(length)d characters, %(longest)d are possible.")
            % {"value": _shown(text), "length": len(text), "longest": longest}
        )
    return text


def _code_of_number(value: float | Decimal, width: int) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if exact < 0 or exact != exact.to_integral_value() or (isinstance(value, float) and exact >= EXACT):
        raise _lost(_shown(value))
    digits = str(int(exact))
    if len(digits) < width:
        raise Unfit(
            _("“%(value)s” has %(found)d digits, not %(width)d: the spreadsheet took away the zeros in front. Format "
              "the column as text and enter the number again.")
            % {"value": digits, "found": len(digits), "width": width}
        )  # fmt: skip
    return digits


def _lost(shown: str) -> Unfit:
    return Unfit(
        _("“%(value)s” has lost digits, because the spreadsheet took it for a figure. Format the column as text and "
          "enter the number again.")
        % {"value": shown}
    )  # fmt: skip


def as_date(value: Value, *, epoch_1904: bool = False) -> date | None:
    """The day, however it was written; a time beside it is left away. `epoch_1904` says how the file counts days.

    Refuses what could be two days, such as 03/04/2026.
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if is_blank(value):
        return None
    text = TIME.sub("", _narrow(_plain(value)).lstrip("'")).replace(" ", "")
    if serial := SERIAL.fullmatch(text):
        return _serial(int(serial[1]), epoch_1904=epoch_1904)
    if found := YEAR_FIRST.fullmatch(text):
        return _day(value, found[1], found[3], found[4])
    if found := CHINESE.fullmatch(text) or COMPACT.fullmatch(text):
        return _day(value, *found.groups())
    if found := YEAR_LAST.fullmatch(text):
        return _day_of_two(value, int(found[1]), int(found[3]), found[4])
    raise Unfit(_("“%(value)s” is no date. Write it as 2026-01-31.") % {"value": _shown(value)})


def _serial(days: int, *, epoch_1904: bool) -> date:
    return (date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)) + timedelta(days=days)


def _day(value: Value, year: str | int, month: str | int, day: str | int) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unfit(_("There is no day “%(value)s”.") % {"value": _shown(value)}) from None


def _day_of_two(value: Value, first: int, second: int, year: str) -> date:
    """Day and month before the year, if only one can be the month."""
    if first != second and first <= 12 and second <= 12:
        raise Unfit(
            _("“%(value)s” may be two different days. Write it with the year first: %(year)s-12-31.")
            % {"value": _shown(value), "year": year}
        )
    return _day(value, year, second, first) if second <= 12 else _day(value, year, first, second)


def as_decimal(value: Value, places: int = 2) -> Decimal | None:
    """An amount with up to so many decimals; currency signs and separators of thousands are taken away, a percentage is
    a hundredth, brackets mean less than nothing, as accountants write."""
    if is_blank(value):
        return None
    number = _number(value)
    if -int(number.normalize().as_tuple().exponent) > places:
        raise Unfit(
            _("“%(value)s” has more than %(places)d decimals: round it.") % {"value": _shown(value), "places": places}
        )
    return number.quantize(Decimal(1).scaleb(-places))


def as_whole(value: Value, lowest: int, highest: int) -> int | None:
    """A whole number between the two, both included."""
    if is_blank(value):
        return None
    number = _number(value)
    if number != number.to_integral_value():
        raise Unfit(_("“%(value)s” is no whole number.") % {"value": _shown(value)})
    if not lowest <= number <= highest:
        raise Unfit(
            _("“%(value)s” is not between %(lowest)d and %(highest)d.")
            % {"value": _shown(value), "lowest": lowest, "highest": highest}
        )
    return int(number)


def _number(value: Value) -> Decimal:
    if isinstance(value, (bool, date, datetime)):
        raise _no_number(value)
    if isinstance(value, float):
        return Decimal(f"{value:.{DIGITS}g}")  # what a spreadsheet shows of 0.1 + 0.2
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    text = _narrow(_plain(value)).replace(" ", "").lstrip("'").replace("−", "-")
    bracketed = BRACKETED.fullmatch(text)
    text = CURRENCY.sub(lambda found: found[1] or "", bracketed[1] if bracketed else text)
    percent = text.endswith("%")
    text = text.removesuffix("%")
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not (PLAIN.fullmatch(text) or SCIENTIFIC.fullmatch(text)) or len(text) > 40:
        raise _no_number(value)
    number = Decimal(text) / (100 if percent else 1)
    return -number if bracketed else number


def _no_number(value: Value) -> Unfit:
    return Unfit(
        _("“%(value)s” is no number. Write digits with a point before the decimals: 1234.50.")
        % {"value": _shown(value)}
    )


def as_yes_no(value: Value) -> bool | None:
    """是/否, 有/无, Y/N, 1/0, true/false, √/×."""
    if is_blank(value) or isinstance(value, bool):
        return None if is_blank(value) else bool(value)
    word = as_text(value, 20).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unfit(_("“%(value)s” is neither yes nor no. Write 是 or 否, or yes or no.") % {"value": _shown(value)})


def as_choice(value: Value, choices: Mapping[str, str]) -> str:
    """The key of what was chosen: `choices` gives the key of each word that means it. The way it is written, wide or
    narrow, large or small, does not matter."""
    if isinstance(value, str) and value in choices:
        return choices[value]
    word = _word(_plain(value))
    if not word:
        return ""
    for known, key in choices.items():
        if _word(known) == word:
            return key
    raise Unfit(
        _("“%(value)s” is not known here. Possible are: %(choices)s.")
        % {"value": _shown(value), "choices": ", ".join(list(choices)[:20])}
    )


def _word(text: str) -> str:
    return _narrow(text).casefold().replace(" ", "")


def _narrow(text: str) -> str:
    """The text on one line with full-width characters made narrow."""
    return _line(text if text.isascii() else unicodedata.normalize("NFKC", text))


def _line(text: str) -> str:
    """As `one_line`, which looks at every character; most texts hold only what is seen."""
    return " ".join(text.split()) if text.isprintable() else one_line(text)


def _plain(value: Value) -> str:
    """The value as one would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Fault):
        raise Unfit(value.why)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else f"{value:.{DIGITS}g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds") if value.time() != time.min else value.date().isoformat()
    return str(value)


def _shown(value: Value) -> str:
    return shortened(_line(_plain(value)), SHOWN)
