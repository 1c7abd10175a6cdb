"""The demo city: as large as said, the same from the same seed, lawful to the last step, and alive."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection
from django.test import override_settings
from django.utils import translation

from jingming.accounts.demo import read_demo
from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.customers.models import (
    ConductNote,
    Customer,
    Device,
    NetworkElement,
    Note,
    Phone,
    Purchase,
    Relation,
    ServicePoint,
    Tenure,
)
from jingming.loading.checking import CannotLoad
from jingming.loading.demo import PASSWORD, CompanyExists, build, unfinished
from jingming.loading.demo.city import settle_customers
from jingming.loading.demo.figures import CALLBACKS, CUSTOMERS, ORDERS, Plan, plan, spread
from jingming.loading.demo.many import BESIDE, BYTES_AN_ORDER, check_room
from jingming.loading.demo.orders import SHOWN_BY_TYPE, Year
from jingming.loading.demo.seasons import SPRING_FESTIVAL, Calendar
from jingming.loading.demo.wording import TEXTS, worded
from jingming.loading.models import DemoCity
from jingming.loading.progress import Silent
from jingming.loading.rows import LoadedOrder
from jingming.organisation.models import Unit
from jingming.workorders import access, actions, queries
from jingming.workorders.models import Callback, History, Review, Task, WorkOrder
from jingming.workorders.rules import OPEN_STATES, Act, CallbackResult
from tests.cast import forget_everything

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SCALE = 0.002
PEOPLE = [
    "agent1",
    "agent2",
    "dispatcher1",
    "head1",
    "engineer1",
    "callback1",
    "inspector1",
    "supervisor1",
    "announcer1",
    "account1",
    "manager1",
    "evaluator1",
    "sysadmin1",
    "secadmin1",
    "auditadmin1",
    "stranger1",
]
# Who finds something to do where. Those who oversee others see it all; the others of the sign-in page have no queue.
AT_WORK = {
    "agent1": ("department", "to_call_back", "all"),
    "agent2": ("department", "to_call_back", "all"),
    "callback1": ("to_call_back", "all"),
    "dispatcher1": ("department", "unassigned", "all"),
    "head1": ("department", "held", "to_review", "suspended", "all"),
    "approval1": ("department", "all"),
    "engineer1": ("mine", "all"),
    "engineer2": ("mine", "all"),
    "head2": ("department", "to_review", "all"),
    "engineer3": ("mine", "all"),
    "inspector1": ("mine", "department", "all"),
    "supervisor1": ("department", "all"),
    "head3": ("department", "tasks", "all"),
    "account1": ("department", "tasks", "all"),
    "manager1": ("all",),
    "authority1": ("all",),
    "stranger1": ("department", "all"),
}
MADE = (CallbackResult.SATISFIED, CallbackResult.DISSATISFIED, CallbackResult.UNREACHABLE)


@pytest.fixture(scope="module")
def city(django_test_environment, _quick_hashes, _workbench, django_db_blocker, tmp_path_factory):
    """Built once: the name of its database, its home, and what `build` told."""
    bench, template = _workbench
    city_home = tmp_path_factory.mktemp("city")
    with django_db_blocker.unblock(), bench.clone(template) as database:
        with override_settings(HOME=city_home), translation.override("zh-hans"):
            built = build(SCALE, 1, AT)
        bench.put_aside(database.name)
        forget_everything()
        with django_db_blocker.block():
            yield database.name, city_home, built


@pytest.fixture
def demo(city, home, _workbench, django_db_blocker):
    """The city in a database of this test's own."""
    name, city_home, built = city
    shutil.copytree(city_home, home, dirs_exist_ok=True)
    with django_db_blocker.unblock(), _workbench[0].clone(name):
        yield built, {person.username: person for person in Staff.objects.all()}


# --- How many ---------------------------------------------------------------------------------------------------------
def test_at_scale_one_the_city_is_the_gas_company_of_the_paper():
    whole = plan(1, SHOWN_BY_TYPE)

    assert (whole.customers, whole.orders, whole.callbacks) == (CUSTOMERS, ORDERS, CALLBACKS)
    assert whole.customer_count == 159_806
    assert {code: whole.orders[code] for code in ("consultation", "repair")} == {
        "consultation": 262_800,
        "repair": 35_200,
    }
    calendar = Calendar(AT, 365, ZONE, random.Random(1))
    for code, count in whole.orders.items():
        assert sum(spread(count, calendar.weights(code), 0.5)) == count


def test_a_smaller_city_is_a_share_of_it_and_no_kind_is_empty():
    hundredth, grain = plan(0.01), plan(0.00001)

    assert hundredth.customers == {"home": 1_575, "industrial": 1, "commercial": 4, "vehicle": 19}
    assert (hundredth.orders["consultation"], hundredth.orders["repair"], hundredth.callbacks) == (2_628, 352, 265)
    assert min(*grain.orders.values(), *grain.customers.values(), grain.callbacks) == 1
    assert all(plan(0.00001, SHOWN_BY_TYPE).orders[code] >= count for code, count in SHOWN_BY_TYPE.items())


def test_a_figure_is_spread_in_proportion_and_to_the_last():
    assert spread(10, [1, 2, 2], 0) == [2, 4, 4]
    assert spread(1, [1, 1, 1], 0.5) == [0, 1, 0]
    assert spread(3, [0, 0], 0.3) == [0, 0]
    for start in (0.0, 0.3, 0.99):
        assert sum(spread(7, [3, 0, 5, 1], start)) == 7


def test_the_city_is_as_large_as_asked_and_its_people_can_sign_in(demo, home):
    built, people = demo
    wanted = plan(SCALE, SHOWN_BY_TYPE)

    assert (built.customers, built.orders) == (wanted.customer_count, wanted.order_count)
    by_type = Counter(WorkOrder.objects.values_list("type__code", flat=True))
    assert by_type == wanted.orders
    assert Counter(ServicePoint.objects.values_list("extra__use", flat=True)) == wanted.customers
    assert (Customer.objects.count(), ServicePoint.objects.count()) == (built.customers, built.service_points)
    assert Callback.objects.filter(result__in=MADE).count() == wanted.callbacks
    assert set(PEOPLE) <= set(people)
    shown = read_demo(home)
    assert shown.password == PASSWORD
    assert set(PEOPLE) <= {person.username for person in shown.people}
    assert authenticate(username="engineer1", password=PASSWORD) == people["engineer1"]
    assert people["engineer1"].manager == people["approval1"]


# --- When -------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def year() -> dict[str, Counter[datetime]]:
    """How many orders of each type begin in each local hour of the year before AT."""
    calendar = Calendar(AT, 365, ZONE, random.Random(1))
    locals_ = [slot.local for slot in calendar.slots]
    return {
        code: Counter(dict(zip(locals_, spread(count, calendar.weights(code), 0.5), strict=True)))
        for code, count in ORDERS.items()
    }


def test_the_hours_of_the_year_follow_each_other_up_to_the_present():
    bounds = Calendar(AT + timedelta(minutes=17), 365, ZONE, random.Random(1)).bounds

    assert (bounds[0], bounds[-1]) == (AT + timedelta(minutes=17) - timedelta(days=365), AT + timedelta(minutes=17))
    assert all(timedelta() < after - before <= timedelta(hours=1) for before, after in pairwise(bounds))


def test_winter_is_busier_than_summer(year):
    repairs = Counter(local.month for local in year["repair"].elements())
    assert repairs[12] + repairs[1] > 1.8 * (repairs[6] + repairs[7])
    applications = Counter(local.month for local in year["business"].elements())
    assert applications[4] > 1.8 * applications[2]


def test_monday_is_busier_than_sunday_and_the_morning_than_the_night(year):
    days = Counter(local.weekday() for local in year["consultation"].elements())
    assert max(days, key=days.__getitem__) == 0
    assert days[0] > 1.5 * days[6]
    hours = Counter(local.hour for local in year["consultation"].elements())
    assert hours[9] > 10 * hours[3]
    repairs = Counter(local.hour for local in year["repair"].elements())
    assert repairs[18] > repairs[14], "meals are cooked"


def test_spring_festival_is_quiet_and_then_pipes_are_frozen(year):
    first = SPRING_FESTIVAL[2026]
    days = Counter(local.date() for local in year["repair"].elements())
    quiet = sum(days[first + timedelta(days=n)] for n in range(5))
    back = sum(days[first + timedelta(days=n)] for n in range(6, 11))
    assert back > 2 * quiet
    asked = Counter(local.date() for local in year["consultation"].elements())
    assert asked[first] < asked[date(2026, 3, 10)] / 3


def test_days_of_trouble_stand_out(year):
    days = Counter(local.date() for local in year["repair"].elements())
    ordinary = sorted(days.values())[len(days) // 2]
    assert sum(count > 3 * ordinary for count in days.values()) >= 3


# --- What is said -----------------------------------------------------------------------------------------------------
@pytest.fixture
def stories(demo) -> list[LoadedOrder]:
    """Told of the demo's customers, not loaded; enough of each kind to look at."""
    counts = {"consultation": 3_000, "repair": 2_000, "complaint": 900, "suggestion": 300}
    wanted = Plan(CUSTOMERS, {**plan(SCALE, SHOWN_BY_TYPE).orders, **counts}, 1_000)
    return list(Year(settle_customers(DemoCity.objects.get(), Silent()), wanted, 3, AT).orders())


def test_hundreds_of_sentences_are_said_of_each_matter(stories):
    said: dict[str, set[str]] = {}
    for order in stories:
        said.setdefault(order.type, set()).add(order.description)
        assert "{" not in order.description + order.outcome
    assert {code: len(said[code]) >= least for code, least in LEAST_VARIETY.items()} == dict.fromkeys(
        LEAST_VARIETY, True
    ), {code: len(texts) for code, texts in said.items()}


LEAST_VARIETY = {"consultation": 500, "repair": 1_000, "complaint": 500, "suggestion": 100}


def test_a_few_speak_english(stories):
    english = sum(order.description.isascii() for order in stories) / len(stories)
    assert 0.002 < english < 0.03


def test_most_questions_are_answered_in_the_call(stories):
    asked = [order for order in stories if order.type == "consultation"]
    at_once = [order for order in asked if [step.act for step in order.steps] == [Act.OPEN, Act.ANSWER]]
    assert len(at_once) / len(asked) > 0.85
    assert all(order.outcome for order in at_once)


def test_most_who_are_called_back_are_satisfied_and_few_customers_call_often(stories):
    heard = Counter(call.result for order in stories for call in order.callbacks if call.result in MADE)
    assert sum(heard.values()) == 1_000
    assert heard["satisfied"] > 0.8 * sum(heard.values())
    calls = sorted(Counter(order.customer for order in stories).values(), reverse=True)
    assert sum(calls[: len(calls) // 20]) > 0.1 * len(stories)


def test_every_slot_of_the_texts_can_be_filled():
    draw = random.Random(1)

    def texts(within: object) -> Iterator[str]:
        if isinstance(within, str):
            yield within
        for inner in within.values() if isinstance(within, dict) else within if isinstance(within, list) else ():
            yield from texts(inner)

    for text in texts(TEXTS):
        assert "{" not in worded(text, draw)


def test_an_answer_speaks_of_what_was_asked():
    draw, said = random.Random(2), {}
    asked = worded("{hall}周末开门吗？", draw, said)
    assert worded("{hall}照常营业。", draw, said).removesuffix("照常营业。") == asked.removesuffix("周末开门吗？")


# --- What the archives hold -------------------------------------------------------------------------------------------
def test_archives_are_complete(demo):
    assert (
        Device.objects.filter(kind="gas_meter", removed_on=None).count()
        == ServicePoint.objects.exclude(extra__use="vehicle").count()
    ), "every place has one meter in use"
    assert Device.objects.filter(removed_on=None, ends_on__lt=AT.date()).exists(), "some are past their time"
    assert Tenure.objects.filter(relation=Relation.HOLDER, until=None).count() == ServicePoint.objects.count()
    assert Tenure.objects.exclude(until=None).exists()
    piped = ServicePoint.objects.exclude(extra__use="vehicle")
    assert not piped.filter(element=None).exists()
    assert set(NetworkElement.objects.values_list("kind", flat=True)) == {"gate_station", "pressure_station", "pipe"}
    assert all(pipe.path.count("/") == 3 for pipe in NetworkElement.objects.filter(kind="pipe"))
    keys = Customer.objects.filter(key_account=True)
    assert keys.exists()
    assert not keys.filter(manager=None).exists()
    assert Note.objects.filter(customer__in=keys).exists()
    assert Customer.objects.exclude(sensitive=[]).exists()
    assert ServicePoint.objects.filter(arrears__gt=0).exists()
    assert ServicePoint.objects.exclude(contract_until=None).exists()
    assert Purchase.objects.filter(amount__gt=0).exists()
    assert Phone.objects.exclude(contact=None).exists()
    assert ConductNote.objects.exists()


# --- What happened ----------------------------------------------------------------------------------------------------
def test_every_history_is_lawful(demo):
    built, _people = demo
    flows = {order.pk: order.flow for order in WorkOrder.objects.all()}

    assert History.objects.count() == built.events
    assert not History.objects.exclude(odd=[]).exists()
    for line in History.objects.exclude(act=Act.OPEN):
        permission = flows[line.order_id].permission(line.from_step, Act(line.act))
        assert permission is not None, (line.act, line.from_step)
    assert not History.objects.filter(occurred_at__gt=AT).exists()


def test_every_act_was_done_by_somebody_whose_role_it_is(demo):
    flows = {order.pk: order.flow for order in WorkOrder.objects.all()}
    roles = {
        person.pk: {post.role.code for post in person.duties}
        for person in Staff.objects.prefetch_related("posts__role")
    }
    for line in History.objects.exclude(act=Act.OPEN):
        allowed = flows[line.order_id].permission(line.from_step, Act(line.act)).by
        assert roles[line.by_id] & set(allowed), (line.act, line.from_step, line.by_name)


def test_nobody_who_sees_only_their_own_took_up_what_nobody_had_given_them(demo):
    engineers = {person.pk for person in Staff.objects.filter(posts__scope="own", posts__role__code="engineer")}
    given: dict[int, set[int]] = {}
    for line in History.objects.order_by("order_id", "version"):
        if line.act == Act.ACCEPT and line.by_id in engineers and line.by_name != "江涛":
            assert line.by_id in given.get(line.order_id, set()), line.order_id
        if line.act == Act.ASSIGN:
            given.setdefault(line.order_id, set()).add(line.to_staff_id)


def test_what_is_open_hangs_together(demo):
    for order in WorkOrder.objects.filter(status__in=OPEN_STATES):
        hanging = access.situation(order)
        due = order.status == "processed" and order.step == "callback" and not order.must_reassign
        assert (hanging.due_callback is not None) == due, order.number
        if order.step == "tasks" and order.status == "processing":
            assert Task.objects.filter(order=order, round=order.round).exists()
        if order.assignee_id:
            assert order.assignee.posts.filter(department=order.department).exists()


def test_whoever_stands_on_the_sign_in_page_finds_something_to_do(demo):
    _built, people = demo
    empty = [
        (who, name) for who, names in AT_WORK.items() for name in names if not queries.queue(people[who], name).items
    ]
    assert empty == []
    assert len(queries.queue(people["agent1"], "all").items) > 20
    assert not queries.queue(people["evaluator1"], "all").items
    standing = set(WorkOrder.objects.values_list("status", flat=True))
    assert standing == {"untreated", "processing", "processed", "suspended", "closed", "void"}


def test_orders_of_the_demo_are_carried_on_by_the_actions(demo):
    _built, people = demo
    mine = WorkOrder.objects.filter(
        type__code="repair",
        status="processing",
        step="handling",
        assignee=people["engineer1"],
        waiting_for="",
        held_until=None,
    ).first()
    done = actions.complete(mine, text="修好", by=people["engineer1"], at=AT, version=mine.version)
    heard = actions.call_back(
        done, result=CallbackResult.SATISFIED, satisfaction=5, by=people["callback1"], at=AT, version=done.version
    )
    closed = actions.close(heard, by=people["callback1"], at=AT, version=heard.version)
    assert closed.status == "closed"

    heads = {"TL-NORTH": people["head1"], "TL-SOUTH": people["head2"], "WH-MAINT": people["stranger1"]}
    waiting = Review.objects.filter(result="", department__code__in=heads, order__status="processed").first()
    head = heads[waiting.department.code]
    order = actions.review(waiting.order, result="passed", by=head, at=AT, version=waiting.order.version)
    assert order.reviews.get(pk=waiting.pk).reviewer == head

    untreated = WorkOrder.objects.filter(type__code="repair", status="untreated", department__code="TL-OPS").first()
    sent = actions.dispatch(untreated, by=people["dispatcher1"], at=AT, version=untreated.version)
    assert sent.department.kind == "maintenance"


# --- Once, the same, and whole ----------------------------------------------------------------------------------------
class BrokenOff(Exception):
    """What ends a load in its midst."""


class Impatient(Silent):
    """Breaks the load off when so many orders are in."""

    def __init__(self, orders: int) -> None:
        self.orders = orders

    def begin(self, title: str, total: int | None = None) -> None:
        self.loading_orders = title.startswith("Loading orders")

    def advance(self, steps: int = 1) -> None:
        if self.loading_orders:
            raise BrokenOff


DIGESTS = {
    "orders": "SELECT number, t.code, o.status, o.step, description, outcome, o.occurred_at, closed_at, caller_phone,"
    " o.address, round, d.code, s.username FROM workorders_workorder o JOIN workorders_ordertype t ON t.id = o.type_id"
    " JOIN organisation_department d ON d.id = o.department_id LEFT JOIN accounts_staff s ON s.id = o.assignee_id",
    "history": "SELECT o.number, h.version, h.act, h.occurred_at, h.by_name, h.text FROM workorders_history h"
    " JOIN workorders_workorder o ON o.id = h.order_id",
    "callbacks": "SELECT o.number, c.round, c.result, c.text, c.at FROM workorders_callback c"
    " JOIN workorders_workorder o ON o.id = c.order_id",
    "customers": "SELECT c.number, name, sensitive, key_account, occurred_at, array_agg(p.number ORDER BY p.number)"
    " FROM customers_customer c JOIN customers_phone p ON p.customer_id = c.id GROUP BY c.id",
    "places": "SELECT account_number, p.address, e.code, arrears, contract_until, d.kind, d.number, installed_on"
    " FROM customers_servicepoint p LEFT JOIN customers_networkelement e ON e.id = p.element_id"
    " LEFT JOIN customers_device d ON d.service_point_id = p.id",
    "tenures": "SELECT account_number, c.number, relation, since, until FROM customers_tenure t"
    " JOIN customers_customer c ON c.id = t.customer_id JOIN customers_servicepoint p ON p.id = t.service_point_id",
    "figures": "SELECT queue, sum(count) FROM workorders_tally GROUP BY queue",
}


def digests() -> dict[str, str]:
    """A digest of the rows of each question, whatever their ids and order."""
    with connection.cursor() as cursor:
        found = {}
        for name, question in DIGESTS.items():
            cursor.execute(f"SELECT md5(string_agg(q::text, '|' ORDER BY q::text)) FROM ({question}) q")  # ours
            found[name] = cursor.fetchone()[0]
        return found


@pytest.fixture
def database_anew(_workbench, django_db_blocker, django_test_environment):
    """A fresh database, as often as asked."""
    bench, template = _workbench

    @contextmanager
    def anew() -> Iterator[None]:
        with django_db_blocker.unblock(), bench.clone(template):
            yield

    return anew


def test_the_same_seed_makes_the_same_city_also_when_it_was_broken_off(database_anew, home, monkeypatch):
    monkeypatch.setattr("jingming.loading.demo.city.BATCH", 150)
    with database_anew():
        build(0.001, 1, AT)
        whole = digests()
    assert None not in whole.values()
    (home / "demo.json").unlink()

    with database_anew():
        with pytest.raises(BrokenOff):
            build(0.001, 1, AT, progress=Impatient(1))
        assert WorkOrder.objects.count() == 150
        assert unfinished() is not None
        assert read_demo(home) is None, "half a city is none"

        built = build(0.5, 7, AT + timedelta(days=3))  # whatever is asked now, what was begun is finished
        assert built.orders == WorkOrder.objects.count() == plan(0.001, SHOWN_BY_TYPE).order_count
        assert unfinished() is None
        assert read_demo(home) is not None
        assert digests() == whole

    with database_anew():
        build(0.001, 2, AT)
        assert digests()["orders"] != whole["orders"]


def test_many_orders_are_thinned_where_they_are_old(own_database, home, monkeypatch):
    monkeypatch.setattr("jingming.loading.demo.many.STRETCH", 400)
    built = build(SCALE, 1, AT, orders=1_500)

    assert built.orders == WorkOrder.objects.count() == 1_500
    old = WorkOrder.objects.filter(occurred_at__lt=AT - timedelta(days=32))
    assert old.count() > 1_000
    assert set(old.values_list("status", flat=True)) == {"closed"}
    assert set(old.values_list("version", flat=True)) == {2}
    assert not History.objects.exclude(odd=[]).exists()
    assert WorkOrder.objects.filter(status__in=OPEN_STATES).count() > 20
    assert min(WorkOrder.objects.values_list("occurred_at", flat=True)) < AT - timedelta(days=700), "years of them"
    assert not [who for who in ("head1", "engineer1", "callback1") if not actions_of(who)]


def actions_of(username: str) -> int:
    return sum(queries.counts(Staff.objects.get(username=username)).values())


def test_a_process_for_each_processor_loads_the_same(own_database, database_anew, home, monkeypatch):
    monkeypatch.setattr("jingming.loading.demo.many.STRETCH", 300)
    with database_anew():
        build(SCALE, 1, AT, orders=1_200)
        alone = digests()

    monkeypatch.setattr("jingming.loading.demo.city.IN_PARTS", 1_000)
    for name, value in own_database.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JINGMING_DATA_KEYS", ",".join(settings.DATA_KEYS.split()))
    built = build(SCALE, 1, AT, orders=1_200)

    assert built.orders == 1_200
    assert digests() == alone


def test_too_many_orders_are_refused_before_anything_is_written(own_database, home):
    with translation.override("en"), pytest.raises(CannotLoad, match="lies between 1000 and 10000000"):
        build(SCALE, 1, AT, orders=10_000_001)
    assert not Unit.objects.exists()


def test_a_disk_without_room_is_told_with_what_is_needed_and_there(home):
    check_room(10_000_000, home, 10**12)
    check_room(10_000_000, None, 0)
    with translation.override("en"), pytest.raises(CannotLoad) as refusal:
        check_room(1_000_000, home, 5 * 1024**3)
    needed = -(-(1_000_000 * BYTES_AN_ORDER + BESIDE) // 1024**3)
    assert str(refusal.value).startswith(
        f"1000000 orders need about {needed} GB of disk, and {home} has 5 GB. Make room"
    )


def test_nothing_is_published(demo):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    assert Entry.objects.filter(key="loading.demo_begun").count() == 1
    assert Entry.objects.filter(key="loading.demo_finished").count() == 1
    assert Callback.objects.filter(result="").exists()


def test_a_city_is_founded_only_where_there_is_none(company, home):
    before = WorkOrder.objects.count()

    with translation.override("en"), pytest.raises(CompanyExists, match="There is a company here already"):
        build(SCALE, 1, AT)

    assert WorkOrder.objects.count() == before
    assert read_demo(home) is None
