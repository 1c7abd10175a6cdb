"""The language of the terminal, and errors in words."""

from __future__ import annotations

import os
import sys

from jingming.database.ground import EmbeddedServerError
from jingming.serving.listening import CannotListen


def set_up_django() -> None:
    """Set Django up. Sentences come in Chinese where the terminal is Chinese, else in English."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.utils import translation

    # One command, one connection: a pool would only wait where the database is not there.
    options = settings.DATABASES["default"]["OPTIONS"]
    options.pop("pool", None)
    options.setdefault("connect_timeout", 10)
    django.setup()
    translation.activate("zh-hans" if _terminal_language().startswith("zh") else "en")


def _terminal_language() -> str:
    """As gettext finds it: the first variable that is set decides."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower()
    return ""


def in_words(error: Exception) -> str | None:
    """What to tell whoever typed the command; None for a fault of ours, which deserves its traceback."""
    if isinstance(error, EmbeddedServerError | CannotListen):
        return str(error)
    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return _database_in_words(error) if "django.db" in sys.modules else None


def _database_in_words(error: Exception) -> str | None:
    from django.db.utils import OperationalError, ProgrammingError

    from jingming.database.roles import UnfitRole
    from jingming.database.sequences import OtherProvince

    if isinstance(error, UnfitRole | OtherProvince):
        return str(error)
    line = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, OperationalError):
        return f"The database does not answer: {line}"
    if isinstance(error, ProgrammingError):
        cause = getattr(error.__cause__, "sqlstate", None)
        if cause in {"42P01", "42703", "42883", "42501"}:  # no such table, column or function; no right to it
            return f"The database is not prepared for this version ({line}). Run: jingming migrate"
    return None
