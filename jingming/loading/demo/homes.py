"""Made-up customers of a city: names, addresses, account numbers, meters and set-top boxes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from jingming.customers.models import Kind
from jingming.loading.rows import LoadedContact, LoadedCustomer, LoadedDevice, LoadedPoint, Place
from jingming.organisation.models import Unit
from jingming.ui.labels import in_language

from .crews import Crew

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉梅建国志文晓宇欣怡子涵雨辰浩然思远佳琪雅婷俊凯海"
    "燕春生立新德福光荣永康家乐诗雨梓轩"
)
STREETS = (
    "长江中路",
    "淮河大道",
    "义安大道",
    "北京西路",
    "石城路",
    "翠湖二路",
    "木鱼山大道",
    "黄山大道",
    "沿江路",
    "杨家山路",
    "铜都大道",
    "观湖一路",
)
ESTATES = (
    "桂花苑",
    "滨江花园",
    "翠湖家园",
    "金山名城",
    "学府春天",
    "阳光城",
    "露采新村",
    "映湖山庄",
    "幸福里",
    "朝阳新村",
    "凤凰小区",
    "和平里",
)
TRADES = ("餐饮", "酒店管理", "食品", "商贸", "物业服务", "机械制造", "洗涤服务", "文化传媒", "医药", "铜材加工")
WORDS = ("鑫源", "宏达", "天井湖", "金凤", "顺安", "江南春", "德盛", "万家", "同兴", "悦来", "皖江", "永昌")
DUTIES = ("manager", "finance", "operator", "property")
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


@dataclass(frozen=True)
class Lot:
    """Where and since when the next customer is one."""

    crew: Crew
    district: Unit
    serial: int
    since: datetime

    @property
    def place(self) -> Place:
        return self.district.province_id, self.district.city_id, self.district.pk

    @property
    def customer_number(self) -> str:
        return f"{self.crew.city.code[:4]}C{self.serial:07d}"

    def account_number(self, business: int) -> str:
        return f"{self.crew.city.code[:4]}{business}{self.serial:07d}"


def customers_of(crew: Crew, count: int, draw: random.Random, at: datetime) -> Iterator[LoadedCustomer]:
    """So many customers of a city: nine in ten a household with gas, four in ten of these with cable TV as well."""
    for serial in range(1, count + 1):
        since = at - timedelta(days=draw.randint(90, 5_500), minutes=draw.randint(0, 1_440))
        lot = Lot(crew, draw.choices(crew.districts, weights=(3, 1, 1)[: len(crew.districts)])[0], serial, since)
        yield _enterprise(lot, draw) if draw.random() < 0.1 else _household(lot, draw)


def _household(lot: Lot, draw: random.Random) -> LoadedCustomer:
    address = (
        f"{_short(lot.crew.city)}{_short(lot.district)}{draw.choice(STREETS)}{draw.choice(ESTATES)}"
        f"{draw.randint(1, 38)}栋{draw.randint(1, 4)}单元{draw.randint(1, 18)}{draw.randint(1, 4):02d}室"
    )
    points = [_gas(lot, address, draw)]
    if draw.random() < 0.4:
        points.append(_tv(lot, address, draw))
    return LoadedCustomer(
        name=_name(draw),
        place=lot.place,
        since=lot.since,
        number=lot.customer_number,
        department=lot.crew.call_centre.pk,
        phones=(_phone(draw),),
        contacts=(LoadedContact(name=_name(draw), duty="family", phone=_phone(draw)),) if draw.random() < 0.1 else (),
        points=points,
    )


def _enterprise(lot: Lot, draw: random.Random) -> LoadedCustomer:
    city = lot.crew.city
    address = f"{_short(city)}{_short(lot.district)}{draw.choice(STREETS)}{draw.randint(1, 899)}号"
    return LoadedCustomer(
        name=f"{_short(city)}{draw.choice(WORDS)}{draw.choice(TRADES)}有限公司",
        place=lot.place,
        since=lot.since,
        kind=Kind.ENTERPRISE,
        number=lot.customer_number,
        department=lot.crew.call_centre.pk,
        phones=(f"{city.number_code}{draw.randint(2_100_000, 5_899_999)}",),
        contacts=(LoadedContact(name=_name(draw), duty=draw.choice(DUTIES), phone=_phone(draw)),),
        points=(_gas(lot, address, draw),),
    )


def _gas(lot: Lot, address: str, draw: random.Random) -> LoadedPoint:
    return LoadedPoint(
        account_number=lot.account_number(1),
        address=address,
        place=lot.place,
        since=lot.since,
        area=_area(lot, draw),
        devices=[LoadedDevice(kind="gas_meter", number=f"G{draw.randint(2010, 2025)}{lot.serial:08d}")],
        extra={"business": "gas"},
    )


def _tv(lot: Lot, address: str, draw: random.Random) -> LoadedPoint:
    return LoadedPoint(
        account_number=lot.account_number(2),
        address=address,
        place=lot.place,
        since=lot.since,
        area=_area(lot, draw),
        devices=[LoadedDevice(kind="set_top_box", number=f"STB{draw.randint(10, 99)}{lot.serial:08d}")],
        extra={"business": "tv"},
    )


def _area(lot: Lot, draw: random.Random) -> int | None:
    areas = lot.crew.areas[lot.district.pk]
    return draw.choice(areas).pk if areas else None


def _name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + "".join(draw.choice(GIVEN) for _ in range(draw.choice((1, 2, 2, 2))))


def _phone(draw: random.Random) -> str:
    return f"{draw.choice(MOBILE)}{draw.randint(0, 99_999_999):08d}"


def _short(unit: Unit) -> str:
    """铜陵市 for 铜陵市公司."""
    return in_language(unit.label, "zh-hans").removesuffix("公司")
