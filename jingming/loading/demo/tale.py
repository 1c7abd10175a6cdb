"""One order's story, told act by act as the actions would do them, until it is over or the present is reached."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jingming.accounts.models import Staff
from jingming.loading.rows import LoadedCallback, LoadedReview, LoadedStep, LoadedTask, LoadedWork
from jingming.organisation.models import Department
from jingming.workorders.flows import HOME, Flow
from jingming.workorders.rules import Act, CallbackResult, ReviewResult, Status

from .crews import Crew, Team

U, P, D, S, C, V = (
    Status.UNTREATED,
    Status.PROCESSING,
    Status.PROCESSED,
    Status.SUSPENDED,
    Status.CLOSED,
    Status.VOID,
)
RARE_BUT_TOLD = 0.4
HURRY = 0.3  # of the usual time: a leak is dispatched, reached and made safe within an hour or two
CALLS_EACH = 1.15  # callbacks made on an order that is called back: some find nobody in, some begin it anew
OPENS, SHUTS = 8, 20  # work that need not be done at night begins and ends with these hours


class Present(Exception):
    """The next act would lie in the future: this is how the order stands today."""


@dataclass(slots=True)
class Quota:
    """How many callbacks are still to be made on the orders ahead, so that a year's figure comes out exactly. `ahead`
    does not count the order that is being told."""

    left: int
    ahead: int

    @property
    def pressing(self) -> bool:
        """Whether every order from here on must be called back."""
        return self.left > self.ahead

    def asks_for(self, draw: random.Random, *, certain: bool, made: int) -> bool:
        """Whether this order, on which so many calls were made already, is called back."""
        if self.left <= made:
            return False
        return certain or self.pressing or draw.random() < self.left / (self.ahead + 1) / CALLS_EACH


@dataclass(slots=True)
class Standing:
    """How the order stands."""

    status: Status
    step: str
    department: Department
    assignee: Staff | None = None
    waiting_for: str = ""
    held_until: datetime | None = None


class Tale:
    """Keeps the order's state; every method is an act by somebody, some minutes after the one before."""

    def __init__(
        self,
        flow: Flow,
        crew: Crew,
        team: Team,
        *,
        opened_at: datetime,
        now: datetime,
        draw: random.Random,
        until: Act | None = None,
        quota: Quota | None = None,
    ) -> None:
        self.flow, self.crew, self.team, self.draw = flow, crew, team, draw
        self.opened_at = self.at = opened_at
        self.now = now
        self.until = until  # the story is told up to the first act of this kind, and what is rare comes often
        self.quota = quota
        self.zone = crew.zone
        self.home = crew.call_centre
        self.start = self._start_department()
        self.here = Standing(U, flow.start, self.start)
        self.steps: list[LoadedStep] = []
        self.tasks: list[LoadedTask] = []
        self.reviews: list[LoadedReview] = []
        self.callbacks: list[LoadedCallback] = []
        self.work: list[LoadedWork] = []
        self.also_with: tuple[int, ...] = ()
        self.round = 1
        self.outcome = ""
        self.callback_waived = False
        self.in_a_hurry = False

    # --- Acts ----------------------------------------------------------------------------------------------------
    def open(self, by: Staff, text: str) -> None:
        self._line(Act.OPEN, by, self.opened_at, text=text)

    def answer(self, by: Staff, text: str) -> None:
        at = self._later(2, 8, at_once=True)
        self._end(text)
        self._line(Act.ANSWER, by, at, text=text)

    def accept(self, by: Staff, within: tuple[int, int] = (3, 60)) -> None:
        at = self._later(*within)
        self._go_on()
        self.here.assignee = by
        self._line(Act.ACCEPT, by, at)

    def assign(self, by: Staff, to: Staff, text: str = "") -> None:
        at = self._later(5, 120)
        self._go_on()
        self.here.assignee = to
        self._line(Act.ASSIGN, by, at, text=text)

    def arrive(self, by: Staff, within: tuple[int, int] = (15, 180)) -> None:
        """On site, where the flow knows of that."""
        if self.flow.permission(self.here.step, Act.ARRIVE):
            self._line(Act.ARRIVE, by, self._later(*within))

    def dispatch(self, by: Staff, department: Department, text: str = "", *, category: str = "") -> None:
        self._send(Act.DISPATCH, by, department, text, category)

    def transfer(self, by: Staff, department: Department, text: str = "") -> None:
        at = self._later(5, 90)
        self._step_done(by, at, text)
        self._go_on()
        self._hand_over(Act.TRANSFER, department)
        self._line(Act.TRANSFER, by, at, text=text)

    def reply(self, by: Staff, text: str, to: Department) -> None:
        at = self._later(20, 600)
        self._step_done(by, at, text)
        self._go_on()
        self.outcome = text
        self._hand_over(Act.REPLY, to)
        self._line(Act.REPLY, by, at, text=text)

    def give_back(self, by: Staff, reason: str, text: str, to: Department) -> None:
        at = self._later(10, 240)
        self._go_on()
        self._hand_over(Act.RETURN, to)
        self._line(Act.RETURN, by, at, reason=reason, text=text)

    def wait(self, by: Staff, waiting_for: str, text: str) -> None:
        at = self._later(10, 240)
        self.here.waiting_for = waiting_for
        self._line(Act.WAIT, by, at, text=text)

    def hold(self, by: Staff, reason: str, text: str) -> None:
        at = self._later(10, 120)
        self.here.held_until = at + timedelta(hours=self.draw.randint(4, self.flow.hold.hours))
        self._line(Act.HOLD, by, at, reason=reason, text=text)

    def suspend(self, by: Staff, reason: str, text: str) -> Status:
        at, before = self._later(5, 60), self.here.status
        self.here.status = S
        self._line(Act.SUSPEND, by, at, reason=reason, text=text)
        return before

    def resume(self, by: Staff, *, to: Status | None = None, within: tuple[int, int] = (120, 2_000)) -> None:
        at = self._later(*within)
        if to is None:
            self.here.waiting_for, self.here.held_until = "", None
        else:
            self.here.status = to
        self._line(Act.RESUME, by, at)

    def complete(self, by: Staff, text: str, within: tuple[int, int] = (20, 240)) -> None:
        at, plan = self._later(*within), self.flow.callback
        if not any(task.round == self.round for task in self.tasks):
            self._step_done(by, at, text)
        share = {"always": 1.0, "never": 0.0}.get(plan.when, plan.share)
        if self.quota is not None and plan.when != "never":
            certain = self.round > 1 or self.flow.code == "complaint"
            self.callback_waived = not self.quota.asks_for(self.draw, certain=certain, made=self.calls_made)
        else:
            self.callback_waived = self.draw.random() >= share
        self.here.status, self.outcome = D, text
        self._hand_over(Act.COMPLETE, self.home)
        if not self.callback_waived:
            self._callback_falls_due(at)
        self._line(Act.COMPLETE, by, at, text=text)

    def review(self, by: Staff, text: str) -> None:
        """The head passes what waits for the head's review; without anything waiting nothing happens."""
        waiting = [n for n, r in enumerate(self.reviews) if not r.result and r.done_by != by.pk]
        waiting = [n for n in waiting if self.reviews[n].department == by.department_id]
        if not waiting:
            return
        at, found = self._later(30, 600), self.reviews[waiting[0]]
        self.reviews[waiting[0]] = replace(
            found, result=ReviewResult.PASSED.value, reviewer=by.pk, reviewed_at=at, remark=text
        )
        self._line(
            Act.REVIEW, by, at, text=text, facts={"result": "passed", "step": found.step, "done_by": found.done_by}
        )

    def send_back(self, by: Staff, text: str) -> None:
        """The head returns the step just done: it is open again, and the callback due for it is withdrawn."""
        at, found = self._later(20, 240), self.reviews[-1]
        self.reviews[-1] = replace(
            found, result=ReviewResult.RETURNED.value, reviewer=by.pk, reviewed_at=at, remark=text
        )
        if self.callbacks and not self.callbacks[-1].result:
            self.callbacks[-1] = replace(self.callbacks[-1], result=CallbackResult.WITHDRAWN.value, by=by.pk, at=at)
        self.here = Standing(P, found.step, by.department)
        self._line(
            Act.REVIEW, by, at, text=text, facts={"result": "returned", "step": found.step, "done_by": found.done_by}
        )

    def call_back(self, by: Staff, result: CallbackResult, text: str) -> None:
        at = self._later(60, 2_400)
        satisfaction = None
        if result != CallbackResult.UNREACHABLE:
            satisfaction = (
                self.draw.choice((4, 4, 5, 5, 5, 5)) if result == CallbackResult.SATISFIED else self.draw.choice((1, 2))
            )
        self.callbacks[-1] = replace(
            self.callbacks[-1], result=result.value, satisfaction=satisfaction, text=text, by=by.pk, at=at
        )
        if result == CallbackResult.SATISFIED:
            self._hand_over(Act.CALL_BACK, self.home)
        elif result == CallbackResult.UNREACHABLE:
            self._callback_falls_due(at)
        self._line(Act.CALL_BACK, by, at, text=text, facts={"result": result.value, "satisfaction": satisfaction})

    def reassign(self, by: Staff, department: Department, text: str) -> None:
        at = self._later(10, 240)
        self.round += 1
        self.here.status = P
        self._hand_over(Act.REASSIGN, department)
        self._line(Act.REASSIGN, by, at, text=text)

    def close(self, by: Staff) -> None:
        at = self._later(2, 30)
        self._end("")
        self._line(Act.CLOSE, by, at)

    def terminate(self, by: Staff, text: str) -> None:
        at = self._later(10, 240)
        self._end(text)
        self._line(Act.TERMINATE, by, at, text=text)

    def void(self, by: Staff, reason: str, text: str) -> None:
        at = self._later(5, 90)
        self.here.status, self.here.waiting_for, self.here.held_until = V, "", None
        self._line(Act.VOID, by, at, reason=reason, text=text)

    def reopen(self, by: Staff, reason: str, text: str) -> None:
        at = self._later(600, 8_000)
        self.round += 1
        self.here = Standing(P, self.flow.start, self.start)
        self._line(Act.REOPEN, by, at, reason=reason, text=text)

    def split(self, by: Staff, parts: list[tuple[Staff, str]]) -> None:
        at = self._later(30, 600)
        self._go_on()
        self._hand_over(Act.SPLIT, self.here.department, by)
        for person, instruction in parts:
            self.tasks.append(
                LoadedTask(
                    round=self.round,
                    department=person.department_id,
                    assignee=person.pk,
                    instruction=instruction,
                    given_by=by.pk,
                    given_at=at,
                )
            )
        given = [{"department": person.department_id, "instruction": instruction} for person, instruction in parts]
        self._line(Act.SPLIT, by, at, facts={"tasks": given})

    def report(self, number: int, by: Staff, handling: str, receipt_person: str) -> None:
        at = self._later(240, 2_800)
        satisfaction, handled_at = self.draw.randint(3, 5), at - timedelta(minutes=self.draw.randint(5, 60))
        handled_at = max(handled_at, self.opened_at)
        self.tasks[number] = replace(
            self.tasks[number],
            handling=handling,
            satisfaction=satisfaction,
            receipt_person=receipt_person,
            handled_at=handled_at,
            reported_by=by.pk,
            reported_at=at,
        )
        if self.flow.review != "none":
            self._to_be_reviewed(by, at, handling, task=number)
        facts = {"satisfaction": satisfaction, "receipt_person": receipt_person, "handled_at": handled_at.isoformat()}
        self._line(Act.REPORT, by, at, text=handling, facts=facts)

    def judge(self, by: Staff, department: Department, text: str) -> None:
        at = self._later(600, 4_000)
        self._line(Act.JUDGE, by, at, text=text, facts={"responsible_department": department.pk})

    def note(self, by: Staff, text: str) -> None:
        self._line(Act.NOTE, by, self._later(5, 90), text=text)

    def record_work(self, by: Staff, text: str) -> None:
        began, minutes = self.at, self.draw.randint(15, 150)
        at = self._later(minutes, minutes + 30)
        self.work.append(LoadedWork(staff=by.pk, began_at=began, minutes=minutes, text=text, recorded_at=at))
        self._line(Act.WORK, by, at, text=text, facts={"minutes": minutes, "began_at": began.isoformat()})

    def over(self, by: Staff, text: str, *, at_once: bool) -> None:
        """Nothing but the end: the agent's answer, or hours later the end of what a team did."""
        if at_once:
            self.answer(by, text)
        else:
            self.also_with = (self.team.department.pk,)
            at = self.opened_at + timedelta(minutes=self.draw.randint(90, 2_800), seconds=self.draw.randint(0, 59))
            self._end(text)
            self._line(Act.TERMINATE, by, at, text=text)

    def happens(self, chance: float) -> bool:
        """Whether something that happens so often happens in this story."""
        return self.draw.random() < (max(chance, RARE_BUT_TOLD) if self.until else chance)

    @property
    def calls_made(self) -> int:
        return sum(call.result not in ("", CallbackResult.WITHDRAWN.value) for call in self.callbacks)

    @property
    def another_call(self) -> bool:
        """Whether the year's figure has room for a call after the next one."""
        return self.quota is None or self.quota.left - self.calls_made > 1

    @property
    def told(self) -> bool:
        """Whether the story has come to the act that it was to be told up to."""
        return bool(self.steps) and self.steps[-1].act is self.until

    # --- What they share -----------------------------------------------------------------------------------------
    def _later(self, least: int, most: int, *, at_once: bool = False) -> datetime:
        """The time of the next act; raises Present if that is not yet."""
        if self.told:
            raise Present
        minutes = self.draw.triangular(least, most, least) * (HURRY if self.in_a_hurry else 1)
        at = self.at + timedelta(minutes=round(minutes), seconds=int(self.draw.random() * 60))
        if not at_once and not self.in_a_hurry:
            local = at.astimezone(self.zone)
            if not OPENS <= local.hour < SHUTS:
                days = 1 if local.hour >= SHUTS else 0
                morning = local.replace(hour=OPENS, minute=self.draw.randint(0, 59)) + timedelta(days=days)
                at = morning.astimezone(at.tzinfo)
        if at > self.now:
            raise Present
        return at

    def _line(
        self,
        act: Act,
        by: Staff,
        at: datetime,
        *,
        reason: str = "",
        text: str = "",
        facts: dict[str, object] | None = None,
    ) -> None:
        here, self.at = self.here, at
        self.steps.append(
            LoadedStep(
                act=act,
                at=at,
                status=here.status,
                step=here.step,
                department=here.department.pk,
                assignee=here.assignee.pk if here.assignee else None,
                waiting_for=here.waiting_for,
                held_until=here.held_until,
                by=by.pk,
                by_name=by.name,
                reason=reason,
                text=text,
                facts=facts or {},
            )
        )

    def _start_department(self) -> Department:
        kinds = self.flow.step(self.flow.start).kinds
        if HOME in kinds:
            return self.home
        first = (self.crew.dispatchers[0], self.crew.inspectors[0], self.crew.accounts[0])
        by_kind = {person.department.kind: person.department for person in first}
        return next(by_kind[kind] for kind in kinds if kind in by_kind)

    def _go_on(self) -> None:
        if self.here.status == U:
            self.here.status = P

    def _hand_over(self, act: Act, department: Department, staff: Staff | None = None) -> None:
        permission = self.flow.permission(self.here.step, act)
        step = self.flow.step((permission.to if permission else "") or self.here.step)
        if step.unless_waived and self.callback_waived:
            step = self.flow.step(step.acts[Act.CALL_BACK].to)
        self.here = Standing(self.here.status, step.key, department, staff)

    def _send(self, act: Act, by: Staff, department: Department, text: str, category: str) -> None:
        at = self._later(3, 60)
        self._go_on()
        manager = self.team.manager if department == self.team.department and category in self.team.routed else None
        self._hand_over(act, department, manager)
        self._line(act, by, at, text=text)

    def _end(self, text: str) -> None:
        self.here.status, self.here.waiting_for, self.here.held_until = C, "", None
        self.outcome = text or self.outcome

    def _step_done(self, by: Staff, at: datetime, text: str) -> None:
        if self.flow.review != "none" and self.flow.step(self.here.step).review:
            self._to_be_reviewed(by, at, text)

    def _to_be_reviewed(self, by: Staff, at: datetime, work: str, *, task: int | None = None) -> None:
        department = self.tasks[task].department if task is not None else self.here.department.pk
        self.reviews.append(
            LoadedReview(
                round=self.round,
                step=self.here.step,
                department=department,
                done_by=by.pk,
                done_at=at,
                work=work,
                task=task,
            )
        )

    def _callback_falls_due(self, at: datetime) -> None:
        self.callbacks.append(LoadedCallback(round=self.round, department=self.home.pk, due_at=at))
