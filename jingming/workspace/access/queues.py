"""Who sees and changes saved views, and whose reports are whose.

A view is shared by whoever answers for the people: with a department by a post there that may see its staff (the head,
the approval manager), with a role in a unit by a post that may see the staff of that whole unit (the management).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jingming.accounts.access import duties_of
from jingming.accounts.models import Post, Staff
from jingming.accounts.rules import Authority, Scope
from jingming.base.errors import Http404, NotAllowed
from jingming.organisation.queries import departments, units
from jingming.organisation.rules import Level
from jingming.workspace.models import BulkAct, SavedView


def _unit_of(post: Post) -> int:
    return post.unit_id or departments()[post.department_id].unit_id


def _units_above(post: Post) -> set[int]:
    """The units in which a post stands: its department's, those above, and the headquarters."""
    department = departments()[post.department_id]
    placed = {department.province_id, department.city_id, department.district_id, department.unit_id}
    return {pk for pk in placed if pk} | {unit.pk for unit in units().values() if unit.level == Level.HQ}


def visible_views(person: Staff) -> QuerySet[SavedView]:
    """Own views, those of one's departments, and those of one's roles where one holds them."""
    posts = duties_of(person)
    condition = Q(owner=person) | Q(department__in={post.department_id for post in posts})
    for post in posts:
        condition |= Q(role=post.role_id, unit__in=_units_above(post))
    return SavedView.objects.filter(condition)


def shares(person: Staff) -> Iterator[tuple[str, int]]:
    """Whom the person may share views with: ("department", id), and ("unit", id) for the roles in it."""
    seen = set()
    for post in duties_of(person):
        if Authority.SEE_STAFF not in post.role.authorities:
            continue
        whole = post.scope in (Scope.SUBTREE, Scope.ALL)
        one = ("unit", _unit_of(post)) if whole else ("department", post.department_id)
        if one not in seen and post.scope != Scope.OWN:
            seen.add(one)
            yield one


def may_share(person: Staff, *, department_id: int | None, unit_id: int | None) -> bool:
    """Whether the person may share views with the department, or with a role in the unit; own views always."""
    if department_id is None and unit_id is None:
        return True
    return any(one in (("department", department_id), ("unit", unit_id)) for one in shares(person))


def changes(person: Staff, view: SavedView) -> bool:
    """Whether the person may rename or delete the view: its owner, and whoever may share with the same people."""
    shared = view.department_id is not None or view.unit_id is not None
    return view.owner_id == person.pk or (
        shared and may_share(person, department_id=view.department_id, unit_id=view.unit_id)
    )


def get_view(person: Staff, pk: int, *, to: str = "see") -> SavedView:
    """The saved view, to "see" or to "change"; unknown and unseen are the same 404, a forbidden change is refused."""
    found = visible_views(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    if to == "change" and not changes(person, found):
        raise NotAllowed(_("The view was shared by somebody else. Save one of your own under another name."))
    return found


def get_bulk_act(person: Staff, pk: int) -> BulkAct:
    """The person's own bulk act; those of others are as good as unknown."""
    found = BulkAct.objects.filter(by=person, pk=pk).first()
    if found is None:
        raise Http404
    return found
