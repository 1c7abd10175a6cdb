"""What is no password here, beyond Django's list of 20,000 common ones."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.base.initials import initials

from .models import Staff
from .policy import policy

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
FEW = 4  # letters or digits that say nothing yet when a password happens to hold them
# What people here hang figures on: woaini1314, admin@2026, jingming95598.
HABITS = frozenset(json.loads((Path(__file__).parent / "habits.json").read_text(encoding="utf-8"))["words"])
FROM_LETTER_TO_LETTER = re.compile(r"[a-z](?:.*[a-z])?", re.DOTALL)
DATES_AND_LETTERS = re.compile(r"[^a-z]*[a-z]{0,3}[^a-z]*")


class PolicyValidator:
    """Length and composition as the policy of the house asks."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        figures = policy()
        MinimumLengthValidator(figures.minimum_length).validate(password)
        if sum(bool(re.search(kind, password)) for kind in CLASSES) < figures.character_classes:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        figures = policy()
        count = figures.minimum_length
        words = ngettext("At least %(count)d character.", "At least %(count)d characters.", count) % {"count": count}
        if figures.character_classes == 1:
            return words
        mixture = _("Mix at least %(kinds)d of: small letters, capitals, digits, other signs.")
        return f"{words} {mixture % {'kinds': figures.character_classes}}"


class HabitValidator(CommonPasswordValidator):
    """Refuses a common word with figures around it, and figures with a few letters: woaini1314, wxm19900101."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        plain = unicodedata.normalize("NFKC", password).lower()
        found = FROM_LETTER_TO_LETTER.search(plain)
        word = found[0] if found else ""
        if plain.isascii() and (DATES_AND_LETTERS.fullmatch(plain) or word in HABITS or word in self.passwords):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        return _("No common word with figures around it, no date with initials: these are guessed first.")


class OwnWordsValidator:
    """Refuses a password in which the person's own name, username or employee number stands."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        if user is None:
            return
        plain = unicodedata.normalize("NFKC", password).lower()
        words = [word.lower() for word in (user.username, user.employee_number, *user.name.split()) if word]
        own = any(word in plain for word in words if len(word) >= FEW or not word.isascii())
        bare = re.sub(r"[^a-z]", "", plain)
        if own or bare in initials(user.name):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        return _("Not your own name, username or employee number.")
