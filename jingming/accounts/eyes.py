"""Through whose eyes an answer is made: what of a customer's personal data stands whole in it, and what masked.

Like the language and the zone of the reader, whoever asks is known for as long as their request is answered (by
`http.EyesMiddleware`), so that every sentence and every cell can be told for their eyes:

    eyes.shown("phone", order.caller_phone, order)      in Python, wherever something is said or serialised
    {{ order.caller_phone|as_phone:order }}             in a template (templatetags/personal.py)

`access.sees` decides; a record that its reader has revealed, with a reason, is whole for some minutes. Outside of a
request (a job, a command) nobody reads, and nothing is masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.privacy.rules import OPENING, masked_address, masked_name, masked_phone

from . import access
from .models import Staff
from .policy import policy
from .rules import PERSONAL, Authority

# What is shown → the authority to see it whole, and what is seen without.
FIELDS: Mapping[str, tuple[Authority, Callable[[str], str]]] = {
    "phone": (Authority.SEE_NUMBERS, masked_phone),
    "name": (Authority.SEE_NAMES, masked_name),
    "address": (Authority.SEE_ADDRESSES, masked_address),
}
REVEALED = "revealed"  # in the session: key of a record → until when


class Asking(Protocol):
    """A request, as far as it matters here."""

    user: Any
    session: Any


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


@contextmanager
def seen_by(asking: Asking) -> Iterator[None]:
    """Whatever is shown inside is shown to whoever asks."""
    token = _asking.set(asking)
    try:
        yield
    finally:
        _asking.reset(token)


# --- What is shown --------------------------------------------------------------------------------------------------
def shown(kind: str, value: str, row: object = None) -> str:
    """A phone, a name or an address (`FIELDS`) of this row, as whoever asks may see it. What an enterprise is called is
    nobody's personal data."""
    authority, mask = FIELDS[kind]
    if kind == "phone" and OPENING in value:
        return value  # a token: it is opened, or masked, as the last thing that happens to the answer
    if not value or whole(authority, row) or (kind == "name" and _of_enterprise(value, row)):
        return value
    return mask(value)


def whole(authority: Authority, row: object = None) -> bool:
    """Whether whoever asks sees this kind of personal data whole, everywhere or on this row."""
    asking = _asking.get()
    return asking is None or access.sees(asking.user, authority, row) or _is_revealed(asking, row)


def need_whole(row: object, *authorities: Authority) -> None:
    """Refuse to let somebody change what they see masked: they would save the mask, or read it out of the form."""
    if not all(whole(one, row) for one in authorities or PERSONAL):
        raise NotAllowed(
            _("You see the personal data of this record masked. Reveal it with a reason first, then change it.")
        )


def _of_enterprise(value: str, row: object) -> bool:
    """Whether this is the name of an enterprise: of the row itself, or of the customer that has been read with it."""
    owner = row if hasattr(row, "kind") else _read_with(row)
    return getattr(owner, "kind", "") == "enterprise" and getattr(owner, "name", "") == value


def _read_with(row: object) -> object:
    """The customer of a row, if reading it costs no query."""
    read = isinstance(row, Model) and "customer" in row._state.fields_cache  # noqa: SLF001  # where Django keeps it
    return getattr(row, "customer", None) if read else None


# --- What has been revealed -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Veil:
    """What the page of a record says of its masks: whether something is masked, whether the reader may reveal it, and
    until when they have."""

    masked: bool
    may_reveal: bool
    until: datetime | None


def about(row: Model) -> Veil:
    """Say that the answer is one about this record (see `sees_numbers`), and how whoever asks sees it."""
    if (asking := _asking.get()) is not None:
        asking.about = row  # type: ignore[attr-defined]  # a request takes it
    return veil_of(row)


def veil_of(row: Model) -> Veil:
    """How whoever asks sees this record."""
    asking = _asking.get()
    if asking is None:
        return Veil(masked=False, may_reveal=False, until=None)
    own = all(access.sees(asking.user, one, row) for one in PERSONAL)
    until = None if own else _until(asking, row)
    masked = not own and until is None
    return Veil(masked, masked and access.has(asking.user, Authority.REVEAL), until)


def masked_fields(row: Model, person: Staff) -> list[str]:
    """What of this record the person sees masked by their posts, whatever they have revealed."""
    return [one.value for one in PERSONAL if not access.sees(person, one, row)]


def unveil(asking: Asking, row: Model, at: datetime) -> datetime:
    """Let whoever asks see this record whole for the minutes of the policy; until when."""
    until = at + policy().reveal
    kept = {key: moment for key, moment in asking.session.get(REVEALED, {}).items() if _later(moment, at)}
    asking.session[REVEALED] = kept | {key_of(row): until.isoformat()}
    return until


def sees_numbers(asked: Asking | Staff) -> bool:
    """Whether numbers in free text stand whole in the answer to this request, or before this person. A request counts
    what its page is about: a record that the reader has revealed, or that lies where they see numbers."""
    if isinstance(asked, Staff):
        return access.sees(asked, Authority.SEE_NUMBERS)
    row = getattr(asked, "about", None)
    return access.sees(asked.user, Authority.SEE_NUMBERS, row) or _is_revealed(asked, row)


def key_of(row: Model) -> str:
    """The name of a record in the session."""
    return f"{row._meta.label_lower}:{row.pk}"


def _is_revealed(asking: Asking, row: object) -> bool:
    return isinstance(row, Model) and _until(asking, row) is not None


def _until(asking: Asking, row: Model) -> datetime | None:
    """Until when the record, or what it hangs on, is revealed; None if it is not, or no longer."""
    kept: Mapping[str, str] = getattr(asking, "session", {}).get(REVEALED) or {}
    if not kept or not access.has(asking.user, Authority.REVEAL):
        return None
    at = now()
    found = [parse_datetime(kept[key]) for key in _keys(row) if key in kept and _later(kept[key], at)]
    return max((moment for moment in found if moment), default=None)


def _keys(row: Model) -> Iterator[str]:
    yield key_of(row)
    if customer := getattr(row, "customer_id", None):
        yield f"customers.customer:{customer}"
    if order := getattr(row, "order_id", None):
        yield f"workorders.workorder:{order}"


def _later(moment: str, at: datetime) -> bool:
    found = parse_datetime(moment)
    return found is not None and found > at
