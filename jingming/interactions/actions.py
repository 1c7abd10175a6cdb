"""Write contacts down and say what became of them. `jingming.intake` decides what; this slice only keeps it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.clock import now as wall_clock
from jingming.base.errors import Refusal, Unfit
from jingming.codes.queries import check as check_code
from jingming.customers.models import Customer, ServicePoint
from jingming.organisation.models import Department, Placed, Unit
from jingming.privacy.erased import MARK, mark_of

from .models import Interaction
from .rules import Direction, Disposition


class AlreadyDisposed(Refusal):
    """The contact has its one disposition; a second matter becomes a linked order."""

    kind = "already-disposed"


@dataclass(frozen=True)
class Contact:
    """What is known of a contact when it is written down. `occurred_at` is when it began; None: now."""

    channel: str
    channel_account: str = ""
    external_id: str = ""
    direction: Direction = Direction.IN
    party_name: str = ""
    party_phone: str = ""
    customer: Customer | None = None
    service_point: ServicePoint | None = None
    occurred_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""


def heard_before(contact: Contact) -> Interaction | None:
    """The contact already written down under the same provider's id, if it has one."""
    if not contact.external_id:
        return None
    return Interaction.objects.filter(
        channel=contact.channel, channel_account=contact.channel_account, external_id=contact.external_id
    ).first()


def register(
    contact: Contact, *, department: Department, place: Placed | Unit, by: Staff, at: datetime,
    disposition: Disposition = Disposition.PENDING, reason: str = "", order_id: int | None = None,
) -> Interaction:  # fmt: skip
    """Write a contact down, with its disposition if that is known already. The audit line of a contact that opens or
    joins an order is the order's own."""
    check_code("channel", contact.channel, "channel", at)
    if reason:
        check_code("no_order_reason", reason, "reason", at)
    began = contact.occurred_at or at
    if began > at:
        raise Unfit(fields={"occurred_at": _("The contact cannot begin in the future.")})
    if contact.ended_at is not None and not began <= contact.ended_at <= at:
        raise Unfit(fields={"ended_at": _("The contact ends after it began and not later than now.")})
    interaction = Interaction(
        channel=contact.channel,
        channel_account=contact.channel_account,
        external_id=contact.external_id,
        direction=contact.direction,
        party_name=contact.party_name,
        party_phone=contact.party_phone,
        customer=contact.customer,
        service_point=contact.service_point,
        department=department,
        agent=by,
        occurred_at=began,
        ended_at=contact.ended_at,
        recorded_at=wall_clock(),
        outcome=contact.outcome,
        disposition=disposition,
        reason=reason,
        order_id=order_id,
    )
    interaction.stand_where(place)
    interaction.save(force_insert=True)
    if order_id is None:
        audit.record("interactions.registered", interaction, by=by, at=at, disposition=str(disposition), reason=reason)
    return interaction


def dispose(
    interaction: Interaction, *, disposition: Disposition, by: Staff, at: datetime, order_id: int | None = None,
    reason: str = "", outcome: str = "",
) -> Interaction:  # fmt: skip
    """Give a pending contact its one disposition; raises AlreadyDisposed if somebody was faster."""
    if reason:
        check_code("no_order_reason", reason, "reason", at)
    taken = Interaction.objects.filter(pk=interaction.pk, disposition=Disposition.PENDING).update(
        disposition=disposition,
        order_id=order_id,
        reason=reason,
        outcome=outcome or interaction.outcome,
        ended_at=interaction.ended_at or at,
    )
    if not taken:
        raise AlreadyDisposed(_("This contact has been dealt with already. Open a linked order for a second matter."))
    interaction.refresh_from_db()
    audit.record("interactions.disposed", interaction, by=by, at=at, disposition=str(disposition), order_id=order_id)
    return interaction


@transaction.atomic
def erase(contacts: Collection[int], *, by: Staff, at: datetime) -> int:
    """Take out of these contacts who it was and what was said; when, by which channel and what became of it stay."""
    found = list(Interaction.objects.filter(pk__in=contacts))
    Interaction.objects.filter(pk__in=contacts).update(
        party_name=mark_of("party_name"), party_phone="", external_id="", outcome=mark_of("outcome")
    )
    for interaction in found:
        audit.record("interactions.erased", interaction, by=by, at=at)
    return len(found)


@transaction.atomic
def erase_caller(contacts: Collection[int]) -> int:
    """Take out of these contacts, which concern somebody else, only who called."""
    return Interaction.objects.filter(pk__in=contacts).update(party_name=mark_of("party_name"), party_phone="")


def forget_callers(*, before: datetime, at_most: int) -> int:
    """Take name, number and words out of old contacts of people without an archive that came to no order; how many.
    Ask again while it is as many as at most."""
    old = Interaction.objects.filter(
        ~Q(party_phone="") | ~Q(party_name=""), customer=None, order_id=None, occurred_at__lt=before
    ).exclude(party_phone="", party_name=MARK)
    batch = list(old.order_by("occurred_at").values_list("pk", flat=True)[:at_most])
    return Interaction.objects.filter(pk__in=batch).update(
        party_name=mark_of("party_name"), party_phone="", external_id="", outcome=mark_of("outcome")
    )
