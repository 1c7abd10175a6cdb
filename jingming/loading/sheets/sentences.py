"""What whoever loads a file is told: refusals with the place and the way out, and notes on how it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.loading.checking import CannotLoad
from jingming.privacy.rules import shortened

from .rules import LIMITS, MEGABYTE
from .values import Fault


class CannotRead(CannotLoad):
    """A file, or a row of it, that cannot be read; the message says where and the way out. Nothing has changed."""

    kind = "cannot-read"


def beyond(limit: str, **facts: object) -> CannotRead:
    """The refusal of what goes beyond one of the limits."""
    most = LIMITS[limit].most
    in_bytes = limit in {"bytes", "unpacked", "strings"}
    return CannotRead(LIMITS[limit].refusal % {"most": most // MEGABYTE if in_bytes else most, **facts})


def damaged() -> CannotRead:
    return CannotRead(
        _("The file is damaged or was not copied completely. Open it, save it under a new name and load that.")
    )


def locked() -> CannotRead:
    return CannotRead(
        _("The workbook is protected by a password. Open it, take the password away, save it and load it again.")
    )


def empty_file() -> CannotRead:
    return CannotRead(_("The file is empty. Look whether it was saved with its rows."))


def no_such_sheet(wanted: str, names: Sequence[str]) -> CannotRead:
    return CannotRead(
        _("There is no sheet “%(sheet)s”; there are: %(sheets)s.")
        % {"sheet": shortened(wanted, 60), "sheets": ", ".join(shortened(name, 60) for name in names[:30])}
    )


def error_cell(cell: str, error: str) -> Fault:
    return Fault(
        error,
        _("Cell %(cell)s shows the error %(error)s. Correct its formula, or write the value itself.")
        % {"cell": cell, "error": error},
    )


def notes_on_sheets(chosen: str, hidden: Mapping[str, bool]) -> list[str]:
    """Which sheet was read, where there are several: nobody should look for rows in another."""
    notes = []
    others = [shortened(name, 60) for name in hidden if name != chosen]
    if others:
        notes.append(
            _("Sheet “%(sheet)s” was read. Others: %(others)s.") % {"sheet": chosen, "others": ", ".join(others[:30])}
        )
    if hidden[chosen]:
        notes.append(_("Sheet “%(sheet)s” is hidden.") % {"sheet": chosen})
    return notes


def hidden_rows(count: int) -> str:
    return ngettext(
        "%(count)d row is hidden; it is read too.", "%(count)d rows are hidden; they are read too.", count
    ) % {"count": count}
