"""The world that the matrix walks: three cities in two provinces, and in every row words that stand nowhere else.

Tongling 铜陵 and Wuhu 芜湖 belong to Anhui, Nanjing 南京 to another province. `Thing.told` says in plain words where a
thing lies, which departments and people it has been with: `oracle` decides by it alone who may see the thing. `called`
is the word by which lists show it. A word
that `mark` made is told under every thing that may show it; found anywhere else it is a leak.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client

from jingming.accounts import actions as people
from jingming.accounts import delegation
from jingming.accounts.models import Role, Staff
from jingming.base.clock import now
from jingming.codes.models import Code
from jingming.codes.queries import choices
from jingming.codes.rules import Set
from jingming.customers import actions as customers
from jingming.customers.models import Customer, ServicePoint
from jingming.files.models import Attachment
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.interactions.models import Interaction
from jingming.loading import actions as loads
from jingming.loading.models import Run
from jingming.loading.rules import State
from jingming.loading.sheets.kinds import KINDS
from jingming.organisation import actions as places
from jingming.organisation.models import Department, ServiceArea, Unit
from jingming.organisation.rules import Kind, Level
from jingming.persons import actions as persons
from jingming.workorders import actions as orders
from jingming.workorders.actions import Assignment, Matter
from jingming.workorders.drafting import Require
from jingming.workorders.models import OrderType, Review, Task, WorkOrder
from jingming.workorders.rules import Act, CallbackResult, LinkKind, ReviewResult, Status
from jingming.workorders.shipping import shipped
from jingming.workspace import actions as desk
from tests.cast import FOUNDED
from tests.matrix.things import Thing, World, dialled, mark

TONGLING, WUHU, NANJING = "340700", "340200", "320100"
ANHUI, JIANGSU = "34", "32"
PROVINCE_OF = {TONGLING: ANHUI, WUHU: ANHUI, NANJING: JIANGSU}
DISTRICT_OF = {TONGLING: "340705", WUHU: "340202", NANJING: "320102"}
PREFIX = {TONGLING: "TL", WUHU: "WH", NANJING: "NJ"}


def build() -> World:
    """Fill an empty company's database; everything through the actions that people use."""
    builder = Builder()
    builder.far_away()
    builder.everybody()
    builder.archives()
    builder.pairs()
    builder.persons()
    builder.all_orders()
    builder.contacts()
    builder.kept_at_the_desk()
    builder.files()
    builder.shared()
    builder.let_in()
    return builder.world


class Builder:
    """Builds the world step by step; `self.staff` and `self.world` grow."""

    def __init__(self) -> None:
        self.world = World()
        self.staff = {one.username: one for one in Staff.objects.all()}
        self.points: dict[str, ServicePoint] = {}
        self.customers: dict[str, Customer] = {}
        self.orders: dict[str, WorkOrder] = {}
        self.hashed = self.staff["agent1"].password
        self.clock = now() - timedelta(hours=20)

    def at(self) -> datetime:
        """A moment after the last one."""
        self.clock += timedelta(seconds=30)
        return self.clock

    # --- People -----------------------------------------------------------------------------------------------------
    def far_away(self) -> None:
        """A second province."""
        hq = Unit.objects.get(level=Level.HQ)
        province = self._unit(hq, Level.PROVINCE, JIANGSU, "江苏省公司")
        city = self._unit(province, Level.CITY, NANJING, "南京市公司")
        self._unit(city, Level.DISTRICT, DISTRICT_OF[NANJING], "玄武区")
        for kind, name in (
            ("CALL", "call_centre"),
            ("OPS", "operations"),
            ("MAINT", "maintenance"),
            ("INSP", "inspection"),
        ):
            places.add_department(
                unit=city, kind=Kind(name), code=f"NJ-{kind}", label={"zh": f"南京{kind}", "en": f"Nanjing {kind}"},
                by=None, at=FOUNDED,
            )  # fmt: skip

    def _unit(self, parent: Unit, level: Level, code: str, zh: str) -> Unit:
        return places.add_unit(
            level=level, parent=parent, code=code, label={"zh": zh, "en": code}, number_code="025", by=None, at=FOUNDED
        )

    def everybody(self) -> None:
        """People of the other cities; and in four departments somebody quiet, who takes part in nothing."""
        for username, role, department, scope in (
            ("wh-agent", "agent", "WH-CALL", "department"),
            ("wh-dispatcher", "dispatcher", "WH-OPS", "subtree"),
            ("wh-inspector", "inspector", "WH-INSP", "subtree"),
            ("nj-agent", "agent", "NJ-CALL", "department"),
            ("nj-dispatcher", "dispatcher", "NJ-OPS", "subtree"),
            ("nj-head", "head", "NJ-MAINT", "department"),
            ("visitor1", "dispatcher", "TL-OPS", "subtree"),
            ("keeper1", "sysadmin", "TL-OPS", "subtree"),
            ("standin1", "announcer", "TL-SOUTH", "own"),
            ("quiet-north", "announcer", "TL-NORTH", "own"),
            ("quiet-south", "announcer", "TL-SOUTH", "own"),
            ("quiet-wuhu", "announcer", "WH-MAINT", "own"),
            ("quiet-nanjing", "announcer", "NJ-MAINT", "own"),
        ):
            self._engage(username, role, department, scope)
        self._post(self.staff["visitor1"], "inspector", "WH-INSP", "subtree")
        for one in Staff.objects.select_related("department"):
            city = one.department.code[:2]
            thing = self.world.add(
                "staff", one.username, {"pk": one.pk}, department=one.department.code,
                province={"TL": ANHUI, "WH": ANHUI, "AH": ANHUI, "NJ": JIANGSU}.get(city, ""),
                manager=one.manager.username if one.manager else "", username=one.username,
            )  # fmt: skip
            self._posts_and_tokens(one, thing.told)
            self.world.add("away", one.username, {"pk": one.pk}, **thing.told)
            colleague = self.world.add("colleague", one.username, {}, **thing.told)  # named to whoever lends
            if one.username.startswith("quiet"):
                thing.told["called"] = one.name
                self.world.tell(one.name, thing, colleague)
                self.world.tell(one.employee_number, thing, colleague)
        self._lend("engineer1", "standin1", now())
        self._lend("stranger1", "quiet-wuhu", now() + timedelta(days=1))

    def _engage(self, username: str, role: str, department: str, scope: str) -> None:
        home = Department.objects.get(code=department)
        one = people.engage(
            username=username, employee_number=dialled("number", username), name=mark("name", username),
            department=home, password=None, password_hash=self.hashed, manager=None, by=None, at=FOUNDED,
        )  # fmt: skip
        self._post(one, role, department, scope)
        self.staff[username] = Staff.objects.get(pk=one.pk)

    def _post(self, one: Staff, role: str, department: str, scope: str) -> None:
        people.post(
            one, role=Role.objects.get(code=role), department=self._department(department), scope=scope, by=None,
            at=FOUNDED,
        )  # fmt: skip

    def _lend(self, giver: str, taker: str, since: datetime) -> None:
        """All posts, for two days."""
        one, at = self.staff[giver], now()
        made = delegation.lend(
            list(one.posts.order_by("pk")), giver=one, taker=self.staff[taker], since=since,
            until=since + timedelta(days=2), reason=mark("lent", giver), by=one, at=at,
        )  # fmt: skip
        told = {**self.world.thing("staff", giver).told, "taker": taker}
        thing = self.world.add("delegation", giver, {"pk": made[0].pk}, **told)
        self.world.tell(made[0].reason, thing)

    def _posts_and_tokens(self, one: Staff, told: dict[str, Any]) -> None:
        held = one.posts.order_by("pk").first()
        self.world.tokens[one.username] = people.make_token(one, label=f"of {one.username}", by=None, at=FOUNDED)
        token = one.tokens.get()
        if held is not None:
            self.world.add("post", one.username, {"pk": one.pk, "post": held.pk}, **told)
        self.world.add("token", one.username, {"pk": one.pk, "token": token.pk}, **told)
        key = f"{one.pk:032x}"
        desk.save_draft("intake", key, {"description": ["…"]}, by=one, at=FOUNDED, rev=0)
        self.world.add("draft", one.username, {"place": "intake", "key": key}, person=one.username)

    # --- Archives ---------------------------------------------------------------------------------------------------
    def archives(self) -> None:
        """Two households in Tongling and in Wuhu, one in Nanjing; and one that lives in Wuhu and is served in both.
        What feeds them all is known to whoever sees the organisation."""
        self.element = customers.add_element(
            "GATE-1", kind="gate_station", name=mark("element"), unit=TONGLING, by=self.staff["sysadmin1"], at=FOUNDED
        )
        self.world.add("element", "gate", {"code": self.element.code}, city=TONGLING, province=ANHUI)
        far = customers.add_element(
            "GATE-2", kind="gate_station", name=mark("far element"), unit=WUHU, by=self.staff["sysadmin1"], at=FOUNDED
        )
        self.world.add("element", "far gate", {"code": far.code}, city=WUHU, province=ANHUI)
        for key, city, by in (
            ("tl", TONGLING, "agent1"), ("tl2", TONGLING, "agent2"),
            ("wh", WUHU, "wh-agent"), ("wh2", WUHU, "wh-agent"), ("nj", NANJING, "nj-agent"),
            ("both", WUHU, "wh-agent"),
        ):  # fmt: skip
            self._archive(key, city, self.staff[by])
            self._point(key, key, city, self.staff[by])
        self._point("both", "both-tl", WUHU, self.staff["wh-agent"])
        moved = ServicePoint.objects.filter(pk=self.points["both-tl"].pk)
        keeper = customers.add_tenure(
            self.points["tl"], self.customers["tl2"], relation="keeper", by=self.staff["agent1"], at=FOUNDED
        )
        self.world.thing("tenure", "tl").names["tenure_id"] = keeper.pk  # one that may end; a holder's may not
        there = Unit.objects.get(code=DISTRICT_OF[TONGLING])
        place = {"province": there.province_id, "city": there.city_id, "district": there.district_id}
        moved.update(**place)
        self.points["both-tl"].tenures.update(**place)
        self.points["both-tl"].refresh_from_db()
        for kind in ("point", "device", "tenure"):
            self.world.thing(kind, "both-tl").told["city"] = TONGLING
        for cities in (
            thing.told["served"]
            for kind in ("customer", "contact", "phone")
            for thing in self.world.of(kind)
            if thing.key == "both"
        ):
            cities.append(TONGLING)

    def pairs(self) -> None:
        """Archives that were opened twice and merged, in Tongling and in Wuhu; and pairs that might be."""
        for key, by in (("tl", "agent1"), ("wh", "wh-agent")):
            thing, name = self.world.thing("customer", key), mark("twin", key)
            twin = customers.add_customer(
                name, by=self.staff[by], at=FOUNDED, unit=DISTRICT_OF[{"tl": TONGLING, "wh": WUHU}[key]]
            )
            done = customers.merge(
                self.customers[key], twin, by=self.staff[by], at=FOUNDED, why=customers.Why("duplicate")
            )
            self.customers[key].refresh_from_db()
            self.world.tell(name, thing)
            names = {"customer_id": self.customers[key].pk, "merge_id": done.pk}
            self.world.add("merge", key, names, both=[thing.told, thing.told])
        for one, other in (("tl", "tl2"), ("wh", "wh2"), ("tl", "wh"), ("nj", "both"), ("both", "wh"), ("tl", "both")):
            both = [self.world.thing("customer", key) for key in (one, other)]
            names = {"customer_id": self.customers[one].pk, "other_id": self.customers[other].pk}
            pair = self.world.add("pair", f"{one} {other}", names, both=[thing.told for thing in both])
            for word, shown_by in list(self.world.words.items()):
                if any(thing in shown_by for thing in both):
                    self.world.tell(word, pair)

    def persons(self) -> None:
        """Everybody with an archive is somebody for whose data someone answers; some have asked, some are held."""
        by = self.staff["manager1"]
        # Two who are served nowhere any more: one may be erased, of the other somebody has asked it.
        free, asking = (
            customers.add_customer(f"…{n}", by=self.staff["agent1"], at=FOUNDED, unit=DISTRICT_OF[TONGLING])
            for n in "12"
        )
        here = {"city": TONGLING, "province": PROVINCE_OF[TONGLING]}
        waiting = persons.ask_for_erasing(asking, basis="consent", reason="…", by=by, at=now())
        self.world.add("person", "free", {"customer_id": free.pk}, **here)
        self.world.add("request", "waiting", {"pk": waiting.pk}, **here)
        for thing in self.world.of("customer"):
            customer, name = self.customers[thing.key], thing.told["called"]
            self.world.tell(name, self.world.add("person", thing.key, dict(thing.names), **thing.told))
            noted = persons.note_copy(customer, reason="…", figures={}, by=by, at=FOUNDED)
            self.world.tell(name, self.world.add("request", thing.key, {"pk": noted.facts["request"]}, **thing.told))
            held = persons.place(customer, ground="audit", source="…", reason="…", by=by, at=FOUNDED)
            self.world.add("hold", thing.key, {**thing.names, "hold_id": held.pk}, **thing.told)
        self.world.add("retention", "draft", {"kind": "draft"})

    def _archive(self, key: str, city: str, by: Staff) -> None:
        note, conduct, name = mark("note", key), mark("conduct", key), mark("customer", key)
        phone, contact_phone, number = dialled(key), dialled("contact", key), mark("customer number", key).upper()
        customer = customers.add_customer(
            name, by=by, at=FOUNDED, number=number, note=note, phone=phone, unit=DISTRICT_OF[city]
        )
        contact = customers.add_contact(customer, mark("contact", key), by=by, at=FOUNDED, phone=contact_phone)
        customers.note_conduct(customer, good=True, text=conduct, by=by, at=FOUNDED)
        self.customers[key] = customer
        told = {"city": city, "province": PROVINCE_OF[city], "served": []}
        thing = self.world.add("customer", key, {"customer_id": customer.pk}, **told)
        own = {"customer_id": customer.pk}
        self.world.add("contact", key, {**own, "contact_id": contact.pk}, **told)
        self.world.add("phone", key, {**own, "phone_id": customer.phones.get(number=phone).pk}, **told)
        thing.told.update(called=name, heard=number)
        for word in (name, number, note, conduct, phone, contact_phone, contact.name):
            self.world.tell(word, thing)
        self.world.personal |= {name, phone, contact_phone, contact.name}
        self.world.searched[f"customer {key}"] = [name, number, phone, contact_phone]

    def _point(self, customer: str, key: str, city: str, by: Staff) -> None:
        account, address, meter = mark("account", key).upper(), mark("address", key), mark("meter", key).upper()
        point = customers.add_service_point(
            self.customers[customer], by=by, at=FOUNDED, account_number=account, address=address, device_number=meter,
            element=self.element.code, unit=DISTRICT_OF[city],
        )  # fmt: skip
        self.points[key] = point
        owner = self.world.thing("customer", customer)
        names = {"customer_id": self.customers[customer].pk, "point_id": point.pk}
        thing = self.world.add("point", key, names, city=city, province=PROVINCE_OF[city], owner=owner.told)
        for cities in (
            one.told["served"]
            for kind in ("customer", "contact", "phone")
            for one in self.world.of(kind)
            if one.key == customer
        ):
            cities.append(city)
        part = {"city": city, "province": PROVINCE_OF[city], "owner": owner.told}
        device = self.world.add("device", key, {**names, "device_id": point.devices.get().pk}, **part)
        self.world.add("tenure", key, {**names, "tenure_id": point.tenures.get().pk}, **part)
        for word in (account, address, meter):
            self.world.tell(word, thing, device)
        self.world.personal.add(address)
        self.world.searched[f"point {key}"] = [account, meter, address]

    # --- Orders -----------------------------------------------------------------------------------------------------
    def all_orders(self) -> None:
        """Orders of every type, in several states, with what can hang on them."""
        self._repairs()
        self._complaints()
        self._others()
        for key, order in self.orders.items():
            order.refresh_from_db()
            self.world.thing("order", key).told.update(self._stands(order))

    def _stands(self, order: WorkOrder) -> dict[str, Any]:
        """With whom the order is now, by codes of departments and names of people; "" for nobody."""

        def code(pk: int | None) -> str:
            return Department.objects.get(pk=pk).code if pk else ""

        def name(pk: int | None) -> str:
            return Staff.objects.get(pk=pk).username if pk else ""

        tasks = Task.objects.filter(order=order, reported_at=None)
        reviews = Review.objects.filter(order=order, result="")
        return {
            "at": (code(order.department_id), name(order.assignee_id)), "home": code(order.home_department_id),
            "suspended": order.status == Status.SUSPENDED,
            "from": (code(order.sent_from_id), name(order.sent_assignee_id)),
            "tasks": [(code(task.department_id), name(task.assignee_id)) for task in tasks],
            "reviews": [(code(review.department_id), name(review.done_by_id)) for review in reviews],
        }  # fmt: skip

    def _repairs(self) -> None:
        north = self._repair(
            "repair-north", TONGLING, "agent1", "dispatcher1", "TL-NORTH", "head1", "engineer1", customer="tl"
        )
        self._do(north, "note", "engineer1", text=self._word("repair-north", "note"))
        self._do(
            north,
            "record_work",
            "engineer1",
            text=self._word("repair-north", "work"),
            minutes=20,
            began_at=north.occurred_at,
        )
        self._attach("repair-north", "engineer1")
        self._repair(
            "repair-mate", TONGLING, "agent2", "dispatcher1", "TL-NORTH", "approval1", "engineer2", customer="tl2"
        )
        south = self._repair("repair-south", TONGLING, "agent1", "dispatcher1", "TL-SOUTH", "head2", "engineer3")
        self._do(south, "complete", "engineer3", text=self._word("repair-south", "outcome"))
        called = self._repair("repair-called", TONGLING, "agent1", "dispatcher1", "TL-NORTH", "head1", "engineer1")
        self._do(called, "complete", "engineer1", text=self._word("repair-called", "outcome"))
        self._do(called, "review", "head1", result=ReviewResult.PASSED, text=self._word("repair-called", "remark"))
        self._do(
            called, "call_back", "callback1", result=CallbackResult.DISSATISFIED, satisfaction=1,
            text=self._word("repair-called", "callback"),
        )  # fmt: skip
        suspended = self._open("suspended", "repair", TONGLING, "agent2", ["TL-CALL", "TL-OPS"], ["agent2"])
        self._do(suspended, "suspend", "agent2", reason=self._code("suspend_reason"))
        void = self._open("void", "repair", TONGLING, "agent1", ["TL-CALL", "TL-OPS"], ["agent1"])
        self._do(void, "void", "agent1", reason=self._code("void_reason"), text=self._word("void", "why"))
        # A repair of Tongling that Wuhu's team does, and those that stay in Wuhu and in Nanjing.
        self._repair("lent", TONGLING, "agent1", "dispatcher1", "WH-MAINT", "stranger1", None)
        wuhu = self._repair(
            "wuhu", WUHU, "wh-agent", "wh-dispatcher", "WH-MAINT", "stranger1", "stranger1", customer="wh"
        )
        self._do(wuhu, "note", "stranger1", text=self._word("wuhu", "note"))
        self._do(
            wuhu, "record_work", "stranger1", text=self._word("wuhu", "work"), minutes=20, began_at=wuhu.occurred_at
        )
        self._attach("wuhu", "stranger1")
        self._repair("wuhu-team", WUHU, "wh-agent", "wh-dispatcher", "WH-MAINT", "stranger1", None, customer="wh2")
        self._attach("wuhu-team", "wh-dispatcher")
        nanjing = self._repair(
            "nanjing", NANJING, "nj-agent", "nj-dispatcher", "NJ-MAINT", "nj-head", None, customer="nj"
        )
        self._do(nanjing, "note", "nj-head", text=self._word("nanjing", "note"))
        self._attach("nanjing", "nj-dispatcher")
        # Who sees only one of two linked orders does not hear of the other.
        self._do(north, "link", "manager1", other=wuhu, kind=LinkKind.RELATED)
        self._do(wuhu, "link", "manager1", other=south, kind=LinkKind.FOLLOWS)

    def _complaints(self) -> None:
        here = self._open(
            "complaint",
            "complaint",
            TONGLING,
            "callback1",
            ["TL-CALL", "TL-INSP"],
            ["callback1"],
            complaint_kind="complaint_kind",
        )
        self._split("complaint", "inspector1", [("TL-NORTH", "engineer1"), ("TL-BIZ", None)])
        self._report("complaint", "engineer1")
        there = self._open(
            "wuhu-complaint",
            "complaint",
            WUHU,
            "wh-agent",
            ["WH-CALL", "WH-INSP"],
            ["wh-agent"],
            complaint_kind="complaint_kind",
        )
        self._split("wuhu-complaint", "wh-inspector", [("WH-MAINT", "stranger1"), ("WH-BIZ", None)])
        self._report("wuhu-complaint", "stranger1")
        for key, order in (("complaint", here), ("wuhu-complaint", there)):
            self.world.ids[f"task of {key}"] = Task.objects.filter(order=order, reported_at=None).get().pk
            self.world.ids[f"review of {key}"] = Review.objects.filter(order=order, result="").get().pk
        south = self.orders["repair-south"]
        self.world.ids["review of repair-south"] = Review.objects.filter(order=south, result="").get().pk

    def _others(self) -> None:
        answered = self._open(
            "answered",
            "consultation",
            TONGLING,
            "agent1",
            ["TL-CALL", "TL-OPS"],
            ["agent1"],
            consultation_kind="consultation_kind",
        )
        self._do(answered, "answer", "agent1", text=self._word("answered", "answer"))
        biz = self._open(
            "consultation",
            "consultation",
            TONGLING,
            "agent1",
            ["TL-CALL", "TL-OPS"],
            ["agent1"],
            customer="tl",
            consultation_kind="consultation_kind",
        )
        self._do(
            biz,
            "transfer",
            "dispatcher1",
            department=self._department("TL-BIZ"),
            text=self._word("consultation", "why"),
        )
        self._with("consultation", ["TL-BIZ"], [])
        self._open(
            "wuhu-consultation", "consultation", WUHU, "wh-agent", ["WH-CALL", "WH-OPS"], ["wh-agent"], customer="both"
        )
        begins = {"business": "BIZ", "report": "INSP"}
        for type_ in ("business", "suggestion", "opinion", "report", "praise", "service_request", "presale"):
            with_ = ["TL-CALL", f"TL-{begins.get(type_, 'OPS')}"]
            self._open(type_, type_, TONGLING, "agent2", with_, ["agent2"])

    def _repair(
        self, key: str, city: str, agent: str, dispatcher: str, team: str, head: str, engineer: str | None, *,
        customer: str = "",
    ) -> WorkOrder:  # fmt: skip
        own = PREFIX[city]
        order = self._open(
            key,
            "repair",
            city,
            agent,
            [f"{own}-CALL", f"{own}-OPS"],
            [agent],
            customer=customer,
            repair_kind="repair_kind",
        )
        self._do(order, "dispatch", dispatcher, department=self._department(team), text=self._word(key, "dispatch"))
        self._with(key, [team], [])
        if engineer is not None:
            self._do(order, "assign", head, staff=self.staff[engineer], text=self._word(key, "assign"))
            self._with(key, [team], [engineer])
        return order

    def _open(
        self, key: str, type_: str, city: str, agent: str, with_: list[str], people_: list[str], *,
        customer: str = "", **form: str,
    ) -> WorkOrder:  # fmt: skip
        point = self.points.get(customer)
        told = {"city": city, "province": PROVINCE_OF[city], "with": with_, "people": people_}
        words = {name: mark(name, key) for name in ("description", "caller", "order address", "outcome of contact")}
        phone = dialled("caller", key)
        contact = Contact(
            channel="phone", channel_account="main", external_id=f"call-{key}", party_name=words["caller"],
            party_phone=phone, occurred_at=self.at(), outcome=words["outcome of contact"],
        )  # fmt: skip
        matter = Matter(
            type=type_, description=words["description"], customer=self.customers.get(customer), service_point=point,
            caller_name=words["caller"], caller_phone=phone, address=words["order address"],
            verified=("address", "name"), form={name: self._code(set_) for name, set_ in form.items()},
        )  # fmt: skip
        taken = intake.take(contact, matter, by=self.staff[agent], at=self.at())
        order = taken.order
        assert order is not None
        self.orders[key] = order
        thing = self.world.add("order", key, {"number": order.number}, **told, called=order.number)
        home = f"{PREFIX[city]}-CALL"
        contact_thing = self.world.add(
            "interaction", f"of {key}", {"contact_id": taken.interaction.pk}, city=city, province=PROVINCE_OF[city],
            department=home, agent=agent, called=words["caller"], heard=words["outcome of contact"],
        )  # fmt: skip
        self.world.tell(order.number, thing, contact_thing)
        for name in ("caller", "outcome of contact"):
            self.world.tell(words[name], thing, contact_thing)
        self.world.tell(words["description"], thing)
        self.world.tell(words["order address"], thing)
        self.world.tell(phone, thing, contact_thing)
        self.world.personal |= {words["caller"], words["order address"], phone}
        if point is not None:
            self._shown_with(customer, thing, contact_thing)
        self.world.searched[f"order {key}"] = [order.number]
        return order

    def _shown_with(self, customer: str, order: Thing, contact: Thing) -> None:
        """An order shows whom and which place it is for; a contact, whose it was."""
        self.world.tell(self.customers[customer].name, order, contact)
        point = self.points[customer]
        for word in (point.account_number, point.address, point.devices.get().number):
            self.world.tell(word, order)

    def _do(self, order: WorkOrder, act: str, by: str, **values: Any) -> None:
        order.refresh_from_db()
        values = {"version": None if act in {"note", "record_work", "link"} else order.version, **values}
        getattr(orders, act)(order, by=self.staff[by], at=self.at(), **values)
        order.refresh_from_db()

    def _word(self, key: str, what: str) -> str:
        word = mark(what, key)
        self.world.tell(word, self.world.thing("order", key))
        return word

    def _with(self, key: str, departments: list[str], people_: list[str]) -> None:
        told = self.world.thing("order", key).told
        told["with"] += [one for one in departments if one not in told["with"]]
        told["people"] += [one for one in people_ if one not in told["people"]]

    def _split(self, key: str, by: str, tasks: list[tuple[str, str | None]]) -> None:
        given = [
            Assignment(
                department=self._department(department), instruction=self._word(key, f"task {department}"),
                staff=self.staff[person] if person else None,
            )
            for department, person in tasks
        ]  # fmt: skip
        self._do(self.orders[key], "split", by, tasks=given)
        self._with(
            key, [department for department, _person in tasks], [person for _department, person in tasks if person]
        )

    def _report(self, key: str, by: str) -> None:
        self._do(
            self.orders[key], "report", by, handling=self._word(key, "handling"), satisfaction=4,
            receipt_person=self._word(key, "receipt"), handled_at=self.clock,
        )  # fmt: skip

    def _attach(self, key: str, by: str) -> None:
        name, content = self._word(key, "file"), self._word(key, "content")
        upload = SimpleUploadedFile(f"{name}.txt", f"{content}\n".encode(), content_type="text/plain")
        kept: Attachment = orders.attach(
            self.orders[key], upload=upload, by=self.staff[by], at=self.at(), text=self._word(key, "about file")
        )
        told = self.world.thing("order", key).told
        self.world.add("attachment", key, {"attachment_id": kept.pk}, **told)

    def _code(self, set_: str) -> str:
        return choices(set_, now())[0][0]

    def _department(self, code: str) -> Department:
        return Department.objects.get(code=code)

    # --- Contacts, and what everybody shares ------------------------------------------------------------------------
    def contacts(self) -> None:
        """Contacts that needed no order, and one that is still going on."""
        for key, city, agent, department in (
            ("silent", TONGLING, "agent1", "TL-CALL"), ("again", TONGLING, "callback1", "TL-CALL"),
            ("hall", TONGLING, "head3", "TL-BIZ"), ("pipe", TONGLING, "head1", "TL-NORTH"),
            ("wuhu", WUHU, "wh-agent", "WH-CALL"), ("wuhu-pipe", WUHU, "stranger1", "WH-MAINT"),
            ("nanjing", NANJING, "nj-agent", "NJ-CALL"),
        ):  # fmt: skip
            words = [mark("party", key), dialled("party", key), mark("said", key)]
            contact = Contact(
                channel="phone", channel_account="main", external_id=f"silent-{key}", party_name=words[0],
                party_phone=words[1], occurred_at=self.at(), outcome=words[2],
            )  # fmt: skip
            taken = intake.explain(contact, reason=self._code("no_order_reason"), by=self.staff[agent], at=self.at())
            self._contact(key, taken.interaction, city, department, agent, words)
        words = [mark("party", "begun"), dialled("party", "begun"), mark("said", "begun")]
        begun = intake.begin(
            Contact(
                channel="phone", party_name=words[0], party_phone=words[1], occurred_at=self.at(), outcome=words[2]
            ),
            by=self.staff["agent2"], at=self.at(),
        )  # fmt: skip
        self._contact("begun", begun.interaction, TONGLING, "TL-CALL", "agent2", words)

    def _contact(self, key: str, kept: Interaction, city: str, department: str, agent: str, words: list[str]) -> None:
        thing = self.world.add(
            "interaction", key, {"contact_id": kept.pk}, city=city, province=PROVINCE_OF[city], department=department,
            agent=agent, called=words[0], heard=words[2],
        )  # fmt: skip
        self.world.personal |= set(words[:2])
        for word in words:
            self.world.tell(word, thing)

    def kept_at_the_desk(self) -> None:
        """Views of one person, of a department and of a role; notes on several orders at once."""
        north, agents = self._department("TL-NORTH"), Role.objects.get(code="agent")
        anhui = Unit.objects.get(code=ANHUI)
        for key, owner, audience, told in (
            ("own", "agent1", desk.Audience(), {}),
            ("north", "head1", desk.Audience(department=north), {"department": "TL-NORTH"}),
            ("agents", "manager1", desk.Audience(role=agents, unit=anhui), {"role": "agent", "province": ANHUI}),
        ):
            view = desk.save_view(
                name=mark("view", key), query="queue=all&level=urgent", audience=audience, by=self.staff[owner],
                at=self.at(),
            )  # fmt: skip
            thing = self.world.add("view", key, {"pk": view.pk}, **{"owner": owner, **told})
            self.world.tell(view.name, thing)
        for owner, order in (("head1", "repair-north"), ("wh-dispatcher", "wuhu")):
            done = desk.do_to_many(
                {self.orders[order].number: 1}, Act.NOTE, {"text": self._word(order, "noted at once")},
                by=self.staff[owner], at=self.at(),
            )  # fmt: skip
            self.world.add("bulk", owner, {"pk": done.pk}, owner=owner)

    def files(self) -> None:
        """Kinds of data that come and go as files, and a file that each of three people has tried to load."""
        for what, authority in (
            ("customers", "customers.change"), ("service-points", "customers.change"),
            ("elements", "organisation.change"), ("staff", "staff.change"), ("codes", "codes.change"),
        ):  # fmt: skip
            self.world.add("data", what, {"what": what}, authority=authority)
        for owner, what in (("dispatcher1", "customers"), ("wh-dispatcher", "customers"), ("secadmin1", "staff")):
            name, heading, value = mark("file name", owner), mark("column", owner), mark("bad value", owner)
            upload = SimpleUploadedFile(f"{name}.csv", f"{heading}\n{value}\n".encode())
            run = loads.hand_in(KINDS[what], upload, by=self.staff[owner], at=self.at())
            Run.objects.filter(pk=run.pk).update(  # as the worker leaves it, who is not at work here
                state=State.CHECKED, heading=[heading], counts={"new": 0, "changed": 0, "same": 0, "bad": 1},
                problems=[{"row": 2, "column": "", "value": value, "sentence": "…"}], result_key=run.store_key,
                result_name=f"{name}.csv",
            )  # fmt: skip
            thing = self.world.add("run", owner, {"pk": run.pk}, owner=owner)
            for word in (name, heading, value):
                self.world.tell(word, thing)

    def shared(self) -> None:
        """Rows that everybody behind the door may see: places, codes, flows, acts."""
        self._places()
        for set_ in (Set.CHANNEL, Set.REPAIR_KIND):
            self.world.add("set", set_.value, {"set_": set_.value})
        for role in ("dispatcher", "inspector"):  # no words of HTML
            self.world.add("role", role, {"code": role})
            self.world.add("entry", f"{role} archives", {"code": role, "key": "archives"})
        for channel in ("sms", "email"):
            self.world.add("message", f"survey {channel}", {"purpose": "survey", "channel": channel})
        self.world.add("nowhere", "nothing", {"rest": "nothing"})
        code = Code.objects.filter(set=Set.REPAIR_KIND).order_by("pk").first()
        assert code is not None
        self.world.add("code", code.code, {"pk": code.pk})
        for kind in OrderType.objects.order_by("pk")[:3]:
            self.world.add("flow", kind.code, {"code": kind.code})
            for key in [field["key"] for field in kind.versions.order_by("-number")[0].definition["fields"]][:1]:
                self.world.add("own_field", f"{kind.code} {key}", {"code": kind.code, "key": key})
        self.types()
        for order in self.world.of("order"):
            for act in (act.value for act in Act if act != Act.OPEN):
                self.world.add(
                    "act", f"{order.key} {act}", {**order.names, "act": act}, **order.told, order=order.key, act=act,
                    form={"version": self.orders[order.key].version},
                )  # fmt: skip

    def _places(self) -> None:
        """Units, departments and areas of several cities."""
        codes = dict(Unit.objects.values_list("pk", "code"))
        cities = [Unit.objects.get(code=code) for code in (TONGLING, WUHU, NANJING)]
        for unit in [*Unit.objects.order_by("pk")[:2], *cities]:
            told = {"city": codes.get(unit.city_id, ""), "province": codes.get(unit.province_id, "")}
            self.world.add("unit", unit.code, {"pk": unit.pk}, **told)
        for kind, model in (("unit", Unit), ("department", Department), ("area", ServiceArea)):
            of_city: QuerySet[Any] = model._default_manager.filter(city__code=TONGLING)  # type: ignore[attr-defined]
            for row in (of_city.order_by("pk").last(), model._default_manager.order_by("pk").last()):  # type: ignore[attr-defined]
                assert row is not None
                told = {"city": codes.get(row.city_id, ""), "province": codes.get(row.province_id, "")}
                self.world.add("place", f"{kind} {row.pk}", {"kind": kind, "pk": row.pk}, **told)

    def types(self) -> None:
        """One type with a draft that could be published, and one that is other than shipped."""
        sysadmin = self.staff["sysadmin1"]
        repair, praise = (OrderType.objects.get(code=code) for code in ("repair", "praise"))
        draft = orders.begin_draft(repair, by=sysadmin, at=self.at())
        edit = Require(act="complete", fields=["address"])
        orders.change_draft(repair, edit, revision=draft.revision, by=sysadmin, at=self.at())
        orders.publish_type({**shipped(praise.code), "hold": {"hours": 7, "times": 1}}, by=sysadmin, at=self.at())
        self.world.add("type", repair.code, {"code": repair.code})
        self.world.add("type step", repair.code, {"code": repair.code, "key": "callback"})
        self.world.add("type act", repair.code, {"code": repair.code, "key": "callback", "act": "call_back"})
        self.world.add("type for act", repair.code, {"code": repair.code, "act": "call_back"})
        self.world.add("type changed", praise.code, {"code": praise.code})

    def let_in(self) -> None:
        """A browser session for everybody who works here."""
        for one in Staff.objects.all():
            browser = Client()
            browser.force_login(one)
            self.world.cookies[one.username] = browser.cookies[settings.SESSION_COOKIE_NAME].value
