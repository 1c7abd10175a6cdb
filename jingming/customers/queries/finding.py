"""Find customers by whatever somebody knows of them.

What was typed is read in several ways (`rules.read_query`), each way asks its own index, and all of them are one query.
No way examines more than a bounded number of rows, however common what was typed: see
docs/decisions/0018-finding-by-fragments.md.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.lookups import DataContains, Overlap
from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from jingming.accounts import eyes
from jingming.accounts.access import sees
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.base.errors import Unfit
from jingming.base.initials import begin_at
from jingming.base.paging import Page, newest_first
from jingming.base.tokens import place_token, tokens, tokens_at
from jingming.customers import access, rules
from jingming.customers.models import Customer, Device, Kind, Phone, ServicePoint
from jingming.customers.rules import Reading, Way
from jingming.privacy.fields import as_kept
from jingming.privacy.sealing import unseal_number

MOST_FOUND = 20
CANDIDATES = 20

# Bounds of one way of finding, in rows. Measured at 5,000,000 customers: benchmarks/lookups.py.
COMMON = 400_000  # what stands in more rows is not asked of an index: to read its list alone would take 60 ms
KNOWN = 10_000  # elements of an index whose number of rows is remembered
COMMON_GRAM = 20_000  # what more phones have is looked for among some of them, for each asks who may see the customer
EXAMINED = 2_000  # rows that are examined for a right, or for something that is common
RANKED = 60  # addresses that are compared before the surest are shown
SIFTED = 200  # phones that are opened to see whether the digits of their grams stand side by side
ELSEWHERE = 200  # names and addresses looked at beyond the places of the posts
KNOWN_SECONDS = 60.0

Rows = QuerySet[Any, Any]
GOES_ON = Coalesce("merged_into_id", "pk")  # an archive that was merged leads to the one that goes on


@dataclass(frozen=True)
class Finding:
    """A customer, and by what they were found: the value and the pieces of it that were typed."""

    customer: Customer
    way: Way
    value: str
    pieces: Sequence[rules.Piece]

    @property
    def in_row(self) -> bool:
        """Whether a line of a list shows the value anyhow, so that it is marked there. No query after `with_ways`."""
        return self.value in {
            Way.NAME: [self.customer.name],
            Way.NUMBER: [self.customer.number],
            Way.ACCOUNT: [point.account_number for point in self.customer.service_points.all()[:1]],
            Way.ADDRESS: [point.address for point in self.customer.service_points.all()[:1]],
            Way.PHONE: [phone.number for phone in self.customer.phones.all()[:2]],
        }.get(self.way, [])


@dataclass(frozen=True)
class Findings:
    """At most 20 customers, the surest first; `more` if others may be meant who are not among them."""

    items: Sequence[Finding]
    more: bool

    @property
    def customers(self) -> list[Customer]:
        return [one.customer for one in self.items]


# --- Lists ----------------------------------------------------------------------------------------------------------
def with_ways(user: Staff | object, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Customers with active phones and the service points that the person may see: what a line of a list shows. Three
    queries."""
    return customers.select_related("manager").prefetch_related(
        Prefetch("service_points", access.service_points_visible_to(user).order_by("-active", "account_number")),
        Prefetch("phones", Phone.objects.filter(active=True).order_by("pk")),
    )


def newest(user: Staff | object, cursor: str = "") -> Page[Customer]:
    """The customers of the person's places, newest first. Three queries."""
    return newest_first(with_ways(user, access.living_within(user)), cursor)


# --- Find -----------------------------------------------------------------------------------------------------------
def find(user: Staff | object, words: str) -> Findings:
    """At most 20 customers whom the words may mean, the surest first: the order is that of `_parts`.

    Four queries, each part of the first by its index; one more when it has not been asked for a minute what is common.
    """
    reading = rules.read_query(words)
    if not (reading and access.ground(user)):
        return Findings([], more=False)
    parts = list(_parts(user, reading))
    rows = _asked(parts)
    surest: dict[int, tuple[Way, str]] = {}
    for pk, way, value in _ranked(parts, _opened(parts, rows), reading):
        surest.setdefault(pk, (way, value))
    ids = list(surest)[:MOST_FOUND]
    found = with_ways(user, access.current_to(user)).in_bulk(ids)
    items = [
        Finding(found[pk], way, value, _pieces(found[pk], way, value, words))
        for pk in ids
        for way, value in (surest[pk],)
        if pk in found
    ]
    return Findings(items, more=len(surest) > MOST_FOUND or _cut_short(parts, rows))


PERSONAL = {Way.PHONE: "phone", Way.NAME: "name", Way.INITIALS: "name", Way.ADDRESS: "address"}


def _pieces(customer: Customer, way: Way, value: str, words: str) -> Sequence[rules.Piece]:
    """The value by which a customer was found, marked where it was typed; masked from the reader, without any mark."""
    said = eyes.shown(PERSONAL[way], value, customer) if way in PERSONAL else value
    return rules.pieces(value, words, way) if said == value else [rules.Piece(said, marked=False)]


@dataclass(frozen=True)
class Part:
    """One way of finding: rows that know a customer and the value by which the customer is found."""

    way: Way
    rows: Rows
    customer: str | Coalesce
    value: str
    most: int = MOST_FOUND + 1
    cut: bool = False  # not all that could be meant is looked at
    holds: Callable[[str], bool] | None = None  # whether a value that was opened is one of those looked for

    @property
    def kept(self) -> Combinable:
        """The value as it stands in the table."""
        return as_kept(self.value) if self.way == Way.PHONE else F(self.value)

    def opened(self, kept: str) -> str:
        """The value, "" if it is not one of those looked for."""
        value = unseal_number(kept) if self.way == Way.PHONE else kept
        return value if self.holds is None or self.holds(value) else ""


def _parts(user: Staff | object, reading: Reading) -> Iterator[Part]:
    """The ways in which the words can be read, the surest first."""
    points, everybody = access.service_points_visible_to(user), access.current_to(user)
    phones = Phone.objects.filter(Exists(everybody.filter(pk=OuterRef("customer_id"))), active=True)
    if reading.account:
        yield _of_point(Way.ACCOUNT, points.filter(account_number=reading.account))
        yield Part(Way.NUMBER, access.visible_to(user).filter(number=reading.account), GOES_ON, "number")
    if reading.phone:
        yield Part(Way.PHONE, phones.filter(number=reading.phone), "customer_id", "number")
    if reading.device:
        hanging = Device.objects.filter(Exists(points.filter(pk=OuterRef("service_point_id"))), removed_on=None)
        yield _of_device(hanging.filter(number=reading.device))
    if reading.account:
        like_it = ServicePoint.objects.filter(account_number__startswith=reading.account)
        yield _of_point(Way.ACCOUNT, points.filter(pk__in=_first(like_it)))
    if reading.digits and sees(user, Authority.SEE_NUMBERS):  # a part of a masked number finds nobody
        yield from _by_digits(phones, reading.digits)
    if reading.device:
        beginning = Device.objects.filter(number__startswith=reading.device)
        yield _of_device(hanging.filter(pk__in=_first(beginning)))
    if reading.name:
        yield from _by_name(user, reading)
    if reading.fragments and sees(user, Authority.SEE_ADDRESSES):
        yield from _by_address(user, reading)


def _of_point(way: Way, points: Rows, *, most: int = MOST_FOUND + 1, cut: bool = False) -> Part:
    return Part(way, points, "customer_id", "address" if way == Way.ADDRESS else "account_number", most, cut)


def _of_device(devices: Rows) -> Part:
    return Part(Way.DEVICE, devices, "service_point__customer_id", "number")


def _by_digits(phones: Rows, digits: str) -> Iterator[Part]:
    """Phones that end so, those that begin so, then those that have the digits anywhere."""
    inside = rules.anywhere(digits)
    yield _with_grams(phones, [*inside, *rules.at_end(digits)], digits, lambda number: number.endswith(digits))
    if begins := rules.at_beginning(digits):
        yield _with_grams(phones, [*inside, *begins], digits, lambda number: number.lstrip("+").startswith(digits))
    yield _with_grams(phones, inside, digits, lambda number: digits in number)


def _with_grams(phones: Rows, wanted: Sequence[int], digits: str, holds: Callable[[str], bool]) -> Part:
    """Phones that have all these grams: four digits are found so, of more it has to be seen that they adjoin."""
    common = _common("customers_phone", "grams")
    broad = min(common.get(str(gram), 0) for gram in wanted) > COMMON_GRAM
    rows = Phone.objects.filter(grams__contains=wanted)
    found = phones.filter(pk__in=_first(rows)) if broad else phones.filter(grams__contains=wanted)
    most = RANKED if len(digits) == rules.GRAM else SIFTED
    return Part(Way.PHONE, found, "customer_id", "number", most, cut=broad, holds=holds)


def _by_name(user: Staff | object, reading: Reading) -> Iterator[Part]:
    """Names that begin so, initials that begin so, names that have the fragments. Whoever sees names of people masked
    finds people by their whole name only, and enterprises as everybody does."""
    here = access.living_within(user, merged=True)
    open_names = sees(user, Authority.SEE_NAMES)
    if not open_names:
        yield Part(Way.NAME, here.filter(name=reading.name), GOES_ON, "name")
        here = here.filter(kind=Kind.ENTERPRISE)
    yield Part(Way.NAME, here.filter(name__startswith=reading.name), GOES_ON, "name")
    if reading.initials:
        yield Part(Way.INITIALS, here.filter(begin_at(reading.initials, _places(user))), GOES_ON, "name")
    if reading.fragments and reading.named:
        inside, elsewhere = _holding("customer_by_fragment", "name", Customer.objects.all(), user, reading)
        if inside is None:
            some = here.filter(pk__in=_first(here.order_by("-occurred_at", "-pk")))
            yield Part(Way.NAME, some.filter(_contains("name", reading)), GOES_ON, "name", cut=True)
            return
        yield Part(Way.NAME, here.filter(inside), GOES_ON, "name")
        if elsewhere is not None:
            seen = access.visible_to(user) if open_names else access.visible_to(user).filter(kind=Kind.ENTERPRISE)
            yield Part(Way.NAME, seen.filter(pk__in=elsewhere), GOES_ON, "name")


def _by_address(user: Staff | object, reading: Reading) -> Iterator[Part]:
    """Addresses that have the fragments, in any order."""
    everywhere = ServicePoint.objects.all()
    here = access.service_points_within(user)
    walked = here.order_by("pk") if _sees_most(user) else here.order_by()
    inside, elsewhere = _holding("service_point_by_fragment", "address", everywhere, user, reading)
    if inside is None:
        some = here.filter(pk__in=_first(walked))
        yield _of_point(Way.ADDRESS, some.filter(_contains("address", reading)), cut=True)
        return
    yield _of_point(Way.ADDRESS, here.filter(inside), most=RANKED)
    if elsewhere is not None:
        yield _of_point(Way.ADDRESS, access.service_points_visible_to(user).filter(pk__in=elsewhere))


def _holding(
    index: str, field: str, rows: Rows, user: Staff | object, reading: Reading
) -> tuple[Q | None, Rows | None]:
    """The condition that a text on the person's ground has the fragments, and the first rows that have them wherever.

    The condition is None if all fragments are so common that the index does not help, the rows are None where nobody
    could be found by them.
    """
    common = _common(index, "jingming_tokens_at")
    rarest = min(common.get(token, 0) for token in reading.fragments)
    if rarest > COMMON:
        return None, None
    held = tokens_at(field)
    condition = Q(DataContains(held, list(reading.fragments)))
    for letter in reading.alone:
        condition &= Q(**{f"{field}__contains": letter})
    places = [place_token(pk) for pk in _places(user)]
    if not places:
        return condition, None
    return condition & Q(Overlap(held, places)), None if rarest else _first(rows.filter(condition), ELSEWHERE)


def _places(user: Staff | object) -> list[int]:
    """The units whose customers the person may see; none for somebody who sees all of them."""
    ground = access.ground(user)
    return [] if ground.everywhere else sorted(ground.provinces | ground.cities | ground.districts)


def _sees_most(user: Staff | object) -> bool:
    ground = access.ground(user)
    return ground.everywhere or bool(ground.provinces)


def _first(rows: Rows, most: int = EXAMINED) -> Rows:
    """The keys of the first rows, in whichever order costs least: what is looked at when there may be very many."""
    return rows.values("pk")[:most]


def _contains(field: str, reading: Reading) -> Q:
    """The condition that the text has the words, read letter by letter: right for few rows, never for many."""
    condition = Q()
    for token in (*reading.fragments, *reading.alone):
        condition &= Q(**{f"{field}__icontains": token})
    return condition


# --- Ask and rank ---------------------------------------------------------------------------------------------------
Row = tuple[int, int, str]  # customer, place of the part, value


def _asked(parts: Sequence[Part]) -> list[Row]:
    """What the parts find, in one query; the values as they are kept. Of somebody who may not search by what the words
    can be read as, there are none."""
    picked = [
        part.rows.order_by().values_list(part.customer, Value(place), part.kept)[: part.most]
        for place, part in enumerate(parts)
    ]
    if not picked:
        return []
    return list(picked[0].union(*picked[1:], all=True) if len(picked) > 1 else picked[0])


def _opened(parts: Sequence[Part], rows: Sequence[Row]) -> list[Row]:
    """The rows with their values open, without those that were not meant."""
    return [(pk, place, value) for pk, place, kept in rows if (value := parts[place].opened(kept))]


def _ranked(parts: Sequence[Part], rows: Sequence[Row], reading: Reading) -> list[tuple[int, Way, str]]:
    """The rows with the surest first: by the part, then by the order of the words, then the shortest."""

    def place(row: Row) -> tuple[object, ...]:
        pk, part, value = row
        in_order = parts[part].way != Way.ADDRESS or _follow(reading.fragments, tokens(value))
        return part, not in_order, len(value), value, pk

    return [(pk, parts[part].way, value) for pk, part, value in sorted(rows, key=place)]


def _follow(typed: Sequence[str], kept: Sequence[str]) -> bool:
    """Whether what was typed stands in the text in the same order."""
    left = iter(kept)
    return all(token in left for token in typed)


def _cut_short(parts: Sequence[Part], rows: Sequence[Row]) -> bool:
    many = Counter(part for _pk, part, _value in rows)
    return any(part.cut or many[place] >= part.most for place, part in enumerate(parts))


# --- What is common -------------------------------------------------------------------------------------------------
_known: dict[str, tuple[float, dict[str, int]]] = {}


def _common(relation: str, attribute: str) -> dict[str, int]:
    """The elements that stand in more than KNOWN rows, and in how many, as the statistics know; asked once a minute."""
    until, elements = _known.get(relation, (0.0, {}))
    if time.monotonic() >= until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT jingming_common_elements(%s, %s, %s)", [relation, attribute, KNOWN])
            elements = json.loads(cursor.fetchone()[0])
        _known[relation] = (time.monotonic() + KNOWN_SECONDS, elements)
    return elements


# --- For an intake --------------------------------------------------------------------------------------------------
def by_account_number(user: Staff | object, text: str) -> ServicePoint | None:
    """The service point of this account number, with its customer, if the person may see it. One query."""
    try:
        number = rules.account_number(text)
    except Unfit:
        return None
    found = access.service_points_visible_to(user).filter(account_number=number)
    # Every intake by account number asks this: no join that it does not need, no order for the one row there can be.
    return next(iter(found.select_related("customer")[:1]), None)


def by_phone(user: Staff | object, text: str) -> list[Customer]:
    """The customers, visible to the person, who have this phone number; the longest known first. One query."""
    try:
        number = rules.phone_number(text)
    except Unfit:
        return []
    reached = Phone.objects.filter(number=number, active=True).values("customer_id")
    return list(access.current_to(user).filter(pk__in=reached).order_by("occurred_at", "pk")[:CANDIDATES])


@dataclass(frozen=True)
class IntakeMatch:
    """Whom a contact may be from: the place it is about if the account number is known, else whoever has the phone."""

    service_point: ServicePoint | None
    candidates: Sequence[Customer]

    @property
    def customer(self) -> Customer | None:
        """The one customer it can be, if there is one."""
        if self.service_point is not None:
            return self.service_point.customer
        return self.candidates[0] if len(self.candidates) == 1 else None


def for_intake(user: Staff | object, *, account_number: str = "", phone: str = "") -> IntakeMatch:
    """Who is meant by an account number or, where there is none, by a phone number. One query."""
    if account_number:
        return IntakeMatch(by_account_number(user, account_number), ())
    return IntakeMatch(None, by_phone(user, phone) if phone else ())
