"""Whatever goes wrong at the API is told as a problem document, in the caller's language, and changes nothing."""

import json

import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.urls import include, path
from ninja import NinjaAPI
from pydantic import Field

from jingming.accounts.http import EVERYBODY_SIGNED_IN, Bearer
from jingming.audit.models import Entry
from jingming.base.api import Input, StrictParser, tell_problems
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest

pytestmark = pytest.mark.django_db
TALK = "/talk"


class Said(Input):
    """What the tests send."""

    text: str
    count: int = 0
    share: float = 0.0
    words: list[str] = Field(default_factory=list)
    extra: dict[str, object] = Field(default_factory=dict)


class Deaf(Refusal):
    kind = "deaf"


class Broken(Exception):
    pass


api = NinjaAPI(urls_namespace="talk", parser=StrictParser(), docs_url=None, openapi_url=None)
tell_problems(api)


@api.post("/", auth=Bearer(to=EVERYBODY_SIGNED_IN))
def say(request: StaffRequest, payload: Said) -> dict[str, object]:
    match payload.text:
        case "deaf":
            raise Deaf("Speak up.", fields={"text": "Too low."}, loudness=3)
        case "broken":
            raise Broken("a secret of ours")
        case "busy":
            raise OperationalError("lock timeout")
        case "data":
            raise DataError("out of range")
    return payload.model_dump()


urlpatterns = [path("api/v1/talk/", api.urls), path("", include("config.urls"))]


@pytest.fixture(autouse=True)
def _with_talk(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def program(caller, agent):
    return caller(agent)


def problem(answer) -> dict[str, object]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    return told


MALFORMED = {
    "nothing": b" ",
    "half an object": b'{"text": ',
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "NaN": b'{"text": "x", "share": NaN}',
    "infinity": b'{"text": "x", "share": Infinity}',
    "bottomless": b"[" * 100_000,
    "a number of 5,000 digits as a key": b"{" + b"1" * 5000 + b": 1}",
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_json_is_malformed(program, raw):
    assert problem(program.post(TALK + "/", raw=raw))["type"] == "/problems/malformed"


UNFIT = {
    "no body": (b"", ""),
    "a list": (b"[1]", ""),
    "a word": (b'"hello"', ""),
    "null": (b"null", ""),
    "missing": (b"{}", "text"),
    "an unknown field": (b'{"text": "x", "loud": true}', "loud"),
    "a number for text": (b'{"text": 5}', "text"),
    "an object for text": (b'{"text": {}}', "text"),
    "null for text": (b'{"text": null}', "text"),
    "words for a number": (b'{"text": "x", "count": "many"}', "count"),
    "half a number": (b'{"text": "x", "count": 1.5}', "count"),
    "a list for a number": (b'{"text": "x", "count": [1]}', "count"),
    "2^63": (b'{"text": "x", "count": 9223372036854775808}', "count"),
    "-2^63 - 1": (b'{"text": "x", "count": -9223372036854775809}', "count"),
    "4,000 digits": (b'{"text": "x", "count": ' + b"9" * 4000 + b"}", "count"),
    "10,000 digits": (b'{"text": "x", "count": ' + b"9" * 10_000 + b"}", "count"),
    "1e400": (b'{"text": "x", "share": 1e400}', "share"),
    "NUL": (b'{"text": "a\\u0000b"}', "text"),
    "a lone surrogate": (b'{"text": "\\ud800"}', "text"),
    "NUL in a list": (b'{"text": "x", "words": ["a", "\\u0000"]}', "words.1"),
    "NUL deep inside": (b'{"text": "x", "extra": {"a": [{"b": "\\u0000"}]}}', "extra.a.0.b"),
    "NUL in a name": (b'{"text": "x", "extra": {"a\\u0000": 1}}', "extra"),
    "41 levels": (b'{"text": "x", "extra": {"a": ' + b"[" * 45 + b"]" * 45 + b"}}", "extra.a" + ".0" * 38),
    "1 MB of text": (b'{"text": "' + b"a" * 1_000_000 + b'"}', "text"),
}


@pytest.mark.parametrize(("raw", "field"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_names_the_field_as_it_was_sent(program, raw, field):
    told = problem(program.post(TALK + "/", raw=raw))

    assert (told["status"], told["type"]) == (422, "/problems/unfit")
    assert [error["field"] for error in told["errors"]] == [field]
    assert all(error["message"] for error in told["errors"])


def test_the_largest_numbers_that_the_database_holds_are_taken(program):
    assert program.post(TALK + "/", {"text": " x ", "count": 2**63 - 1}).json()["count"] == 2**63 - 1
    assert program.post(TALK + "/", {"text": " x ", "count": 2**31}).json()["text"] == "x"


def test_a_body_beyond_the_limit_is_too_large(program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert problem(program.post(TALK + "/", {"text": "a" * 1000}))["type"] == "/problems/too-large"


def test_an_address_with_nul_is_refused_before_it_reaches_anything(program):
    told = problem(program.client.get("/api/v1/codes?set=chan%00nel"))

    assert (told["status"], "NUL" in told["detail"]) == (400, True)


def test_a_refusal_carries_its_kind_sentences_and_facts(program):
    told = problem(program.post(TALK + "/", {"text": "deaf"}))

    assert told == {
        "type": "/problems/deaf",
        "title": "Not possible now",
        "status": 409,
        "detail": "Speak up.",
        "errors": [{"field": "text", "message": "Too low."}],
        "loudness": 3,
    }


def test_a_fault_of_ours_leaks_nothing(program, caplog):
    answer = program.post(TALK + "/", {"text": "broken"})

    assert problem(answer)["type"] == "/problems/broken"
    assert "secret" not in answer.content.decode()
    assert "a secret of ours" in caplog.text


def test_a_busy_database_is_told_when_to_come_back(program):
    answer = program.post(TALK + "/", {"text": "busy"})

    assert (problem(answer)["status"], answer.headers["Retry-After"]) == (503, "2")


def test_what_the_database_cannot_hold_is_unfit(program):
    assert problem(program.post(TALK + "/", {"text": "data"}))["status"] == 422


@pytest.mark.parametrize(
    ("address", "status"), [("/api/v1/nothing", 404), ("/api/v2/", 404), ("/api/v1/", 404), ("/api/v1/me/", 404)]
)
def test_an_address_that_is_not_there_is_a_problem_too(program, address, status):
    assert problem(program.client.get(address))["status"] == status


def test_a_method_that_is_not_there_says_which_are(program):
    answer = program.client.delete("/api/v1/me")

    assert problem(answer)["type"] == "/problems/wrong-method"
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("token", ["", "jm_wrong", "wrong", "jm_" + "a" * 5000, "é", "a b"])
def test_without_a_living_token_nobody_is_let_in(token):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = Client(headers=headers).get("/api/v1/me")

    assert problem(answer)["type"] == "/problems/not-signed-in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_the_authority_the_api_says_so(caller, evaluator):
    assert problem(caller(evaluator).get("/units"))["type"] == "/problems/not-allowed"


def test_sentences_come_in_the_language_asked_for_and_else_in_the_persons(caller, agent, english_agent):
    def sentence(person, language):
        told = caller(person, language).post(TALK + "/", {}).json()
        return told["errors"][0]["message"]

    assert sentence(agent, "en") == sentence(english_agent, "") == sentence(english_agent, "fr")
    assert sentence(agent, "en-GB, zh;q=0.5") == "This field is required."
    assert sentence(english_agent, "zh-CN") == sentence(agent, "")


@pytest.fixture
def english_agent(agent2):
    agent2.language = "en"
    agent2.save(update_fields=["language"])
    return agent2


def test_none_of_it_leaves_a_trace(program):
    before = Entry.objects.count()
    for raw in (*MALFORMED.values(), *(raw for raw, _field in UNFIT.values())):
        program.post(TALK + "/", raw=raw)

    assert Entry.objects.count() == before
    with connection.cursor() as cursor:  # the connection is as usable as before
        cursor.execute("SELECT 1")


def test_the_description_of_the_api_is_open_and_names_the_bearer():
    description = json.loads(Client().get("/api/v1/openapi.json").content)

    assert description["components"]["securitySchemes"]["Bearer"] == {"type": "http", "scheme": "bearer"}
    assert Client().get("/api/v1/docs").status_code == 200
