"""Names and values of filters and sorts that nobody offers: ignored or refused in words, never a fault, and never by
another column."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, quote, urlencode

import pytest
import time_machine
from django.core.exceptions import FieldError, ValidationError

from jingming.accounts.models import Staff
from jingming.base.clock import now
from tests.matrix import oracle
from tests.matrix.answers import Answer, answer_of, undone
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.test_outside import permitted
from tests.matrix.things import World
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
LISTS = [route for route, page in PAGES.items() if 200 in page.look and (page.lists or page.asks or page.query)]
CALLS = [name for name, call in OPERATIONS.items() if call.lists]
VALUES = ("password", "-password", "opened_by__password", "pk; DROP TABLE x", "?", "1e999", "[]", "%", "' OR 1=1 --")
NAMES = (
    "sort", "order", "order_by", "ordering", "queue", "level", "status", "type", "cursor", "mark", "id", "columns",
    "page", "limit", "password", "opened_by__password__startswith", "staff__password", "pk__in", "q__regex",
    "__class__",
)  # fmt: skip
ODD = [{name: VALUES[place % len(VALUES)]} for place, name in enumerate(NAMES)]
ODD += [dict.fromkeys(("sort", "queue", "level", "status"), value) for value in VALUES]


@pytest.mark.parametrize("route", LISTS)
def test_a_page_takes_odd_names_and_values_without_a_fault(walker: Walker, route: str):
    person, names = permitted(route, walker)
    client = walker.browser(person)
    with undone():
        told = {
            str(odd): answer.status_code
            for odd in ODD
            if (answer := client.get(address(route, names), odd)).status_code not in (200, 302, 400, 404, 422)
        }
    assert told == {}


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_takes_odd_names_and_values_without_a_fault(walker: Walker, name: str):
    path = address(name.partition(" ")[2], {})
    with undone():
        told = {
            str(odd): answer.status_code
            for odd in ODD
            if (answer := walker.program("agent1").get(path, odd)).status_code not in (200, 400, 422)
        }
    assert told == {}


# --- Keywords of the mapper -----------------------------------------------------------------------------------------
# What a query would take if somebody handed it the parameters of a request: the joints of conditions, walks along
# relations to what is secret, lookups, aliases and keys of JSON that are put into SQL, and what other APIs take.
WALKS = ("", "opened_by__", "created_by__", "by__", "staff__", "agent__", "made_by__", "department__staff__",
         "posts__staff__", "tokens__", "customer__changes__by__", "history__by__", "owner__", "person__")  # fmt: skip
SECRET = ("password", "password__startswith", "password__regex", "password__gt", "digest__startswith")
JOINTS = ("_connector", "_negated", "_state", "_hints", "_prefetch_related_objects", "negated", "children")
LOOKUPS = ("id__in", "pk__in", "pk__gt", "id__isnull", "pk__regex", "number__contains", "name__startswith",
           "label__zh", "label__zh__startswith", "fields__a'b", 'fields__a"b', 'fields__a") --',
           "definition__x' = '1' OR '1", "unit__code__startswith", "is_active", "is_superuser")  # fmt: skip
OTHERS = ("sort", "order_by", "ordering", "order", "orderby", "fields", "expand", "include", "embed", "with", "select",
          "only", "defer", "exclude", "filter", "where", "$where", "annotate", "alias", "values", "extra", "group_by",
          "having", "limit", "offset", "page_size", "per_page", "depth", "format", "search", "query", "__proto__",
          "constructor", "filter[password]", "fields[staff]", "password[$regex]")  # fmt: skip
KEYWORDS = (*(walk + name for walk in WALKS for name in SECRET), *JOINTS, *LOOKUPS, *OTHERS)
# A hash of a password begins with the first.
KEYWORD_VALUES = ("argon2", "-password", "OR", "1")
WAY_BACK = re.compile(r"/accounts/switch/\?next=[^\"]*")
NOT_FILTERED = re.compile(
    r'\s*<div class="note-box note-warning"><svg.*?</svg><p>Nothing can be filtered by.*?</div>', re.DOTALL
)
WITHOUT_ROWS = ("ui/", "readyz", "accounts/second-factor/on/")  # and never twice the same
ALL_LISTS = [route for route, page in PAGES.items() if 200 in page.look and not page.of and route not in WITHOUT_ROWS]
ALL_CALLS = [name for name, call in OPERATIONS.items() if name.startswith("GET") and not call.of]
Ask = Callable[[Mapping[str, str]], Answer]


def plain(answer: Answer, odd: Mapping[str, str]) -> object:
    """The answer without its length, without the address that asked for it, to which a page may lead back, and without
    the sentence that nothing can be filtered by such a name, here or on the next page."""
    text = NOT_FILTERED.sub("", WAY_BACK.sub("", unescape(answer.body)))
    for told in {urlencode(odd), urlencode(odd, quote_via=quote)} - {""}:
        text = text.replace(f"&{told}", "").replace(f"?{told}", "")
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("Content-Length", "Cookies", "Messages")
    }
    return replace(answer, body=text, headers=headers).like({})


def alike(ask: Ask, odd: Mapping[str, str]) -> bool:
    """Whether the answer is the usual one of the same moment, or a refusal in words."""
    with time_machine.travel(now(), tick=False):
        usual, answer = ask({}), ask(odd)
    refused = answer.status in (400, 404, 422) and len(answer.body) > 10
    return (refused and len(odd) == 1) or plain(answer, odd) == plain(usual, odd)


def moved(ask: Ask) -> list[str]:
    """The names and values that change an answer, other than to a refusal in words; all names are tried at once, and
    only where that makes a difference one by one."""
    values = [value for value in KEYWORD_VALUES if not alike(ask, dict.fromkeys(KEYWORDS, value))]
    return [f"{name}={value}" for value in values for name in KEYWORDS if not alike(ask, {name: value})]


@pytest.mark.parametrize("route", ALL_LISTS)
def test_no_keyword_of_the_mapper_changes_a_page(walker: Walker, route: str):
    person, names = permitted(route, walker)
    client, path = walker.browser(person), address(route, names) + PAGES[route].query

    def ask(odd: Mapping[str, str]) -> Answer:
        with undone():
            asked = path + ("&" if "?" in path else "?") + urlencode(odd) if odd else path
            return answer_of(client.get(asked, follow=True))

    assert moved(ask) == []


@pytest.mark.parametrize("name", ALL_CALLS)
def test_no_keyword_of_the_mapper_changes_a_list_of_the_api(walker: Walker, name: str):
    person = next(one for one in oracle.PEOPLE if oracle.admitted(one, OPERATIONS[name].to))
    path = address(name.partition(" ")[2], {})
    known = dict(parse_qsl(OPERATIONS[name].query[1:]))

    def ask(odd: Mapping[str, str]) -> Answer:
        with undone():
            return answer_of(walker.program(person).get(path, {**known, **odd}))

    assert moved(ask) == []


def test_a_list_that_took_keywords_would_be_noticed(world: World):
    """The control: the hole that `orm-keywords-from-outside` of tools/semgrep forbids, planted beside the product."""

    def ask(odd: Mapping[str, str]) -> Answer:
        people = Staff.objects.order_by("pk")
        for name, value in odd.items():
            with contextlib.suppress(FieldError, ValidationError, ValueError, TypeError):
                asked = people.filter(**{name: value})  # as `filter(**request.GET.dict())`, one after the other
                str(asked.query)
                people = asked
        return Answer(200, {}, " ".join(people.values_list("username", flat=True)))

    assert {"password__startswith=OR", "pk__in=1", "tokens__digest__startswith=OR"} <= set(moved(ask))
