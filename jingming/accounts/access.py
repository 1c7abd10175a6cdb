"""How far a person's authority reaches: every slice builds its `visible_to` from a `Reach`; nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jingming.base.errors import Http404, NotAllowed
from jingming.organisation.models import Department, Placed
from jingming.organisation.queries import departments, units

from .models import Post, Staff
from .rules import Authority, Scope


@dataclass(frozen=True)
class Reach:
    """The rows an authority covers: everything, or the union of units, departments and one's own."""

    everywhere: bool = False
    provinces: frozenset[int] = frozenset()
    cities: frozenset[int] = frozenset()
    districts: frozenset[int] = frozenset()
    departments: frozenset[int] = field(default=frozenset())
    own: bool = False

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.places or self.departments or self.own)

    @property
    def places(self) -> bool:
        """Whether it covers whole units."""
        return bool(self.provinces or self.cities or self.districts)

    def placed(self, prefix: str = "") -> Q | None:
        """The condition on a placed row (province, city, district), reached by `prefix`; None if no unit is covered."""
        parts = [
            Q(**{f"{prefix}{level}__in": ids})
            for level, ids in (("province", self.provinces), ("city", self.cities), ("district", self.districts))
            if ids
        ]
        condition: Q | None = None
        for part in parts:
            condition = part if condition is None else condition | part
        return condition


def duties_of(person: Staff | object) -> list[Post]:
    """The posts of an active member of staff; none for anybody else."""
    if not isinstance(person, Staff) or not person.is_active:
        return []
    return person.duties


def has(person: Staff | object, authority: Authority) -> bool:
    """Whether any of the person's posts carries the authority."""
    return any(authority in post.role.authorities for post in duties_of(person))


def reach(person: Staff | object, authority: Authority) -> Reach:
    """How far the person's posts that carry `authority` reach, together."""
    everywhere = own = False
    covered: dict[str, set[int]] = {"province": set(), "city": set(), "district": set(), "department": set()}
    for post in duties_of(person):
        if authority not in post.role.authorities:
            continue
        if post.scope == Scope.ALL:
            everywhere = True
        elif post.scope == Scope.SUBTREE:
            unit = units()[post.unit_id or departments()[post.department_id].unit_id]
            if unit.level == "hq":
                everywhere = True
            else:
                covered[unit.level].add(unit.pk)
        elif post.scope == Scope.DEPARTMENT:
            covered["department"].add(post.department_id)
        else:
            own = True
    return Reach(
        everywhere=everywhere,
        provinces=frozenset(covered["province"]),
        cities=frozenset(covered["city"]),
        districts=frozenset(covered["district"]),
        departments=frozenset(covered["department"]),
        own=own,
    )


def covers(post: Post, department: Department) -> bool:
    """Whether the post works in, or reaches down to, the department."""
    if post.scope == Scope.ALL or post.department_id == department.pk:
        return True
    if post.scope != Scope.SUBTREE:
        return False
    unit = units()[post.unit_id or departments()[post.department_id].unit_id]
    return unit.level == "hq" or getattr(department, f"{unit.level}_id") == unit.pk


def serves_as(person: Staff | object, roles: Iterable[str], department: Department | None) -> bool:
    """Whether the person holds one of the roles in a post that covers the department (None: anywhere)."""
    wanted = set(roles)
    return any(
        post.role.code in wanted and (department is None or covers(post, department)) for post in duties_of(person)
    )


def within(reached: Reach, row: Placed) -> bool:
    """Whether a placed row lies in a unit that the reach covers."""
    return (
        reached.everywhere
        or row.province_id in reached.provinces
        or row.city_id in reached.cities
        or row.district_id in reached.districts
    )


def visible_staff(person: Staff | object) -> QuerySet[Staff]:
    """The colleagues whose page the person may open: by the reach of their posts, and one's own engineers."""
    reached = reach(person, Authority.SEE_STAFF)
    if reached.everywhere:
        return Staff.objects.all()
    if not reached or not isinstance(person, Staff):
        return Staff.objects.none()
    condition = Q(pk=person.pk) | Q(manager=person) | Q(department__in=reached.departments)
    if (placed := reached.placed("department__")) is not None:
        condition |= placed
    return Staff.objects.filter(condition)


def get_staff(person: Staff, pk: int, *, to: str = "see") -> Staff:
    """The colleague, to "see" or to "change"; unknown and unseen are the same 404, a forbidden change is refused."""
    found = visible_staff(person).select_related("department", "manager").filter(pk=pk).first()
    if found is None:
        raise Http404
    if to == "change":
        if not has(person, Authority.CHANGE_STAFF):
            raise NotAllowed(_("Only the security administrator changes staff and their posts."))
        if found.pk == person.pk:
            raise NotAllowed(_("Nobody changes their own posts or access. Ask another security administrator."))
    return found
