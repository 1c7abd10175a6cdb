"""Menus: how a system administrator arranges that of a role, and everybody their own within it.

Both are rows that every page reads (role and person), so what is saved here holds at everybody's next page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Role, Staff
from jingming.audit.actions import record
from jingming.base.errors import Unfit

from ..menu import Arrangement, Line, of_person, of_role
from ..rules import LONGEST_ENTRY, Change


@transaction.atomic
def arrange_for_role(role: Role, change: Change, key: str, *, by: Staff, at: datetime) -> None:
    """Move, hide or show an entry for everybody who has the role."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    lines = of_role(role)
    line = _line(lines, key)
    if change in (Change.PIN, Change.UNPIN):
        raise Unfit(_("Only people pin entries, each in their own menu."))
    if change == Change.HIDE and line.entry.stays:
        raise Unfit(_("This entry stays in the menu, so that there is a way back."))
    role.menu = _changed(Arrangement(**role.menu), change, line, lines).kept()
    role.save(update_fields=["menu"])
    record("workspace.menu_of_role_arranged", role, by=by, at=at, role=role.code, entry=key, change=str(change))


@transaction.atomic
def rename_for_role(role: Role, key: str, name: Mapping[str, str], *, by: Staff, at: datetime) -> None:
    """Call an entry otherwise, {zh, en}, for everybody who has the role; both empty: as shipped again."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    _line(of_role(role), key)
    given = {language: text for language, text in name.items() if text}
    if given and given.keys() != {"zh", "en"}:
        raise Unfit(_("Give the name in both languages, or leave both empty for the shipped name."))
    if any(len(text) > LONGEST_ENTRY for text in given.values()):
        raise Unfit(_("A name in the menu has at most %(most)d characters.") % {"most": LONGEST_ENTRY})
    own = Arrangement(**role.menu)
    others = {other: label for other, label in own.names.items() if other != key}
    role.menu = replace(own, names=others | ({key: given} if given else {})).kept()
    role.save(update_fields=["menu"])
    record("workspace.menu_of_role_renamed", role, by=by, at=at, role=role.code, entry=key, name=given)


@transaction.atomic
def reset_for_role(role: Role, *, by: Staff, at: datetime) -> None:
    """The role has the menu again that Jingming is shipped with."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    was, role.menu = role.menu, {}
    role.save(update_fields=["menu"])
    record("workspace.menu_of_role_reset", role, by=by, at=at, role=role.code, was=was)


@transaction.atomic
def arrange_own(person: Staff, change: Change, key: str, *, at: datetime) -> None:
    """Move, hide, show, pin or unpin an entry in one's own menu, among those that the roles leave."""
    person.menu = Staff.objects.select_for_update().values_list("menu", flat=True).get(pk=person.pk)
    lines = [line for line in of_person(person) if line.left]
    person.menu = _changed(Arrangement(**person.menu), change, _line(lines, key), lines).kept()
    person.save(update_fields=["menu"])
    record("workspace.own_menu_arranged", person, by=person, at=at, entry=key, change=str(change))


@transaction.atomic
def reset_own(person: Staff, *, at: datetime) -> None:
    """The person's menu is again that of the roles."""
    was, person.menu = person.menu, {}
    person.save(update_fields=["menu"])
    record("workspace.own_menu_reset", person, by=person, at=at, was=was)


def _line(lines: Sequence[Line], key: str) -> Line:
    found = next((line for line in lines if line.entry.key == key), None)
    if found is None:
        raise Unfit(_("This menu has no such entry."))
    return found


def _changed(own: Arrangement, change: Change, line: Line, lines: Sequence[Line]) -> Arrangement:
    key = line.entry.key
    match change:
        case Change.UP | Change.DOWN:
            group = [other.entry.key for other in lines if other.group == line.group]
            return _ordered(own, line, _moved(group, key, -1 if change == Change.UP else 1))
        case Change.HIDE:
            return replace(own, hidden=[*_without(own.hidden, key), key], pinned=_without(own.pinned, key))
        case Change.SHOW:
            return replace(own, hidden=_without(own.hidden, key))
        case Change.PIN:
            return replace(own, pinned=[*_without(own.pinned, key), key], hidden=_without(own.hidden, key))
        case Change.UNPIN:
            return replace(own, pinned=_without(own.pinned, key))


def _ordered(own: Arrangement, line: Line, group: Sequence[str]) -> Arrangement:
    """With the group in a new order; what else has been put in order stays so."""
    if line.pinned:
        return replace(own, pinned=[*group, *(key for key in own.pinned if key not in group)])
    return replace(own, order=[*(key for key in own.order if key not in group), *group])


def _moved(group: Sequence[str], key: str, step: int) -> list[str]:
    """One place on; at the end it stays where it is."""
    others = _without(group, key)
    place = min(max(list(group).index(key) + step, 0), len(others))
    return [*others[:place], key, *others[place:]]


def _without(keys: Sequence[str], key: str) -> list[str]:
    return [other for other in keys if other != key]
