"""The second factor: codes by the clock from an app on one's own phone (RFC 6238), and ten recovery codes.

The rows are allauth's. A code counts once, for all processes together: its half minute is kept with the secret, under
the lock of its row. Secrets lie in the database sealed under the key of the installation.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from qrcode import QRCode

from jingming.audit.actions import Person, record
from jingming.base.errors import Refusal, Unfit
from jingming.privacy.sealing import CannotOpen, seal, unseal

from . import actions, queries
from .models import Staff

PERIOD = 30  # seconds for which an app shows a code
PURPOSE = "accounts.second_factor"  # the purpose for which secrets are sealed
TOLERANCE = 1  # periods by which a phone's clock may differ (RFC 6238, 5.2)
TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


class FactorAdapter(DefaultMFAAdapter):
    """allauth's hooks: how secrets lie in the database."""

    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, PURPOSE)


class AlreadyOn(Refusal):
    """The person has a second factor; another begins when this one has ended."""

    kind = "second-factor-on"


class Needed(Refusal):
    """The person's role may do nothing without a second factor."""

    kind = "second-factor-needed"


@dataclass(frozen=True)
class Standing:
    """How it is with a person's second factor: since when, and how many recovery codes are left."""

    since: datetime | None
    last_used: datetime | None
    codes_left: int


def standing(person: Staff) -> Standing:
    """What a page shows of it."""
    rows = {row.type: row for row in Authenticator.objects.filter(user=person)}
    totp, recovery = rows.get(TOTP), rows.get(RECOVERY)
    return Standing(
        since=totp.created_at if totp else None,
        last_used=totp.last_used_at if totp else None,
        codes_left=app_settings.RECOVERY_CODE_COUNT - recovery.data["used_mask"].bit_count() if recovery else 0,
    )


def new_secret() -> str:
    """A secret for an app, sealed, to be kept by the browser's session until a code has shown that the app has it."""
    return get_adapter().encrypt(generate_totp_secret())


@dataclass(frozen=True)
class Offer:
    """What an app needs: the secret in groups to type, the address, and that address as the squares of a QR code."""

    secret: str
    address: str
    size: int
    squares: str


def offer(person: Staff, sealed: str) -> Offer:
    """The secret as a person can hand it to an app."""
    secret = get_adapter().decrypt(sealed)
    address = get_adapter().build_totp_url(person, secret)
    code = QRCode()
    code.add_data(address)
    rows = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Offer(groups, address, len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))


@transaction.atomic
def switch_on(person: Staff, sealed: str, code: str, *, here: str | None, at: datetime) -> list[str]:
    """Ask for a code at every sign-in from now on; returns the recovery codes, which are shown this once.

    `code` shows that the app has the secret. Every other session of the person ends: it began without one.
    """
    Staff.objects.select_for_update().get(pk=person.pk)
    if queries.has_second_factor(person):
        raise AlreadyOn(_("Two-step sign-in is on already. Switch it off first to use another phone."))
    period = _period_of(get_adapter().decrypt(sealed), code, at)
    if period is None:
        raise Unfit(
            fields={"code": _("This code does not fit. Look whether the phone's clock is right, then try anew.")}
        )
    data = {"secret": sealed, "period": period}
    Authenticator.objects.create(user=person, type=TOTP, data=data, created_at=at)
    record("accounts.second_factor_on", person, by=person, at=at)
    actions.end_other_sessions(person, here=here, at=at)
    return _new_codes(person)


@transaction.atomic
def make_recovery_codes(person: Staff, *, at: datetime) -> list[str]:
    """New recovery codes, shown this once; the old ones open nothing any more."""
    if not queries.has_second_factor(person):
        raise Refusal(_("Two-step sign-in is off. Switch it on first."))
    record("accounts.recovery_codes_made", person, by=person, at=at)
    return _new_codes(person)


@transaction.atomic
def switch_off(person: Staff, *, at: datetime) -> None:
    """Ask for no code any more, unless a role of the person's needs it. Twice is once."""
    if queries.must_have_second_factor(person):
        raise Needed(_("Your role needs two-step sign-in. For another phone, ask another security administrator."))
    if _remove(person):
        record("accounts.second_factor_off", person, by=person, at=at)


@transaction.atomic
def take_away(person: Staff, *, reason: str, by: Person | None, at: datetime) -> None:
    """Free somebody who has lost their phone of it, and end their sessions. Where there is none nothing happens."""
    if not _remove(person):
        return
    ended, _kinds = person.sessions.all().delete()
    record("accounts.second_factor_taken", person, by=by, at=at, reason=reason, sessions=ended)


@transaction.atomic
def passes(person: Staff, code: str, *, at: datetime) -> bool:
    """Whether the code opens now, from the app or as a recovery code. It opens no second time.

    What was sealed under another key of the installation opens nothing.
    """
    try:
        return _passes(person, code, at)
    except CannotOpen:
        return False


def _passes(person: Staff, code: str, at: datetime) -> bool:
    rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=person).order_by("pk")}
    totp, recovery = rows.get(TOTP), rows.get(RECOVERY)
    if totp is None:
        return False
    period = _period_of(get_adapter().decrypt(totp.data["secret"]), code, at)
    if period is not None and period > totp.data["period"]:
        totp.data["period"], totp.last_used_at = period, at
        totp.save(update_fields=["data", "last_used_at"])
        return True
    if recovery is None or not RecoveryCodes(recovery).validate_code(_plain(code)):
        return False
    record("accounts.recovery_code_used", person, by=person, at=at, left=standing(person).codes_left)
    return True


def _remove(person: Staff) -> bool:
    removed, _kinds = Authenticator.objects.filter(user=person).delete()
    return bool(removed)


def _new_codes(person: Staff) -> list[str]:
    Authenticator.objects.filter(user=person, type=RECOVERY).delete()
    return [f"{code[:4]} {code[4:]}" for code in RecoveryCodes.activate(person).generate_codes()]


def _period_of(secret: str, code: str, at: datetime) -> int | None:
    """The period for which an app with the secret shows the code, among those that may be now."""
    now, typed = int(at.timestamp()) // PERIOD, _plain(code)
    for period in range(now - TOLERANCE, now + TOLERANCE + 1):
        if constant_time_compare(typed, format_hotp_value(hotp_value(secret, period))):
            return period
    return None


def _plain(code: str) -> str:
    """Digits as a Chinese keyboard may have written them, without the spaces in which they are shown."""
    return "".join(unicodedata.normalize("NFKC", code).split())
