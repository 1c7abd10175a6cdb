"""Everything that is done to people's accounts: engage, switch off and on, post, sign in and out, tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from jingming.audit.actions import Person, record
from jingming.base.errors import NotAllowed, Refusal, Unfit
from jingming.base.initials import initials
from jingming.organisation.models import Department, Unit
from jingming.privacy.erased import says

from . import access, delegation, eyes, queries
from .models import ApiToken, GivenAnswer, KnownBrowser, Post, Role, Session, Staff, Tries
from .rules import (
    ADMINISTRATIONS,
    LOOKS,
    SHIPPED_ROLES,
    SHORTEST_REASON,
    USERNAME,
    Authority,
    Scope,
    administrations_of,
)
from .tokens import digest_of, new_token


class NameTaken(Unfit):
    """Somebody else signs in with this name or number."""

    kind = "name-taken"


class NotApart(Refusal):
    """Duties that one person never holds together would come together."""

    kind = "duties-not-separate"


class AlreadyPosted(Refusal):
    """The person holds this role in this department already."""

    kind = "already-posted"


@transaction.atomic
def engage(
    *,
    username: str,
    employee_number: str,
    name: str,
    department: Department,
    password: str | None,
    language: str = "",
    manager: Staff | None = None,
    by: Person | None,
    at: datetime,
    password_hash: str | None = None,
) -> Staff:
    """Add a member of staff, without posts yet. Without a password nobody signs in, but tokens work.

    `password_hash` stands for a password that was hashed before: many people of a demo share one.
    """
    username = username.lower()
    check_login_words(username, employee_number)
    person = Staff(
        username=username,
        employee_number=employee_number,
        name=name,
        initials=initials(name),
        department=department,
        language=language,
        manager=manager,
        password=password_hash or make_password(password),
        password_set_at=at,
        created_at=at,
    )
    person.save(force_insert=True)
    record("accounts.engaged", person, by=by, at=at, username=username, employee_number=employee_number)
    return person


def check_login_words(username: str, employee_number: str, *, of: Staff | None = None) -> None:
    """Both words open the same door, so each must be one person's alone; usernames never look like numbers."""
    if not re.fullmatch(USERNAME, username):
        sentence = _("A username begins with a letter and has 2 to 60 letters, digits, dots, hyphens or underscores.")
        raise Unfit(fields={"username": sentence})
    others = Staff.objects.exclude(pk=of.pk) if of else Staff.objects.all()
    if others.filter(username=username).exists():
        raise NameTaken(fields={"username": _("Somebody else signs in with this name. Choose another.")})
    if not re.fullmatch(r"[0-9]{1,20}", employee_number):
        raise Unfit(fields={"employee_number": _("An employee number has 1 to 20 digits.")})
    if others.filter(employee_number=employee_number).exists():
        raise NameTaken(
            fields={"employee_number": _("Somebody else has this employee number. Look it up and correct one of them.")}
        )


@transaction.atomic
def change(
    person: Staff, *, name: str, department: Department, manager: Staff | None, by: Person | None, at: datetime
) -> Staff:
    """Correct a person's name, home department or approval manager."""
    if manager is not None and manager.pk == person.pk:
        raise Unfit(fields={"manager": _("Nobody is their own approval manager. Choose somebody else.")})
    facts = {}
    for field, value in (("name", name), ("department", department), ("manager", manager)):
        before = getattr(person, field)
        if before != value:
            facts[field] = [str(before or ""), str(value or "")]
            setattr(person, field, value)
    if facts:
        person.initials = initials(person.name)
        person.save(update_fields=[*facts, "initials"])
        record("accounts.changed", person, by=by, at=at, **facts)
    return person


@transaction.atomic
def switch_off(person: Staff, *, by: Person | None, at: datetime) -> None:
    """End the person's access: sessions at their next request, tokens within seconds. History keeps the name."""
    Staff.objects.filter(pk=person.pk).update(is_active=False, sign_in_generation=person.sign_in_generation + 1)
    person.refresh_from_db()
    person.sessions.all().delete()
    revoked = person.tokens.filter(revoked_at=None).update(revoked_at=at)
    record("accounts.switched_off", person, by=by, at=at, tokens_revoked=revoked)
    delegation.end_all(Q(giver=person) | Q(taker=person), by=by, at=at)
    transaction.on_commit(queries.forget_tokens)


@transaction.atomic
def switch_on(person: Staff, *, by: Person | None, at: datetime) -> None:
    """Give the person access again; old sessions and tokens stay dead."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    record("accounts.switched_on", person, by=by, at=at)


@transaction.atomic
def post(
    person: Staff,
    *,
    role: Role,
    department: Department,
    scope: str,
    unit: Unit | None = None,
    by: Person | None,
    at: datetime,
) -> Post:
    """Post the person in a role at a department, reaching as far as `scope`; `unit` is the top of a subtree."""
    if unit is not None and scope != Scope.SUBTREE:
        raise Unfit(fields={"unit": _("A unit is only named for the scope “Own unit and all below”. Leave it empty.")})
    if by is not None and by.pk == person.pk:
        raise NotAllowed(_("Nobody gives rights to themselves. Ask another security administrator."))
    if not Role.objects.select_for_update(no_key=True).get(pk=role.pk).active:
        raise Unfit(fields={"role": _("This role is retired. Choose another, or bring it back first.")})
    keep_apart(Staff.objects.filter(pk=person.pk), role.authorities)
    try:
        with transaction.atomic():
            made = Post.objects.create(staff=person, role=role, department=department, scope=scope, unit=unit)
    except IntegrityError:
        raise AlreadyPosted(
            _("%(name)s holds this role in this department already. End that post first to change how far it reaches.")
            % {"name": person.name}
        ) from None
    person.__dict__.pop("duties", None)
    record("accounts.posted", person, by=by, at=at, role=role.code, department=department.code, scope=scope)
    transaction.on_commit(queries.forget_tokens)
    return made


def keep_apart(people: QuerySet[Staff], given: Iterable[str], *, instead_of: Role | None = None) -> None:
    """Refuse to give these authorities to people who would then be two of the three administrations 三员. The people
    are locked, so of two such posts given at once the second is refused."""
    if not administrations_of(given):
        return
    for person in people.select_for_update(no_key=True).order_by("pk"):
        held = Post.objects.filter(staff=person).select_related("role")
        others = {word for post in held if instead_of is None or post.role_id != instead_of.pk
                  for word in post.role.authorities}  # fmt: skip
        refuse_together({*others, *given}, name=person.name)


def refuse_together(authorities: Iterable[str], *, name: str) -> None:
    """Refuse what makes `name` (a person or a role) part of more than one administration."""
    together = administrations_of(authorities)
    if len(together) > 1:
        first, second = (str(ADMINISTRATIONS[one][0]) for one in together[:2])
        raise NotApart(
            _("%(name)s would hold “%(first)s” and “%(second)s” together. Give one of them to somebody else.")
            % {"name": name, "first": first, "second": second}
        )


@transaction.atomic
def end_post(held: Post, *, by: Person | None, at: datetime) -> None:
    """Take a post away; its authority ends with the next request."""
    person = held.staff
    facts = {"role": held.role.code, "department": held.department.code, "scope": held.scope}
    lent = Q(giver=person, role=held.role, department=held.department)
    held.delete()
    delegation.end_all(lent, by=by, at=at)
    person.__dict__.pop("duties", None)
    record("accounts.post_ended", person, by=by, at=at, **facts)
    transaction.on_commit(queries.forget_tokens)


@transaction.atomic
def set_password(person: Staff, password: str, *, by: Person | None, at: datetime) -> None:
    """Give the person a new password; every session that rests on the old one ends."""
    person.set_password(password)
    person.password_set_at = at
    person.save(update_fields=["password", "password_set_at"])
    record("accounts.password_set", person, by=by, at=at)


@transaction.atomic
def choose_language(person: Staff, language: str, *, at: datetime) -> None:
    """Remember the language that the person reads."""
    if person.language == language:
        return
    person.language = language
    person.save(update_fields=["language"])
    record("accounts.language_chosen", person, by=person, at=at, language=language)


@transaction.atomic
def choose_look(person: Staff, *, at: datetime, **wanted: str) -> None:
    """Remember how the person likes the desk to look: `theme`, `contrast`, `density`, as many as are named."""
    changed = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        if name not in LOOKS or value not in LOOKS[name].values:
            raise Unfit(fields={name: _("Choose one of those on offer.")})
        setattr(person, name, value)
    person.save(update_fields=list(changed))
    record("accounts.look_chosen", person, by=person, at=at, **changed)


def note_sign_in(person: Staff, *, address: str, at: datetime) -> None:
    """Note that the person has signed in, and from where."""
    record("accounts.signed_in", person, by=person, at=at, address=address)


def note_failed_sign_in(tried: Staff | Tries, *, address: str, at: datetime) -> None:
    """Note that somebody tried the person's account with a wrong password, or while it is switched off; or a name that
    nobody has, of which only is told where its tries are counted: people type passwords there."""
    record("accounts.sign_in_failed", tried, by=None, at=at, address=address)


def note_failed_code(person: Staff, *, address: str, at: datetime) -> None:
    """Note that somebody who knew the person's password typed a code that does not fit."""
    record("accounts.code_failed", person, by=None, at=at, address=address)


def note_lock(tried: Staff | Tries, *, address: str, at: datetime) -> None:
    """Note that the name is locked for whoever tried it in vain, and where the last try came from."""
    record("accounts.locked", tried, by=None, at=at, address=address)


def note_lock_of_address(tried: Tries, *, address: str, at: datetime) -> None:
    """Note that nobody can be tried from the address for a while; `tried` is where its tries are counted."""
    record("accounts.address_locked", tried, by=None, at=at, address=address)


def know_browser(person: Staff, word: str, *, at: datetime) -> None:
    """Remember that the person has signed in with the browser that keeps this word."""
    KnownBrowser.objects.update_or_create(staff=person, digest=digest_of(word), defaults={"last_at": at})


@transaction.atomic
def end_session(person: Staff, number: str, *, at: datetime) -> bool:
    """End one session of the person's own, by its number; False where there is none (any more)."""
    keys = [row.session_key for row in person.sessions.only("session_key") if row.number == number]
    return _end_sessions(person, person.sessions.filter(session_key__in=keys), at) > 0


@transaction.atomic
def end_other_sessions(person: Staff, *, here: str | None, at: datetime) -> int:
    """End every session of the person but the one with the key `here`; returns how many."""
    return _end_sessions(person, person.sessions.exclude(session_key=here or ""), at)


def _end_sessions(person: Staff, sessions: QuerySet[Session], at: datetime) -> int:
    ended, _kinds = sessions.delete()
    if ended:
        record("accounts.sessions_ended", person, by=person, at=at, sessions=ended)
    return ended


def forget_ended_sessions(*, before: datetime) -> None:
    """Remove the rows of sessions that ended before a moment; nobody can come in by them any more."""
    Session.objects.filter(expire_date__lt=before).delete()


def note_sign_out(person: Staff, *, at: datetime) -> None:
    """Note that the person has signed out."""
    record("accounts.signed_out", person, by=person, at=at)


def note_sight(person: Staff, *, by: Person, at: datetime) -> None:
    """Note that `by` has looked at what the person could see."""
    record("accounts.seen_as", person, by=by, at=at)


@transaction.atomic
def make_token(
    person: Staff, *, label: str = "", expires_at: datetime | None = None, by: Person | None, at: datetime
) -> str:
    """A new API token of the person. This is the only time that it can be read."""
    token = new_token()
    kept = ApiToken.objects.create(
        staff=person, digest=digest_of(token), label=label, created_at=at, expires_at=expires_at
    )
    record("accounts.token_made", person, by=by, at=at, token=kept.pk, label=label)
    return token


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Person | None, at: datetime) -> None:
    """Make the token worthless: at once here, within seconds in other processes. Twice is once."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        return
    record("accounts.token_revoked", token.staff, by=by, at=at, token=token.pk, label=token.label)
    transaction.on_commit(queries.forget_tokens)


@transaction.atomic
def load_shipped_roles() -> int:
    """Write the roles of the box that are not there yet; roles that people have edited stay as they are."""
    there = set(Role.objects.values_list("code", flat=True))
    missing = [
        Role(code=code, works_as=code, label={"zh": chinese, "en": english}, authorities=[a.value for a in authorities])
        for code, (chinese, english, authorities) in SHIPPED_ROLES.items()
        if code not in there
    ]
    return len(Role.objects.bulk_create(missing))


def forget_answers(*, before: datetime) -> int:
    """Remove the answers given to keyed requests before a moment; returns how many."""
    removed, _kinds = GivenAnswer.objects.filter(at__lt=before).delete()
    return removed


def forget_answers_with(words: Collection[str]) -> int:
    """Remove the kept answers in which one of these words stands; returns how many."""
    found = [
        answer.pk
        for answer in GivenAnswer.objects.only("pk", "body").iterator(chunk_size=500)
        if says(json.loads(answer.body or "null"), words)
    ]
    return GivenAnswer.objects.filter(pk__in=found).delete()[0]


# --- Personal data --------------------------------------------------------------------------------------------------
def note_reveal(row: Model, *, reason: str, by: Staff, at: datetime) -> None:
    """Write down, before anything is shown, who reveals what of a record that was fetched through access, and why."""
    if not access.has(by, Authority.REVEAL):
        raise NotAllowed(_("Your role may not reveal what is masked. Ask whoever serves the customer."))
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Unfit(fields={"reason": _("Say in a few words why you need it.")})
    record("privacy.revealed", row, by=by, at=at, fields=eyes.masked_fields(row, by), reason=reason)
