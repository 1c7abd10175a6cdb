"""What usually happens to an order of each type in the demo. A script runs until it ends or the present is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from jingming.accounts.models import Staff
from jingming.organisation.models import Department
from jingming.workorders.rules import Act, CallbackResult, Status

from .crews import NAMES
from .tale import Tale
from .wording import TEXTS, worded

Words = Mapping[str, Any]
SHIFTS = 1.3
RETURNS = ("wrong_area", "incomplete", "wrong_department")
SUPERVISION = "TL-SUPER"  # questions about rules are its own
ANSWERED_AT_ONCE = 0.9  # of the consultations; the seed's company answers most in the call


class Script:
    """The people and words of one story. With `trouble`, half the town calls about the same."""

    def __init__(self, tale: Tale, entry: Words, *, trouble: bool = False, office: str = "", turn: int = 0) -> None:
        self.tale, self.entry, self.trouble, self.office, self.turn = tale, entry, trouble, office, turn
        self.crew, self.team = tale.crew, tale.team
        self.category: str = entry["category"]
        self.answers: list[str] = []
        self.said: dict[str, str] = {}

    # --- Who: the same person each time that one of them is needed ---------------------------------------------------
    @cached_property
    def agent(self) -> Staff:
        return self.one_among(self.crew.agents)

    @cached_property
    def dispatcher(self) -> Staff:
        return self.one_among(self.crew.dispatchers)

    @cached_property
    def engineer(self) -> Staff:
        return self.one_among(self.team.engineers)

    @cached_property
    def callback(self) -> Staff:
        return self.one_among(self.crew.callbacks)

    @cached_property
    def inspector(self) -> Staff:
        return self.one_among(self.crew.inspectors)

    @cached_property
    def account(self) -> Staff:
        return self.one_among(self.crew.accounts)

    def one_among(self, people: Sequence[Staff]) -> Staff:
        """Somebody; the first have more shifts than the last. In a story that is told for somebody to carry on, those
        on the sign-in page by turns."""
        if self.tale.until:
            named = [person for person in people if person.username in NAMES] or people
            return named[self.turn % len(named)]
        return people[int(len(people) * self.tale.draw.random() ** SHIFTS)]

    # --- What they say ------------------------------------------------------------------------------------------------
    def matter(self, *, foreign: bool) -> str:
        """What the customer says, in Chinese or in English. Some questions have answers of their own."""
        draw, language = self.tale.draw, "en" if foreign and "en" in self.entry else "zh"
        said = draw.choice(self.entry[language])
        sentence, *self.answers = [said] if isinstance(said, str) else said
        tails = TEXTS["tails"].get(self.tale.flow.code, TEXTS["tails"]["other"])[language]
        tail = "" if self.entry.get("plain") else draw.choice(tails)
        between = " " if tail and language == "en" else ""
        return f"{worded(sentence, draw, self.said)}{between}{worded(tail, draw, self.said)}"

    def say(self, what: str) -> str:
        """One of the remarks for an occasion."""
        return worded(self.tale.draw.choice(TEXTS["remarks"][what]), self.tale.draw, self.said)

    def one_of(self, what: str) -> str:
        """One of the texts of this matter; an answer that belongs to the question, where there is one."""
        texts = self.answers if self.answers and what in ("answer", "done") else self.entry[what]
        return worded(self.tale.draw.choice(texts), self.tale.draw, self.said)

    # --- Stretches that several types share ----------------------------------------------------------------------
    def soon_over(self) -> bool:
        """Some orders are mistakes."""
        if self.tale.quota is not None and self.tale.quota.pressing:
            return False
        if self.tale.happens(0.015):
            self.tale.void(self.agent, self.tale.draw.choice(("duplicate", "withdrawn")), self.say("void_zh"))
            return True
        return False

    def into_hands(self, who: Staff | None = None) -> Staff:
        """Somebody of the maintenance team has the order in hand: approval manager or head assign it, and those who
        see only their own take it up from there."""
        tale, who = self.tale, who or self.engineer
        tale.assign(tale.here.assignee or self.team.head, who, self.say("assign"))
        if tale.happens(0.4):
            tale.accept(who)
        return who

    def on_the_way(self, who: Staff) -> None:
        """What comes between taking up and completing."""
        tale = self.tale
        if tale.happens(0.12):
            tale.note(self.agent, self.say("note"))
        if not tale.in_a_hurry and tale.happens(0.09):
            kind = tale.draw.choice(("material", "customer"))
            tale.wait(who, kind, self.say(kind))
            tale.resume(who)
        if tale.happens(0.05):
            tale.hold(who, "verifying", self.say("hold"))
            tale.resume(who, within=(60, 230))
        if tale.happens(0.35 if self.trouble else 0.005):
            before = tale.suspend(self.agent, "mass_fault", self.say("suspend"))
            tale.resume(self.agent, to=before)
        if tale.happens(0.7):
            tale.arrive(who, (8, 45) if tale.in_a_hurry else (15, 180))
        if tale.happens(0.6):
            tale.record_work(who, self.say("work"))

    def heads_look(self, head: Staff, chance: float = 0.96) -> None:
        """Heads are behind with what is recent; what is older has been looked through."""
        if self.tale.quota is not None or self.tale.happens(chance):
            self.tale.review(head, self.say("review"))

    def called_back(self, again: Callable[[], None]) -> None:
        """The callback, which may find nobody in, or a customer who is not satisfied: then all begins `again`."""
        tale, callback = self.tale, self.callback
        if not tale.callback_waived:
            if tale.another_call and tale.happens(0.08):
                tale.call_back(callback, CallbackResult.UNREACHABLE, self.say("unreachable"))
            if tale.round == 1 and tale.another_call and tale.happens(0.05):
                tale.call_back(callback, CallbackResult.DISSATISFIED, self.say("dissatisfied"))
                again()
                return
            tale.call_back(callback, CallbackResult.SATISFIED, self.say("satisfied"))
        tale.close(callback if tale.happens(0.7) else self.agent)

    # --- One script for each kind of flow ------------------------------------------------------------------------
    def repair(self) -> None:
        tale, dispatcher = self.tale, self.dispatcher
        tale.in_a_hurry = self.entry.get("level") == "critical"
        if self.soon_over():
            return
        if tale.happens(0.3):
            tale.accept(dispatcher, within=(2, 20))
        said = self.say("leak" if tale.in_a_hurry else "dispatch")
        tale.dispatch(dispatcher, self.team.department, said, category=self.category)
        if not tale.in_a_hurry and tale.happens(0.05):
            reason = tale.draw.choice(RETURNS)
            tale.give_back(self.team.head, reason, self.say(reason), dispatcher.department)
            tale.dispatch(dispatcher, self.team.department, self.say("dispatch"), category=self.category)
        self.handled_by_the_team()

    def handled_by_the_team(self) -> None:
        tale, who = self.tale, self.into_hands()
        self.on_the_way(who)
        tale.complete(who, self.one_of("done"))
        if tale.round == 1 and tale.reviews and tale.happens(0.03):
            tale.send_back(self.team.head, self.say("reassign"))
            who = self.into_hands()
            tale.complete(who, self.one_of("done"))
        self.heads_look(self.team.head)
        self.called_back(self.all_over_again)
        if tale.round == 1 and tale.happens(0.015):
            tale.reopen(self.callback, "came_back", self.say("reopen"))
            tale.dispatch(self.dispatcher, self.team.department, self.say("dispatch"), category=self.category)
            self.handled_by_the_team()

    def all_over_again(self) -> None:
        self.tale.reassign(self.callback, self.team.department, self.say("reassign"))
        self.handled_by_the_team()

    def consultation(self) -> None:
        tale, dispatcher = self.tale, self.dispatcher
        if tale.draw.random() < ANSWERED_AT_ONCE and not tale.until:
            tale.answer(self.agent, self.one_of("answer"))
            return
        tale.accept(dispatcher, within=(5, 120))
        if tale.happens(0.35):
            tale.terminate(dispatcher, self.one_of("answer"))
            return
        if tale.happens(0.6):
            supervised = self.entry["kind"] == "regulation" or self.office == SUPERVISION
            keeper = self.crew.supervisor if supervised else self.account
            tale.transfer(dispatcher, keeper.department, self.say("dispatch"))
            tale.accept(keeper)
            tale.reply(keeper, self.one_of("answer"), dispatcher.department)
            self.heads_look(self.crew.business_head)
        tale.reply(dispatcher, self.one_of("answer"), tale.home)
        tale.terminate(self.agent, self.one_of("answer"))

    def feedback(self) -> None:
        """Suggestions and praise: operations passes them on, hears the answer, and tells the customer or ends."""
        tale, dispatcher = self.tale, self.dispatcher
        tale.accept(dispatcher, within=(10, 240))
        if tale.happens(0.4):
            tale.terminate(dispatcher, self.one_of("done"))
            return
        tale.transfer(dispatcher, self.account.department, self.say("dispatch"))
        tale.accept(self.crew.business_head)
        tale.reply(self.crew.business_head, self.one_of("done"), dispatcher.department)
        tale.reply(dispatcher, self.one_of("done"), tale.home)
        tale.terminate(self.agent, self.one_of("done"))

    def errand(self) -> None:
        """Service requests, opinions, pre-sale enquiries: dispatched to whoever does them."""
        tale, dispatcher = self.tale, self.dispatcher
        if self.soon_over():
            return
        if tale.flow.code == "service_request" and self.category != "gas_bill":
            tale.dispatch(dispatcher, self.team.department, self.say("dispatch"), category=self.category)
            self.handled_by_the_team()
            return
        tale.dispatch(dispatcher, self.account.department, self.say("dispatch"))
        self.handled_by_business()

    def handled_by_business(self) -> None:
        tale, account = self.tale, self.account
        tale.accept(account)
        self.on_the_way_of_business(account)
        tale.complete(account, self.one_of("done"), within=(60, 1_500))
        self.heads_look(self.crew.business_head)
        self.called_back(self.business_again)

    def business_again(self) -> None:
        self.tale.reassign(self.callback, self.account.department, self.say("reassign"))
        self.handled_by_business()

    def on_the_way_of_business(self, who: Staff) -> None:
        if self.tale.happens(0.15):
            self.tale.note(who, self.say("note"))

    def business(self) -> None:
        tale, account, head = self.tale, self.account, self.crew.business_head
        tale.accept(account, within=(10, 240))
        tale.dispatch(account, account.department, self.say("dispatch"))
        tale.accept(account if tale.happens(0.7) else head)
        tale.dispatch(account, self.team.department, self.say("dispatch"))
        self.into_hands()
        if tale.happens(0.6):
            tale.record_work(self.engineer, self.say("work"))
        tale.complete(self.engineer, self.one_of("done"), within=(60, 2_000))
        self.heads_look(self.team.head)
        self.called_back(self.connected_again)

    def connected_again(self) -> None:
        tale = self.tale
        tale.reassign(self.callback, self.team.department, self.say("reassign"))
        self.into_hands()
        tale.complete(self.engineer, self.one_of("done"))
        self.called_back(self.connected_again)

    def complaint(self) -> None:
        tale, inspector = self.tale, self.inspector
        tale.accept(inspector, within=(20, 480))
        parts: list[tuple[Staff, str]] = [(self.account, self.one_of("task"))]
        if self.category.startswith("gas") or tale.happens(0.4):
            parts.insert(0, (self.engineer, self.one_of("task")))
        first = len(tale.tasks)
        tale.split(inspector, parts)
        for number, (person, _instruction) in enumerate(parts, first):
            tale.report(number, person, self.one_of("handling"), self.say("receipt"))
            tale.review(self._head_of(person.department), self.say("review"))
        tale.complete(inspector, self.one_of("done"), within=(30, 600))
        self.called_back(self.analysed_again)
        if tale.here.status == Status.CLOSED and tale.flow.permission(tale.here.step, Act.JUDGE) and tale.happens(0.5):
            tale.judge(self.crew.supervisor, parts[0][0].department, self.say("judge"))

    def analysed_again(self) -> None:
        self.tale.reassign(self.callback, self.inspector.department, self.say("reassign"))
        self.complaint()

    def _head_of(self, department: Department) -> Staff:
        return self.team.head if department == self.team.department else self.crew.business_head

    BY_TYPE: Mapping[str, Callable[[Script], None]]


Script.BY_TYPE = {
    "repair": Script.repair,
    "consultation": Script.consultation,
    "complaint": Script.complaint,
    "report": Script.complaint,
    "business": Script.business,
    "service_request": Script.errand,
    "opinion": Script.errand,
    "presale": Script.errand,
    "suggestion": Script.feedback,
    "praise": Script.feedback,
}
