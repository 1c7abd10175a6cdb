"""Phone and identity numbers as they stand in text, and what of them may be shown to somebody who needs no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

HIDDEN = "*"
MARK = "⟪erased⟫"  # stands where personal data was erased, see erased.py; there is nothing left to mask

# A token: what stands in a text in place of a number, until the text is shown to somebody (docs/decisions/0020). Its
# letters are drawn, so that nobody makes one up; none of its signs can be part of a number.
OPENING, CLOSING = "\u27e6", "\u27e7"
CODE_LETTERS, CODE_LENGTH = "abcdefghijklmnopqrstuvwxyz234567", 14
TOKEN = re.compile(rf"{OPENING}([{CODE_LETTERS}]{{{CODE_LENGTH}}}){CLOSING}")
# Under these names JSON holds numbers of people, however short they are.
NUMBER_KEYS = frozenset({"phone", "phones", "caller_phone", "party_phone", "contact_phone", "identity"})
DIALLED = re.compile(r"\+?[0-9](?:[0-9 -]{1,18}[0-9])")

# GB 11643-1999: 17 digits and a check sign, which is the sum of the digits by these weights, modulo 11.
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
CHECK_X = "Xx\uff38\uff58"

# Digits as people type them: full-width too (\d), in groups. Mobile: 1 and ten more, with or without +86; landline: an
# area code with its 0 (010, 02x or four digits) and seven or eight more. An identity number comes first: its middle may
# look like a phone. Letters and a hyphen may stand before, "Tel-13800000417": only the day and the counter behind the
# city's code tell an order's number, BX-0562-20261122-000017, from a landline.
_GAP = r"[-\s\u2010-\u2015\uff0d.·]?"
_OF_AN_ORDER = r"(?<=[A-Za-z]-)\d{3,6}-\d{8}-\d{6}"
NUMBERS = re.compile(
    rf"(?<!\d)(?!{_OF_AN_ORDER})(?:"
    rf"(?P<identity>[1-9]\d{{5}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx\uff38\uff58])"
    rf"|(?P<mobile>(?:(?:[+\uff0b]|[0\uff10][0\uff10])?[8\uff18][6\uff16]{_GAP})?[1\uff11][3-9\uff13-\uff19]\d{_GAP}\d{{4}}{_GAP}\d{{4}})"
    rf"|(?P<landline>[(\uff08]?[0\uff10](?:[1\uff11][0\uff10]|[2\uff12]\d|[3-9\uff13-\uff19]\d\d)[)\uff09]?{_GAP}[2-9\uff12-\uff19]\d{{2,3}}{_GAP}\d{{4}})"
    rf")(?!\d)"
)
# The fewest digits of any of them, no further apart: most texts have not so many, and are not looked at more closely.
ENOUGH = re.compile(r"\d(?:\D{0,2}\d){9}")

# 复姓 that are still borne; every other surname is one character.
COMPOUND_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "东方", "南宫", "长孙", "宇文",
    "令狐", "端木", "轩辕", "闻人", "百里", "呼延", "钟离", "澹台", "公冶", "濮阳", "淳于", "单于", "申屠", "赫连",
)  # fmt: skip
# What a house begins with: figures that are no part of a street's name, or figures in words before what they count.
HOUSE = re.compile(
    r"\d+(?![\d路街道巷])|[A-Za-z]\d|(?<![零一二三四五六七八九十百千])[零一二三四五六七八九十百千]+(?=[号栋幢座单楼室层弄组])|[甲乙丙丁](?=[栋幢座])|[#＃]"
)
STREET_ENDS = (("大道", "路", "街", "巷", "胡同"), ("小区", "新村", "花园", "苑", "公寓", "村", "镇", "乡"))
ENGLISH_STREET = re.compile(
    r"(?<![A-Za-z'’-])(?:[A-Z][A-Za-z'’-]+ ){1,4}(?:Road|Street|Avenue|Lane|Boulevard|Drive|Alley|Rd|St|Ave|Blvd)\b"
)


class Kind(Enum):
    """Which sort of number it is."""

    PHONE = "phone"
    IDENTITY = "identity"


class AsNumber(str):
    """A text that is a number of somebody as a whole, whether or not one would recognise it."""

    __slots__ = ()


@dataclass(frozen=True)
class Found:
    """A number of somebody, at `text[start:end]`; `number` is how it is kept: digits (and X), without the country's
    86."""

    kind: Kind
    start: int
    end: int
    number: str


def numbers_in(text: str) -> Iterator[Found]:
    """The phone and identity numbers that stand in a text, in order; none is one whose check sign is wrong."""
    if not ENOUGH.search(text):
        return
    for match in NUMBERS.finditer(text):
        identity, number = match.lastgroup == "identity", _signs(match[0])
        if not identity or is_identity_number(number):
            yield Found(Kind.IDENTITY if identity else Kind.PHONE, match.start(), match.end(), number)


def dialled_in(text: str) -> Iterator[Found]:
    """The numbers in a text that is known to hold numbers and nothing else: also those too short to be recognised."""
    last = 0
    for found in numbers_in(text):
        yield from _dialled(text, last, found.start)
        yield found
        last = found.end
    yield from _dialled(text, last, len(text))


def _dialled(text: str, start: int, end: int) -> Iterator[Found]:
    for match in DIALLED.finditer(text, start, end):
        number = "".join(sign for sign in match[0] if sign not in " -")
        yield Found(Kind.PHONE, match.start(), match.end(), number)


def each_text(value: object, change: Callable[[str, bool], str], *, numbers: bool = False) -> object:
    """A JSON value with `change(text, numbers)` in place of every text in it, at any depth; `numbers` says that it
    stands where numbers stand and nothing else (NUMBER_KEYS, AsNumber)."""
    if isinstance(value, str):
        return change(value, numbers or isinstance(value, AsNumber))
    if isinstance(value, Mapping):
        return {key: each_text(inner, change, numbers=key in NUMBER_KEYS) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [each_text(inner, change, numbers=numbers) for inner in value]
    return value


def without_numbers(text: str) -> str:
    """The text without the numbers of people in it, and without tokens: what a name is found by."""
    text, pieces, last = TOKEN.sub(" ", text), [], 0
    for found in numbers_in(text):
        pieces.append(text[last : found.start])
        last = found.end
    return " ".join([*pieces, text[last:]])


def texts_of(value: object) -> list[str]:
    """Every text in a JSON value."""
    texts: list[str] = []

    def note(text: str, _numbers: bool) -> str:  # noqa: FBT001  # as each_text calls it
        texts.append(text)
        return text

    each_text(value, note)
    return texts


def is_identity_number(number: str) -> bool:
    """Whether 18 signs are a number of a resident identity card 居民身份证: digits, and the check sign of GB 11643."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(IDENTITY_WEIGHTS, number, strict=False))
    return IDENTITY_CHECKS[total % 11] == number[-1]


def masked_phone(number: str) -> str:
    """`138****0417`: how a number is shown so that its owner recognises it and nobody else can dial it. Of a landline
    or a number from abroad the last four digits stay; one of seven digits or fewer is hidden but for its last two. What
    is masked stays so."""
    if HIDDEN in number:
        return number
    if re.fullmatch(r"1[3-9][0-9]{9}", number):
        return f"{number[:3]}{HIDDEN * 4}{number[-4:]}"
    shown = 4 if len(number) > 7 else 2
    return HIDDEN * max(len(number) - shown, 0) + number[-shown:]


def masked_identity(number: str) -> str:
    """`3407**********0417`: place and last four; what lies between says when somebody was born."""
    return f"{number[:4]}{HIDDEN * (len(number) - 8)}{number[-4:]}"


def masked_name(name: str) -> str:
    """`张*`, `欧阳**`, `J***`: how somebody is addressed, not who it is. At most two signs say that there is more."""
    name = name.strip()
    if name == MARK:
        return MARK
    if OPENING in name:
        name = TOKEN.sub("", name).strip()  # nobody is addressed by a number
        if not name:
            return HIDDEN * 2
    surname = next((two for two in COMPOUND_SURNAMES if name.startswith(two) and len(name) > len(two)), name[:1])
    hidden = 3 if name.isascii() else min(max(len(name) - len(surname), 1), 2)
    return f"{surname}{HIDDEN * hidden}" if name else ""


def masked_address(address: str) -> str:
    """`铜官区庐山路***`: as far as the street, or the estate where no street is named; house and room are hidden, and
    everything where neither can be told. Of an English address the street stays: `Lushan Road ***`."""
    if address in {"", MARK} or not address.strip():
        return address.strip()
    if street := ENGLISH_STREET.search(address):
        return f"{street[0]} {HIDDEN * 3}"
    before = HOUSE.split(address, maxsplit=1)[0]
    for ends in STREET_ENDS:
        if (place := max(before.rfind(end) + len(end) if end in before else 0 for end in ends)) > 1:
            return f"{before[:place]}{HIDDEN * 3}"
    return HIDDEN * 3


def shortened(text: str, longest: int, end: str = "…") -> str:
    """The text if it has at most so many signs, else its beginning and `end`, together no longer. A token or a number
    stays whole or goes: what is left of one could be neither opened nor masked."""
    if len(text) <= longest:
        return text
    cut = max(longest - len(end), 0)
    whole = [match.span() for match in TOKEN.finditer(text)]
    whole += [(found.start, found.end) for found in numbers_in(TOKEN.sub(lambda token: "\x00" * len(token[0]), text))]
    cut = min([cut, *(start for start, stop in whole if start < cut < stop)])
    return f"{text[:cut].rstrip()}{end}"


MASKS: dict[Kind, Callable[[str], str]] = {Kind.PHONE: masked_phone, Kind.IDENTITY: masked_identity}


def masked(text: str) -> str:
    """The text with every number of somebody masked."""
    pieces, last = [], 0
    for found in numbers_in(text):
        pieces += [text[last : found.start], MASKS[found.kind](found.number)]
        last = found.end
    return "".join([*pieces, text[last:]])


def _signs(written: str) -> str:
    """The digits of a number, half-width, and its X; without the country's 86."""
    signs = "".join(
        str(int(sign)) if sign.isdecimal() else "X" for sign in written if sign.isdecimal() or sign in CHECK_X
    )
    return re.sub(r"^(?:00)?86(?=1[3-9][0-9]{9}$)", "", signs)
