"""Numbers of people leave texts on their way into the database: a token stays, the number lies sealed in one table.

    kept = with_tokens("Call 138 0000 0417 back", connection)     # "Call ⟦k3f…⟧ back"
    opened(kept, whole=True)                                      # "Call 13800000417 back"

The same number is the same token in every text, so texts are compared and copied as they are kept. `fields.py` does
this for columns, `jingming.loading.copying` for COPY. A number that is forgotten here is gone from every text that held
it, also from those that only grow.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import pgettext

from .rules import (
    CLOSING,
    CODE_LENGTH,
    MASKS,
    OPENING,
    TOKEN,
    Found,
    Kind,
    dialled_in,
    each_text,
    numbers_in,
    texts_of,
)
from .sealing import MARK, seal_number, unseal_number

Written = TypeVar("Written")
BATCH = 5_000  # numbers that one statement keeps
TRIES = 5

# What is there already is found, what is not is added. A number that somebody else adds at the same moment is not seen
# yet, and nobody waits for it: it has two rows then, and from now on the token of the older one.
_KEEP = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS given (sealed, kind, code)
    ), added AS (
        INSERT INTO privacy_number (sealed, kind, code)
        SELECT sealed, kind, code FROM given
        WHERE NOT EXISTS (SELECT FROM privacy_number kept WHERE kept.sealed = given.sealed)
        ON CONFLICT DO NOTHING
        RETURNING sealed, code
    )
    SELECT sealed, code FROM added
    UNION ALL
    (SELECT DISTINCT ON (kept.sealed) kept.sealed, kept.code FROM privacy_number kept JOIN given USING (sealed)
        ORDER BY kept.sealed, kept.id)
"""
_VEILED = re.compile(rf"{TOKEN.pattern}|{MARK}[0-9]+:[0-9A-Za-z+/=]*")
# SQL for the token of a sealed number that has one.
STANDS_FOR = "(SELECT '⟦' || kept.code || '⟧' FROM privacy_number kept WHERE kept.sealed = {} ORDER BY kept.id LIMIT 1)"
_OPEN = "SELECT code, kind, sealed FROM privacy_number WHERE code = ANY(%s)"
_FORGET = """
    WITH known AS (SELECT id, sealed FROM privacy_number WHERE sealed = ANY(%s)), gone AS (
        UPDATE privacy_number SET sealed = NULL, forgotten_at = now() WHERE id IN (SELECT id FROM known)
    )
    SELECT count(DISTINCT sealed) FROM known
"""


# --- Into the database ----------------------------------------------------------------------------------------------
def with_tokens(value: Written, connection: BaseDatabaseWrapper | None = None) -> Written:
    """A text, or a JSON value, with a token in place of every number of somebody. One query, none if there are none."""
    numbers = numbers_of(value)
    return replaced(value, tokens_for(numbers, connection or connections["default"])) if numbers else value


def numbers_of(value: object) -> dict[str, Kind]:
    """The numbers that stand in a text or in a JSON value."""
    numbers: dict[str, Kind] = {}

    def note(text: str, known: bool) -> str:  # noqa: FBT001  # as each_text calls it
        numbers.update((found.number, found.kind) for found in _found(text, known=known))
        return text

    each_text(value, note)
    return numbers


def replaced(value: Written, tokens: Mapping[str, str]) -> Written:
    """The value with the tokens in place of their numbers."""

    def change(text: str, known: bool) -> str:  # noqa: FBT001  # as each_text calls it
        pieces, last = [], 0
        for found in _found(text, known=known):
            pieces += [text[last : found.start], tokens[found.number]]
            last = found.end
        return "".join([*pieces, text[last:]]) if pieces else text

    return each_text(value, change)  # type: ignore[return-value]  # of the shape that it was


def _found(text: str, *, known: bool) -> Iterator[Found]:
    if OPENING in text or MARK in text:  # their letters are not looked at
        text = _VEILED.sub(lambda there: "\x00" * len(there[0]), text)
    return dialled_in(text) if known else numbers_in(text)


def keep_sealed(sealed: Iterable[str], connection: BaseDatabaseWrapper) -> None:
    """See that each of these phone numbers, sealed already, has its token: for SQL that looks them up (STANDS_FOR)."""
    given = list(set(sealed))
    for start in range(0, len(given), BATCH):
        wanted = dict.fromkeys(given[start : start + BATCH], ("", Kind.PHONE))
        for _found_now in _kept(wanted, connection):
            pass


def tokens_for(numbers: Mapping[str, Kind], connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The token of each number; those that are new are kept, in the transaction of the caller."""
    tokens: dict[str, str] = {}
    given = list(numbers.items())
    for start in range(0, len(given), BATCH):
        sealed = {seal_number(number): (number, kind) for number, kind in given[start : start + BATCH]}
        for code_of in _kept(sealed, connection):
            tokens.update((sealed[seal][0], f"{OPENING}{code}{CLOSING}") for seal, code in code_of.items())
    return tokens


def _kept(sealed: Mapping[str, tuple[str, Kind]], connection: BaseDatabaseWrapper) -> Iterator[dict[str, str]]:
    wanted = dict(sealed)
    for _try in range(TRIES):
        given = [list(wanted), [kind.value for _number, kind in wanted.values()], [_new_code() for _one in wanted]]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, given)
            found = dict(cursor.fetchall())
        yield found
        wanted = {seal: number for seal, number in wanted.items() if seal not in found}
        if not wanted:
            return
    raise RuntimeError("every code that is drawn is given out already")  # pragma: no cover


def _new_code() -> str:
    return base64.b32encode(secrets.token_bytes(CODE_LENGTH))[:CODE_LENGTH].decode().lower()


# --- Out of it ------------------------------------------------------------------------------------------------------
def openings(codes: Collection[str], *, whole: bool | Collection[str]) -> dict[str, str]:
    """What is shown in place of each token, by its code: the number, or its mask; `whole` may also name the numbers
    that are shown, all others being masked. One query; a code that nobody has given out has none."""
    if not codes:
        return {}
    with connections["default"].cursor() as cursor:
        cursor.execute(_OPEN, [list(codes)])
        return {code: _shown(Kind(kind), sealed, whole=whole) for code, kind, sealed in cursor.fetchall()}


def _shown(kind: Kind, sealed: str | None, *, whole: bool | Collection[str]) -> str:
    if sealed is None:
        return erased()
    number = unseal_number(sealed)
    return number if whole is True or (whole and number in whole) else MASKS[kind](number)


def erased() -> str:
    """What is shown where a number stood that has been forgotten."""
    return f"[{pgettext('number', 'erased')}]"


def opened(value: Written, *, whole: bool | Collection[str]) -> Written:
    """A text, or a JSON value, as somebody may see it: with numbers, or masks, in place of its tokens. For whatever
    leaves us by another way than an answer to a request (those are opened by `jingming.accounts.opening`)."""
    return next(all_opened([value], whole=whole))


def all_opened(values: Iterable[Written], *, whole: bool | Collection[str]) -> Iterator[Written]:
    """The same for many: one query."""
    values = list(values)
    codes = {code for value in values for text in texts_of(value) for code in TOKEN.findall(text)}
    shown = openings(codes, whole=whole)
    for value in values:
        yield _with(value, shown) if shown else value


def _with(value: Written, shown: Mapping[str, str]) -> Written:
    def change(text: str, _known: bool) -> str:  # noqa: FBT001  # as each_text calls it
        return TOKEN.sub(lambda token: shown.get(token[1], token[0]), text) if OPENING in text else text

    return each_text(value, change)  # type: ignore[return-value]  # of the shape that it was


# --- Changed --------------------------------------------------------------------------------------------------------
def rewritten(value: Written, was: object) -> Written:
    """A text, or a JSON value, that somebody has changed who saw `was` opened for them, as it will be kept: numbers are
    tokens, and so it equals `was` if nothing was changed. At most three queries."""
    return with_tokens_of(unmasked(value, was), was)


def with_tokens_of(value: Written, was: object) -> Written:
    """A text, or a JSON value, with tokens in place of numbers: with those of `was` for the numbers that stand there,
    as a number may have more than one. At most two queries."""
    numbers, codes = numbers_of(value), _codes_in(was)
    tokens = (
        {number: f"{OPENING}{code}{CLOSING}" for code, number in openings(codes, whole=True).items()} if numbers else {}
    )
    others = {number: kind for number, kind in numbers.items() if number not in tokens}
    if others:
        tokens |= tokens_for(others, connections["default"])
    return replaced(value, tokens) if numbers else value


def unmasked(value: Written, was: object) -> Written:
    """The same, with numbers as they were typed: only a mask, or the word for a number that is forgotten, is the token
    again in whose place `was` showed it. A mask that stood nowhere in `was` is what it is."""
    before = _codes_in(was)
    if not before:
        return value
    shown = openings(before, whole=False)
    waiting: dict[str, list[str]] = {}
    for code in before:
        if code in shown:
            waiting.setdefault(shown[code], []).append(f"{OPENING}{code}{CLOSING}")

    def change(text: str, _known: bool) -> str:  # noqa: FBT001  # as each_text calls it
        for mask, tokens in waiting.items():
            text = _in_place(text, mask, tokens)
        return text

    return each_text(value, change)  # type: ignore[return-value]  # of the shape that it was


def _codes_in(value: object) -> list[str]:
    return [code for text in texts_of(value) for code in TOKEN.findall(text)]


def _in_place(text: str, mask: str, tokens: list[str]) -> str:
    """The text with the tokens where the mask stands: the first for the first, and the last for all that follow."""
    head, *rest = text.split(mask)
    for place, piece in enumerate(rest):
        head += tokens[min(place, len(tokens) - 1)] + piece
    return head


# --- Forgotten ------------------------------------------------------------------------------------------------------
def forget(numbers: Iterable[str]) -> int:
    """Blank all rows of these numbers; how many numbers were known. Whoever calls has seen that nobody else needs
    them."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_FORGET, [[seal_number(number) for number in numbers]])
        return int(cursor.fetchone()[0])
