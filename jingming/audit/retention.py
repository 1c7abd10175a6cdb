"""Write down what was removed because its time was over, and who chose how long that is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.base.errors import Unfit
from jingming.privacy.models import RetentionRule
from jingming.privacy.retention import MOST, Kept

from .actions import Person, record


def note_removed(kind: Kept, count: int, *, at: datetime) -> int:
    """A line that says how many rows of a kind are gone; none where nothing was. Returns the count."""
    if count:
        rule = RetentionRule.objects.get(kind=kind)
        record("retention.removed", rule, by=None, at=at, kind=str(kind), removed=count, days=rule.days)
    return count


@transaction.atomic
def set_days(kind: str, days: int, *, reason: str, by: Person, at: datetime) -> RetentionRule:
    """Keep a kind for so many days from now on; Unfit under the least."""
    rule = RetentionRule.objects.select_for_update().get(kind=kind)
    if not rule.least <= days <= MOST:
        asked = _("By %(source)s it is kept for at least %(least)d days.") if rule.by_law else _(
            "Choose %(least)d to %(most)d days."
        )  # fmt: skip
        raise Unfit(fields={"days": asked % {"source": rule.source, "least": rule.least, "most": MOST}})
    if days != rule.days:
        was, rule.days = rule.days, days
        rule.changed_at, rule.by_id, rule.by_name = at, by.pk, by.get_full_name()
        rule.save()
        record("retention.set", rule, by=by, at=at, kind=kind, days=[was, days], reason=reason)
    return rule
