"""Turns lines of the audit into sentences. Upper slices add their own families with `speak_for`, and what values of a
fact mean with `read_as`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jingming.privacy.rules import shortened

Words = Callable[[object], str]

FAMILIES: dict[str, str | Promise] = {
    "looks": _("Looks at personal data"),
    "privacy": _("Masks and what was revealed"),
    "accounts": _("Sign-in, people and posts"),
    "organisation": _("Organisation"),
    "customers": _("Archives and network"),
    "workorders": _("Work orders and types"),
    "interactions": _("Contacts"),
    "files": _("Attachments"),
    "codes": _("Codes"),
    "messaging": _("Message templates"),
    "loading": _("Import and export"),
    "workspace": _("Views, menus and bulk acts"),
    "persons": _("Requests about personal data"),
    "retention": _("How long data is kept"),
    "jobs": _("Repairs"),
    "audit": _("The audit itself"),
}
WORDS: dict[str, str | Promise] = {
    "accounts.engaged": _("added a member of staff"),
    "accounts.changed": _("changed a member of staff"),
    "accounts.switched_off": _("switched off a member of staff"),
    "accounts.switched_on": _("switched on a member of staff"),
    "accounts.posted": _("gave a post"),
    "accounts.post_ended": _("ended a post"),
    "accounts.password_set": _("set a password"),
    "accounts.language_chosen": _("chose a language"),
    "accounts.look_chosen": _("chose how the desk looks"),
    "accounts.signed_in": _("signed in"),
    "accounts.signed_out": _("signed out"),
    "accounts.sign_in_failed": _("failed to sign in"),
    "accounts.locked": _("was locked for strangers after too many tries"),
    "accounts.address_locked": _("was locked as an address after too many tries"),
    "accounts.set_up": _("made the first account with the setup token"),
    "accounts.sessions_ended": _("ended sessions"),
    "accounts.second_factor_on": _("switched on two-step sign-in"),
    "accounts.second_factor_off": _("switched off two-step sign-in"),
    "accounts.second_factor_taken": _("took away somebody's two-step sign-in"),
    "accounts.recovery_codes_made": _("made new recovery codes"),
    "accounts.recovery_code_used": _("used a recovery code"),
    "accounts.code_failed": _("typed a wrong code after the right password"),
    "accounts.token_made": _("made an API token"),
    "accounts.token_revoked": _("revoked an API token"),
    "accounts.role_made": _("made a role"),
    "accounts.role_changed": _("changed what a role may do"),
    "accounts.role_reset": _("put a role back to what is shipped"),
    "accounts.role_retired": _("retired a role"),
    "accounts.role_restored": _("brought a retired role back"),
    "accounts.lent": _("lent somebody a post"),
    "accounts.lending_ended": _("ended the lending of a post"),
    "accounts.seen_as": _("looked at what somebody could see"),
    "organisation.unit_added": _("added a unit"),
    "organisation.unit_changed": _("changed a unit"),
    "organisation.department_added": _("added a department"),
    "organisation.department_changed": _("changed a department"),
    "organisation.area_added": _("added a service area"),
    "organisation.area_changed": _("changed a service area"),
    "organisation.unit_switched_off": _("switched off a unit"),
    "organisation.unit_switched_on": _("switched on a unit"),
    "organisation.department_switched_off": _("switched off a department"),
    "organisation.department_switched_on": _("switched on a department"),
    "organisation.area_switched_off": _("switched off a service area"),
    "organisation.area_switched_on": _("switched on a service area"),
    "customers.element_added": _("added a network element"),
    "customers.element_changed": _("changed a network element"),
    "codes.added": _("added a code"),
    "codes.relabelled": _("renamed a code"),
    "codes.placed": _("put a code in another place"),
    "codes.scheduled": _("chose from when to when a code is offered"),
    "codes.retired": _("retired a code"),
    "codes.restored": _("restored a code"),
    "messaging.changed": _("changed a message template"),
    "messaging.reset": _("put a message template back to what is shipped"),
    "files.attached": _("attached a file"),
    "files.downloaded": _("downloaded a file"),
    "files.shown": _("looked at a file"),
    "files.removed": _("removed a file for good"),
    "interactions.registered": _("wrote down a contact"),
    "interactions.disposed": _("decided what became of a contact"),
    "interactions.erased": _("erased the personal data of a contact"),
    "loading.loaded": _("loaded a batch"),
    "loading.uploaded": _("handed in a file of master data"),
    "loading.cancelled": _("cancelled a load"),
    "loading.export_asked": _("asked for a file of master data"),
    "loading.exported": _("exported master data"),
    "loading.fetched": _("fetched a file of master data"),
    "loading.demo_begun": _("began the demo city"),
    "loading.demo_finished": _("finished the demo city"),
    "workspace.menu_of_role_arranged": _("arranged the menu of a role"),
    "workspace.menu_of_role_renamed": _("renamed an entry in the menu of a role"),
    "workspace.menu_of_role_reset": _("put the menu of a role back to what is shipped"),
    "workspace.own_menu_arranged": _("arranged the own menu"),
    "workspace.own_menu_reset": _("gave up the own arrangement of the menu"),
    "jobs.retried": _("tried a failed job again"),
    "jobs.given_up": _("gave a failed job up"),
    "workspace.view_saved": _("saved a view"),
    "workspace.view_changed": _("changed a saved view"),
    "workspace.view_deleted": _("deleted a saved view"),
    "workspace.columns_chosen": _("chose the columns of a queue"),
    "workspace.bulk_done": _("did one act to many orders"),
    "workspace.bulk_undone": _("took an act on many orders back"),
    "privacy.revealed": _("revealed what is masked of a record"),
    "retention.removed": _("removed what was kept as long as it may be"),
    "retention.set": _("chose how long data is kept"),
    "persons.held": _("placed a legal hold"),
    "persons.hold_lifted": _("lifted a legal hold"),
    "persons.exported": _("made a copy of everything held about a person"),
    "persons.correction_asked": _("wrote down what a person wants corrected"),
    "persons.erasing_asked": _("asked for the erasing of a person"),
    "persons.erasing_refused": _("refused the erasing of a person, or took it back"),
    "persons.erased": _("approved the erasing of a person, which was done"),
    "looks.personal_data": _("looked at what is held about a person"),
    "looks.order": _("looked at an order"),
    "looks.customer": _("looked at an archive"),
    "looks.contact": _("looked at a contact"),
    "looks.contacts": _("looked through contacts"),
    "looks.search": _("searched for customers and saw some"),
    "looks.archives": _("looked through archives"),
    "looks.call": _("was shown archives during a call"),
    "audit.exported": _("exported lines of the audit"),
    "audit.months_dropped": _("dropped months of the audit whose time was over"),
    "audit.break_accepted": _("let the audit be sealed on although newest blocks were missing"),
}
# Facts of a line, as they are called; what is called otherwise in one family stands with its name.
FACTS: dict[str, str | Promise] = {
    "act": pgettext_lazy("fact", "act"),
    "acting_for": pgettext_lazy("fact", "acting for"),
    "address": pgettext_lazy("fact", "network address"),
    "already_present": pgettext_lazy("fact", "there already"),
    "anchor": pgettext_lazy("fact", "block in the anchor"),
    "another_than": pgettext_lazy("fact", "although there were these orders on the same matter"),
    "asked": pgettext_lazy("fact", "searched for"),
    "bad": pgettext_lazy("fact", "rows not loaded"),
    "basis": pgettext_lazy("fact", "ground"),
    "before": pgettext_lazy("fact", "before"),
    "category": pgettext_lazy("fact", "category"),
    "change": pgettext_lazy("fact", "how"),
    "changed": pgettext_lazy("fact", "changed"),
    "channel": pgettext_lazy("fact", "channel"),
    "code": pgettext_lazy("fact", "code"),
    "columns": pgettext_lazy("fact", "columns"),
    "contrast": pgettext_lazy("fact", "contrast"),
    "copy_of": pgettext_lazy("fact", "copy of"),
    "customers": pgettext_lazy("fact", "customers"),
    "density": pgettext_lazy("fact", "density"),
    "days": pgettext_lazy("fact", "days"),
    "department": pgettext_lazy("fact", "department"),
    "disposition": pgettext_lazy("fact", "what became of it"),
    "done": pgettext_lazy("fact", "done"),
    "elements": pgettext_lazy("fact", "network elements"),
    "employee_number": pgettext_lazy("fact", "employee number"),
    "entries": pgettext_lazy("fact", "entries"),
    "entry": pgettext_lazy("fact", "menu entry"),
    "events": pgettext_lazy("fact", "events"),
    "family": pgettext_lazy("fact", "What"),
    "fields": pgettext_lazy("fact", "fields"),
    "file": pgettext_lazy("fact", "file"),
    "filter": pgettext_lazy("fact", "filter"),
    "form": pgettext_lazy("fact", "form"),
    "found": pgettext_lazy("fact", "shown"),
    "given": pgettext_lazy("fact", "rights given"),
    "ground": pgettext_lazy("fact", "ground"),
    "giver": pgettext_lazy("fact", "post of"),
    "hidden": pgettext_lazy("fact", "hidden"),
    "hold": pgettext_lazy("fact", "hold"),
    "kind": pgettext_lazy("fact", "kind"),
    "label": pgettext_lazy("fact", "name"),
    "language": pgettext_lazy("fact", "language"),
    "languages": pgettext_lazy("fact", "languages"),
    "last_day": pgettext_lazy("fact", "last day"),
    "left": pgettext_lazy("fact", "left"),
    "manager": pgettext_lazy("fact", "approval manager"),
    "months": pgettext_lazy("fact", "months"),
    "through": pgettext_lazy("fact", "through"),
    "name": pgettext_lazy("fact", "name"),
    "names": pgettext_lazy("fact", "names"),
    "new": pgettext_lazy("fact", "new rows"),
    "newest": pgettext_lazy("fact", "newest block"),
    "odd_rows": pgettext_lazy("fact", "odd rows"),
    "order": pgettext_lazy("fact", "sequence"),
    "order_id": pgettext_lazy("fact", "order"),
    "orders": pgettext_lazy("fact", "orders"),
    "owner": pgettext_lazy("fact", "belongs to"),
    "parent": pgettext_lazy("fact", "above"),
    "past": pgettext_lazy("fact", "past"),
    "pinned": pgettext_lazy("fact", "pinned"),
    "place": pgettext_lazy("fact", "place in the list"),
    "position": pgettext_lazy("fact", "position"),
    "purpose": pgettext_lazy("fact", "purpose"),
    "query": pgettext_lazy("fact", "filters of the queue"),
    "queue": pgettext_lazy("fact", "queue"),
    "reason": pgettext_lazy("fact", "reason"),
    "record": pgettext_lazy("fact", "record"),
    "refused": pgettext_lazy("fact", "refused"),
    "removed": pgettext_lazy("fact", "removed"),
    "request": pgettext_lazy("fact", "request"),
    "role": pgettext_lazy("fact", "role"),
    "rows": pgettext_lazy("fact", "rows"),
    "same": pgettext_lazy("fact", "rows as they were"),
    "scale": pgettext_lazy("fact", "size"),
    "scope": pgettext_lazy("fact", "reach"),
    "seed": pgettext_lazy("fact", "seed"),
    "service_points": pgettext_lazy("fact", "service points"),
    "sessions": pgettext_lazy("fact", "sessions"),
    "set": pgettext_lazy("fact", "list"),
    "sha256": "SHA-256",
    "since": pgettext_lazy("fact", "from"),
    "source": pgettext_lazy("fact", "source"),
    "taken": pgettext_lazy("fact", "rights taken"),
    "task": pgettext_lazy("fact", "job"),
    "theme": pgettext_lazy("fact", "theme"),
    "token": pgettext_lazy("fact", "token"),
    "tokens_revoked": pgettext_lazy("fact", "tokens revoked"),
    "tries": pgettext_lazy("fact", "tries"),
    "type": pgettext_lazy("fact", "type"),
    "unit": pgettext_lazy("fact", "unit"),
    "unknown": pgettext_lazy("fact", "not found"),
    "until": pgettext_lazy("fact", "until"),
    "username": pgettext_lazy("fact", "username"),
    "version": pgettext_lazy("fact", "version"),
    "was": pgettext_lazy("fact", "before"),
    "who": pgettext_lazy("fact", "Who"),
    "works_as": pgettext_lazy("fact", "work as"),
    "now": pgettext_lazy("fact", "after"),
    "accounts.name": pgettext_lazy("fact", "full name"),
    "accounts.renamed": pgettext_lazy("fact", "name"),
    "workorders.manager": pgettext_lazy("fact", "approval manager"),
    "workspace.changed": pgettext_lazy("fact", "changed meanwhile"),
    "loading.changed": pgettext_lazy("fact", "changed rows"),
    "customers.manager": pgettext_lazy("fact", "account manager"),
}
# What somebody keeps for themselves: that it was done is told, not what they called it.
UNTOLD = {
    **{f"workspace.view_{act}": frozenset({"name", "query"}) for act in ("saved", "changed", "deleted")},
    "workorders.type_draft_discarded": frozenset({"was"}),  # a whole flow
    **{f"loading.{act}": frozenset({"file"}) for act in ("loaded", "uploaded", "exported", "fetched")},
}
LISTS = frozenset(
    {
        "another_than",
        "changed",
        "columns",
        "fields",
        "found",
        "given",
        "hidden",
        "languages",
        "months",
        "order",
        "pinned",
        "taken",
    }
)
TOLD_ONCE = frozenset({"filter"})  # the same sentence in both languages: told in the reader's alone
LISTED = 8  # of a list; what is more is counted
LONGEST = 120  # characters of one value
_families: dict[str, Callable[[str], str]] = {}
_values: dict[str, Words] = {}


def speak_for(family: str, words: Callable[[str], str]) -> None:
    """Let `words` say what `family.<act>` means, for acts that are a vocabulary of their slice."""
    _families[family] = words


def read_as(fact: str, words: Words) -> None:
    """Let `words` say what a value of the fact means; `fact` is its name, or "family.name"."""
    _values[fact] = words


def in_words(key: str) -> str:
    """What was done, as it stands behind a person's name; the key itself if nobody speaks for it."""
    if key in WORDS:
        return str(WORDS[key])
    family, _dot, act = key.partition(".")
    return _families[family](act) if family in _families else key


def sentence(key: str, facts: Mapping[str, object]) -> str:
    """What was done and all that the line knows of it: “changed a code: name from “a” to “b”; reason “c””."""
    untold = UNTOLD.get(key, frozenset())
    said = list(_told(key.partition(".")[0], _without(facts, untold)))
    if not said:
        return in_words(key)
    return pgettext("audit", "%(done)s: %(facts)s") % {
        "done": in_words(key), "facts": pgettext("between facts", "; ").join(said),
    }  # fmt: skip


def _without(facts: Mapping[str, object], untold: Collection[str]) -> dict[str, object]:
    return {
        name: _without(value, untold) if name in {"was", "now"} and isinstance(value, dict) else value
        for name, value in facts.items()
        if name not in untold
    }


def _told(family: str, facts: Mapping[str, object]) -> Iterator[str]:
    was, now = facts.get("was"), facts.get("now")
    if isinstance(was, dict) and isinstance(now, dict):
        both = sorted({*was, *now})
        facts = {name: [was.get(name), now.get(name)] for name in both if was.get(name) != now.get(name)}
    for name, value in sorted(facts.items(), key=lambda fact: fact[0] == "reason"):  # it says why all the rest
        if value in (None, "", [], {}):
            continue
        words = str(FACTS.get(f"{family}.{name}") or FACTS.get(name) or name)
        if isinstance(value, list) and len(value) == len(("before", "after")) and name not in LISTS:
            yield _changed(words, *(_value(family, name, side) for side in value))
        elif isinstance(value, dict) and not _is_label(value):
            yield f"{words} ({_joined(_told(family, value))})"
        else:
            yield gettext("%(fact)s “%(value)s”") % {"fact": words, "value": _value(family, name, value)}


def _changed(fact: str, before: str, after: str) -> str:
    if not before:
        return gettext("%(fact)s “%(value)s”") % {"fact": fact, "value": after}
    if not after:
        return gettext("%(fact)s without “%(value)s” now") % {"fact": fact, "value": before}
    return gettext("%(fact)s from “%(before)s” to “%(after)s”") % {"fact": fact, "before": before, "after": after}


def _value(family: str, name: str, value: object) -> str:
    """One value in words, never JSON."""
    reader = _values.get(f"{family}.{name}") or _values.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list) and name == "place":  # of a code: below which other one, and where among those
        above, position = value
        where = gettext("%(position)s (below %(above)s)") if above else "%(position)s"
        return where % {"above": above, "position": position}
    if isinstance(value, list):
        some = [_value(family, name, one) for one in value[:LISTED]]
        if len(value) > LISTED:
            some.append(gettext("and %(count)d more") % {"count": len(value) - LISTED})
        return _joined(one for one in some if one)
    if isinstance(value, dict):
        return _of_label(value, once=name in TOLD_ONCE) if _is_label(value) else _joined(_told(family, value))
    return shortened(str(reader(value) if reader else value), LONGEST)


def _is_label(value: Mapping[str, object]) -> bool:
    return bool(value) and value.keys() <= {"zh", "en"}


def _of_label(label: Mapping[str, object], *, once: bool) -> str:
    """Both names, that of the reader's language first: a change of the other one is a change too."""
    own = "zh" if (get_language() or "").startswith("zh") else "en"
    said = [str(label[one]) for one in sorted(label, key=lambda one: one != own) if label[one]]
    return " / ".join(said[:1] if once else said)


def _joined(words: Iterable[str]) -> str:
    return pgettext("between things", ", ").join(words)
