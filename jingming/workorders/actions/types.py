"""Types of order: drafts of their next version, and the versions themselves, which never change.

A draft belongs to no single person: whoever may change codes works on it, and a save says which revision it knows.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from pydantic import ValidationError

from jingming.accounts.models import Staff
from jingming.accounts.queries import roles_of_flows
from jingming.audit import actions as audit
from jingming.base.errors import Refusal, Stale, Unfit

from ..drafting import Definition, Edit, edited
from ..faults import faults, structural
from ..flows import BadFlow, Flow, read_flow
from ..models import LONGEST_REASON, OrderType, TypeDraft, TypeVersion
from ..queries import memory


class NoDraft(Refusal):
    """There is no draft of this type, or no longer."""

    kind = "no-draft"


class StillFaulty(Refusal):
    """The draft cannot be put in force as it is; `facts["faults"]` are the sentences."""

    kind = "still-faulty"


def faults_of(definition: Definition) -> list[str]:
    """What keeps a definition from being put in force, in sentences; the one list for shipped types, drafts and
    whatever is published. One query."""
    flow = read_flow(definition)
    return faults(flow, roles=set(roles_of_flows().values_list("code", flat=True)))


@transaction.atomic
def publish_type(
    definition: Definition, *, at: datetime, by: Staff | None = None, position: int = 0, reason: str = ""
) -> TypeVersion:
    """Publish a new version of a type of order; new orders begin with it, those under way keep theirs.

    Publishing the definition that is current already changes nothing. Raises flows.BadFlow.
    """
    flow = read_flow(definition)
    if wrong := faults_of(definition):
        raise BadFlow(" ".join(wrong))
    kind, _created = OrderType.objects.select_for_update().get_or_create(
        code=flow.code,
        defaults={"prefix": flow.prefix, "label": flow.label.model_dump(), "position": position},
    )
    last = kind.versions.order_by("-number").first()
    if last is not None and last.definition == definition:
        return last
    version = TypeVersion.objects.create(
        type=kind, number=last.number + 1 if last else 1, definition=definition, published_at=at, published_by=by,
        reason=reason,
    )  # fmt: skip
    if kind.label != flow.label.model_dump():
        kind.label = flow.label.model_dump()
        kind.save(update_fields=["label"])
    said = {"reason": reason} if reason else {}
    audit.record("workorders.type_published", kind, by=by, at=at, version=version.number, type=kind.code, **said)
    memory.change()
    return version


@transaction.atomic
def begin_draft(kind: OrderType, *, by: Staff, at: datetime) -> TypeDraft:
    """Begin the next version from the one in force; the draft that there is already is gone on with."""
    kind = OrderType.objects.select_for_update().get(pk=kind.pk)
    found = TypeDraft.objects.filter(type=kind).first()
    if found is not None:
        return found
    current = kind.versions.order_by("-number")[0]
    draft = TypeDraft.objects.create(
        type=kind, based_on=current, definition=current.definition, changed_by=by, changed_at=at
    )
    audit.record("workorders.type_draft_begun", kind, by=by, at=at, type=kind.code, version=current.number)
    return draft


@transaction.atomic
def change_draft(kind: OrderType, edit: Edit, *, revision: int, by: Staff, at: datetime) -> TypeDraft:
    """Make one change to the draft as this revision shows it; refuses what would leave it unreadable."""
    draft = _held(kind, revision)
    definition = edited(draft.definition, edit)
    _readable(definition)
    draft.definition, draft.changed_by, draft.changed_at = definition, by, at
    draft.revision += 1
    draft.save(update_fields=["definition", "changed_by", "changed_at", "revision"])
    told = {name: value for name, value in vars(edit).items() if value not in ("", [], ())}
    audit.record("workorders.type_draft_changed", kind, by=by, at=at, type=kind.code, change=edit.what, to=told)
    return draft


@transaction.atomic
def discard_draft(kind: OrderType, *, revision: int, by: Staff, at: datetime) -> None:
    """Throw the draft away; the version in force stays."""
    draft = _held(kind, revision)
    audit.record("workorders.type_draft_discarded", kind, by=by, at=at, type=kind.code, was=draft.definition)
    draft.delete()


@transaction.atomic
def publish_draft(kind: OrderType, *, reason: str, revision: int, by: Staff, at: datetime) -> TypeVersion:
    """Put the draft in force as a new version: for new orders at once, orders under way keep theirs."""
    draft = _held(kind, revision)
    _said(reason)
    current = kind.versions.order_by("-number")[0]
    if current.pk != draft.based_on_id:
        raise Stale(
            _("Version %(number)d has come into force since this draft was begun. Discard the draft and begin again.")
            % {"number": current.number}
        )
    if draft.definition == current.definition:
        raise Unfit(_("The draft says the same as the version in force. Change something, or discard it."))
    if wrong := faults_of(draft.definition):
        raise StillFaulty(" ".join(wrong), faults=wrong)
    version = publish_type(draft.definition, at=at, by=by, reason=reason)
    draft.delete()
    return version


@transaction.atomic
def return_to_shipped(kind: OrderType, shipped: Definition, *, reason: str, by: Staff, at: datetime) -> TypeVersion:
    """Put what Jingming ships in force again, as a new version; a draft has to be discarded first."""
    kind = OrderType.objects.select_for_update().get(pk=kind.pk)
    _said(reason)
    if TypeDraft.objects.filter(type=kind).exists():
        raise Refusal(_("A draft of this type is being worked on. Publish or discard it first."))
    if kind.versions.order_by("-number")[0].definition == shipped:
        raise Unfit(_("The version in force is the shipped one already."))
    return publish_type(shipped, at=at, by=by, reason=reason)


def _held(kind: OrderType, revision: int) -> TypeDraft:
    """The draft, locked; a refusal if it is gone, or another than the one that the person has seen."""
    OrderType.objects.select_for_update().get(pk=kind.pk)
    draft = TypeDraft.objects.select_for_update(of=("self",)).select_related("changed_by").filter(type=kind).first()
    if draft is None:
        raise NoDraft(_("There is no draft any more: somebody has published or discarded it. Begin a new one."))
    if draft.revision != revision:
        raise Stale(
            _(
                "%(name)s has changed this draft meanwhile, at %(time)s; nothing of yours was saved. "
                "Open the draft again, look at the change, and make yours once more."
            )
            % {"name": draft.changed_by.get_full_name(), "time": f"{localtime(draft.changed_at):%H:%M}"},
            revision=draft.revision,
        )
    return draft


def _readable(definition: Definition) -> Flow:
    try:
        return Flow.model_validate(definition)
    except ValidationError as error:
        raise Unfit(" ".join(structural(error))) from None


def _said(reason: str) -> None:
    if not reason.strip():
        raise Unfit(fields={"reason": _("Say why: the reason stands beside the version for ever.")})
    if len(reason) > LONGEST_REASON:
        raise Unfit(fields={"reason": _("At most %(most)d characters.") % {"most": LONGEST_REASON}})
