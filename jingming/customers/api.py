"""The archives for programs, under /customers: the same acts and the same access as the pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from pydantic import Field

from jingming.accounts import eyes
from jingming.accounts.http import Bearer
from jingming.accounts.idempotency import once
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.audit.actions import looked, was_shown
from jingming.base.api import Input, Listing, Output, listing
from jingming.base.clock import now
from jingming.base.errors import Http404, Unfit
from jingming.base.http import StaffRequest
from jingming.privacy import asking

from . import access, actions, queries, rules
from .models import Customer, Device, Merge, ServicePoint

router = Router(tags=["customers"])
SEE, CHANGE = Bearer(to=Authority.SEE_CUSTOMERS), Bearer(to=Authority.CHANGE_CUSTOMERS)
Version = Annotated[
    int, Field(ge=1, le=2**31 - 1, description="The version that you read; a newer one refuses the change.")
]
Code = Annotated[str, Field(max_length=30)]


# --- What comes in --------------------------------------------------------------------------------------------------
class CustomerChange(Input):
    """What may be changed about a customer; what is left out stays."""

    version: Version
    kind: Literal["person", "enterprise"] = "person"
    name: Annotated[str, Field(min_length=1, max_length=120)] = ""
    number: Annotated[str, Field(max_length=30)] = ""
    note: Annotated[str, Field(max_length=rules.NOTE_LENGTH)] = ""
    unit: Annotated[str, Field(max_length=12, description="Code of the district, city or province.")] = ""
    sensitive: Annotated[tuple[Code, ...], Field(max_length=20, description="Codes of the set `sensitive_flag`.")] = ()
    key_account: bool = False
    manager: Annotated[str, Field(max_length=30, description="Employee number of the account manager.")] = ""
    reason: Annotated[str, Field(max_length=40, description="Code of the set `change_reason`.")]
    why: Annotated[str, Field(max_length=rules.WHY_LENGTH)] = ""


class NewCustomer(Input):
    """A customer; without `unit` the archive is kept where you work."""

    kind: Literal["person", "enterprise"] = "person"
    name: Annotated[str, Field(min_length=1, max_length=120)]
    number: Annotated[str, Field(max_length=30)] = ""
    note: Annotated[str, Field(max_length=rules.NOTE_LENGTH)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    unit: Annotated[str, Field(max_length=12, description="Code of the district, city or province.")] = ""
    sensitive: Annotated[tuple[Code, ...], Field(max_length=20, description="Codes of the set `sensitive_flag`.")] = ()
    key_account: bool = False
    manager: Annotated[str, Field(max_length=30, description="Employee number of the account manager.")] = ""


class NewServicePoint(Input):
    """A place that is served; it lies in its area, else in the unit, else where the customer lives."""

    account_number: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(min_length=1, max_length=200)]
    unit: Annotated[str, Field(max_length=12, description="Code of the district, city or province.")] = ""
    area: Annotated[str, Field(max_length=30, description="Code of the service area.")] = ""
    element: Annotated[str, Field(max_length=60, description="Code of the network element that feeds it.")] = ""
    device_kind: Annotated[str, Field(max_length=40, description="Code of the set `device_kind`.")] = "meter"
    device_number: Annotated[str, Field(max_length=60, description="Number of the first device there.")] = ""
    contract_number: Annotated[str, Field(max_length=rules.CONTRACT_LENGTH)] = ""
    contract_until: date | None = None
    arrears: Annotated[Decimal | None, Field(ge=0, max_digits=12, decimal_places=2, description="In CNY.")] = None
    arrears_at: date | None = None


Side = Literal["kept", "merged"]
JoinedSide = Literal["kept", "merged", "both"]


class Take(Input):
    """Whose value goes on, field by field: that of the archive that is kept, of the merged one, or both together. Where
    a field is left out, what is known goes on rather than nothing, and both notes and all reasons for special care."""

    name: Side | None = None
    kind: Side | None = None
    number: Side | None = None
    unit: Side | None = None
    note: JoinedSide | None = None
    sensitive: JoinedSide | None = None
    key_account: Side | None = None
    manager: Side | None = None


class NewMerge(Input):
    """The archive that goes on in this one."""

    merged: Annotated[int, Field(ge=1, le=2**63 - 1, description="Id of the archive that ends.")]
    take: Take = Take()
    reason: Annotated[str, Field(min_length=1, max_length=40, description="Code of the set `change_reason`.")]
    why: Annotated[str, Field(max_length=rules.WHY_LENGTH)] = ""


# --- What goes out --------------------------------------------------------------------------------------------------
class PhoneOut(Output):
    """A number under which the customer is reached."""

    number: str
    label: str
    contact: str = Field(description="Name of the contact person; empty if it is the customer's own.")


class DeviceOut(Output):
    """A device in service at a point."""

    kind: str
    number: str
    model: str
    installed_on: str = Field(description="A day, or empty.")
    design_life: int | None = Field(description="In years.")
    ends_on: date | None


class ServicePointOut(Output):
    """A place that is served."""

    id: int
    account_number: str
    address: str
    unit: str
    area: str
    element: str
    contract_number: str
    contract_until: str = Field(description="A day, or empty.")
    arrears: str = Field(description="In CNY, or empty if the billing system never told.")
    arrears_at: str
    devices: list[DeviceOut]
    active: bool
    version: int


class CustomerOut(Output):
    """A customer as lists show it."""

    id: int
    kind: str
    name: str
    number: str
    quick: bool
    note: str
    unit: str
    sensitive: list[str]
    key_account: bool
    manager: str
    since: datetime
    merged_into: int | None = Field(description="Id of the archive in which this one goes on.")
    version: int
    url: str
    phones: list[PhoneOut]
    service_points: list[ServicePointOut]


class MergeOut(Output):
    """A merge: `kept` goes on, `merged` ended in it."""

    id: int
    kept: int
    merged: int
    at: datetime
    undone_at: datetime | None
    stayed: list[str] = Field(description="After undoing: fields that somebody has changed since, left as they are.")
    rows_stayed: int = Field(description="After undoing: entries that have gone on to others since.")


def _merge_out(merge: Merge, stayed: list[str], rows: int) -> dict[str, Any]:
    return {
        "id": merge.pk,
        "kept": merge.kept_id,
        "merged": merge.merged_id,
        "at": merge.at,
        "undone_at": merge.undone_at,
        "stayed": stayed,
        "rows_stayed": rows,
    }


def _point_out(point: ServicePoint) -> dict[str, Any]:
    address = eyes.shown("address", point.address, point)
    devices = [_device_out(device) for device in point.devices.all() if device.removed_on is None]
    facts = queries.facts_of_point(point) | {"address": address}
    return {**facts, "id": point.pk, "version": point.version, "devices": devices}


def _device_out(device: Device) -> dict[str, Any]:
    facts = queries.facts_of_device(device)
    return {
        "kind": device.kind,
        "number": device.number,
        "model": device.model,
        "installed_on": facts["installed_on"],
        "design_life": device.design_life,
        "ends_on": device.ends_on,
    }


def _out(customer: Customer) -> dict[str, Any]:
    """The customer with phones and service points, which have been read before."""
    return {
        **queries.facts_of_customer(customer),
        "name": eyes.shown("name", customer.name, customer),
        "id": customer.pk,
        "quick": customer.quick,
        "since": customer.occurred_at,
        "merged_into": customer.merged_into_id,
        "version": customer.version,
        "url": reverse("customers:customer", args=[customer.pk]),
        "phones": [
            {
                "number": eyes.shown("phone", phone.number, customer),
                "label": phone.label,
                "contact": eyes.shown("name", phone.contact.name, customer) if phone.contact else "",
            }
            for phone in customer.phones.all()
            if phone.active
        ],
        "service_points": [_point_out(point) for point in customer.service_points.all()],
    }


def _read(user: Staff, customer: Customer) -> dict[str, Any]:
    points = Prefetch("service_points", access.service_points_visible_to(user).select_related("area", "element"))
    prefetch_related_objects([customer], "manager", "phones__contact", points, "service_points__devices")
    return _out(customer)


# What a line of a listing reads beside the customer and the points: a query each, whatever it finds.
SHOWN = ("phones__contact", "service_points__area", "service_points__element", "service_points__devices")


# --- Operations -----------------------------------------------------------------------------------------------------
@router.get("", auth=SEE, response=Listing[CustomerOut])
def customers(
    request: StaffRequest,
    asked: Annotated[str, Header(alias=asking.HEADER, max_length=9 * rules.QUERY_LENGTH)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, object]:
    """The newest customers of your places, page by page; with words in the header `Jingming-Asked` (UTF-8,
    percent-encoded) at most 20 that they may mean, the surest first. Words in the address are refused: logs keep it.

    Found are an account number, customer number, four or more digits of a phone, meter or set-top box and its
    beginning, beginning of an account number, a name or its pinyin initials, words of an enterprise's name or of an
    address in any order.
    """
    if asking.WORDS in request.GET:
        raise Unfit(_("What is looked for does not belong in an address: send it in the header Jingming-Asked."))
    if words := asking.sent(asked)[: rules.QUERY_LENGTH]:
        found = queries.find(request.user, words).customers
        was_shown("search", [one.pk for one in found], to=request.user, by=request.user, at=now())
        prefetch_related_objects(found, *SHOWN)
        return {"items": [_out(customer) for customer in found], "next": None}
    page = queries.newest(request.user, cursor)
    was_shown("archives", [one.pk for one in page.items], to=request.user, by=request.user, at=now())
    prefetch_related_objects(list(page.items), *SHOWN)
    return listing(page, _out)


@router.get("/{int:customer_id}", auth=SEE, response=CustomerOut)
def customer(request: StaffRequest, customer_id: int) -> dict[str, Any]:
    """One customer with phones and service points."""
    found = access.get_customer(request.user, customer_id)
    looked("customer", found, by=request.user, at=now())
    return _read(request.user, found)


@router.post("", auth=CHANGE, response={201: CustomerOut})
def add_customer(request: StaffRequest, payload: NewCustomer) -> HttpResponse:
    """Open an archive."""

    def effect() -> tuple[int, object]:
        return 201, _read(request.user, actions.add_customer(**payload.model_dump(), by=request.user, at=now()))

    return once(request, effect)


@router.patch("/{int:customer_id}", auth=CHANGE, response=CustomerOut)
def change_customer(request: StaffRequest, customer_id: int, payload: CustomerChange) -> dict[str, Any]:
    """Change the fields that are sent; 409 with `differences` if somebody else has changed them since `version`."""
    customer = access.get_customer(request.user, customer_id, to="change")
    wanted = payload.model_dump(exclude_unset=True, exclude={"reason", "why"})
    if "name" in wanted:  # what is read masked is not written back
        eyes.need_whole(customer, Authority.SEE_NAMES)
    why = actions.Why(payload.reason, payload.why)
    return _read(request.user, actions.change_customer(customer, **wanted, why=why, by=request.user, at=now()))


@router.post("/{int:customer_id}/service-points", auth=CHANGE, response={201: ServicePointOut})
def add_service_point(request: StaffRequest, customer_id: int, payload: NewServicePoint) -> HttpResponse:
    """Note a place that is served under an account number."""
    customer = access.get_customer(request.user, customer_id, to="change")

    def effect() -> tuple[int, object]:
        point = actions.add_service_point(customer, **payload.model_dump(), by=request.user, at=now())
        return 201, _point_out(point)

    return once(request, effect)


@router.post("/{int:customer_id}/merges", auth=CHANGE, response={201: MergeOut})
def merge(request: StaffRequest, customer_id: int, payload: NewMerge) -> HttpResponse:
    """Let another archive of the same customer go on in this one."""
    access.get_customer(request.user, customer_id)
    why = actions.Why(payload.reason, payload.why)
    take = payload.take.model_dump(exclude_none=True)

    def effect() -> tuple[int, object]:
        # Looked up in here, so that a retry hears the first answer and not that the archive is merged already.
        kept = access.get_customer(request.user, customer_id, to="change")
        try:
            merged = access.get_customer(request.user, payload.merged, to="change")
        except Http404:
            raise Unfit(fields={"merged": _("There is no such customer.")}) from None
        eyes.need_whole(kept)
        eyes.need_whole(merged)
        done = actions.merge(kept, merged, take=take, why=why, by=request.user, at=now())
        return 201, _merge_out(done, [], 0)

    return once(request, effect)


@router.post("/{int:customer_id}/merges/{int:merge_id}/undo", auth=CHANGE, response={200: MergeOut})
def unmerge(request: StaffRequest, customer_id: int, merge_id: int) -> HttpResponse:
    """Let a merged archive go on by itself again."""
    found = access.get_merge(request.user, customer_id, merge_id)

    def effect() -> tuple[int, object]:
        done = actions.unmerge(found, by=request.user, at=now())
        return 200, _merge_out(done.merge, done.fields, done.rows)

    return once(request, effect)
