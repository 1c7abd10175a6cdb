"""Made-up customers of a city: homes, shops, factories and vehicles, with their numbers and how to reach them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from jingming.customers.models import Kind
from jingming.loading.archives import Kept
from jingming.loading.rows import LoadedContact, LoadedCustomer, LoadedPoint, Place
from jingming.ui.labels import in_language

from . import names
from .crews import Crew
from .figures import CITIES
from .places import District

DISTRICT_SHARES = (0.62, 0.26, 0.12)  # of a city's customers: the old town, the new one, the outskirts
FOREIGN = 0.008  # of the homes: engineers of the works, teachers of the college; they write in English
FAMILY, TENANT = 0.12, 0.06  # homes with a second number
LANDLINE = 0.07
MOBILE = ("130", "131", "135", "136", "137", "138", "139", "150", "151", "152", "158", "159", "176", "180", "186", "189")
STATIONS = ("城东加气站", "义安加气站", "沿江加气站", "开发区加气母站")
# use → letter in the customer's number, digit in the account number
CODES: Mapping[str, tuple[str, int]] = {
    "home": ("C", 1), "commercial": ("S", 2), "industrial": ("G", 2), "vehicle": ("V", 3),
}  # fmt: skip


@dataclass(frozen=True)
class Lot:
    """Where and since when the next customer is one."""

    crew: Crew
    district: District
    serial: int
    since: datetime

    @property
    def place(self) -> Place:
        unit = self.district.unit
        return unit.province_id, unit.city_id, unit.pk

    @property
    def town(self) -> str:
        return in_language(self.crew.city.label, "zh-hans").removesuffix("市公司")

    def customer_number(self, use: str) -> str:
        return f"{self.crew.city.code[:4]}{CODES[use][0]}{self.serial:07d}"

    def account_number(self, use: str) -> str:
        return f"{self.crew.city.code[:4]}{CODES[use][1]}{self.serial:07d}"


@dataclass(slots=True)
class Archive:
    """As much of a customer as their orders need."""

    crew: Crew
    use: str
    customer: int
    points: tuple[int, ...]
    place: Place
    name: str
    caller: str  # who usually speaks
    phone: str
    addresses: tuple[str, ...]
    foreign: bool


def customers_of(
    staffed: list[Crew], wanted: Mapping[str, int], draw: random.Random, at: datetime
) -> Iterator[tuple[Crew, str, LoadedCustomer]]:
    """So many customers of each use, in both cities."""
    for number, crew in enumerate(staffed):
        serial = 0
        weights = list(accumulate(DISTRICT_SHARES[: len(crew.districts)]))
        for use, count in wanted.items():
            here = count - round(count * CITIES[1]) if number == 0 else round(count * CITIES[1])
            for _one in range(here):
                serial += 1
                since = at - timedelta(days=draw.randint(90, 6_500), minutes=draw.randint(0, 1_440))
                lot = Lot(crew, draw.choices(crew.districts, cum_weights=weights)[0], serial, since)
                yield crew, use, MADE[use](lot, draw)


def archive_of(crew: Crew, use: str, customer: LoadedCustomer, kept: Kept) -> Archive:
    return Archive(
        crew=crew,
        use=use,
        customer=kept.customer,
        points=kept.points,
        place=customer.points[0].place,
        name=customer.name,
        caller=customer.contacts[0].name if customer.kind == Kind.ENTERPRISE else customer.name,
        phone=customer.phones[0],
        addresses=tuple(point.address for point in customer.points),
        foreign=customer.name.isascii(),
    )


def _home(lot: Lot, draw: random.Random) -> LoadedCustomer:
    estate, address = lot.district.home(draw)
    foreign = draw.random() < FOREIGN
    name = names.foreigner(draw) if foreign else names.person(draw)
    contacts = []
    second = draw.random()
    if second < FAMILY and not foreign:
        relative = names.person(draw, names.surname_of(name) if draw.random() < 0.5 else "")
        contacts.append(LoadedContact(name=relative, duty="family", phone=_mobile(draw)))
    elif second < FAMILY + TENANT:
        contacts.append(LoadedContact(name=names.person(draw), duty="tenant", phone=_mobile(draw)))
    return LoadedCustomer(
        name=name,
        place=lot.place,
        since=lot.since,
        number=lot.customer_number("home"),
        department=lot.crew.call_centre.pk,
        phones=(_landline(lot, draw) if draw.random() < LANDLINE else _mobile(draw),),
        contacts=contacts,
        points=(_point(lot, "home", address, estate.area),),
    )


def _commercial(lot: Lot, draw: random.Random) -> LoadedCustomer:
    trade, name = names.commercial(draw, lot.town)
    return _enterprise(lot, "commercial", name, draw, trade)


def _industrial(lot: Lot, draw: random.Random) -> LoadedCustomer:
    return _enterprise(lot, "industrial", names.industrial(draw, lot.town), draw, "industry")


def _enterprise(lot: Lot, use: str, name: str, draw: random.Random, trade: str) -> LoadedCustomer:
    estate, address = lot.district.shop(draw)
    duties = ["manager", *draw.sample(("finance", "operator", "property"), draw.randint(0, 2))]
    return LoadedCustomer(
        name=name,
        place=lot.place,
        since=lot.since,
        kind=Kind.ENTERPRISE,
        number=lot.customer_number(use),
        department=lot.crew.call_centre.pk,
        extra={"trade": trade},
        phones=(_landline(lot, draw),),
        contacts=tuple(LoadedContact(name=names.person(draw), duty=duty, phone=_mobile(draw)) for duty in duties),
        points=(_point(lot, use, address, estate.area),),
    )


def _vehicle(lot: Lot, draw: random.Random) -> LoadedCustomer:
    """A vehicle on compressed gas: one in five belongs to a fleet, the others to their drivers."""
    owned = draw.random() < 0.2
    return LoadedCustomer(
        name=names.fleet(draw, lot.town) if owned else names.person(draw),
        place=lot.place,
        since=lot.since,
        kind=Kind.ENTERPRISE if owned else Kind.PERSON,
        number=lot.customer_number("vehicle"),
        department=lot.crew.call_centre.pk,
        phones=(_mobile(draw),),
        contacts=(LoadedContact(name=names.person(draw), duty="operator", phone=_mobile(draw)),) if owned else (),
        points=(_point(lot, "vehicle", f"{lot.district.name}{draw.choice(STATIONS)}", None),),
    )


MADE = {"home": _home, "commercial": _commercial, "industrial": _industrial, "vehicle": _vehicle}


def _point(lot: Lot, use: str, address: str, area: int | None) -> LoadedPoint:
    return LoadedPoint(
        account_number=lot.account_number(use),
        address=address,
        place=lot.place,
        since=lot.since,
        area=area,
        extra={"business": "gas", "use": use},
    )


def _mobile(draw: random.Random) -> str:
    return f"{draw.choice(MOBILE)}{draw.randint(0, 99_999_999):08d}"


def _landline(lot: Lot, draw: random.Random) -> str:
    return f"{lot.crew.city.number_code}{draw.randint(2_100_000, 5_899_999)}"
