"""How lines of the audit are sealed, and how long they are kept: vocabulary and arithmetic, no queries.

A line becomes a digest over its canonical form. A block lists the digests of all lines with an id in its range, and its
seal is an HMAC over the list and over the seal of the block before, with a key that the database has never seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from jingming.privacy.retention import SHIPPED, Kept

LOOKS = "looks"  # the family of lines that say who looked at whose personal data
SAME_LOOK = timedelta(minutes=10)  # within which somebody who looks at the same record again has looked once
FORM = 1  # of the canonical form; another form gets another number, and old blocks stay what they are
AT_MOST = 1000  # lines in a block
_LISTED = struct.Struct(">qq32s")  # id, time in microseconds, digest: what a block keeps of each line


@dataclass(frozen=True)
class Line:
    """One line as it stands in the database; `facts` is the text of the jsonb, exact to the last digit."""

    id: int
    at: datetime
    key: str
    target_kind: str
    target_id: int
    by_id: int | None
    by_name: str
    facts: str


@dataclass(frozen=True)
class Listed:
    """One line as a block remembers it."""

    id: int
    at: datetime
    digest: bytes


def digest(line: Line) -> bytes:
    """The SHA-256 of a line: JSON in ASCII, fields in fixed order, the time in UTC to the microsecond."""
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [line.id, at, line.key, line.target_kind, line.target_id, line.by_id, line.by_name, line.facts]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode("ascii")).digest()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pack(lines: Iterable[Line]) -> bytes:
    """The list that a block keeps."""
    return b"".join(
        _LISTED.pack(line.id, (line.at - _EPOCH) // timedelta(microseconds=1), digest(line)) for line in lines
    )


def unpack(packed: bytes) -> Iterator[Listed]:
    """The lines in such a list; of what is no such list, as many as can be read."""
    whole = len(packed) - len(packed) % _LISTED.size
    for number, moment, of_line in _LISTED.iter_unpack(packed[:whole]):
        yield Listed(number, _EPOCH + timedelta(microseconds=moment), of_line)


def seal(key: bytes, *, number: int, after: int, upto: int, sealed_at: datetime, lines: bytes, previous: str) -> str:
    """The seal of a block, as 64 hexadecimal digits."""
    at = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [FORM, number, after, upto, at, hashlib.sha256(lines).hexdigest(), previous]
    return hmac.new(key, json.dumps(said, separators=(",", ":")).encode("ascii"), hashlib.sha256).hexdigest()


# Six months, the longest there are: July to December have 184 days. The page *Retention* may ask for more.
RETENTION = SHIPPED[Kept.AUDIT]


def following(month: date) -> date:
    """The first day of the month after the one that begins with this day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def may_be_dropped(month: date, today: date, *, days: int = RETENTION.days) -> bool:
    """Whether the month that begins with this day has been kept as long as it must be, and as somebody wants."""
    return (today - following(month)).days >= max(days, RETENTION.days)
