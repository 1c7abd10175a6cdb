"""Turns the keys of the audit into words. Upper slices add their own families with `speak_for`."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "accounts.engaged": _("added a member of staff"),
    "accounts.changed": _("changed a member of staff"),
    "accounts.switched_off": _("switched off a member of staff"),
    "accounts.switched_on": _("switched on a member of staff"),
    "accounts.posted": _("gave a post"),
    "accounts.post_ended": _("ended a post"),
    "accounts.password_set": _("set a password"),
    "accounts.language_chosen": _("chose a language"),
    "accounts.look_chosen": _("chose how the desk looks"),
    "accounts.signed_in": _("signed in"),
    "accounts.signed_out": _("signed out"),
    "accounts.sign_in_failed": _("failed to sign in"),
    "accounts.token_made": _("made an API token"),
    "accounts.token_revoked": _("revoked an API token"),
    "organisation.unit_added": _("added a unit"),
    "organisation.unit_changed": _("changed a unit"),
    "organisation.department_added": _("added a department"),
    "organisation.department_changed": _("changed a department"),
    "organisation.department_switched_off": _("switched off a department"),
    "organisation.area_added": _("added a service area"),
    "customers.element_added": _("added a network element"),
    "customers.element_changed": _("changed a network element"),
    "codes.added": _("added a code"),
    "codes.relabelled": _("renamed a code"),
    "codes.placed": _("put a code in another place"),
    "codes.retired": _("retired a code"),
    "codes.restored": _("restored a code"),
    "files.attached": _("attached a file"),
    "files.downloaded": _("downloaded a file"),
    "files.shown": _("looked at a file"),
    "interactions.registered": _("wrote down a contact"),
    "interactions.disposed": _("decided what became of a contact"),
    "loading.loaded": _("loaded a batch"),
    "loading.uploaded": _("handed in a file of master data"),
    "loading.cancelled": _("cancelled a load"),
    "loading.exported": _("exported master data"),
    "loading.fetched": _("fetched a file of master data"),
    "loading.demo_begun": _("began the demo city"),
    "loading.demo_finished": _("finished the demo city"),
    "jobs.retried": _("tried a failed job again"),
    "jobs.given_up": _("gave a failed job up"),
}
_families: dict[str, Callable[[str], str]] = {}


def speak_for(family: str, words: Callable[[str], str]) -> None:
    """Let `words` say what `family.<act>` means, for acts that are a vocabulary of their slice."""
    _families[family] = words


def in_words(key: str) -> str:
    """What was done, as it stands behind a person's name; the key itself if nobody speaks for it."""
    if key in WORDS:
        return str(WORDS[key])
    family, _dot, act = key.partition(".")
    return _families[family](act) if family in _families else key
