"""What sqlmap is pointed at: every name that an address, a form, a body or a header of the product is asked by.

The names of a page are those that its view looks up while it answers (`reading`), and the fields of the forms that
pages show; those of an operation stand in the description of the API. Values are what pages and forms have in them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve

from config.api import api
from tests.matrix import oracle
from tests.matrix.answers import undone
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.filling import Form, forms_of
from tests.matrix.things import World
from tests.matrix.walking import NOTHING, WAYS, Walker, address
from tests.probes.tools import ADDRESS, BODY, FORM, KINDS, QUERY, ROLES, WORDS, Target

UNASKED = frozenset({"csrfmiddlewaretoken", "form_key"})  # keys of our own forms
WORD = "qz"
LOOKING_UP = ("__getitem__", "__contains__", "getlist")


# --- Which names a view looks up ------------------------------------------------------------------------------------
@contextmanager
def reading() -> Iterator[set[str]]:
    """The names that are looked up in what came with requests meanwhile."""
    names: set[str] = set()

    def noting(method: Any) -> Any:
        def look_up(self: QueryDict, key: str, *rest: Any, **more: Any) -> Any:
            names.add(key)
            return method(self, key, *rest, **more)

        return look_up

    for name in LOOKING_UP:
        assert name not in vars(QueryDict)
        setattr(QueryDict, name, noting(getattr(QueryDict, name)))
    try:
        yield names
    finally:
        for name in LOOKING_UP:
            delattr(QueryDict, name)


# --- Gathering ------------------------------------------------------------------------------------------------------
@dataclass
class Gatherer:
    """Walks the pages of one person and notes what could be asked there."""

    walker: Walker
    person: str
    only: frozenset[str] = frozenset()  # the routes that are walked; none are all
    linked: dict[str, dict[str, str]] = field(default_factory=dict)  # route → name → a value that some page links to
    found: list[Target] = field(default_factory=list)

    def gather(self) -> list[Target]:
        seen: list[tuple[str, str, set[str]]] = []
        for route, page in PAGES.items():
            if not oracle.admitted(self.person, page.to) or (self.only and route not in self.only):
                continue
            for names in self._of(page.of, changes=page.changes):
                path = address(route, names)
                with undone(), reading() as asked:
                    answer = self.walker.get(self.walker.browser(self.person), path + page.query)
                if answer.status == 405:
                    continue
                seen.append((route, path, asked | set(page.asks) | set(parse_qs(page.query[1:]))))
                self._note_links(answer.body)
                for form in forms_of(answer.body):
                    self._form(path, form)
        everywhere = set.intersection(*(asked for _route, _path, asked in seen)) if len(seen) > 1 else set()
        for place, (route, path, asked) in enumerate(seen):  # what middlewares ask for is tried once
            self._page(route, path, asked - UNASKED - (everywhere - set(PAGES[route].asks) if place else set()))
        for name, call in OPERATIONS.items():
            if oracle.admitted(self.person, call.to) and not call.upload and not self.only:
                self._operation(name)
        return self.found

    def _of(self, kind: str, *, changes: bool) -> list[Mapping[str, Any]]:
        """Names of something that the person may press a button on; of each act, and of each kind of place."""
        if not kind:
            return [NOTHING.names]
        if kind == "act":
            return self._acts()
        shapes: dict[object, Mapping[str, Any]] = {}
        for thing in self.walker.world.of(kind):
            if oracle.sees(self.person, thing) and (not changes or oracle.changes(self.person, thing)):
                shapes.setdefault(thing.names.get("kind"), thing.names)
        return list(shapes.values())

    def _acts(self) -> list[Mapping[str, Any]]:
        """Each act with an order to which the person can do it now."""
        found: dict[str, Mapping[str, Any]] = {}
        for order in self.walker.world.of("order"):
            if oracle.sees(self.person, order):
                path = address("api/v1/work-orders/{str:number}", order.names)
                with undone():
                    told = self.walker.get(self.walker.program(self.person), path)
                for act in json.loads(told.body)["acts"]["allowed"]:
                    found.setdefault(act, {**order.names, "act": act})
        return list(found.values())

    def _note_links(self, body: str) -> None:
        for way in WAYS.findall(body):
            path, _, query = unescape(way).partition("?")
            if query and (route := route_of(path)):
                for name, values in parse_qs(query).items():
                    self.linked.setdefault(route, {}).setdefault(name, values[0])

    def _page(self, route: str, path: str, asked: set[str]) -> None:
        values = {name: self.linked.get(route, {}).get(name, "") for name in sorted(asked)}
        words = values.pop("q", None)
        if values:
            self.found.append(Target(self.person, route, QUERY, "GET", path, values, tuple(values)))
        if words is not None:
            self.found.append(Target(self.person, route, QUERY, "GET", path, {"q": WORD}, ("q",)))
            self.found.append(Target(self.person, route, WORDS, "GET", path, {"q": WORD}, ("q",)))
        if "<str:" in route or "<path:" in route:
            self.found.append(Target(self.person, route, ADDRESS, "GET", path))

    def _form(self, page: str, form: Form) -> None:
        action = unescape(form.action) or page
        path = urlsplit(action).path
        route = route_of(path)
        values = {name: [one for one in values if isinstance(one, str)] for name, values in form.values.items()}
        tried = tuple(sorted(values.keys() - UNASKED))
        if route and tried:
            values.pop("csrfmiddlewaretoken", None)
            self.found.append(Target(self.person, route, FORM, "POST", action, values, tried))

    def _operation(self, name: str) -> None:
        method, _, route = name.partition(" ")
        call = OPERATIONS[name]
        for names in self._of(call.of, changes=call.changes)[:1]:
            path = address(route, names)
            described = api.get_openapi_schema()["paths"]["/" + route.replace("int:", "").replace("str:", "")]
            asked = [one["name"] for one in described[method.lower()].get("parameters", ()) if one["in"] == "query"]
            known = {key: values[0] for key, values in parse_qs(call.query[1:]).items()}
            values = {one: known.get(one, "") for one in asked}
            if values:
                self.found.append(Target(self.person, name, QUERY, method, path, values, tuple(values)))
            if "q" in call.asks:
                self.found.append(Target(self.person, name, WORDS, method, path, {"q": WORD}, ("q",)))
            if "{str:" in route and method == "GET":
                self.found.append(Target(self.person, name, ADDRESS, method, path))
            if call.body is not None:
                self._body(name, method, path, dict(call.body))

    def _body(self, name: str, method: str, path: str, body: dict[str, Any]) -> None:
        """The declared body with every further field that the operation takes beside it; the others one by one."""
        alone = []
        for more in fields_of(name) - body.keys():
            if self._taken(method, path, {**body, more: "1"}):
                body[more] = "1"
            else:
                alone.append(more)
        self.found.append(Target(self.person, name, BODY, method, path, body, tuple(body)))
        for more in alone:
            self.found.append(Target(self.person, name, BODY, method, path, {**body, more: "1"}, (more,)))

    def _taken(self, method: str, path: str, body: dict[str, Any]) -> bool:
        with undone():
            return self.walker.send(self.walker.program(self.person), method, path, body).status < 300


def fields_of(name: str) -> set[str]:
    """The fields of an operation's body."""
    method, _, route = name.partition(" ")
    described = api.get_openapi_schema()
    operation = described["paths"]["/" + route.replace("int:", "").replace("str:", "")][method.lower()]
    shape = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return set(
        described["components"]["schemas"].get(shape.get("$ref", "").rpartition("/")[2], {}).get("properties", ())
    )


def route_of(path: str) -> str:
    """The route of a path of ours, "" if it is none that stands in the tables."""
    try:
        route = resolve(path).route
    except Resolver404:
        return ""
    return route if route in PAGES else ""


def gather(world: World, *, each: bool) -> list[Target]:
    """The targets of the four roles, then what only somebody else can reach. `each`: by everybody of the four who can;
    else by the first of them."""
    walker = Walker(world)
    found: dict[tuple[object, ...], Target] = {}
    for person in ROLES:
        for target in Gatherer(walker, person).gather():
            found.setdefault((*target.key, person if each else ""), target)
    reached = {target.where for target in found.values()}
    for person in oracle.PEOPLE:
        rest = frozenset(
            route
            for route, page in PAGES.items()
            if route not in reached and 200 in page.look and oracle.admitted(person, page.to)
        )
        if rest:
            for target in Gatherer(walker, person, rest).gather():
                found.setdefault((*target.key, ""), target)
            reached |= rest
    turns: Counter[tuple[str, str]] = Counter()
    in_turn = {}
    for key, target in found.items():  # of each kind one of each person, then the next of each
        turns[target.kind, target.person] += 1
        in_turn[key] = (KINDS.index(target.kind), turns[target.kind, target.person])
    return [found[key] for key in sorted(found, key=lambda key: in_turn[key])]
