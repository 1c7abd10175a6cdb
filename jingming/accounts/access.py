"""How far a person's authority reaches: every slice builds its `visible_to` from a `Reach`; nothing else decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jingming.base.clock import now
from jingming.base.errors import Http404, NotAllowed
from jingming.organisation.models import Department, Placed, Unit
from jingming.organisation.queries import departments, units

from .models import Delegation, Post, Staff
from .rules import ADMINISTRATIVE, SHOWS_CUSTOMERS, Authority, Scope


@dataclass(frozen=True)
class Reach:
    """The rows an authority covers: everything, or the union of units, departments and one's own."""

    everywhere: bool = False
    provinces: frozenset[int] = frozenset()
    cities: frozenset[int] = frozenset()
    districts: frozenset[int] = frozenset()
    departments: frozenset[int] = field(default=frozenset())
    own_of: frozenset[int] = field(default=frozenset())  # whose own rows: the person's, and those acted for

    @property
    def own(self) -> bool:
        """Whether it covers somebody's own rows."""
        return bool(self.own_of)

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

    def holds(self, row: object) -> bool:
        """Whether it surely covers this row, by the units and the department that stand in it; what only a query could
        tell (who took part, whose own it is) counts as not covered."""
        return self.everywhere or any(
            getattr(row, f"{level}_id", None) in ids
            for level, ids in (
                ("province", self.provinces),
                ("city", self.cities),
                ("district", self.districts),
                ("department", self.departments),
            )
        )


def duties_of(person: Staff | object) -> list[Post]:
    """The posts of an active member of staff, and those that are lent to them at this moment; none for anybody else.
    A lent post is another's: its `staff_id` says whose work it is about."""
    if not isinstance(person, Staff) or not person.is_active:
        return []
    if all(post.staff_id == person.pk for post in person.duties):
        return person.duties
    at = now()
    return [post for post in person.duties if post.staff_id == person.pk or holds(post, at)]


def holds(lent: Post, at: datetime) -> bool:
    """Whether a lent post has begun and has not ended."""
    return lent.since is not None and lent.until is not None and lent.since <= at < lent.until


def selves(person: Staff) -> set[int]:
    """The person and everybody for whom they act now. What any of them did is own work, which nobody judges."""
    return {person.pk, *(post.staff_id for post in duties_of(person))}


def stands_for(person: Staff, posts: Collection[Post]) -> Staff:
    """In whose name the person acts where each of these posts gives the right: their own if one is their own, else that
    of whoever has lent the first."""
    if not posts or any(post.staff_id == person.pk for post in posts):
        return person
    return next(iter(posts)).staff


def has(person: Staff | object, authority: Authority) -> bool:
    """Whether any of the person's posts carries the authority."""
    return any(authority in post.role.authorities for post in duties_of(person))


def reach(person: Staff | object, authority: Authority) -> Reach:
    """How far the person's posts that carry `authority` reach, together."""
    everywhere, own = False, set[int]()
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
            own.add(post.staff_id)
    if own and isinstance(person, Staff):
        own.add(person.pk)  # what somebody does with a lent post is theirs to see too
    return Reach(
        everywhere=everywhere,
        provinces=frozenset(covered["province"]),
        cities=frozenset(covered["city"]),
        districts=frozenset(covered["district"]),
        departments=frozenset(covered["department"]),
        own_of=frozenset(own),
    )


def sees(person: Staff | object, field: Authority, row: object = None) -> bool:
    """Whether personal data of this kind (one of `rules.PERSONAL`) stands whole before the person: on every row that
    they may see, or on this placed one. The one predicate for pages, API, search and files; `eyes` asks it.

    Whoever sees rows by several posts, of which only some carry the authority, sees it on the rows of those. Posts that
    show no customers count for nothing beside others.
    """
    posts = duties_of(person)
    showing = [post for post in posts if not SHOWS_CUSTOMERS.isdisjoint(post.role.authorities)]
    whole = [field in post.role.authorities for post in showing or posts]
    return bool(whole) and (all(whole) or (any(whole) and row is not None and reach(person, field).holds(row)))


def keeps(person: Staff | object, place: Unit | Placed) -> bool:
    """Whether the person changes the organisation there: in the units that the posts with this authority reach."""
    there = reach(person, Authority.CHANGE_ORGANISATION)
    return there.everywhere or bool(
        {place.province_id} & there.provinces or {place.city_id} & there.cities or {place.district_id} & there.districts
    )


def refuse_foreign(person: Staff, place: Unit | Placed) -> None:
    """Refuse to change a place that the person does not keep; everybody who comes so far may see it."""
    if not keeps(person, place):
        raise NotAllowed(_("You may see this place, but only those who administer it may change it."))


def covers(post: Post, department: Department) -> bool:
    """Whether the post works in, or reaches down to, the department."""
    if post.scope == Scope.ALL or post.department_id == department.pk:
        return True
    if post.scope != Scope.SUBTREE:
        return False
    unit = units()[post.unit_id or departments()[post.department_id].unit_id]
    return unit.level == "hq" or getattr(department, f"{unit.level}_id") == unit.pk


def visible_staff(person: Staff | object) -> QuerySet[Staff]:
    """The colleagues whose page the person may open: by the reach of their posts, and one's own engineers."""
    reached = reach(person, Authority.SEE_STAFF)
    if reached.everywhere:
        return Staff.objects.all()
    if not reached or not isinstance(person, Staff):
        return Staff.objects.none()
    leading = {post.staff_id for post in duties_of(person) if Authority.SEE_STAFF in post.role.authorities}
    condition = Q(pk=person.pk) | Q(manager__in=leading) | Q(department__in=reached.departments)
    if (placed := reached.placed("department__")) is not None:
        condition |= placed
    return Staff.objects.filter(condition)


def sight_places(person: Staff) -> list[Department]:
    """Where the person may ask what somebody with a role would see: the departments whose staff they see, the own one
    first."""
    there = reach(person, Authority.SEE_STAFF)
    places = [one for one in departments().values() if one.active and (there.holds(one) or one.pk in there.departments)]
    return sorted(places, key=lambda one: (one.pk != person.department_id, one.code))


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


# --- Posts that are lent 代理授权 -------------------------------------------------------------------------------------
def lendable(giver: Staff, *, by: Staff) -> QuerySet[Post]:
    """The posts of the giver that `by` may lend: all own ones, or those in the departments for which `by` answers; for
    the security administrator all; of the three administrations none."""
    posts = Post.objects.filter(staff=giver).exclude(role__authorities__overlap=sorted(ADMINISTRATIVE))
    if by.pk == giver.pk or _gives_rights(by, giver):
        return posts
    return posts.filter(department__in=_answers_for(by))


def _answers_for(person: Staff) -> set[int]:
    """The departments of which the person is a head: own posts there, no lent ones, that see the whole staff."""
    return {
        post.department_id
        for post in duties_of(person)
        if post.staff_id == person.pk and post.scope != Scope.OWN and Authority.SEE_STAFF in post.role.authorities
    }


def _gives_rights(person: Staff, to: Staff) -> bool:
    if not has(person, Authority.CHANGE_STAFF):
        return False
    return reach(person, Authority.SEE_STAFF).everywhere or visible_staff(person).filter(pk=to.pk).exists()


def may_lend_for(person: Staff, giver: Staff) -> bool:
    """Whether the person may lend posts of somebody who is away: a head those of the own department's people, the
    security administrator anybody's but the own."""
    if person.pk == giver.pk:
        return False
    return giver.department_id in _answers_for(person) or _gives_rights(person, giver)


def takers_for(giver: Staff) -> QuerySet[Staff]:
    """The colleagues who may act for the giver: active, of the same unit."""
    unit = departments()[giver.department_id].unit_id
    return Staff.objects.filter(department__unit=unit, is_active=True).exclude(pk=giver.pk).order_by("employee_number")


def delegations_of(person: Staff, *, by: Staff) -> QuerySet[Delegation]:
    """What the person has lent, planned, under way and over, as far as `by` may end it; and, for the person and the
    security administrator, what is lent to the person."""
    if by.pk == person.pk or _gives_rights(by, person):
        return Delegation.objects.filter(Q(giver=person) | Q(taker=person))
    return Delegation.objects.filter(giver=person) if may_lend_for(by, person) else Delegation.objects.none()


def get_delegation(person: Staff, pk: int) -> Delegation:
    """One that the person may end: the giver, the taker, and whoever may lend for the giver; else Http404."""
    found = Delegation.objects.select_related("giver", "taker", "role", "department").filter(pk=pk).first()
    if found is None or not (person.pk in (found.giver_id, found.taker_id) or may_lend_for(person, found.giver)):
        raise Http404
    return found
