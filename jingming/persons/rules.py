"""Vocabulary of personal data: what people may ask for, and what keeps data from being erased."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What somebody may ask for: PIPL 个人信息保护法 art. 45, 46, 47."""

    EXPORT = "export", pgettext_lazy("request of a person", "Copy")
    CORRECT = "correct", pgettext_lazy("request of a person", "Correction")
    ERASE = "erase", pgettext_lazy("request of a person", "Erasing")


class State(TextChoices):
    """What became of a request."""

    WAITING = "waiting", pgettext_lazy("request of a person", "Waits for a second person")
    APPROVED = "approved", pgettext_lazy("request of a person", "Approved")  # only while it is being done
    DONE = "done", pgettext_lazy("request of a person", "Done")
    REFUSED = "refused", pgettext_lazy("request of a person", "Refused")


class Basis(TextChoices):
    """Why data is erased: PIPL art. 47."""

    PURPOSE = "purpose", _("The purpose is achieved or cannot be achieved any more")
    ENDED = "ended", _("The service has ended, or the time of keeping is over")
    CONSENT = "consent", _("The person has withdrawn consent")
    UNLAWFUL = "unlawful", _("It was kept against the law or an agreement")
    OTHER = "other", _("Another case that a law or regulation names")


class Ground(TextChoices):
    """Why data must not be erased although somebody asks for it."""

    LAWSUIT = "lawsuit", _("Lawsuit or arbitration")
    AUTHORITY = "authority", _("Request of a court or an authority")
    SUPERVISION = "supervision", _("Complaint with a supervising authority")
    AUDIT = "audit", _("Audit or inspection")
    DEBT = "debt", _("Debts that are not settled")
    OTHER = "other", pgettext_lazy("ground of a hold", "Other")
