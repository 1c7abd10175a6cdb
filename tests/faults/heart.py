"""A machine that plays the whole cast on real PostgreSQL: random acts by random people on a few orders of all types.

After every act all of `tests.faults.invariants` is asked.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import Http404
from django.utils import translation
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from jingming.accounts.actions import make_token
from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.customers import actions as customers
from jingming.customers.models import ServicePoint
from jingming.intake import actions as intake
from jingming.interactions.models import Interaction
from jingming.organisation.queries import departments
from jingming.workorders import access, actions, inputs
from jingming.workorders.models import Route, WorkOrder
from jingming.workorders.rules import BESIDE, Act
from tests.cast import FOUNDED, Caller
from tests.faults import acting
from tests.faults.invariants import Attempt, sentence_of, wrong_in, wrong_with
from tests.faults.world import World, look

MORNING = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
SEEDS = st.integers(0, 2**32)
LONGEST_STORY = 3  # orders: enough to mix them up, few enough to reach their ends
# Acts that carry an order onward: one under way always has somebody who can do one of them.
ONWARD = frozenset(Act) - {Act.OPEN} - BESIDE - {Act.AMEND, Act.VOID, Act.RETYPE, Act.HOLD, Act.WAIT, Act.SUSPEND}


class Heart(RuleBasedStateMachine):
    """A few orders in the hands of everybody."""

    cast: ClassVar[dict[str, Staff]]
    household: ClassVar[ServicePoint]
    callers: ClassVar[dict[str, Caller]]

    def __init__(self) -> None:
        super().__init__()
        self.people = list(self.cast.values())
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.clock = time_machine.travel(MORNING, tick=False)
        self.moving = self.clock.start()
        self.world = look()
        self.calls = self.steps = 0

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # --- What happens ------------------------------------------------------------------------------------------------
    @initialize(category=st.sampled_from(["gas_meter", "gas_leak"]), seed=SEEDS)
    def a_day_begins(self, category: str, seed: int) -> None:
        approval = self.cast["approval1"]
        Route.objects.create(category=category, department=approval.department, manager=approval)
        self.somebody_calls(Random(seed))

    @rule(seed=SEEDS)
    def something_happens(self, seed: int) -> None:
        """One seed decides all of a step: what is drawn one by one comes out too much alike."""
        self.steps += 1
        dice = Random(f"{seed} {self.steps}")
        what = dice.randrange(100)
        if what < 82:
            self.somebody_acts(dice)
        elif what < 89:
            self.moving.shift(timedelta(minutes=dice.choice([1, 20, 300, 60 * 26])))
        elif what < 95 and len(self.world.orders) < LONGEST_STORY:
            self.somebody_calls(dice)
        elif what < 95:
            self.somebody_acts(dice)
        else:
            self.somebody_contacts(dice)

    def somebody_calls(self, dice: Random) -> None:
        by = self.cast[dice.choice(["agent1", "agent2", "callback1"])]
        matter = self.matter(dice.choice(acting.TYPES), whole=dice.random() < 0.5)
        intake.take(intake.Contact(channel="phone", service_point=self.household), matter, by=by, at=now())
        self.judge(Attempt(by, Act.OPEN, "done"))

    def somebody_acts(self, dice: Random) -> None:
        orders = list(WorkOrder.objects.order_by("pk"))
        order = dice.choice(orders)
        act, person = dice.choice([*actions.BY_ACT]), dice.choice(self.people)
        if dice.random() < 0.85 and (able := acting.possible(order, self.people)):
            act = dice.choice(acting.weighted(order, able))
            person = dice.choice(able[act])
        values = acting.values_for(act, acting.Scene(order, orders, self.people, now(), dice))
        version = max(1, order.version + (0 if dice.random() < 0.95 else dice.choice([-1, 1])))
        note(f"{act} of {order} (v{order.version}, {order.status}, {order.step}) by {person.username}: {values}")
        self.attempts(order, act, person, values, version, api=act != Act.ATTACH and dice.random() < 0.1)

    def somebody_contacts(self, dice: Random) -> None:
        """A contact joins an order, opens one, or is explained; some are begun before, some are told twice."""
        by, order = self.cast["agent1"], dice.choice(list(WorkOrder.objects.order_by("pk")))
        contact: intake.Contact | Interaction = intake.Contact(channel="phone", external_id=f"call-{self.calls}")
        self.calls += dice.randrange(2)
        if dice.random() < 0.5:
            begun = intake.begin(contact, by=by, at=now())
            contact = contact if begun.repeated else begun.interaction
        joined, what = False, dice.choice(["explained", "opened", "joins"])
        note(f"contact {what} {order}")
        if what == "explained":
            intake.explain(contact, reason="silent", by=by, at=now())
        elif what == "opened":
            intake.take(contact, self.matter("praise"), by=by, at=now())
        else:
            try:
                with transaction.atomic():
                    joined = not intake.attach(contact, order, by=by, at=now(), text="又来电").repeated
            except Refusal:
                assert order.ended, "a contact may join whatever has not ended"
        self.judge(Attempt(by, Act.NOTE, "done", order.pk if joined else None))

    # --- How it is done -----------------------------------------------------------------------------------------------
    def matter(self, type_: str, *, whole: bool = False) -> intake.Matter:
        """What a caller wants; `whole` if nothing is missing."""
        if not whole:
            return intake.Matter(type_, "没有气", caller_phone="13800000417")
        point = self.household
        return intake.Matter(
            type_,
            "没有气",
            customer=point.customer,
            service_point=point,
            verified=("account_number",),
            category="gas_meter",
            form={key: value for key, value in acting.FORM.items() if key.split("_")[0] == type_},
        )

    def attempts(
        self, order: WorkOrder, act: Act, by: Staff, values: dict[str, Any], version: int, *, api: bool
    ) -> None:
        """Try the act in Chinese; what is refused is asked again in English and must be refused again."""
        do = self.through_the_api if api else self.as_the_api_does
        kinds, sentences = [], []
        for language in ("zh-hans", "en"):
            with translation.override(language):
                kind, sentence = do(order.number, act, by, values, version, language)
            kinds.append(kind)
            sentences.append(sentence)
            if kind == "done":
                break
        assert len(set(kinds)) == 1, f"{act} by {by.username} was {kinds}"
        attempt = Attempt(by, act, kinds[0], order.pk, tuple(sentences))  # type: ignore[arg-type]
        self.judge(attempt)

    def as_the_api_does(
        self, number: str, act: Act, by: Staff, values: dict[str, Any], version: int, language: str
    ) -> tuple[str, str]:
        try:
            with transaction.atomic():
                order = access.get_order(by, number)
                clean = inputs.clean(act, values, order=order, person=by)
                if act == Act.ATTACH:
                    clean["upload"] = SimpleUploadedFile("照片.txt", b"a page of text\n")
                actions.BY_ACT[act](order, by=by, at=now(), version=version, **clean)
        except Http404:
            return "unseen", ""
        except Refusal as refusal:
            return "refused", sentence_of(refusal)
        return "done", ""

    def through_the_api(
        self, number: str, act: Act, by: Staff, values: dict[str, Any], version: int, language: str
    ) -> tuple[str, str]:
        self.callers[by.username].client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        body = {"act": act, "version": version, **values}
        answer = self.callers[by.username].post(f"/work-orders/{number}/acts", body)
        assert answer.status_code < 500, answer.content.decode()
        if answer.status_code == 200:
            return "done", ""
        told = answer.json()
        # Whoever may see no orders at all is told so, of every order alike.
        unseen = answer.status_code == 404 or (answer.status_code == 403 and not access.visible_to(by).exists())
        sentences = [told["title"], told["detail"], *(error["message"] for error in told.get("errors", []))]
        kind = "unseen" if unseen else "unread" if answer.status_code in {400, 422} else "refused"
        return kind, " ".join(sentences) if all(sentences) else ""

    # --- What must be true --------------------------------------------------------------------------------------------
    def judge(self, attempt: Attempt) -> None:
        before, after = self.world, look()
        connection.check_constraints()
        told = wrong_in(after) + wrong_with(before, after, attempt) + self.dead_ends(after, attempt)
        assert not told, f"{attempt}:\n" + "\n".join(told)
        self.world = after

    def dead_ends(self, world: World, attempt: Attempt) -> list[str]:
        """An order under way that nobody can carry on, although somebody works in its department."""
        if attempt.order_id is None or attempt.outcome != "done":
            return []
        order = WorkOrder.objects.get(pk=attempt.order_id)
        if order.ended or not any(p.department_id == order.department_id for p in self.people):
            return []
        hanging = access.situation(order)
        waits = bool(hanging.open_tasks) or any(
            departments()[d].city_id != order.city_id for d in {r.department_id for r in hanging.pending_reviews}
        )
        onward = waits or any(acting.not_in_the_way(order, act, p, hanging) for act in ONWARD for p in self.people)
        return [] if onward else [f"{order.number}: nobody can carry it on from {order.step}, {order.status}"]


def ready(company: dict[str, Staff]) -> type[Heart]:
    """The machine, with its people, a household, and a token for everybody."""
    agent = company["agent1"]
    customer = customers.add_customer("周晓岚", by=agent, at=MORNING, phone="13800000417", unit="340705")
    Heart.household = customers.add_service_point(
        customer, by=agent, at=MORNING, account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )
    Heart.cast = company
    Heart.callers = {
        name: Caller(make_token(person, label="test", by=None, at=FOUNDED), "zh-hans")
        for name, person in company.items()
    }
    return Heart


def play(heart: type[Heart], *, stories: int, steps: int, **more: Any) -> None:
    """Play so many stories of so many steps; whatever goes wrong is raised with the story that led to it."""
    state = random.getstate()  # hypothesis seeds it; those who come after want their own
    try:
        run_state_machine_as_test(heart, settings=settings(max_examples=stories, stateful_step_count=steps, **more))
    finally:
        random.setstate(state)
