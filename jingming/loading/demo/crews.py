"""Who works in each city of the demo: the small company's people with names, and as many more as its work asks for."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from jingming.accounts import actions
from jingming.accounts.demo import Demo
from jingming.accounts.models import Post, Role, Staff
from jingming.base.initials import initials
from jingming.loading.rows import Place
from jingming.organisation import actions as places
from jingming.organisation.models import Department, ServiceArea, Unit
from jingming.organisation.queries import memory
from jingming.organisation.rules import Kind
from jingming.workorders import actions as workorders

from . import names
from .places import AREAS, District

CITIES = (("340700", "TL-"), ("340200", "WH-"))  # unit, and how the codes of its departments begin
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
# Teams that the small company has not: unit, code, Chinese and English name. A district's own is nearest to its orders.
TEAMS = (
    ("340700", "TL-NORTH-2", "江北维修二班", "Second north maintenance team"),
    ("340711", "TL-JQ", "郊区维修班", "Jiaoqu maintenance team"),
    ("340207", "WH-JJ", "鸠江维修班", "Jiujiang maintenance team"),
)
# Which teams have a district's repairs, with their share: unit, team, share.
COVERING = (
    ("340705", "TL-NORTH", 6), ("340705", "TL-NORTH-2", 4), ("340706", "TL-SOUTH", 1), ("340711", "TL-JQ", 1),
    ("340202", "WH-MAINT", 1), ("340207", "WH-JJ", 3), ("340207", "WH-MAINT", 1),
)  # fmt: skip
# How many more of a role a department has at full size, and the least. An agent answers some eighty calls a day and
# works five days in seven: 850 contacts a day ask for about twenty. An engineer does five repairs a day.
CROWD = (
    ("TL-CALL", "agent", 17, 1), ("TL-CALL", "callback", 3, 0), ("TL-OPS", "dispatcher", 4, 0),
    ("TL-NORTH", "engineer", 6, 0), ("TL-NORTH-2", "head", 1, 1), ("TL-NORTH-2", "engineer", 7, 2),
    ("TL-SOUTH", "engineer", 6, 0), ("TL-JQ", "head", 1, 1), ("TL-JQ", "engineer", 4, 1),
    ("TL-INSP", "inspector", 2, 0), ("TL-BIZ", "account_manager", 4, 0), ("WH-CALL", "agent", 2, 0),
    ("WH-JJ", "head", 1, 1), ("WH-JJ", "engineer", 2, 1),
)  # fmt: skip
SCOPES = {"agent": "department", "callback": "department", "dispatcher": "subtree", "engineer": "own",
          "head": "department", "inspector": "subtree", "account_manager": "department"}  # fmt: skip
FIRST_NUMBER = 6001  # employee numbers of the crowd

# category → approval manager of the department that has its problems
ROUTED = {"TL-NORTH": ("approval1", ("gas", "gas_leak", "gas_outage", "gas_pressure", "gas_meter", "gas_appliance"))}


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
    """A city: its units, and who does what there. Of each role the first is the one on the sign-in page."""

    city: Unit
    teams: dict[int | None, tuple[tuple[Team, ...], tuple[int, ...]]]  # by district's id: teams and their shares
    agents: tuple[Staff, ...]
    dispatchers: tuple[Staff, ...]
    callbacks: tuple[Staff, ...]
    inspectors: tuple[Staff, ...]
    supervisor: Staff
    accounts: tuple[Staff, ...]
    business_head: Staff
    districts: tuple[District, ...]

    @property
    def call_centre(self) -> Department:
        return self.agents[0].department

    @property
    def zone(self) -> ZoneInfo:
        return self.city.zone

    def team_at(self, place: Place, draw: random.Random, code: str = "") -> Team:
        """Who repairs things in a district: the team of the code if it is one of them."""
        teams, shares = self.teams[place[2]] if place[2] in self.teams else next(iter(self.teams.values()))
        meant = [team for team in teams if team.department.code == code]
        return meant[0] if meant else draw.choices(teams, weights=shares)[0]

    def covered_by(self, code: str) -> list[int]:
        """The ids of the districts that a team has a share of."""
        covers = [pk for pk, (teams, _shares) in self.teams.items() if any(t.department.code == code for t in teams)]
        return [pk for pk in covers if pk is not None]


def engage_more(people: dict[str, Staff], scale: float, draw: random.Random, *, at: datetime) -> None:
    """Give the company's people their names, add teams and areas, and engage the others into `people`. A smaller city
    has fewer of them, by the root of its scale."""
    for username, name in NAMES.items():
        people[username].name = name
        people[username].initials = initials(name)
    Staff.objects.bulk_update([people[username] for username in NAMES], ["name", "initials"])
    units = {unit.code: unit for unit in Unit.objects.all()}
    for unit, code, zh, en in TEAMS:
        places.add_department(
            unit=units[unit], kind=Kind.MAINTENANCE, code=code, label={"zh": zh, "en": en}, by=None, at=at
        )
    for unit, areas in AREAS.items():
        for number, (zh, en) in enumerate(areas, 1):
            label = {"zh": zh, "en": en}
            places.add_area(unit=units[unit], parent=None, code=f"{unit}-{number}", label=label, by=None, at=at)
    departments = {department.code: department for department in Department.objects.all()}
    roles = {role.code: role for role in Role.objects.all()}
    for username, of_staff, name, department, role, scope, manager in (*MORE, *_crowd(scale, draw)):
        people[username] = actions.engage(
            username=username,
            employee_number=of_staff,
            name=name,
            department=departments[department],
            password=None,
            password_hash=people["agent1"].password,
            manager=people.get(manager),
            by=None,
            at=at,
        )
        actions.post(
            people[username], role=roles[role], department=departments[department], scope=scope, by=None, at=at
        )


def _crowd(scale: float, draw: random.Random) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """More people, in the shape of MORE; their usernames go on where its numbers end."""
    taken = Counter(username.rstrip("0123456789") for username in (*NAMES, *(row[0] for row in MORE)))
    number = FIRST_NUMBER
    for department, role, full, least in CROWD:
        for _one in range(max(least, round(full * scale**0.5))):
            word = "account" if role == "account_manager" else role
            taken[word] += 1
            manager = "approval1" if department == "TL-NORTH" and role == "engineer" else ""
            yield f"{word}{taken[word]}", str(number), names.person(draw), department, role, SCOPES[role], manager
            number += 1


def route_categories(people: dict[str, Staff], *, at: datetime) -> None:
    """Say whose problems the categories are."""
    for code, (manager, categories) in ROUTED.items():
        department = Department.objects.get(code=code)
        for category in categories:
            workorders.route(category, department, manager=people[manager], by=people["sysadmin1"], at=at)


def crews(people: dict[str, Staff]) -> list[Crew]:
    """The two cities with their people: Tongling, Wuhu."""
    memory.forget()
    units = {unit.code: unit for unit in Unit.objects.all()}
    return [_crew(units[code], prefix, people) for code, prefix in CITIES]


def _crew(city: Unit, prefix: str, people: dict[str, Staff]) -> Crew:
    by_post: dict[tuple[str, str], list[Staff]] = {}
    posts = Post.objects.filter(department__code__startswith=prefix).select_related("role", "department")
    by_pk = {person.pk: person for person in people.values()}
    for post in posts.order_by("staff__employee_number"):
        by_post.setdefault((post.department.code.removeprefix(prefix), post.role.code), []).append(by_pk[post.staff_id])
    for crew in by_post.values():
        crew.sort(key=lambda person: (person.username not in NAMES, person.employee_number))
    teams = {
        code: _team(code.removeprefix(prefix), by_post, people) for _u, code, _s in COVERING if code.startswith(prefix)
    }
    covered = {
        unit: [(teams[code], share) for u, code, share in COVERING if u == unit and code in teams]
        for unit, _c, _s in COVERING
    }
    districts = [unit for unit in Unit.objects.filter(parent=city).order_by("code") if covered.get(unit.code)]
    return Crew(
        city=city,
        teams={
            unit.pk: (tuple(team for team, _ in covered[unit.code]), tuple(share for _, share in covered[unit.code]))
            for unit in districts
        },
        agents=tuple(by_post["CALL", "agent"]),
        dispatchers=tuple(by_post["OPS", "dispatcher"]),
        callbacks=tuple(by_post["CALL", "callback"]),
        inspectors=tuple(by_post["INSP", "inspector"]),
        supervisor=by_post["SUPER", "supervisor"][0],
        accounts=tuple(by_post["BIZ", "account_manager"]),
        business_head=by_post["BIZ", "head"][0],
        districts=tuple(
            District(unit, tuple(ServiceArea.objects.filter(unit=unit).order_by("path"))) for unit in districts
        ),
    )


def _team(code: str, by_post: dict[tuple[str, str], list[Staff]], people: dict[str, Staff]) -> Team:
    head = by_post[code, "head"][0]
    manager, routed = ROUTED.get(head.department.code, ("", ()))
    engineers = [person for person in by_post[code, "engineer"] if person != head]
    return Team(head.department, head, tuple(engineers), people.get(manager), frozenset(routed))


def shown_too(demo: Demo) -> Demo:
    """The sign-in page shows the company's own people; the others are there to be met."""
    return replace(demo, people=[person for person in demo.people if person.username in NAMES])
