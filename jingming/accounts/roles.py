"""What is done to roles: made, copied, changed, returned to what is shipped, retired. Holds at the next request.

A role is what many people may do, so whoever changes one gives rights: never to themselves, and never so that somebody
becomes two of the three administrations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jingming.audit.actions import record
from jingming.base.errors import NotAllowed, Refusal, Unfit

from . import queries
from .access import duties_of
from .actions import keep_apart, refuse_together
from .models import Post, Role, Staff
from .rules import ITSELF, SHIPPED_ROLES, Authority

CODE = r"[a-z][a-z0-9_]{1,29}"


class ChangedMeanwhile(Refusal):
    """Somebody else has changed the role since the form was opened."""

    kind = "role-changed-meanwhile"


class StillHeld(Refusal):
    """Somebody holds the role."""

    kind = "role-still-held"


@transaction.atomic
def make(
    *,
    code: str,
    label: Mapping[str, str],
    authorities: Collection[str],
    works_as: str = "",
    by: Staff,
    at: datetime,
    of: Role | None = None,
) -> Role:
    """Make a role that works as a shipped one (its code), as ITSELF or as none (""); `of` is the role that it is a copy
    of, whose menu it takes over."""
    if not re.fullmatch(CODE, code):
        sentence = _("A code begins with a letter and has 2 to 30 small letters, digits and underscores.")
        raise Unfit(fields={"code": sentence})
    words = _words(label)
    kept = _known(authorities)
    work = _work(works_as, code)
    refuse_together(kept, name=words["zh"])
    try:
        with transaction.atomic():
            role = Role.objects.create(
                code=code, label=words, authorities=kept, works_as=work, menu=of.menu if of else {}
            )
    except IntegrityError:
        raise Unfit(fields={"code": _("There is a role with this code. Choose another.")}) from None
    origin = of.code if of else ""
    record("accounts.role_made", role, by=by, at=at, role=code, given=kept, works_as=work, copy_of=origin)
    return role


def as_known(role: Role) -> str:
    """What whoever changes a role has seen of it: sent back with the form, so that nobody undoes another's change."""
    words = [role.label.get("zh", ""), role.label.get("en", ""), role.works_as, *role.authorities]
    return json.dumps(words, ensure_ascii=False)


@transaction.atomic
def change(
    role: Role,
    *,
    label: Mapping[str, str],
    authorities: Collection[str],
    works_as: str | None = None,
    known: str,
    by: Staff,
    at: datetime,
) -> Role:
    """Change what a role is called, what whoever holds it may do and whose work it does (None: as it is); refused if
    the role is not what it was `as_known`."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if known != as_known(role):
        raise ChangedMeanwhile(_told(known, role))
    work = role.works_as if works_as is None else _work(works_as, role.code)
    return _put(
        role, "accounts.role_changed", label=_words(label), authorities=_known(authorities), works_as=work, by=by, at=at
    )


@transaction.atomic
def reset(role: Role, *, by: Staff, at: datetime) -> Role:
    """Give a shipped role the name and the authorities again that Jingming is shipped with."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.code not in SHIPPED_ROLES:
        raise Unfit(_("This role was made here; there is nothing shipped to return to."))
    chinese, english, authorities = SHIPPED_ROLES[role.code]
    label, kept = {"zh": chinese, "en": english}, _known(authorities)
    return _put(role, "accounts.role_reset", label=label, authorities=kept, works_as=role.code, by=by, at=at)


@transaction.atomic
def retire(role: Role, *, by: Staff, at: datetime) -> None:
    """Give the role to nobody any more. Refused while somebody holds it."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    holding = Staff.objects.filter(posts__role=role).distinct().order_by("employee_number")[:4]
    if holding:
        names = ", ".join(person.name for person in holding[:3]) + (
            "…" if len(holding) > 3 else ""
        )  # as many as are named
        raise StillHeld(_("Still held by %(names)s. End these posts first.") % {"names": names})
    if role.active:
        role.active = False
        role.save(update_fields=["active"])
        record("accounts.role_retired", role, by=by, at=at, role=role.code)


@transaction.atomic
def restore(role: Role, *, by: Staff, at: datetime) -> None:
    """Let a retired role be given again."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if not role.active:
        role.active = True
        role.save(update_fields=["active"])
        record("accounts.role_restored", role, by=by, at=at, role=role.code)


def _told(known: str, role: Role) -> str:
    """What has become of the role, as far as `known` says what it was."""
    try:
        _zh, _en, work, *before = (str(word) for word in json.loads(known))
    except (TypeError, ValueError):  # too few words, or none of ours
        work, before = role.works_as, list(role.authorities)
    names = dict(Authority.choices)
    given = [str(names.get(word, word)) for word in role.authorities if word not in before]
    taken = [str(names.get(word, word)) for word in before if word not in role.authorities]
    said = [_("Somebody else has changed this role meanwhile; it is called “%(role)s” now.") % {"role": role}]
    if given:
        said.append(_("Given: %(rights)s.") % {"rights": _(", ").join(given)})
    if taken:
        said.append(_("Taken away: %(rights)s.") % {"rights": _(", ").join(taken)})
    if work != role.works_as:
        said.append(_("Works as: %(role)s.") % {"role": queries.work_in_words(role, queries.shipped_roles())})
    return " ".join([*said, _("What you entered stands below: look through it, then save again.")])


def _words(label: Mapping[str, str]) -> dict[str, str]:
    words = {language: label.get(language, "").strip() for language in ("zh", "en")}
    missing = {language: _("A role has a name in both languages.") for language, text in words.items() if not text}
    if missing:
        raise Unfit(fields=missing)
    return words


def _known(authorities: Collection[str]) -> list[str]:
    """In the order of the vocabulary; a word that is not in it is refused."""
    if set(authorities) - set(Authority.values):
        raise Unfit(fields={"authorities": _("Choose among the authorities on offer.")})
    return [word for word in Authority.values if word in authorities]


def _work(works_as: str, code: str) -> str:
    """As the database keeps it. A shipped role works as itself, and others only as shipped ones, so no chain of roles
    is asked who does what."""
    work = code if works_as == ITSELF else works_as
    if work not in ({code} if code in SHIPPED_ROLES else {"", code, *SHIPPED_ROLES}):
        raise Unfit(fields={"works_as": _("Choose one of those on offer.")})
    return work


def _put(
    role: Role, key: str, *, label: dict[str, str], authorities: list[str], works_as: str, by: Staff, at: datetime
) -> Role:
    was, named, work = set(role.authorities), role.label, role.works_as
    given = [word for word in authorities if word not in was]
    taken = [word for word in Authority.values if word in was and word not in authorities]
    if not given and not taken and label == named and works_as == work:
        return role
    refuse_together(authorities, name=str(role))
    if given or works_as not in ("", work):  # other work brings acts
        if any(post.role_id == role.pk for post in duties_of(by)):  # an own post or a lent one
            raise NotAllowed(
                _("You hold this role, and nobody gives rights to themselves. Ask another security administrator.")
            )
        keep_apart(Staff.objects.filter(posts__role=role), authorities, instead_of=role)
    role.label, role.authorities, role.works_as = label, authorities, works_as
    role.save(update_fields=["label", "authorities", "works_as"])
    if Authority.CHANGE_STAFF in taken and not _somebody_gives_rights():
        raise StillHeld(_("Then nobody could give rights any more. Give “%(right)s” to another role first.") % {
            "right": Authority.CHANGE_STAFF.label
        })  # fmt: skip
    facts = {"renamed": [named, label]} if label != named else {}
    facts |= {"works_as": [work, works_as]} if works_as != work else {}
    record(key, role, by=by, at=at, role=role.code, given=given, taken=taken, **facts)
    transaction.on_commit(queries.forget_tokens)
    return role


def _somebody_gives_rights() -> bool:
    holding = Post.objects.filter(staff__is_active=True, role__authorities__contains=[Authority.CHANGE_STAFF.value])
    return holding.exists()
