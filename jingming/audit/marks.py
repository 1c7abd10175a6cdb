"""What a file that leaves the house says of itself 导出标识: the number of its line in the audit, who took it, when.

The mark stands in the file's name and in its last line, so that a file that turns up somewhere leads to whoever took
it: the audit finds the line by the number. Files of master data are loaded again; whoever reads them passes over it.
"""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Entry

SIGN = "※"
NUMBER = re.compile(r"(?:※ ?)?[Aa]([0-9]{1,18})(?: ·.*)?", re.DOTALL)
_LINE = re.compile(r"'?※ A[0-9]{1,18} · ")


def code_of(entry: Entry) -> str:
    """How the line is called in names of files: A1234."""
    return f"A{entry.id}"


def words_of(entry: Entry) -> str:
    """The mark of a file that stays in the house, in the language and zone of whoever takes it."""
    return _marked(entry, _("Exported by %(name)s at %(at)s. Holds data of people: for internal use only; it can be "
                            "traced to whoever took it."))  # fmt: skip


def words_for_a_person(entry: Entry) -> str:
    """The mark of a copy that somebody gets of what is held about them."""
    return _marked(entry, _("Copied by %(name)s at %(at)s for the person it is about."))


def number_in(text: str) -> int | None:
    """The number of the line that a mark, or the code alone, names; None for other words."""
    found = NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def is_mark(text: object) -> bool:
    """Whether this is the line that a file ends with."""
    return isinstance(text, str) and _LINE.match(text) is not None


def _marked(entry: Entry, sentence: str) -> str:
    facts = {"name": entry.by_name or _("the system"), "at": f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"}
    return f"{SIGN} {code_of(entry)} · {sentence % facts}"
