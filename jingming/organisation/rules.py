"""Vocabulary of the organisation: levels of units, kinds of departments."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Levels of the tree of units; each stands below the one before."""

    HQ = "hq", _("Headquarters")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")


class Kind(TextChoices):
    """What a department is for; flows name the kind, the place decides which department."""

    CALL_CENTRE = "call_centre", _("Call centre")
    OPERATIONS = "operations", _("Operations")
    MAINTENANCE = "maintenance", _("Maintenance")
    BUSINESS = "business", _("Business")
    SUPERVISION = "supervision", _("Supervision")
    INSPECTION = "inspection", _("Inspection")
    DISPATCH_AUTHORITY = "dispatch_authority", _("Dispatch authority")
    MARKETING = "marketing", _("Marketing")
    MANAGEMENT = "management", _("Management")
    EVALUATION = "evaluation", _("Third-party evaluation")


PARENT_LEVEL = {Level.PROVINCE: Level.HQ, Level.CITY: Level.PROVINCE, Level.DISTRICT: Level.CITY}
CODE = r"[A-Z0-9][A-Z0-9-]{0,29}"
LEVEL_BELOW = {above: below for below, above in PARENT_LEVEL.items()}
