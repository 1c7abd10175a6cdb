"""Vocabulary of archives, and how typed words become what is kept: phone numbers, account numbers, search words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.base.errors import Unfit
from jingming.base.initials import as_initials
from jingming.base.tokens import SMALL, runs, tokens
from jingming.organisation.rules import Kind as DepartmentKind
from jingming.privacy.sealing import keyed_hash

# A post that reaches its own department sees the customers of the department's place, if that is whom it works for.
CUSTOMER_FACING = frozenset(
    {
        DepartmentKind.CALL_CENTRE,
        DepartmentKind.OPERATIONS,
        DepartmentKind.MAINTENANCE,
        DepartmentKind.BUSINESS,
        DepartmentKind.INSPECTION,
        DepartmentKind.SUPERVISION,
        DepartmentKind.MARKETING,
    }
)

ACCOUNT_MANAGER = "account_manager"  # the role of those who look after key accounts

NOTE_LENGTH = 2000
WHY_LENGTH = 200
ACCOUNT_LENGTH = 30
CONTRACT_LENGTH = 40
DEVICE_LENGTH = 40
MODEL_LENGTH = 60
ELEMENT_LENGTH = 30
LONGEST_LIFE = 200  # years
# How long before its end something is shown as due: time to plan an exchange, time to talk about a contract.
LIFE_ENDS_SOON = timedelta(days=365)
CONTRACT_ENDS_SOON = timedelta(days=90)
QUERY_LENGTH = 100

# Fields of an archive in the words of its pages and of its history.
FIELDS: dict[str, Promise] = {
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "number": gettext_lazy("Customer number"),
    "note": gettext_lazy("Note"),
    "unit": gettext_lazy("Place"),
    "phone": gettext_lazy("Phone"),
    "label": gettext_lazy("Remark"),
    "contact": gettext_lazy("Contact person"),
    "duty": gettext_lazy("Duty"),
    "account_number": gettext_lazy("Account number"),
    "address": gettext_lazy("Address"),
    "area": gettext_lazy("Service area"),
    "relation": gettext_lazy("Relation"),
    "since": gettext_lazy("Since"),
    "until": gettext_lazy("Until"),
    "element": gettext_lazy("Network element"),
    "contract_number": gettext_lazy("Contract number"),
    "contract_until": gettext_lazy("Contract until"),
    "arrears": gettext_lazy("Arrears"),
    "arrears_at": gettext_lazy("Arrears as of"),
    "device_kind": gettext_lazy("Kind of device"),
    "device_number": gettext_lazy("Device number"),
    "model": gettext_lazy("Model"),
    "installed_on": gettext_lazy("Installed on"),
    "design_life": gettext_lazy("Design life in years"),
    "removed_on": gettext_lazy("Removed on"),
    "active": gettext_lazy("In use"),
    "sensitive": gettext_lazy("Special care"),
    "key_account": gettext_lazy("Key account"),
    "manager": gettext_lazy("Account manager"),
    "item": gettext_lazy("What was bought"),
    "amount": gettext_lazy("Amount"),
    "bought_on": gettext_lazy("Bought on"),
    "code": gettext_lazy("Code"),
    "parent": gettext_lazy("Element above"),
    "customer": gettext_lazy("Customer"),
    "good": gettext_lazy("Conduct"),
    "text": gettext_lazy("What happened"),
}

# What a line of history says; the person stands before it.
ACTS: dict[str, Promise] = {
    "added": gettext_lazy("opened the archive"),
    "quick_archived": gettext_lazy("opened a quick archive"),
    "changed": gettext_lazy("changed the archive"),
    "contact_added": gettext_lazy("added a contact person"),
    "contact_changed": gettext_lazy("changed a contact person"),
    "contact_retired": gettext_lazy("retired a contact person"),
    "phone_added": gettext_lazy("added a phone number"),
    "phone_changed": gettext_lazy("changed a phone number"),
    "phone_retired": gettext_lazy("retired a phone number"),
    "point_added": gettext_lazy("added a service point"),
    "point_changed": gettext_lazy("changed a service point"),
    "point_moved_in": gettext_lazy("took over a service point"),
    "point_moved_out": gettext_lazy("handed over a service point"),
    "tenure_added": gettext_lazy("linked the customer to a service point"),
    "tenure_ended": gettext_lazy("ended a link to a service point"),
    "device_added": gettext_lazy("added a device"),
    "device_changed": gettext_lazy("changed a device"),
    "device_exchanged": gettext_lazy("exchanged a device"),
    "device_removed": gettext_lazy("took a device out of service"),
    "conduct_noted": gettext_lazy("noted conduct"),
    "note_written": gettext_lazy("wrote a note"),
    "visit_noted": gettext_lazy("noted a visit"),
    "purchase_noted": gettext_lazy("noted a purchase"),
    "merged": gettext_lazy("merged another archive into this one"),
    "merged_away": gettext_lazy("merged this archive into another one"),
    "unmerged": gettext_lazy("took a merge back"),
    "imported": gettext_lazy("imported the archive"),
    "erased": gettext_lazy("erased the personal data of the archive"),
}
ACTS_ON_POINTS = (
    "point_added",
    "point_changed",
    "point_moved_in",
    "point_moved_out",
    "tenure_added",
    "tenure_ended",
    "device_added",
    "device_changed",
    "device_exchanged",
    "device_removed",
)

# What a merge decides field by field, which side goes on, and of which fields both can.
MERGED_FIELDS = ("name", "kind", "number", "unit", "note", "sensitive", "key_account", "manager")
KEPT, MERGED, BOTH = "kept", "merged", "both"
JOINED = frozenset({"note", "sensitive"})
EMPTY: tuple[object, ...] = ("", None, False, [])


def likely_side(field: str, kept: object, merged: object, *, looked_through: bool) -> str:
    """The side proposed for a field; `looked_through`: only the archive to be merged is more than a quick one."""
    if kept == merged or merged in EMPTY:
        return KEPT
    if kept in EMPTY:
        return MERGED
    if field in JOINED:
        return BOTH
    return MERGED if looked_through and field in {"name", "kind", "unit"} else KEPT


def both_together(field: str, kept: object, merged: object) -> object:
    """Both values of a field of `JOINED` in one; raises Unfit where they do not fit into it."""
    if field == "sensitive":
        return sorted({*map(str, kept), *map(str, merged)})  # type: ignore[call-overload]  # lists of codes
    text = "\n".join(filter(None, (str(kept), str(merged))))
    if len(text) > NOTE_LENGTH:
        raise Unfit(fields={field: _("Both notes together are too long. Choose one of them.")})
    return text


DASHES = "-‐‑‒–—―−ー.·/()[]"
EXTENSION = re.compile(r"[#*,;xX]|ext|转|轉|分机|分機")
CHINA = re.compile(r"\A(?:\+|00)86|\A86(?=1[3-9][0-9]{9}\Z)")
NATIONAL = re.compile(r"\A[0-9]{3,15}\Z")
FOREIGN = re.compile(r"\A\+[1-9][0-9]{6,14}\Z")
MOBILE = re.compile(r"\A1[3-9][0-9]{9}\Z")
# Numbers dialled as they are, without an area code: 400 and 800 lines, and all that are too short to have one.
WITHOUT_AREA = re.compile(r"\A(?:[48]00[0-9]{7}|[0-9]{1,8})\Z")
SUBSCRIBER = re.compile(r"[2-8][0-9]{6,7}")  # a line inside its own city
AMOUNT = re.compile(r"\A[0-9]{1,10}(?:\.[0-9]{1,2})?\Z")
ACCOUNT = re.compile(r"\A[0-9A-Z](?:[0-9A-Z/._-]*[0-9A-Z])?\Z")


def one_line(text: str) -> str:
    """The text on one line: no control or directing characters, single spaces, none at the ends."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text  # as most words of a file are
    visible = "".join(c if unicodedata.category(c) not in {"Cc", "Cf"} else " " if c.isspace() else "" for c in text)
    return " ".join(visible.split())


def phone_number(text: str) -> str:
    """The number as it is kept: digits, as dialled inside the country; with + and country code if it lies abroad.

    Full-width digits, spaces, dashes, brackets and +86 are taken away; an area code gets its 0 back. Raises Unfit,
    with the sentence under "phone", for anything that cannot be dialled so, extensions included.
    """
    if MOBILE.match(text):
        return text
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in {"Cf", "Cc"})
    if EXTENSION.search(plain.strip().lower()):
        raise _no_phone(_("Leave the extension out of the number and write it into the remark."))
    digits = "".join(c for c in plain if c not in DASHES and not c.isspace())
    inside, from_abroad = CHINA.subn("", digits)
    if from_abroad:
        area_lost = not (inside.startswith("0") or MOBILE.match(inside) or WITHOUT_AREA.match(inside))
        digits = f"0{inside}" if area_lost else inside
    elif digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not (NATIONAL.match(digits) or FOREIGN.match(digits)):
        raise _no_phone(_("A phone number has 3 to 15 digits, for example 0562 2831100 or 138 0562 1234."))
    return digits


def ways_to_dial(number: str, area_code: str) -> set[str]:
    """The number, and how the same line is written with or without the area code of its city."""
    if not area_code:
        return {number}
    if number.startswith(area_code):
        return {number, number.removeprefix(area_code)}
    local = SUBSCRIBER.fullmatch(number) is not None
    return {number, f"{area_code}{number}"} if local else {number}


GRAM = 4  # the fewest digits of a phone by which somebody is looked for
BEGINNING = 7  # digits of a mobile that say operator and place, by which numbers that begin so are found


def grams(number: str) -> list[int]:
    """The keyed hashes by which a sealed number is found: of each four digits that stand together, of the first seven
    and of the last four; [] for the short numbers that are only found whole. In no order that tells of the number."""
    digits = number.lstrip("+")
    return sorted({*anywhere(digits), *at_beginning(digits), *at_end(digits)})


def anywhere(digits: str) -> list[int]:
    """The hashes of each four digits that stand together. What stands twice has two: 11111 is looked for where 1111
    stands twice."""
    fours = [digits[place : place + GRAM] for place in range(len(digits) - GRAM + 1)]
    return [keyed_hash("four", four, str(fours[:place].count(four))) for place, four in enumerate(fours)]


def at_beginning(digits: str) -> list[int]:
    """The hash of the first seven digits, if there are so many."""
    return [keyed_hash("first", digits[:BEGINNING])] if len(digits) >= BEGINNING else []


def at_end(digits: str) -> list[int]:
    """The hash of the last four digits, if there are so many."""
    return [keyed_hash("last", digits[-GRAM:])] if len(digits) >= GRAM else []


def account_number(text: str) -> str:
    """The account number 户号 as it is kept: capital letters and digits, no spaces; raises Unfit otherwise."""
    return _coded(
        text,
        "account_number",
        ACCOUNT_LENGTH,
        _("An account number has up to 30 digits and letters, no other characters."),
    )


def device_number(text: str) -> str:
    """The number on a meter or set-top box as it is kept, "" for none; raises Unfit if it is no such number."""
    if not text.strip():
        return ""
    return _coded(
        text, "device_number", DEVICE_LENGTH, _("The number on a meter or set-top box has up to 40 digits and letters.")
    )


def element_code(text: str) -> str:
    """The code of a network element as it is kept; raises Unfit if it is no such code."""
    return _coded(
        text, "element", ELEMENT_LENGTH, _("The code of a network element has up to 30 digits and letters, no others.")
    )


def amount(text: str) -> str:
    """An amount of money as facts keep it, "" for none: two places, 0 or more; raises Unfit otherwise."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace(",", "").split())
    if not plain:
        return ""
    if not AMOUNT.match(plain):
        raise Unfit(fields={"arrears": _("An amount is a number with at most two places, for example 128.50.")})
    return f"{Decimal(plain):.2f}"


def day(text: str) -> str:
    """A day as facts keep it (2027-03-31), "" for none; raises Unfit otherwise."""
    plain = text.strip()
    if not plain:
        return ""
    try:
        return date.fromisoformat(plain).isoformat()
    except ValueError:
        raise Unfit(fields={"day": _("A day is written like 2027-03-31.")}) from None


def _coded(text: str, field: str, longest: int, sentence: str) -> str:
    if len(text) <= longest and ACCOUNT.match(text):
        return text  # it is in its kept form already
    code = "".join(one_line(unicodedata.normalize("NFKC", text)).split()).upper()
    if len(code) > longest or not ACCOUNT.match(code):
        raise Unfit(fields={field: sentence})
    return code


# Fact → how typed text becomes its kept form.
CODED: dict[str, Callable[[str], str]] = {
    "account_number": account_number,
    "device_number": device_number,
    "element": element_code,
    "code": element_code,
    "parent": element_code,
    "arrears": amount,
    "contract_until": day,
    "arrears_at": day,
    "installed_on": day,
    "removed_on": day,
}
NEVER_EMPTY = frozenset({"account_number", "code"})


def _no_phone(sentence: str) -> Unfit:
    return Unfit(fields={"phone": sentence})


class Way(TextChoices):
    """By what somebody was found."""

    ACCOUNT = "account", gettext_lazy("Account number")
    NUMBER = "number", gettext_lazy("Customer number")
    PHONE = "phone", gettext_lazy("Phone")
    DEVICE = "device", gettext_lazy("Meter or set-top box")
    NAME = "name", gettext_lazy("Name")
    INITIALS = "initials", gettext_lazy("Initials")
    ADDRESS = "address", gettext_lazy("Address")


@dataclass(frozen=True)
class Reading:
    """What the words in the search box may be; empty for what they cannot be.

    `digits` are four or more of a phone; `fragments` and `alone` are the tokens of a name or an address, and the
    letters beside them that stand alone and so have none.
    """

    account: str = ""
    device: str = ""
    phone: str = ""
    digits: str = ""
    name: str = ""
    initials: str = ""
    fragments: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.account, self.device, self.phone, self.digits, self.name, self.initials, self.fragments))

    @property
    def named(self) -> bool:
        """Whether the fragments may be of a name: figures alone are none."""
        return any(any(c.isalpha() for c in token) for token in self.fragments)


SHORTEST_CODE = 3  # signs of an account or device number: fewer would find half the archive
SHORTEST_FRAGMENT = 3  # figures and Latin letters of an address; of other letters two, which are one token
DIALLED = re.compile(r"\A\+?[0-9 ]+(?:-[0-9 ]+)?\Z")  # a house number has more dashes, or no four digits


def read_query(words: str) -> Reading:
    """All that the words may mean: an account or device number or its beginning, a phone number or four and more of its
    digits, the beginning of a name or of its pinyin initials, fragments of a name or an address in any order."""
    words = one_line(unicodedata.normalize("NFKC", words))[:QUERY_LENGTH]
    number = words.rstrip("-/._ ")  # somebody is still typing
    account = _or_nothing(account_number, number)
    device = _or_nothing(device_number, number)
    digits = "".join(c for c in words if c.isdigit()) if DIALLED.match(words) else ""
    fragments = tuple(dict.fromkeys(tokens(words)))
    enough = any(not token.isascii() for token in fragments) or sum(map(len, fragments)) >= SHORTEST_FRAGMENT
    return Reading(
        account=account if _is_code(account) else "",
        device=device if _is_code(device) else "",
        phone=_or_nothing(phone_number, words),
        digits=digits if len(digits) >= GRAM else "",
        name=words if any(c.isalpha() for c in words) else "",
        initials=as_initials(words),
        fragments=fragments if enough else (),
        alone=tuple(run for run in runs(words) if len(run) == 1 and not run.isascii()),
    )


def _is_code(number: str) -> bool:
    return len(number) >= SHORTEST_CODE and any(c.isdigit() for c in number)


@dataclass(frozen=True)
class Piece:
    """A part of a text that is shown; `marked` if it is what somebody looked for."""

    text: str
    marked: bool


def pieces(text: str, words: str, way: Way) -> list[Piece]:
    """The text in pieces, marked where it has what was typed: a number at its beginning, a phone where the digits
    stand, other texts wherever a run of the words stands."""
    folded = "".join(_folded(character) for character in text)
    typed = "".join(unicodedata.normalize("NFKC", words).split())
    marks = [False] * len(text)
    if way == Way.PHONE:
        digits = "".join(c for c in typed if c.isdigit())
        place = folded.rfind(digits[-len(folded) :]) if digits else -1
        _mark(marks, place, min(len(digits), len(folded)))
    elif way in {Way.ACCOUNT, Way.DEVICE, Way.NUMBER}:
        begins = folded.startswith(typed.translate(SMALL).rstrip("-/._"))
        _mark(marks, 0 if begins else -1, len(typed.rstrip("-/._")))
    elif way != Way.INITIALS:
        for run in runs(words):
            for found in re.finditer(_whole(run), folded):
                _mark(marks, found.start(), len(run))
    return [
        Piece("".join(character for character, _marked in group), marked)
        for marked, group in groupby(zip(text, marks, strict=True), key=lambda pair: pair[1])
    ]


def _folded(character: str) -> str:
    """The character as tokens write it, in one place as well."""
    plain = unicodedata.normalize("NFKC", character).translate(SMALL)
    return plain if len(plain) == 1 else character


def _whole(run: str) -> str:
    """Figures and Latin letters stand for themselves only as a whole: 2 is not in 12."""
    return rf"(?<![a-z0-9]){run}(?![a-z0-9])" if run.isascii() else re.escape(run)


def _mark(marks: list[bool], place: int, length: int) -> None:
    if place >= 0:
        marks[place : place + length] = [True] * min(length, len(marks) - place)


def _or_nothing(read: Callable[[str], str], words: str) -> str:
    try:
        return read(words)
    except Unfit:
        return ""
