"""The beats that all acts on an archive share: lock, clean, compare, keep in history and audit, refuse in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Stale, Unfit
from jingming.base.events import publish
from jingming.codes.queries import check as check_code
from jingming.customers import access, queries, rules
from jingming.customers.events import CustomerChanged
from jingming.customers.models import Change, Customer
from jingming.privacy.rules import shortened
from jingming.privacy.vault import rewritten

Facts = dict[str, list[object]]


@dataclass(frozen=True)
class Why:
    """Why an archive was changed: a code of the set `change_reason`, and words beside it. Both may be empty."""

    reason: str = ""
    text: str = ""

    def checked(self, at: datetime) -> Why:
        """The same with one line of words; raises Unfit for a reason that may not be chosen."""
        if self.reason:
            check_code(queries.CHANGE_REASON, self.reason, "reason", at)
        return Why(self.reason, shortened(rules.one_line(self.text), rules.WHY_LENGTH))


UNTOLD = Why()


def locked(customer: Customer) -> Customer:
    """The customer as it is now; whoever else writes to the archive waits. Raises Refusal if it was merged."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if customer.merged_into_id is not None:
        raise access.merged_away()
    return customer


def line(text: str, field: str) -> str:
    """The text on one line; raises Unfit if nothing is left."""
    words = rules.one_line(text)
    if not words:
        raise Unfit(fields={field: _("This cannot be left empty.")})
    return words


# What is not text → how facts keep it.
KEPT: Mapping[type, Callable[[Any], object]] = {
    bool: bool,
    list: lambda codes: sorted(set(map(str, codes))),
    tuple: lambda codes: sorted(set(map(str, codes))),
    date: date.isoformat,
    Decimal: "{:.2f}".format,
}


def cleaned(name: str, value: object) -> object:
    """One value in the form in which facts are kept: text, yes or no, lists of codes; dates and amounts as text."""
    for kind, kept in KEPT.items():
        if isinstance(value, kind):
            return kept(value)
    text = "" if value is None else str(value)
    if name in rules.CODED:
        return rules.CODED[name](text) if text.strip() or name in rules.NEVER_EMPTY else ""
    if name in {"name", "address"}:
        return line(text, name)
    return text.strip() if name == "note" else rules.one_line(text)


WRITTEN = frozenset({"name", "note", "address", "contact", "label", "item"})  # may hold numbers: these are tokens


def as_kept(now: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    """What is wanted by somebody who has seen what is there `now`, with tokens where numbers stand in texts. A number
    that was left alone, seen as it is or as a mask, is no difference then."""
    texts = {name: value for name, value in wanted.items() if name in WRITTEN and isinstance(value, str)}
    return {**wanted, **rewritten(texts, {name: now[name] for name in texts})}


def differences(now: Mapping[str, object], wanted: Mapping[str, object]) -> Facts:
    """What would change: {field: [before, after]}."""
    return {name: [now[name], value] for name, value in wanted.items() if now[name] != value}


def refuse_stale(current: int, seen: int, facts: Facts, customer: Customer | None = None) -> None:
    """Somebody has saved since: show what would be overwritten, in the words of the page; of a customer what the reader
    may see."""
    if current == seen:
        return

    def said(name: str, value: object) -> str:
        return queries.seen(name, value, customer) if customer else queries.shown(name, value)

    shown = [
        {
            "field": name,
            "label": str(rules.FIELDS[name]),
            "yours": said(name, yours),
            "theirs": said(name, theirs),
        }
        for name, (theirs, yours) in facts.items()
    ]
    raise Stale(
        _("A colleague saved this while you were working on it. Compare the differences, then save again."),
        version=current,
        differences=shown,
    )


def record(act: str, customer: Customer, facts: Facts, *, by: Staff, at: datetime, why: Why = UNTOLD) -> None:
    """One line of the archive's history, and one of the audit, which only names the fields."""
    why = why.checked(at)
    entry = Change(
        occurred_at=at,
        recorded_at=at,
        customer_id=customer.pk,
        act=act,
        by_id=by.pk,
        by_name=by.name,
        reason=why.reason,
        why=why.text,
        facts=facts,
    )
    entry.stand_where(customer)
    entry.save(force_insert=True)
    audit.record(f"customers.{act}", customer, by=by, at=at, fields=sorted(facts))


def record_change(act: str, customer: Customer, facts: Facts, *, by: Staff, at: datetime, why: Why = UNTOLD) -> None:
    """The same for a change that only the archive itself hears of, without the fields that nobody filled in."""
    facts = {name: pair for name, pair in facts.items() if pair != ["", ""]}
    record(act, customer, facts, by=by, at=at, why=why)
    publish(CustomerChanged(customer_id=customer.pk, act=act, fields=sorted(facts), at=at.isoformat()))


def has_number() -> Unfit:
    """The refusal of a phone number that the customer has already."""
    return Unfit(fields={"phone": _("The customer has this number already.")})


def _doubled(constraint: str) -> Unfit | None:
    """The sentence for a constraint that stood in the way; None for one that no input of ours can meet."""
    if constraint == "a_customer_number_is_given_once":
        return Unfit(
            fields={"number": _("Another customer has this customer number. Look the number up before you go on.")}
        )
    if constraint == "a_customer_has_a_number_once":
        return has_number()
    if constraint == "an_account_number_is_given_once":
        sentence = _(
            "This account number is served already. Look it up, and move the service point if the customer has changed."
        )
        return Unfit(fields={"account_number": sentence})
    if constraint == "an_element_code_is_given_once":
        return Unfit(fields={"code": _("Another network element has this code. Look it up before you go on.")})
    if constraint == "a_relation_is_open_once":
        return Unfit(fields={"relation": _("The customer is that to this service point already.")})
    return None


@contextmanager
def in_words() -> Iterator[None]:
    """Turn a constraint in the way into the sentence that says the way out; the transaction stays usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if (refusal := _doubled(constraint)) is None:
            raise
        raise refusal from None
