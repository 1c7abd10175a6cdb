"""What people of the cast might send with an act: mostly what fits, now and then what does not quite."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from jingming.accounts.models import Staff
from jingming.organisation.models import Department
from jingming.organisation.queries import departments
from jingming.workorders import access
from jingming.workorders.flows import HOME
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import BESIDE, MOVES, Act

TYPES = (
    "repair", "complaint", "consultation", "business", "report", "service_request", "opinion", "suggestion", "praise",
    "presale",
)  # fmt: skip
JUNK = (None, "", "  ", 0, -1, 2**31, 2**63, 1.5, math.nan, True, [], [[1]], {}, {"a": None}, "nothing", "长" * 61, "5")
# How often an act is tried where it is possible: what leads onward often, what ends the story early seldom.
WEIGHT = {
    Act.VOID: 1, Act.RETYPE: 2, Act.TERMINATE: 4, Act.WAIT: 2, Act.HOLD: 2, Act.SUSPEND: 2, Act.ANSWER: 2, Act.AMEND: 6,
    Act.CLOSE: 6, Act.ACCEPT: 6, Act.REOPEN: 3, Act.ASSIGN: 5, Act.TRANSFER: 5, Act.RECALL: 3, Act.RETURN: 4,
}  # fmt: skip
FORM = {
    "repair_kind": "gas_none",
    "complaint_kind": "service_late",
    "consultation_kind": "tariff",
    "business_kind": "new_connection",
}
FIELDS: dict[str, Any] = {
    "address": "铜官区桂花苑 12-2-601", "verified": ["name", "address"], "level": "urgent", "category": "gas_meter",
    "description": "还是没气", "caller_name": "周女士", "caller_phone": "13800000417", "customer": None, "nothing": 1,
    "status": "closed", "version": 7,
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """Who and what is there when somebody acts, and the dice."""

    order: WorkOrder
    orders: list[WorkOrder]
    people: list[Staff]
    at: datetime
    dice: Random

    def some(self, *of: Any) -> Any:
        return self.dice.choice(of)

    def one_in(self, many: int) -> bool:
        return self.dice.randrange(many) == 0

    def earlier(self, *minutes: int) -> str:
        return (self.at - timedelta(minutes=self.dice.choice(minutes))).isoformat()

    def department(self, act: Act) -> Department:
        """Mostly one that does the next step, preferably here; sometimes any."""
        permission = self.order.flow.permission(self.order.step, act)
        every = sorted(departments().values(), key=lambda d: d.code)
        kinds = permission.to_kinds if permission else ()
        fitting = [d for d in every if (d.kind in kinds or HOME in kinds) and d.city_id == self.order.city_id]
        return self.dice.choice(every if not fitting or self.one_in(8) else fitting)

    def worker(self, department: Department) -> str | None:
        working = [person.username for person in self.people if person.department_id == department.pk]
        return self.dice.choice(working) if working else None


def possible(order: WorkOrder, people: list[Staff]) -> dict[Act, list[Staff]]:
    """Who may do what to the order now, as far as the rules tell beforehand."""
    hanging = access.situation(order)
    found: dict[Act, list[Staff]] = {}
    for act in MOVES:
        if order.status in MOVES[act]:
            able = [person for person in people if not access.why_not(order, act, person, hanging)]
            found |= {act: able} if able else {}
    return found


def not_in_the_way(order: WorkOrder, act: Act, person: Staff, hanging: access.Situation) -> bool:
    """Whether the person could do the act once the order is filled in."""
    if order.status not in MOVES[act] or access.why_not_by(order, act, person, hanging):
        return False
    if order.must_reassign and act not in {Act.REASSIGN, Act.REVIEW}:
        return False
    condition = access.CONDITIONS.get(act)
    return condition is None or not condition(order, hanging)


def weighted(order: WorkOrder, acts: dict[Act, list[Staff]]) -> list[Act]:
    """The possible acts, each as often as it shall be tried."""
    usual = {act: WEIGHT.get(act, 1 if act in BESIDE else 12) for act in acts}
    if Act.ACCEPT in usual and order.assignee_id:
        usual[Act.ACCEPT] = 1
    if Act.AMEND in usual and not access.missing(order):
        usual[Act.AMEND] = 1
    return [act for act, weight in usual.items() for _ in range(weight)]


def values_for(act: Act, scene: Scene) -> dict[str, Any]:
    """Values for the act that could be meant, and now and then one that is spoilt."""
    values = dict(SAID[act](scene))
    if scene.one_in(12):
        name = scene.some(*sorted(values), "text", "reason", "extra")
        values[name] = scene.some(*JUNK)
    return values


def _nothing(scene: Scene) -> dict[str, Any]:
    return {}


def _words(scene: Scene) -> dict[str, Any]:
    return {"text": scene.some("已处理", "已致电客户", " done ")}


def _sent_to(act: Act) -> Callable[[Scene], dict[str, Any]]:
    def said(scene: Scene) -> dict[str, Any]:
        department = scene.department(act)
        person = scene.worker(department) if act in {Act.DISPATCH, Act.TRANSFER} and scene.one_in(2) else None
        words = {} if act == Act.DISPATCH else _words(scene)
        return {"department": department.code, **words, **({"staff": person} if person else {})}

    return said


def _assigned(scene: Scene) -> dict[str, Any]:
    here = scene.department(Act.ASSIGN) if scene.one_in(10) else departments()[scene.order.department_id]
    return {"staff": scene.worker(here) or scene.dice.choice(scene.people).username}


def _split(scene: Scene) -> dict[str, Any]:
    tasks = []
    for _ in range(scene.some(1, 1, 2, 3)):
        department = scene.department(Act.SPLIT)
        person = scene.worker(department) if scene.one_in(2) else None
        tasks.append({"department": department.code, "instruction": "请核实", **({"staff": person} if person else {})})
    return {"tasks": tasks}


def _reported(scene: Scene) -> dict[str, Any]:
    open_tasks = [task.pk for task in access.situation(scene.order).open_tasks]
    which = {"task": scene.some(*open_tasks)} if open_tasks and scene.one_in(2) else {}
    told = {"handling": "已上门处理", "satisfaction": scene.some(4, 1), "receipt_person": "周晓岚"}
    return {**which, **told, "handled_at": scene.earlier(0, 0, 0, 0, 1, -5)}


def _reviewed(scene: Scene) -> dict[str, Any]:
    if not scene.one_in(3):
        return {"result": "passed", **scene.some({}, {"text": "好"})}
    step = {"to_step": scene.some(*scene.order.flow.steps).key} if scene.one_in(2) else {}
    return {"result": "returned", "text": "照片不全", **step}


def _called_back(scene: Scene) -> dict[str, Any]:
    result = scene.some("satisfied", "satisfied", "dissatisfied", "unreachable")
    return {"result": result, "satisfaction": scene.some(1, 3, 5, 5, None, 6)}


def _fields(scene: Scene) -> dict[str, Any]:
    """What the order still lacks, mostly; else some correction, or a field that it does not have."""
    lacking: dict[str, Any] = {field.key: FORM[field.key] for field in scene.order.flow.fields if field.key in FORM}
    lacking |= {key: FIELDS[key] for key in ("address", "verified")}
    others = {key: FIELDS[key] for key in scene.dice.sample(sorted(FIELDS), scene.some(0, 0, 1, 3))}
    spoilt = {scene.some(*others): scene.some(*JUNK)} if others and scene.one_in(3) else {}
    return {"fields": {**lacking, **others, **spoilt}}


def _reason(*codes: str) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: {"reason": scene.some(*codes)}


SAID: dict[Act, Callable[[Scene], dict[str, Any]]] = {
    **dict.fromkeys(Act, _nothing),
    **dict.fromkeys((Act.ANSWER, Act.REPLY, Act.TERMINATE, Act.COMPLETE, Act.RECALL, Act.NOTE), _words),
    **{act: _sent_to(act) for act in (Act.DISPATCH, Act.TRANSFER, Act.REASSIGN, Act.JUDGE)},
    Act.RETURN: _reason("wrong_department", "incomplete"),
    Act.SUSPEND: _reason("mass_fault", "weather"),
    Act.REOPEN: _reason("not_solved", "came_back"),
    Act.VOID: _reason("duplicate", "test"),
    Act.ASSIGN: _assigned,
    Act.SPLIT: _split,
    Act.REPORT: _reported,
    Act.REVIEW: _reviewed,
    Act.CALL_BACK: _called_back,
    Act.AMEND: _fields,
    Act.HOLD: lambda scene: {
        "until": (scene.at + timedelta(hours=scene.some(1, 8, 24, 25, -1))).isoformat(),
        "reason": "material",
    },
    Act.WAIT: lambda scene: {"waiting_for": scene.some("customer", "material", "third_party")},
    Act.RETYPE: lambda scene: {"type": scene.some(*TYPES)},
    Act.WORK: lambda scene: {**_words(scene), "began_at": scene.earlier(0, 30, -5), "minutes": 30},
    Act.LINK: lambda scene: {
        "other": scene.some(*scene.orders).number,
        "kind": scene.some("related", "duplicate", "follows"),
    },
}
