"""Walk an address as everybody, with things that are theirs, their colleagues', strangers' and nobody's.

Every method of `Walker` returns complaints: sentences about what is wrong, [] if nothing is. What is expected stands in
`declared` (addresses) and `oracle` (people and things); the product is only asked over HTTP.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import Resolver404, resolve

from jingming.privacy import asking
from tests import doors
from tests.matrix import oracle
from tests.matrix.answers import Answer, Asks, Likeness, answer_of, differs, same, undone, written, wrote
from tests.matrix.declared import OPERATIONS, PAGES, PRESSED, Call, Page
from tests.matrix.oracle import PUBLIC
from tests.matrix.things import KEPT, Thing, World

WORD = re.compile(r"(?i)qz[0-9a-f]{8}|139[0-9]{8}|[A-Z]{2}-[0-9]{3,4}-[0-9]{8}-[0-9]{6}")
NOT_FOUND, FORBIDDEN, WRONG_METHOD = 404, 403, 405
HANDLED = {200, 302, 303, 400, 403, 405, 409, 413, 422}  # whatever a half-filled form may hear, but no 404 and no 5xx


WAYS = re.compile(r'(?:href|action|hx-get|hx-post)="(/[^"]*)"')  # where a page leads
PARTS = frozenset({"contact", "phone", "point", "device", "tenure", "merge", "post", "token"})


@dataclass
class Walker:
    """Everybody at every door of one world."""

    world: World
    browsers: dict[str, Client] = field(default_factory=dict)
    programs: dict[str, Client] = field(default_factory=dict)
    nothing: dict[tuple[object, ...], Likeness] = field(default_factory=dict)  # answers about nothing, by their shape

    # --- Asking -----------------------------------------------------------------------------------------------------
    def browser(self, person: str) -> Client:
        """The browser in which the person has signed in; "" is nobody's."""
        client = self.browsers.setdefault(
            person, Client(headers={"accept-language": "en"}, raise_request_exception=False)
        )
        client.cookies.clear()  # what a page has set or taken away is undone with the rest
        if person:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.world.cookies[person]
        return client

    def program(self, person: str) -> Client:
        """A program with the person's token."""
        if person not in self.programs:
            headers = {"accept-language": "en", "authorization": f"Bearer {self.world.tokens[person]}"}
            self.programs[person] = Client(headers=headers, raise_request_exception=False)
        return self.programs[person]

    def get(self, client: Client, path: str, words: str = "") -> Answer:
        """What stands at a path; `words` are looked for as scripts and programs do it, in a header."""
        headers = {asking.HEADER: quote(words)} if words else None
        return answer_of(client.get(path, headers=headers), path)

    def send(self, client: Client, method: str, path: str, body: object = None, *, upload: bool = False) -> Answer:
        if upload:
            return answer_of(client.post(path, {"file": SimpleUploadedFile("note.txt", b"note\n")}), path)
        if body is None:
            return answer_of(client.generic(method, path, b"", "application/x-www-form-urlencoded"), path)
        return answer_of(client.generic(method, path, json.dumps(body), "application/json"), path)

    # --- Judging ----------------------------------------------------------------------------------------------------
    def leaks(self, person: str, answer: Answer) -> list[str]:
        """Words in the answer whose things the person may not see; what was asked with is no news."""
        text = "\n".join((answer.body, *answer.headers.values()))
        if answer.asked:
            text = text.replace(answer.asked, "")
        found = {word for word in WORD.findall(text) if word not in answer.asked}
        return [
            f"{person} reads {word} of {self._owner(word)}" for word in sorted(found) if not self.may_read(person, word)
        ]

    def may_read(self, person: str, word: str) -> bool:
        things = self.world.words.get(word) or self.world.words.get(word.lower()) or self.world.words.get(word.upper())
        return things is None or (bool(person) and any(oracle.reads(person, thing) for thing in things))

    def _owner(self, word: str) -> str:
        things = self.world.words.get(word) or self.world.words.get(word.lower()) or self.world.words[word.upper()]
        return ", ".join(f"{thing.kind} {thing.key}" for thing in things)

    def as_nothing(
        self, answer: Answer, names: Mapping[str, Any], twins: Mapping[str, Any], ask: Asks, where: str
    ) -> list[str]:
        """A complaint if the answer about something unseen is not the one about what there is not."""
        shape = tuple(str(value) if name in KEPT else len(str(value)) for name, value in twins.items())
        if shape not in self.nothing:
            self.nothing[shape] = ask(twins).like(twins)
        return differs(answer.like(names), self.nothing[shape], where)

    # --- One page ---------------------------------------------------------------------------------------------------
    def page(self, route: str, people: Iterable[str] = oracle.PEOPLE) -> list[str]:
        """Everybody looks at the page and presses its button; of what is public, some are enough."""
        page = PAGES[route]
        complaints = []
        for person in oracle.at_the_door(people, page.to) if page.to != PUBLIC else sample(list(people), 4):
            with undone():
                before = written()
                complaints += self._looks(route, page, person)
                complaints += self._presses_in_vain(route, page, person)
                complaints += wrote(written() - before, f"{person} at {route}", notes=page.notes)
            complaints += self._presses(route, page, person)
        return complaints

    def _looks(self, route: str, page: Page, person: str) -> list[str]:
        complaints = []
        client = self.browser(person)

        def ask(names: Mapping[str, Any]) -> Answer:
            return self.get(client, address(route, names) + page.query)

        self.nothing.clear()
        for thing in self.some(page.of, person, admitted=oracle.admitted(person, page.to)):
            answer = ask(thing.names)
            expected = expected_look(page, person, thing)
            where = f"{person} looks at {route} of {thing.kind} {thing.key}"
            if answer.status not in expected:
                complaints.append(f"{where}: {answer.status}, not {sorted(expected)}")
            complaints += [f"{where}: {leak}" for leak in self.leaks(person, answer)]
            if page.to != PUBLIC and not (oracle.admitted(person, page.to) and oracle.sees(person, thing)):
                complaints += self.as_nothing(answer, thing.names, thing.absent, ask, where)
        for known, unknown in self.crossed(page.of, person):
            answer, where = ask(known), f"{person} looks at {route} with {known}"
            complaints += self.as_nothing(answer, known, unknown, ask, where)
            if answer.status not in {NOT_FOUND, WRONG_METHOD}:
                complaints.append(f"{where}: {answer.status}")
        return complaints

    def _presses_in_vain(self, route: str, page: Page, person: str) -> list[str]:
        """A POST about what one may not see is one about nothing."""
        if page.to == PUBLIC:
            return []
        complaints = []
        client, admitted = self.browser(person), oracle.admitted(person, page.to)
        unseen = [
            thing
            for thing in self.offered(page.of, person, admitted=admitted)
            if not (admitted and oracle.sees(person, thing))
        ]

        def ask(names: Mapping[str, Any]) -> Answer:
            return self.send(client, "POST", address(route, names))

        self.nothing.clear()
        for thing in sample(unseen, 3 if admitted else 1):
            answer = ask(thing.names)
            where = f"{person} presses {route} of {thing.kind} {thing.key}"
            if answer.status not in ({NOT_FOUND, WRONG_METHOD} if admitted else {NOT_FOUND}):
                complaints.append(f"{where}: {answer.status}, not 404")
            complaints += self.as_nothing(answer, thing.names, thing.absent, ask, where)
            complaints += [f"{where}: {leak}" for leak in self.leaks(person, answer)]
        for known, unknown in self.crossed(page.of, person):
            complaints += self.as_nothing(ask(known), known, unknown, ask, f"{person} presses {route} with {known}")
        return complaints

    def by_other_methods(self, route: str, people: Iterable[str]) -> list[str]:
        """What no browser sends opens nothing that a GET or a POST does not, and writes nothing."""
        page, complaints = PAGES[route], []
        for person in people:
            client, admitted = self.browser(person), oracle.admitted(person, page.to)
            things = self.offered(page.of, person, admitted=admitted)
            unseen = [thing for thing in things if not (admitted and oracle.sees(person, thing))]
            for method in ("HEAD", "PUT", "PATCH", "DELETE"):

                def ask(names: Mapping[str, Any], client: Client = client, method: str = method) -> Answer:
                    return self.send(client, method, address(route, names))

                self.nothing.clear()
                with undone():
                    before = written()
                    for thing in sample(unseen, 1):
                        answer, where = ask(thing.names), f"{person} sends {method} to {route} of {thing.key}"
                        complaints += self.as_nothing(answer, thing.names, thing.absent, ask, where)
                        complaints += [f"{where}: {leak}" for leak in self.leaks(person, answer)]
                        complaints += (
                            [f"{where}: {answer.status}"] if answer.status not in (NOT_FOUND, WRONG_METHOD) else []
                        )
                    complaints += wrote(written() - before, f"{person} sends {method} to {route}")
        return complaints

    def _presses(self, route: str, page: Page, person: str) -> list[str]:
        """A POST without words (of an act: with the order's version) about what one may see is handled, and tells
        nothing of others."""
        if not oracle.admitted(person, page.to) or page.look == (NOT_FOUND,):
            return []
        seen = [thing for thing in self.offered(page.of, person, admitted=True) if oracle.sees(person, thing)]
        complaints = []
        for thing in some_of_both(seen, person):
            with undone():
                answer = answer_of(self.browser(person).post(address(route, thing.names), thing.told.get("form", {})))
            where = f"{person} presses {route} of own {thing.kind} {thing.key}"
            expected = {*page.refused, WRONG_METHOD} if page.changes and not oracle.changes(person, thing) else HANDLED
            if answer.status not in expected:
                complaints.append(f"{where}: {answer.status}")
            complaints += [f"{where}: {leak}" for leak in self.leaks(person, answer)]
        return complaints

    # --- One operation ----------------------------------------------------------------------------------------------
    def operation(self, name: str, people: Iterable[str] = oracle.PEOPLE) -> list[str]:
        """Everybody calls the operation."""
        call = OPERATIONS[name]
        complaints = []
        for person in oracle.at_the_door(people, call.to):
            admitted = oracle.admitted(person, call.to)
            things = self.offered(call.of, person, admitted=admitted)
            reading = name.startswith("GET")
            mine = [thing for thing in things if admitted and oracle.sees(person, thing)]
            others = [thing for thing in things if thing not in mine]
            self.nothing.clear()
            with undone():
                before = written()
                for thing in others if reading else sample(others, 4):
                    complaints += self._calls(name, call, person, thing, {NOT_FOUND} if admitted else {FORBIDDEN})
                for thing in mine if reading else []:
                    complaints += self._calls(name, call, person, thing, {200})
                complaints += wrote(written() - before, f"{person} at {name}", notes=call.notes)
            for thing in [] if reading else some_of_both(mine, person):
                with undone():
                    refused = call.changes and not oracle.changes(person, thing)
                    complaints += self._calls(name, call, person, thing, {FORBIDDEN} if refused else HANDLED | {201})
        return complaints

    def _calls(self, name: str, call: Call, person: str, thing: Thing, expected: set[int]) -> list[str]:
        method, _, route = name.partition(" ")

        def ask(names: Mapping[str, Any]) -> Answer:
            path = address(route, names) + call.query
            return self.send(self.program(person), method, path, call.body, upload=call.upload)

        answer = ask(thing.names)
        where = f"{person} calls {name} of {thing.kind} {thing.key}"
        complaints = [f"{where}: {leak}" for leak in self.leaks(person, answer)]
        if answer.status not in expected:
            complaints.append(f"{where}: {answer.status}, not {sorted(expected)}: {answer.body[:200]}")
        unseen = not (oracle.admitted(person, call.to) and oracle.sees(person, thing))
        if call.acts and answer.status == 200:
            wide = sorted(act for act in json.loads(answer.body) if not oracle.may_act(person, act, thing.told))
            complaints += [f"{where}: {person} may {act}" for act in wide]
        if thing.names and unseen:
            complaints += self.as_nothing(answer, thing.names, thing.absent, ask, where)
        return complaints

    # --- What a page offers -----------------------------------------------------------------------------------------
    def offers(self, route: str, people: Iterable[str] = oracle.PEOPLE) -> list[str]:
        """No page that somebody sees leads them to an address that is shut to them."""
        page, complaints = PAGES[route], []
        for person in (one for one in people if oracle.admitted(one, page.to)):
            for thing in self.some(page.of, person, admitted=True):
                if oracle.sees(person, thing):
                    answer = self.get(self.browser(person), address(route, thing.names) + page.query)
                    ways = set(WAYS.findall(answer.body))
                    shut = sorted(way for way in ways if self._shut(person, way.partition("?")[0]))
                    complaints += [f"{route} of {thing.kind} {thing.key} offers {person} {way}" for way in shut]
        return complaints

    def _shut(self, person: str, path: str) -> bool:
        try:
            found = resolve(path)
        except Resolver404:
            return False
        page = PAGES.get(found.route)
        if page is None or page.to == PUBLIC:
            return False
        names = {name: str(value) for name, value in found.kwargs.items()}
        meant = [
            thing
            for thing in (self.world.of(page.of) if page.of else [])
            if {name: str(value) for name, value in thing.names.items()} == names
        ]
        open_to = oracle.admitted(person, page.to) and all(oracle.sees(person, thing) for thing in meant)
        return not open_to or (page.changes and not all(oracle.changes(person, thing) for thing in meant))

    # --- Nobody, and who was switched off ---------------------------------------------------------------------------
    def without_signing_in(self, route: str, client: Client | None = None) -> list[str]:
        """A browser of nobody is sent to the sign-in page, and hears nothing on the way."""
        page, client = PAGES[route], client or self.browser("")
        complaints = []
        things = self.world.of(page.of) if page.of else [NOTHING]
        with undone():
            before = written()
            for thing in sample(things, 3):
                looked = self.get(client, address(route, thing.names))
                pressed = self.send(client, "POST", address(route, thing.names)) if page.to != PUBLIC else looked
                for answer in (looked, pressed):
                    if page.to != PUBLIC and not (
                        answer.status == 302 and answer.headers["Location"].startswith("/accounts/login/")
                    ):
                        complaints.append(f"nobody at {route}: {answer.status}")
                    complaints += [f"at {route} {leak}" for leak in self.leaks("", answer)]
                if page.to != PUBLIC:
                    absent = self.get(client, address(route, thing.absent))
                    complaints += same(looked, thing.names, absent, thing.absent, f"nobody at {route}")
            complaints += wrote(written() - before, f"nobody at {route}", but={"django_session"})
        return complaints

    def without_token(self, name: str, client: Client) -> list[str]:
        """A program without a living token hears 401, whatever it names."""
        method, _, route = name.partition(" ")
        call = OPERATIONS[name]
        complaints = []
        with undone():
            before = written()
            for thing in sample(self.world.of(call.of) if call.of else [NOTHING], 2):
                for names in (thing.names, thing.absent):
                    answer = self.send(client, method, address(route, names), call.body, upload=call.upload)
                    if answer.status != 401 or "WWW-Authenticate" not in answer.headers:
                        complaints.append(f"{name} without a token: {answer.status}")
                    complaints += [f"at {name} {leak}" for leak in self.leaks("", answer)]
            complaints += wrote(written() - before, f"nobody at {name}")
        return complaints

    # --- Lists ------------------------------------------------------------------------------------------------------
    def list_of(self, door: str, people: Iterable[str] = oracle.PEOPLE) -> list[str]:
        """A list shows everything that the person may see and nothing else."""
        complaints = []
        declared = declared_for(door)
        for person in people:
            if not oracle.admitted(person, declared.to):
                continue
            answer = self.list_answer(door, person)
            shown = set(WORD.findall(answer.body))
            for thing in self.world.of(declared.lists):
                sought = sought_in_lists(person, thing)
                if sought and (sought in shown) != listed(person, thing):
                    complaints.append(f"{door} shows {person} {thing.kind} {thing.key}: {sought in shown}")
            complaints += [f"{door}: {leak}" for leak in self.leaks(person, answer)]
        return complaints

    def list_answer(self, door: str, person: str) -> Answer:
        """A list as the person sees it, from its beginning."""
        declared, (method, _, route) = declared_for(door), door.rpartition(" ")
        client = self.program(person) if method else self.browser(person)
        return self.get(client, f"/{route}{declared.query}")

    def search(self, door: str, people: Iterable[str] = oracle.PEOPLE) -> list[str]:
        """A search for what one may not see answers as one for what there is not."""
        declared = declared_for(door)
        complaints = []
        for person in people:
            if oracle.admitted(person, declared.to):
                with undone():
                    before = written()
                    for name in declared.asks:
                        complaints += self._searches(door, declared, person, name)
                    complaints += wrote(written() - before, f"{person} searches {door}", notes=declared.notes)
        return complaints

    def _searches(self, door: str, declared: Page | Call, person: str, name: str) -> list[str]:
        method, _, route = door.rpartition(" ")
        client = self.program(person) if method else self.browser(person)
        where_to = address(route, self._open_to(declared, person).names)

        def answer_to(word: str) -> Answer:
            return self.get(client, where_to, word) if method else self.get(client, f"{where_to}?{name}={word}")

        complaints, absent = [], {}
        for word in self.unseen_words(person):
            twin = twin_of(word)
            answer = answer_to(word)
            if len(twin) not in absent:  # words of one length are of one shape
                absent[len(twin)] = answer_to(twin).like(_words(twin))
            where = f"{person} searches {door} for {word} of {self._owner(word)}"
            complaints += [f"{where}: not as for nothing"] if answer.like(_words(word)) != absent[len(twin)] else []
            complaints += [f"{where}: {leak}" for leak in self.leaks(person, replace(answer, asked=word))]
        return complaints

    def _open_to(self, declared: Page | Call, person: str) -> Thing:
        if not declared.of:
            return NOTHING
        return next(
            thing
            for thing in self.world.of(declared.of)
            if oracle.sees(person, thing) and oracle.changes(person, thing)
        )

    def unseen_words(self, person: str) -> list[str]:
        """Words by which somebody could look for what the person may not see: one of each kind, others for others."""
        found: dict[tuple[str, int], list[str]] = {}
        for key, words in self.world.searched.items():
            for position, word in enumerate(words):
                if not self.may_read(person, word):
                    found.setdefault((key.partition(" ")[0], position), []).append(word)
        turn = list(oracle.PEOPLE).index(person)
        chosen = [words[(turn + place) % len(words)] for place, words in enumerate(found.values())]
        return [*chosen, *(word for word in self._beside_what_is_seen(person) if word not in chosen)]

    def _beside_what_is_seen(self, person: str) -> list[str]:
        """Words of unseen places whose holder the person sees, served elsewhere too: a search must not lead there."""
        return [
            word
            for point in self.world.of("point")
            if not oracle.sees(person, point) and oracle.admitted(person, "customers.see")
            for customer in self.world.of("customer")
            if customer.told is point.told["owner"] and oracle.sees(person, customer)
            for word in self.world.searched[f"point {point.key}"]
        ]

    # --- Things to try with -----------------------------------------------------------------------------------------
    def offered(self, kind: str, person: str, *, admitted: bool) -> list[Thing]:
        """The things to try an address with; where the door itself is shut, two are enough."""
        if not kind:
            return [NOTHING]
        things = self.world.of(kind)
        if not admitted:
            return sample(things, 2)
        if kind == "act":
            return self._acts(person)
        return things

    def some(self, kind: str, person: str, *, admitted: bool) -> list[Thing]:
        """Fewer of them for pages, which are drawn slowly: others for each person; the API is asked for every one."""
        things = self.offered(kind, person, admitted=admitted)
        if len(things) <= 2 * MOST or kind == "act":
            return things
        turn = list(oracle.PEOPLE).index(person)
        mine = [thing for thing in things if oracle.sees(person, thing)]
        fixed = [thing for thing in mine if not oracle.changes(person, thing)][:2]
        others = [thing for thing in things if thing not in mine]
        rest = [thing for thing in turned(mine, turn) if thing not in fixed]
        return [*fixed, *rest[: MOST - len(fixed)], *sample(others, MOST)]

    def _acts(self, person: str) -> list[Thing]:
        """Every second act, the rest with the next person, on one or another own order; and some on others' orders."""
        orders = self.world.of("order")
        mine = [order.key for order in orders if oracle.sees(person, order)]
        others = [order.key for order in orders if order.key not in mine]
        acts = sorted({thing.told["act"] for thing in self.world.of("act")})
        turn = list(oracle.PEOPLE).index(person)
        chosen = [
            f"{mine[(place + turn) % len(mine)]} {act}" for place, act in enumerate(acts) if mine and (place + turn) % 2
        ]
        chosen += [f"{key} {acts[(place + turn) % len(acts)]}" for place, key in enumerate(others[turn % 3 :: 3])]
        return [self.world.thing("act", key) for key in chosen]

    def crossed(self, kind: str, person: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Names that belong to different things: (an own thing with another's part, the same with nobody's part)."""
        things = self.world.of(kind) if kind in PARTS else []
        mine = [thing for thing in things if oracle.sees(person, thing) and oracle.changes(person, thing)]
        if not mine:
            return []
        *whole, part = mine[0].names.keys()
        own = {name: mine[0].names[name] for name in whole}
        others = [thing for thing in things if any(thing.names[name] != own[name] for name in whole)]
        return [(own | {part: other.names[part]}, own | {part: other.absent[part]}) for other in sample(others, 2)]


NOTHING = Thing("", "", {})
MOST = 6


def turned(things: list[Thing], turn: int) -> list[Thing]:
    """The things, beginning at another one."""
    return things[turn % len(things) :] + things[: turn % len(things)] if things else []


def _words(word: str) -> dict[str, str]:
    """What is looked for, as it stands in a page: in fields and sentences, and sealed in addresses."""
    return {"word": word, "sealed": asking.asked(word)}


def declared_for(door: str) -> Page | Call:
    """What is declared about a page ("staff/") or an operation ("GET api/v1/customers")."""
    return OPERATIONS[door] if " " in door else PAGES[door]


def listed(person: str, thing: Thing) -> bool:
    """Whether a long list of its kind shows the person the thing; archives are listed where they live."""
    return oracle.lives_here(person, thing.told) if thing.kind == "customer" else oracle.sees(person, thing)


def sought_in_lists(person: str, thing: Thing) -> str:
    """The word by which a list shows the thing to the person: what it is called, or what is not masked of it."""
    by_name = thing.kind in {"customer", "interaction", "request"} and oracle.masked(person, thing.told)
    return str(thing.told.get("heard" if by_name else "called", ""))


def expected_look(page: Page, person: str, thing: Thing) -> set[int]:
    if not oracle.admitted(person, page.to):
        return {NOT_FOUND}
    if page.look == PRESSED:
        return {WRONG_METHOD}
    if thing.kind and not oracle.sees(person, thing):
        return {NOT_FOUND}
    if page.changes and not oracle.changes(person, thing):
        return set(page.refused)
    return set(page.look)


def sample(things: list[Thing], most: int) -> list[Thing]:
    """Some of the things, the first and the last among them."""
    if len(things) <= most:
        return things
    step = (len(things) - 1) / (most - 1) if most > 1 else 1
    return [things[round(place * step)] for place in range(most)]


def some_of_both(seen: list[Thing], person: str) -> list[Thing]:
    """Some of what the person may change, and of what may only be looked at."""
    changing = [thing for thing in seen if oracle.changes(person, thing)]
    return [*sample(changing, 2), *sample([thing for thing in seen if thing not in changing], 2)]


def twin_of(word: str) -> str:
    """A word of the same shape that nothing bears."""
    if re.fullmatch(WORD, word) and "-" in word:
        return f"{word[:-6]}999999"
    return f"{word[:-4]}{'0000' if word.isdigit() else 'ffff' if word.islower() else 'FFFF'}"


@cache
def _parameters(route: str) -> list[tuple[str, str]]:
    return re.findall(r"(<(?:\w+:)?(\w+)>|\{(?:\w+:)?(\w+)\})", route)  # type: ignore[return-value]


def address(route: str, names: Mapping[str, Any]) -> str:
    """The address of a thing."""
    for whole, in_page, in_call in _parameters(route):  # type: ignore[misc]
        route = route.replace(whole, str(names[in_page or in_call]))
    return f"/{route}"


def found_pages() -> dict[str, doors.Address]:
    """Every page of the resolver by its route."""
    return {door.route: door for door in reversed(doors.pages())}


def found_operations() -> dict[str, doors.Address]:
    """Every operation of the API by method and route."""
    return {f"{method} {door.route}": door for door in doors.operations() for method in door.methods}
