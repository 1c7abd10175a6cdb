"""How long which personal data is kept 保存期限: kinds, what the law says, and the days that hold here now.

The rows are written by a migration and lengthened or shortened on a page, never under what a law asks for. Where a law
names years or months, the days are those of the longest such time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kept(TextChoices):
    """Kinds of data with a time of their own. Archives and orders have none: they go when somebody asks for it, those
    with a complaint not before its time is over."""

    DRAFT = "draft", _("Forms begun and not sent")
    ANSWER = "answer", _("Answers kept for repeated API requests")
    TRY = "sign_in_try", _("Vain tries to sign in")
    BROWSER = "browser", _("Browsers in which somebody has signed in")
    IMPORT = "import_details", _("Rows shown of finished imports and exports")
    CONTACT = "contact_number", _("Name and number in contacts without archive and order")
    FILE = "attachment", _("Attachments of ended orders")
    COMPLAINT = "complaint", _("Complaints: not erased before, even if somebody asks")
    AUDIT = "audit", _("Audit")


@dataclass(frozen=True)
class Term:
    """As shipped: days; the least that may be chosen and whether a law asks for it; who says so, and since when."""

    days: int
    least: int
    source: str
    since: date
    by_law: bool = False


SHORTEST = "《中华人民共和国个人信息保护法》第十九条"  # no longer than what it is needed for
PIPL = date(2021, 11, 1)
# What somebody may be sued for, and needs to answer with: three years, 1,096 days where one of them is a leap year.
LIMITATION = "《中华人民共和国民法典》第一百八十八条"
CIVIL_CODE = date(2021, 1, 1)
SHIPPED: dict[str, Term] = {
    Kept.DRAFT: Term(7, 1, SHORTEST, PIPL),
    Kept.ANSWER: Term(7, 1, SHORTEST, PIPL),
    Kept.TRY: Term(1, 1, SHORTEST, PIPL),
    Kept.BROWSER: Term(365, 1, SHORTEST, PIPL),
    Kept.IMPORT: Term(30, 1, SHORTEST, PIPL),
    Kept.CONTACT: Term(365, 30, SHORTEST, PIPL),
    Kept.FILE: Term(1096, 1096, LIMITATION, CIVIL_CODE, by_law=True),
    Kept.COMPLAINT: Term(1096, 1096, LIMITATION, CIVIL_CODE, by_law=True),
    # Article 21 until the law was amended on 2025-10-28.
    Kept.AUDIT: Term(184, 184, "《中华人民共和国网络安全法》第二十三条第(三)项", date(2026, 1, 1), by_law=True),
}
MOST = 36_500  # days


def days_kept(kind: Kept) -> int:
    """For how many days data of this kind is kept now. One query."""
    from .models import RetentionRule  # noqa: PLC0415  # which needs these kinds

    return RetentionRule.objects.values_list("days", flat=True).get(kind=kind)


def kept_since(kind: Kept, at: datetime) -> datetime:
    """What is older than this moment is not kept any more."""
    return at - timedelta(days=days_kept(kind))
