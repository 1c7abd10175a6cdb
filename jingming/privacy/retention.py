"""How long which personal data is kept 保存期限: kinds, what the law says, and the days that hold here now.

The rows are written by a migration and lengthened or shortened on a page, never under what a law asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kept(TextChoices):
    """Kinds of data with a time of their own. Archives and orders have none: they go when somebody asks for it."""

    DRAFT = "draft", _("Forms begun and not sent")
    ANSWER = "answer", _("Answers kept for repeated API requests")
    TRY = "sign_in_try", _("Vain tries to sign in")
    BROWSER = "browser", _("Browsers in which somebody has signed in")
    IMPORT = "import_details", _("Rows shown of finished imports and exports")
    CONTACT = "contact_number", _("Name and number in contacts without archive and order")
    FILE = "attachment", _("Attachments of ended orders")
    AUDIT = "audit", _("Audit")


@dataclass(frozen=True)
class Term:
    """As shipped: days; the least that may be chosen and whether a law asks for it; who says so, and since when.
    Not `verified`: from memory, to be looked up before anybody relies on it."""

    days: int
    least: int
    source: str
    since: date
    by_law: bool = False
    verified: bool = True


SHORTEST = "《中华人民共和国个人信息保护法》第十九条"  # no longer than what it is needed for
PIPL = date(2021, 11, 1)
SHIPPED: dict[str, Term] = {
    Kept.DRAFT: Term(7, 1, SHORTEST, PIPL),
    Kept.ANSWER: Term(7, 1, SHORTEST, PIPL),
    Kept.TRY: Term(1, 1, SHORTEST, PIPL),
    Kept.BROWSER: Term(365, 1, SHORTEST, PIPL),
    Kept.IMPORT: Term(30, 1, SHORTEST, PIPL),
    Kept.CONTACT: Term(365, 30, SHORTEST, PIPL),
    Kept.FILE: Term(
        1095, 1095, "《中华人民共和国民法典》第一百八十八条", date(2021, 1, 1), by_law=True, verified=False
    ),
    Kept.AUDIT: Term(184, 184, "《中华人民共和国网络安全法》第二十一条", date(2017, 6, 1), by_law=True),
}
MOST = 36_500  # days


def days_kept(kind: Kept) -> int:
    """For how many days data of this kind is kept now. One query."""
    from .models import RetentionRule  # noqa: PLC0415  # which needs these kinds

    return RetentionRule.objects.values_list("days", flat=True).get(kind=kind)


def kept_since(kind: Kept, at: datetime) -> datetime:
    """What is older than this moment is not kept any more."""
    return at - timedelta(days=days_kept(kind))
