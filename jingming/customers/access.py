"""Whose archives a person may see and change: one ground, built from the posts, for pages, API, search and counts.

A post that reaches units covers their customers; one that reaches its own department covers the customers of the
department's place, if it is a department that works for customers. A post that reaches own rows covers none here:
an engineer sees the customers of the orders in hand, and those lie above this slice.
"""

from __future__ import annotations

from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from jingming.accounts.access import Reach, reach
from jingming.accounts.models import Post, Staff
from jingming.accounts.rules import Authority
from jingming.base.errors import Http404, NotAllowed, Refusal, Unfit
from jingming.organisation.models import Department, Placed, ServiceArea, Unit
from jingming.organisation.queries import areas, departments, units
from jingming.organisation.rules import Level
from jingming.privacy.erased import MARK

from .models import ContactPerson, Customer, Device, Merge, NetworkElement, Phone, ServicePoint, Tenure
from .rules import ACCOUNT_MANAGER, CUSTOMER_FACING

To = Literal["see", "change"]


# --- The ground -----------------------------------------------------------------------------------------------------
def ground(user: Staff | object, authority: Authority = Authority.SEE_CUSTOMERS) -> Reach:
    """The places whose customers the authority covers; departments have become the places that they work for."""
    reached = reach(user, authority)
    covered = {"province": set(reached.provinces), "city": set(reached.cities), "district": set(reached.districts)}
    everywhere = reached.everywhere
    for department in (departments()[pk] for pk in reached.departments):
        if department.kind not in CUSTOMER_FACING:
            continue
        unit = units()[department.unit_id]
        if unit.level == Level.HQ:
            everywhere = True
        else:
            covered[unit.level].add(unit.pk)
    return Reach(
        everywhere=everywhere,
        provinces=frozenset(covered["province"]),
        cities=frozenset(covered["city"]),
        districts=frozenset(covered["district"]),
    )


def _covered(place: Reach, prefix: str = "") -> Q:
    """The condition that a placed row (reached over `prefix`) lies on the ground."""
    if place.everywhere:
        return Q()
    condition = Q(pk__in=[])
    for level, ids in (("province", place.provinces), ("city", place.cities), ("district", place.districts)):
        if ids:
            condition |= Q(**{f"{prefix}{level}__in": ids})
    return condition


def _lies_on(place: Reach, row: Placed | Unit) -> bool:
    return place.everywhere or bool(
        {row.province_id} & place.provinces or {row.city_id} & place.cities or {row.district_id} & place.districts
    )


# --- What may be seen -----------------------------------------------------------------------------------------------
def living_within(user: Staff | object, *, merged: bool = False) -> QuerySet[Customer]:
    """The customers whose own place the posts cover: the part of `current_to` that long lists can walk by index. With
    `merged` the archives that go on in another one too, for they are still called by their old names."""
    within = Customer.objects.filter(_covered(ground(user)))
    return within if merged else within.filter(merged_into=None)


def visible_to(user: Staff | object) -> QuerySet[Customer]:
    """The customers whom the person may see: those of the covered places, and those who hold, rent or pay for a place
    there. Archives that were merged into another are among them, for old orders name them."""
    place = ground(user)
    if place.everywhere or not place:
        return Customer.objects.filter(_covered(place))
    served_there = Tenure.objects.filter(_covered(place), customer=OuterRef("pk"), until=None)
    return Customer.objects.filter(_covered(place) | Exists(served_there))


def current_to(user: Staff | object) -> QuerySet[Customer]:
    """The same without the archives that go on in another one: what lists and searches show."""
    return visible_to(user).filter(merged_into=None)


def service_points_within(user: Staff | object) -> QuerySet[ServicePoint]:
    """The service points in the covered places: the part of `service_points_visible_to` that can be walked by index,
    so each place is named from its province down."""
    place = ground(user)
    if place.everywhere or not place:
        return ServicePoint.objects.filter(_covered(place))
    condition = Q(province__in=place.provinces) if place.provinces else Q(pk__in=[])
    for city in (units()[pk] for pk in place.cities):
        condition |= Q(province=city.province_id, city=city.pk)
    for district in (units()[pk] for pk in place.districts):
        condition |= Q(province=district.province_id, city=district.city_id, district=district.pk)
    return ServicePoint.objects.filter(condition)


def service_points_visible_to(user: Staff | object) -> QuerySet[ServicePoint]:
    """The service points in the covered places, and all those of customers who live there."""
    place = ground(user)
    if place.everywhere or not place:
        return ServicePoint.objects.filter(_covered(place))
    return ServicePoint.objects.filter(_covered(place) | _covered(place, "customer__"))


def lives_within(user: Staff | object, customer: Customer) -> bool:
    """Whether the customer's own place is one that the posts cover."""
    return _lies_on(ground(user), customer)


# --- What may be fetched, and for what ------------------------------------------------------------------------------
def get_customer(user: Staff | object, customer_id: int, *, to: To = "see") -> Customer:
    """The customer; unknown and unseen give the same Http404, seen but not to be changed gives NotAllowed, and one that
    goes on in another archive gives a Refusal that says so."""
    customer = visible_to(user).filter(pk=customer_id).select_related("manager").first()
    if customer is None:
        raise Http404
    if to == "change":
        _refuse_to_change(user, customer)
    return customer


def get_pair(user: Staff | object, kept_id: int, merged_id: int) -> tuple[Customer, Customer]:
    """Two archives to be merged: Http404 unless both may be seen, then refused unless both may be changed."""
    kept, merged = get_customer(user, kept_id), get_customer(user, merged_id)
    for one in (kept, merged):
        _refuse_to_change(user, one)
    return kept, merged


def _refuse_to_change(user: Staff | object, customer: Customer) -> None:
    if not may_change(user, customer):
        raise NotAllowed(_("You may see this archive, but only the people who work for its place may change it."))
    if customer.merged_into_id is not None:
        raise merged_away()
    if customer.name == MARK:
        raise Refusal(_("The person of this archive has been erased. Open a new archive for whoever comes now."))


def merged_away() -> Refusal:
    """The refusal to change an archive that goes on in another one."""
    return Refusal(_("This archive has been merged into another one. Go on there."))


def going_on(user: Staff | object, customer: Customer) -> Customer:
    """The archive in which the customer goes on, itself if it was not merged. It also stays itself for whoever may not
    see the other: what is taken for it is shown there all the same. One query for a merged one."""
    if customer.merged_into_id is None:
        return customer
    return current_to(user).filter(pk=customer.merged_into_id).select_related("manager").first() or customer


def get_merge(user: Staff | object, customer_id: int, merge_id: int) -> Merge:
    """A merge into this archive, to be taken back; Http404 unless both archives may be seen, NotAllowed unless both may
    be changed."""
    seen = visible_to(user)
    found = Merge.objects.filter(pk=merge_id, kept=customer_id, kept__in=seen, merged__in=seen)
    merge = found.select_related("kept", "merged").first()
    if merge is None:
        raise Http404
    if not may_unmerge(user, merge):
        raise NotAllowed(_("A merge is taken back by people who work for the places of both archives."))
    return merge


def open_to_change(user: Staff | object, customer: Customer) -> bool:
    """Whether the person may change the archive now: one that goes on in another, or was erased, is looked at only."""
    return customer.merged_into_id is None and customer.name != MARK and may_change(user, customer)


def may_unmerge(user: Staff | object, merge: Merge) -> bool:
    """Whether the person works for the places of both archives with the authority to change them."""
    return may_change(user, merge.kept) and may_change(user, merge.merged)


def get_service_point(user: Staff | object, customer_id: int, point_id: int, *, to: To = "see") -> ServicePoint:
    """A service point of the customer, with its customer; refuses as `get_customer` does."""
    found = service_points_visible_to(user).filter(pk=point_id, customer_id=customer_id)
    point = found.select_related("customer", "area", "element").first()
    if point is None:
        raise Http404
    if to == "change" and not may_change(user, point) and not may_change(user, point.customer):
        raise NotAllowed(_("You may see this service point, but only the people who work for its place may change it."))
    return point


def get_contact(customer: Customer, contact_id: int) -> ContactPerson:
    """A contact person of a customer who has been fetched through `get_customer`, else Http404."""
    contact = customer.contacts.filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return contact


def get_phone(customer: Customer, phone_id: int) -> Phone:
    """A phone of a customer who has been fetched through `get_customer`, else Http404."""
    phone = customer.phones.filter(pk=phone_id).select_related("contact").first()
    if phone is None:
        raise Http404
    return phone


def get_device(point: ServicePoint, device_id: int) -> Device:
    """A device at a point that has been fetched through `get_service_point`, else Http404."""
    device = point.devices.filter(pk=device_id).first()
    if device is None:
        raise Http404
    device.service_point = point
    return device


def get_tenure(point: ServicePoint, tenure_id: int) -> Tenure:
    """A tenure of a point that has been fetched through `get_service_point`, else Http404."""
    tenure = point.tenures.filter(pk=tenure_id).select_related("customer").first()
    if tenure is None:
        raise Http404
    tenure.service_point = point
    return tenure


def get_element(user: Staff | object, code: str, *, to: To = "see") -> NetworkElement:
    """A network element. The network is no secret among those who see the organisation; to change it, it must lie in
    the places for which the person changes the organisation, else NotAllowed."""
    element = NetworkElement.objects.filter(code=code).select_related("parent").first()
    if element is None:
        raise Http404
    if to == "change" and not may_change_network(user, element):
        raise NotAllowed(_("You may see the network, but only the people who keep it for this place may change it."))
    return element


def may_change_network(user: Staff | object, row: Placed | Unit) -> bool:
    """Whether the person keeps the network of the place where the row lies."""
    return _lies_on(reach(user, Authority.CHANGE_ORGANISATION), row)


def may_change(user: Staff | object, row: Customer | ServicePoint) -> bool:
    """Whether the person works for the place of the row with the authority to change archives."""
    return _lies_on(ground(user, Authority.CHANGE_CUSTOMERS), row)


def may_answer_for(user: Staff | object, customer: Customer) -> bool:
    """Whether the person answers for personal data where the customer lives: for units only, not by a department."""
    return _lies_on(reach(user, Authority.HANDLE_PERSONS), customer)


# --- Places that may be chosen --------------------------------------------------------------------------------------
def units_open_to(user: Staff | object) -> list[Unit]:
    """The units in which the person may keep customers, by code."""
    place = ground(user, Authority.CHANGE_CUSTOMERS)
    able = [unit for unit in units().values() if unit.level != Level.HQ and _lies_on(place, unit)]
    return sorted(able, key=lambda unit: unit.code)


def areas_open_to(user: Staff | object) -> list[ServiceArea]:
    """The service areas in which the person may keep service points, each behind the one that holds it."""
    place = ground(user, Authority.CHANGE_CUSTOMERS)
    return [area for area in areas().values() if _lies_on(place, area)]


def unit_for(user: Staff | object, code: str) -> Unit:
    """The unit of this code, if the person may keep customers there; otherwise Unfit, whether it exists or not."""
    unit = next((unit for unit in units_open_to(user) if unit.code == code), None)
    if unit is None:
        raise Unfit(fields={"unit": _("Choose a place that you work for.")})
    return unit


def area_for(user: Staff | object, code: str) -> ServiceArea:
    """The service area of this code, if the person may keep service points there; otherwise Unfit."""
    area = areas().get(code)
    if area is None or not _lies_on(ground(user, Authority.CHANGE_CUSTOMERS), area):
        raise Unfit(fields={"area": _("Choose a service area that you work for.")})
    return area


def units_of_network_open_to(user: Staff | object) -> list[Unit]:
    """The units whose network the person keeps, by code."""
    able = [unit for unit in units().values() if unit.level != Level.HQ and may_change_network(user, unit)]
    return sorted(able, key=lambda unit: unit.code)


def unit_of_network(user: Staff | object, code: str) -> Unit:
    """The unit of this code, if the person keeps its network; otherwise Unfit, whether it exists or not."""
    unit = next((unit for unit in units_of_network_open_to(user) if unit.code == code), None)
    if unit is None:
        raise Unfit(fields={"unit": _("Choose a place that you work for.")})
    return unit


def element_for(user: Staff | object, code: str) -> NetworkElement:
    """The network element of this code, if it is in use; otherwise Unfit."""
    element = NetworkElement.objects.filter(code=code, active=True).first()
    if element is None:
        raise Unfit(
            fields={"element": _("There is no network element “%(code)s” in use. Look it up.") % {"code": code[:40]}}
        )
    return element


def managers_open_to() -> list[Staff]:
    """The people who look after key accounts: active, with the post of an account manager; by employee number."""
    posted = Post.objects.filter(role__works_as=ACCOUNT_MANAGER, staff=OuterRef("pk"))
    return list(Staff.objects.filter(Exists(posted), is_active=True).order_by("employee_number"))


def manager_for(number: str) -> Staff:
    """The account manager of this employee number; otherwise Unfit."""
    manager = next((one for one in managers_open_to() if one.employee_number == number), None)
    if manager is None:
        raise Unfit(fields={"manager": _("No account manager has this employee number. Choose another one.")})
    return manager


def own_place(by: Staff) -> Department:
    """Where the person works: the place of an archive for which none was named."""
    return departments()[by.department_id]


# --- What a load from a file may change -----------------------------------------------------------------------------
def changeable_by(user: Staff | object) -> QuerySet[Customer]:
    """The archives that `may_change` allows, as rows: for loads that change many at once."""
    return Customer.objects.filter(_covered(ground(user, Authority.CHANGE_CUSTOMERS)))


def points_changeable_by(user: Staff | object) -> QuerySet[ServicePoint]:
    """The service points that may be changed, for their own place or for their holder's."""
    place = ground(user, Authority.CHANGE_CUSTOMERS)
    return ServicePoint.objects.filter(_covered(place) | _covered(place, "customer__"))
