"""Made-up customers of a city: homes, shops, factories and vehicles, with their numbers and how to reach them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from jingming.codes.models import Code
from jingming.customers.models import Kind, NoteKind, Relation
from jingming.loading.archives import Kept
from jingming.loading.rows import (
    LoadedContact,
    LoadedCustomer,
    LoadedDevice,
    LoadedPoint,
    LoadedPurchase,
    LoadedRemark,
    LoadedTenure,
    Place,
)
from jingming.ui.labels import in_language

from . import names
from .crews import Crew
from .figures import CITIES
from .network import pipe_of, station_of
from .places import District, Estate

DISTRICT_SHARES = (0.62, 0.26, 0.12)  # of a city's customers: the old town, the new one, the outskirts
FOREIGN = 0.008  # of the homes: engineers of the works, teachers of the college; they write in English
FAMILY, TENANT = 0.12, 0.06  # homes with a second number
LANDLINE = 0.07
MOBILE = (
    "130",
    "131",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "158",
    "159",
    "176",
    "180",
    "186",
    "189",
)
STATIONS = ("城东加气站", "义安加气站", "沿江加气站", "开发区加气母站")
# use → letter in the customer's number, digit in the account number
CODES: Mapping[str, tuple[str, int]] = {
    "home": ("C", 1), "commercial": ("S", 2), "industrial": ("G", 2), "vehicle": ("V", 3),
}  # fmt: skip


# Shares of homes. Who needs special care after the community's list; some homes are on it for two reasons.
CARE = {"elderly": 0.022, "lives_alone": 0.011, "infant": 0.012, "disabled": 0.006, "hearing": 0.003,
        "low_income": 0.008, "life_support": 0.001}  # fmt: skip
VITAL_TRADES = {"hospital", "school"}
IN_ARREARS, NEVER_HEARD = 0.06, 0.03
HELD_BEFORE, LET = 0.04, 0.03  # homes that somebody else held; that are or were let
LET_NOW = 0.5  # of the latter
CONTRACT_ON_PAPER = 0.6
BOUGHT, NOTED = 0.1, 0.015
KEY_ACCOUNTS = {"industrial": 1.0, "commercial": 0.3}
# What hangs at a home besides the meter: share, kind, models.
APPLIANCES = (
    (0.34, "water_heater", ("JSQ25-13A", "JSQ30-16E", "JSQ20-10B")),
    (0.22, "boiler", ("L1PB20", "L1PB26", "LN1GBQ24")),
    (0.25, "stove", ("JZT-B12", "JZT-Q60", "JZT-X8")),
    (0.12, "alarm", ("JT-H1", "JB-QT2", "KT-600")),
)
METERS = ("G1.6S", "G2.5S", "CG-IC-G2.5", "CG-NB-G2.5")
LARGE_METERS = {"commercial": ("G6", "G10", "G16", "G25"), "industrial": ("LLQ-G65", "LLQ-G160", "TRZ-G250")}
# What the halls sell: item, lowest and highest price in CNY.
GOODS = (
    ("金属波纹管 1.5 米", 38, 88), ("燃气报警器", 168, 398), ("自闭阀", 45, 96), ("嵌入式灶具", 680, 2_380),
    ("燃气热水器 16 升", 1_380, 3_280), ("壁挂炉 24 kW", 4_980, 9_800),
    ("燃气保险一年", 30, 120), ("IC 卡补办", 10, 20),
)  # fmt: skip
GOOD = ("多次提醒邻居燃气异味，避免了事故。", "按时缴费十年无欠费。", "主动配合管网改造施工。", "热心协助安检员入户。")
BAD = (
    "多次预约安检不在家。",
    "私接燃气灶，已整改。",
    "对上门人员言语粗暴。",
    "长期欠费，经催缴后补齐。",
    "私自移动燃气表，已恢复。",
)
VISITS = (
    "走访了解冬季用气计划，客户希望提前告知限气安排。", "检查调压箱和用气设备，运行正常，签署安全告知书。",
    "沟通合同续签，客户对价格条款无异议。", "客户反映高峰压力偏低，已安排测压并反馈。", "送达停气通知，确认备用方案。",
    "了解扩产计划，预计明年增加用气两成。",
)  # fmt: skip
NOTES = ("门口停车不便，上门走后门。", "请周一至周五联系设备科。", "夜间值班电话与白天不同。", "入户请先联系物业登记。")


@dataclass(frozen=True)
class Ground:
    """What the making of customers refers to besides their cities."""

    pipes: Mapping[str, int]  # ids of network elements by code
    lives: Mapping[str, int]  # years that a kind of device may be used, as the dictionary says
    movers: list[int]  # customers who are there already

    @property
    def meter_life(self) -> int:
        """The dictionary may have been emptied of it; a meter without an end would never be exchanged."""
        return self.lives.get("gas_meter", 10)

    @classmethod
    def with_network(cls, pipes: Mapping[str, int]) -> Ground:
        kinds = Code.objects.filter(set="device_kind").values_list("code", "extra")
        return cls(pipes, {code: extra["years"] for code, extra in kinds if "years" in extra}, [])


@dataclass(frozen=True)
class Lot:
    """Where and since when the next customer is one."""

    crew: Crew
    district: District
    serial: int
    since: datetime
    at: datetime
    ground: Ground

    @property
    def place(self) -> Place:
        unit = self.district.unit
        return unit.province_id, unit.city_id, unit.pk

    @property
    def town(self) -> str:
        return in_language(self.crew.city.label, "zh-hans").removesuffix("市公司")

    @property
    def today(self) -> date:
        return self.at.astimezone(self.crew.zone).date()

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
    since: datetime
    name: str
    caller: str  # who usually speaks
    phone: str
    addresses: tuple[str, ...]
    foreign: bool


def customers_of(
    staffed: list[Crew], wanted: Mapping[str, int], ground: Ground, draw: random.Random, at: datetime
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
                district = draw.choices(crew.districts, cum_weights=weights)[0]
                yield crew, use, MADE[use](Lot(crew, district, serial, since, at, ground), draw)


def archive_of(crew: Crew, use: str, customer: LoadedCustomer, kept: Kept) -> Archive:
    return Archive(
        crew=crew,
        use=use,
        customer=kept.customer,
        points=kept.points,
        place=customer.points[0].place,
        since=customer.since,
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
        sensitive=[flag for flag, share in CARE.items() if draw.random() < share],
        phones=(_landline(lot, draw) if draw.random() < LANDLINE else _mobile(draw),),
        contacts=contacts,
        points=(_point(lot, "home", address, estate, draw),),
        purchases=_bought(lot, draw) if draw.random() < BOUGHT else (),
        remarks=(_conduct(lot, draw),) if draw.random() < NOTED else (),
    )


def _commercial(lot: Lot, draw: random.Random) -> LoadedCustomer:
    trade, name = names.commercial(draw, lot.town)
    return _enterprise(lot, "commercial", name, draw, trade)


def _industrial(lot: Lot, draw: random.Random) -> LoadedCustomer:
    return _enterprise(lot, "industrial", names.industrial(draw, lot.town), draw, "industry")


def _enterprise(lot: Lot, use: str, name: str, draw: random.Random, trade: str) -> LoadedCustomer:
    estate, address = lot.district.shop(draw)
    key = draw.random() < KEY_ACCOUNTS[use]
    duties = ["manager", *draw.sample(("finance", "operator", "property"), draw.randint(0, 2))]
    return LoadedCustomer(
        name=name,
        place=lot.place,
        since=lot.since,
        kind=Kind.ENTERPRISE,
        number=lot.customer_number(use),
        department=lot.crew.call_centre.pk,
        sensitive=("vital_site",) if trade in VITAL_TRADES else (),
        key_account=key,
        manager=draw.choice(lot.crew.accounts).pk if key or draw.random() < 0.2 else None,
        extra={"trade": trade},
        phones=(_landline(lot, draw),),
        contacts=tuple(LoadedContact(name=names.person(draw), duty=duty, phone=_mobile(draw)) for duty in duties),
        points=(_point(lot, use, address, estate, draw),),
        purchases=_bought(lot, draw) if draw.random() < BOUGHT else (),
        remarks=_kept_in_touch(lot, draw) if key else (),
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
        points=(_point(lot, "vehicle", f"{lot.district.name}{draw.choice(STATIONS)}", None, draw),),
    )


MADE = {"home": _home, "commercial": _commercial, "industrial": _industrial, "vehicle": _vehicle}


def _point(lot: Lot, use: str, address: str, estate: Estate | None, draw: random.Random) -> LoadedPoint:
    beside = _beside(lot, draw) if use == "home" else ()
    since = min([lot.since, *(one.since for one in beside)])
    enterprise = use in KEY_ACCOUNTS
    contract = enterprise or draw.random() < CONTRACT_ON_PAPER
    arrears = None if draw.random() < NEVER_HEARD else _arrears(use, draw)
    element = None if estate is None else pipe_of(lot.district, estate)
    return LoadedPoint(
        account_number=lot.account_number(use),
        address=address,
        place=lot.place,
        since=since,
        area=estate.area if estate else None,
        element=lot.ground.pipes[station_of(lot.district) if use == "industrial" else element] if element else None,
        contract_number=f"GY{lot.since:%Y}{lot.account_number(use)[-8:]}" if contract else "",
        contract_until=_contract_until(lot, draw) if enterprise else None,
        arrears=arrears,
        arrears_at=None if arrears is None else lot.today.replace(day=1) - timedelta(days=1),
        devices=tuple(_devices(lot, use, since, draw)),
        beside=beside,
        extra={"business": "gas", "use": use},
    )


def _beside(lot: Lot, draw: random.Random) -> tuple[LoadedTenure, ...]:
    """Somebody who held the account before, or rents the place, or did; each holds another place today."""
    chance = draw.random()
    if chance >= HELD_BEFORE + LET or not lot.ground.movers:
        return ()
    customer = draw.choice(lot.ground.movers)
    if chance < HELD_BEFORE:
        since = lot.since - timedelta(days=draw.randint(300, 2_500))
        return (LoadedTenure(customer=customer, since=since, until=lot.since),)
    since = lot.since + (lot.at - lot.since) * draw.uniform(0.1, 0.5)
    until = None if draw.random() < LET_NOW else since + (lot.at - since) * draw.uniform(0.2, 0.9)
    return (LoadedTenure(customer=customer, since=since, until=until, relation=Relation.TENANT),)


def _contract_until(lot: Lot, draw: random.Random) -> date:
    """Contracts with enterprises run for some years to the end of one; some have run out and are being renewed."""
    return date(lot.today.year + draw.choice((-1, 0, 0, 1, 1, 2, 3)), 12, 31)


def _arrears(use: str, draw: random.Random) -> Decimal:
    """What the billing system said at the end of the month before; nothing for nearly all."""
    if draw.random() >= IN_ARREARS or use == "vehicle":
        return Decimal(0)
    most = {"home": 600, "commercial": 20_000, "industrial": 300_000}[use]
    return Decimal(draw.randint(1_000, most * 100)) / 100


def _devices(lot: Lot, use: str, since: datetime, draw: random.Random) -> Iterator[LoadedDevice]:
    """The meter, the ones before it, and what else hangs there. Most meters are exchanged when their time is over."""
    if use == "vehicle":
        return
    models = METERS if use == "home" else LARGE_METERS[use]
    life, installed = lot.ground.meter_life, since.date()
    number = 0
    while (ended := _years_after(installed, life)) <= lot.today and draw.random() < 0.93:
        exchanged = min(ended + timedelta(days=draw.randint(-200, 120)), lot.today)
        yield _meter(lot, draw.choice(models), installed, number, exchanged)
        installed, number = exchanged, number + 1
    yield _meter(lot, draw.choice(models), installed, number)
    if use != "home":
        yield LoadedDevice(
            kind="regulator", number=f"TX{lot.account_number(use)[-8:]}", model="RTZ-31/50", installed_on=since.date()
        )
        yield LoadedDevice(kind="alarm", model="JB-QT2", installed_on=since.date())
        return
    for share, kind, forms in APPLIANCES:
        if draw.random() < share:
            years = lot.ground.lives.get(kind)
            bought = max(since.date(), lot.today - timedelta(days=draw.randint(30, 3_400)))
            yield LoadedDevice(kind=kind, model=draw.choice(forms), installed_on=bought, design_life=years)


def _meter(lot: Lot, model: str, installed: date, turn: int, removed: date | None = None) -> LoadedDevice:
    life = lot.ground.meter_life
    number = f"{turn + 1}{lot.crew.city.code[:4]}{lot.serial:07d}{installed:%y}"
    return LoadedDevice(
        kind="gas_meter", number=number, model=model, installed_on=installed, design_life=life, removed_on=removed
    )


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _bought(lot: Lot, draw: random.Random) -> tuple[LoadedPurchase, ...]:
    found = []
    for item, least, most in draw.sample(GOODS, draw.choice((1, 1, 1, 2, 3))):
        day = max(lot.since.date(), lot.today - timedelta(days=draw.randint(1, 1_800)))
        amount = Decimal(draw.randint(least, most))
        found.append(
            LoadedPurchase(item=item, bought_on=day, amount=amount, number=f"SP{day:%y%m%d}{lot.serial % 100_000:05d}")
        )
    return tuple(found)


def _conduct(lot: Lot, draw: random.Random) -> LoadedRemark:
    good = draw.random() < 0.45
    text, by = draw.choice(GOOD if good else BAD), draw.choice(lot.crew.agents).pk
    return LoadedRemark(text=text, by=by, at=_since_then(lot, draw), good=good)


def _kept_in_touch(lot: Lot, draw: random.Random) -> tuple[LoadedRemark, ...]:
    """What account managers wrote down: visits, and what to mind."""
    by = draw.choice(lot.crew.accounts).pk
    visits = [
        LoadedRemark(text=text, by=by, at=_since_then(lot, draw), kind=NoteKind.VISIT)
        for text in draw.sample(VISITS, draw.randint(1, 4))
    ]
    return (*visits, LoadedRemark(text=draw.choice(NOTES), by=by, at=_since_then(lot, draw)))


def _since_then(lot: Lot, draw: random.Random) -> datetime:
    """A working hour since the customer is one, within the last two years."""
    days = min(720, (lot.at - lot.since).days)
    local = (lot.at - timedelta(days=draw.randint(1, days))).astimezone(lot.crew.zone)
    return local.replace(hour=draw.randint(9, 16), minute=draw.randint(0, 59), second=0, microsecond=0)


def _mobile(draw: random.Random) -> str:
    return f"{draw.choice(MOBILE)}{draw.randint(0, 99_999_999):08d}"


def _landline(lot: Lot, draw: random.Random) -> str:
    return f"{lot.crew.city.number_code}{draw.randint(2_100_000, 5_899_999)}"
