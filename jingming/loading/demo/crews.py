"""Who works in each city of the demo: the small company's people with names, and some more of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from jingming.accounts import actions
from jingming.accounts.demo import Demo
from jingming.accounts.models import Role, Staff
from jingming.loading.rows import Place
from jingming.organisation.models import Department, ServiceArea, Unit
from jingming.organisation.queries import forget
from jingming.workorders import actions as workorders

NAMES = {
    "agent1": "周晓敏", "agent2": "汪雨桐", "dispatcher1": "吴建国", "head1": "陈立新", "approval1": "章文斌",
    "engineer1": "李大勇", "engineer2": "方志强", "head2": "何国庆", "engineer3": "钱海涛", "callback1": "苏婷",
    "inspector1": "郑卫东", "supervisor1": "林慧", "authority1": "高远", "announcer1": "唐静", "head3": "许明月",
    "account1": "沈佳", "manager1": "赵启明", "evaluator1": "韩冰", "sysadmin1": "罗杰", "secadmin1": "谢安",
    "auditadmin1": "曹正", "stranger1": "江涛",
}  # fmt: skip

# username, number, name, department, role, scope, approval manager
MORE = (
    ("engineer4", "1205", "胡伟", "TL-NORTH", "engineer", "own", "approval1"),
    ("engineer5", "1206", "徐磊", "TL-NORTH", "engineer", "own", "approval1"),
    ("engineer6", "1303", "马超", "TL-SOUTH", "engineer", "own", ""),
    ("agent3", "5101", "夏雪", "WH-CALL", "agent", "department", ""),
    ("callback2", "5102", "丁香", "WH-CALL", "callback", "department", ""),
    ("dispatcher2", "5201", "姚军", "WH-OPS", "dispatcher", "subtree", ""),
    ("engineer7", "5301", "孙立", "WH-MAINT", "engineer", "own", ""),
    ("engineer8", "5302", "杨帆", "WH-MAINT", "engineer", "own", ""),
    ("head4", "5401", "宋佳怡", "WH-BIZ", "head", "department", ""),
    ("account2", "5402", "卢毅", "WH-BIZ", "account_manager", "department", ""),
    ("inspector2", "5501", "贺强", "WH-INSP", "inspector", "subtree", ""),
    ("supervisor2", "5601", "秦岚", "WH-SUPER", "supervisor", "subtree", ""),
)

# category → approval manager of the department that has its problems
ROUTED = {
    "TL-NORTH": ("approval1", ("gas", "gas_leak", "gas_outage", "gas_pressure", "gas_meter", "gas_appliance", "tv_box"))
}


@dataclass(frozen=True)
class Team:
    """A maintenance team, and the categories that go to its approval manager first."""

    department: Department
    head: Staff
    engineers: tuple[Staff, ...]
    manager: Staff | None = None
    routed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Crew:
    """A city: its units, and who does what there."""

    city: Unit
    teams: dict[Unit, Team]  # by district
    agents: tuple[Staff, ...]
    dispatcher: Staff
    callback: Staff
    inspector: Staff
    supervisor: Staff
    account: Staff
    business_head: Staff

    @property
    def call_centre(self) -> Department:
        return self.agents[0].department

    @property
    def zone(self) -> ZoneInfo:
        return self.city.zone

    @cached_property
    def districts(self) -> tuple[Unit, ...]:
        return tuple(self.teams)

    @cached_property
    def areas(self) -> dict[int, tuple[ServiceArea, ...]]:
        """The service areas of each district, by its id."""
        return {unit.pk: tuple(ServiceArea.objects.filter(unit=unit).order_by("path")) for unit in self.teams}

    def team_at(self, place: Place) -> Team:
        """Who repairs things in a district."""
        return next((team for unit, team in self.teams.items() if unit.pk == place[2]), self.teams[self.districts[0]])


def engage_more(people: dict[str, Staff], draw: random.Random, *, at: datetime) -> dict[str, Staff]:
    """Give the company's people their names, and engage the rest; those who are new, by username."""
    for username, name in NAMES.items():
        people[username].name = name
    Staff.objects.bulk_update([people[username] for username in NAMES], ["name"])
    departments = {department.code: department for department in Department.objects.all()}
    roles = {role.code: role for role in Role.objects.all()}
    new: dict[str, Staff] = {}
    for username, number, name, department, role, scope, manager in MORE:
        new[username] = actions.engage(
            username=username,
            employee_number=number,
            name=name,
            department=departments[department],
            password=None,
            password_hash=people["agent1"].password,
            manager=people.get(manager),
            by=None,
            at=at,
        )
        actions.post(new[username], role=roles[role], department=departments[department], scope=scope, by=None, at=at)
    return new


def route_categories(people: dict[str, Staff], *, at: datetime) -> None:
    """Say whose problems the categories are."""
    for code, (manager, categories) in ROUTED.items():
        department = Department.objects.get(code=code)
        for category in categories:
            workorders.route(category, department, manager=people[manager], by=people["sysadmin1"], at=at)


def crews(people: dict[str, Staff]) -> list[Crew]:
    """The two cities with their people: Tongling, Wuhu."""
    forget()
    p = people
    departments = {department.code: department for department in Department.objects.all()}
    north = _team(departments["TL-NORTH"], p, "head1", "engineer1 engineer2 engineer4 engineer5", "approval1")
    south = _team(departments["TL-SOUTH"], p, "head2", "engineer3 engineer6")
    wuhu = _team(departments["WH-MAINT"], p, "stranger1", "engineer7 engineer8")
    units = {unit.code: unit for unit in Unit.objects.all()}
    tongling = Crew(
        city=units["340700"],
        teams={units["340705"]: north, units["340706"]: south, units["340711"]: south},
        agents=(p["agent1"], p["agent2"]),
        dispatcher=p["dispatcher1"],
        callback=p["callback1"],
        inspector=p["inspector1"],
        supervisor=p["supervisor1"],
        account=p["account1"],
        business_head=p["head3"],
    )
    neighbours = Crew(
        city=units["340200"],
        teams={units["340202"]: wuhu, units["340207"]: wuhu},
        agents=(p["agent3"],),
        dispatcher=p["dispatcher2"],
        callback=p["callback2"],
        inspector=p["inspector2"],
        supervisor=p["supervisor2"],
        account=p["account2"],
        business_head=p["head4"],
    )
    return [tongling, neighbours]


def _team(department: Department, people: dict[str, Staff], head: str, engineers: str, manager: str = "") -> Team:
    return Team(
        department=department,
        head=people[head],
        engineers=tuple(people[name] for name in engineers.split()),
        manager=people.get(manager),
        routed=frozenset(ROUTED[department.code][1]) if department.code in ROUTED else frozenset(),
    )


def shown_too(demo: Demo) -> Demo:
    """The sign-in page shows the company's own people; the others are there to be met."""
    return replace(demo, people=[person for person in demo.people if person.username in NAMES])
