"""What every operation of the API rests on: strict input, bodies the database can hold, errors as problem documents.

An operation takes an `Input`, does one act, and answers; it never catches: what an action refuses and what a check
finds becomes a problem document here (`jingming.base.problems`).
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pydantic
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.db import DataError, Error, IntegrityError, InterfaceError, OperationalError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from .errors import Refusal, Unfit
from .paging import Page
from .problems import MEDIA_TYPE, FieldError, Malformed, problem, problem_of, unstorable
from .sentences import sentence_for

log = logging.getLogger("jingming.api")
BIGGEST = 2**63 - 1
DEPTH = 40
Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


class Input(pydantic.BaseModel):
    """Base of everything that callers send: unknown fields are refused, text is trimmed and at most 10,000 long."""

    model_config: ClassVar[pydantic.ConfigDict] = pydantic.ConfigDict(
        extra="forbid", str_strip_whitespace=True, str_max_length=10_000, allow_inf_nan=False
    )


class Output(pydantic.BaseModel):
    """Base of everything that the API answers."""


class Listing(Output, Generic[Item]):
    """One page of a list: `next` is the cursor of the following page, null on the last."""

    items: list[Item]
    next: str | None


class ProblemField(Output):
    """One sentence about one field, named as it was sent; "" for the whole."""

    field: str
    message: str


class Problem(Output):
    """Why a request was not done, by RFC 9457; some kinds say more than this."""

    model_config: ClassVar[pydantic.ConfigDict] = pydantic.ConfigDict(extra="allow")

    type: str
    title: str
    status: Annotated[int, pydantic.Field(ge=400, le=599)]
    detail: str
    errors: Annotated[list[ProblemField], pydantic.Field(default_factory=list)]


class Api(NinjaAPI):
    """ninja's API, whose description also says what every refusal looks like. An operation has the name of its
    function, wherever that stands: clients are generated from these names."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        described["components"]["schemas"] |= shape.pop("$defs") | {"Problem": shape}
        refused = {
            "description": "A problem document",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for methods in described["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = refused
        return described


def listing(page: Page[Row], show: Callable[[Row], Item]) -> dict[str, object]:
    """A page of rows as a list answer."""
    return {"items": [show(row) for row in page.items], "next": page.next}


class StrictParser(Parser):
    """Reads JSON bodies and refuses what PostgreSQL could not hold: NUL, lone surrogates, integers beyond 64 bits."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401  # JSON may be anything
        try:
            data = json.loads(
                request.body, parse_int=_whole, parse_constant=_no_constant, object_pairs_hook=_each_name_once
            )
        except RecursionError:
            raise Malformed(_("The JSON is nested too deeply.")) from None
        except ValueError:
            raise Malformed(_("The body is not JSON. Send one JSON object in UTF-8.")) from None
        if errors := {where: sentence for where, sentence in _unholdable(data, "", 0) if sentence}:
            raise Unfit(fields=errors)
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name in data:
            for value in data.getlist(name):
                if isinstance(value, str) and (sentence := unstorable(name + value)):
                    raise Unfit(fields={name: sentence})
        return super().parse_querydict(data, list_fields, request)


def _whole(digits: str) -> int:
    # Python refuses to read thousands of digits; anything this long is too large all the same.
    return int(digits) if len(digits) <= 20 else BIGGEST + 1


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Which of two values was meant nobody can know, and two programs would not agree.
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name stands twice")
    return named


def _unholdable(value: object, where: str, depth: int) -> Iterator[tuple[str, str]]:
    """(field, sentence) for every value in parsed JSON that the database could not hold."""
    if isinstance(value, str):
        yield where, unstorable(value)
    elif isinstance(value, float):
        yield where, "" if math.isfinite(value) else _("This number is too large.")
    elif isinstance(value, int):
        yield where, "" if -BIGGEST <= value <= BIGGEST else _("This number is too large.")
    elif depth >= DEPTH:
        yield where, _("The JSON is nested too deeply.")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            field = f"{where}.{name}" if where else name
            if sentence := unstorable(name):
                yield where, sentence
            else:
                yield from _unholdable(inner, field, depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _unholdable(inner, f"{where}.{position}" if where else str(position), depth + 1)


def tell_problems(api: NinjaAPI) -> None:
    """Have every error of the API told as a problem document; a fault of ours is logged and leaks nothing."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Refusal: lambda _request, refusal: problem_of(refusal),
        ValidationError: lambda _request, error: _unfit(error),
        Http404: lambda _request, _error: problem(404),
        Throttled: lambda _request, _error: problem(429),
        HttpError: lambda _request, error: _http_error(error),
        RequestDataTooBig: lambda _request, _error: problem(413),
        TooManyFieldsSent: lambda _request, _error: problem(413),
        TooManyFilesSent: lambda _request, _error: problem(413),
        SuspiciousOperation: lambda _request, _error: problem(400),
        # A form with files, where JSON is expected: the form has been read already, its bytes are gone.
        RawPostDataException: lambda _request, _error: problem(400),
        UnicodeEncodeError: lambda _request, _error: problem(422),
        DataError: _not_held,
        IntegrityError: _in_the_way,
        OperationalError: _busy,
        InterfaceError: _busy,
        Error: _broken,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _unfit(error: ValidationError) -> HttpResponse:
    errors = [FieldError(field=_field(found["loc"]), message=sentence_for(found)) for found in error.errors]
    return problem(422, errors=errors)


def _field(loc: tuple[str | int, ...]) -> str:
    """The field as the caller sent it: ninja puts the source and the parameter that collects the body before it."""
    source, *rest = loc
    if source == "body" or len(rest) > 1:
        rest = rest[1:]
    return ".".join(str(part) for part in rest)


def _http_error(error: HttpError) -> HttpResponse:
    cause = error.__cause__  # ninja wraps whatever the parser raises
    if isinstance(cause, Refusal):
        return problem_of(cause)
    response = problem(error.status_code)
    if error.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Jingming"'
    return response


def _not_held(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("%s %s: the database cannot hold a value: %s", request.method, request.path, _nameless(error))
    return problem(422)


def _nameless(error: Exception) -> str:
    """What the database refused, without the row: its own sentence would put names and phones into the log."""
    diagnosis = getattr(error.__cause__, "diag", None)
    facts = (getattr(diagnosis, name, None) for name in ("sqlstate", "table_name", "constraint_name"))
    return " ".join(filter(None, facts)) or type(error).__name__


def _in_the_way(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("%s %s: %s", request.method, request.path, _nameless(error))
    return problem(409)


def _busy(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("%s %s: the database is busy or away: %s", request.method, request.path, _nameless(error))
    response = problem(503)
    response.headers["Retry-After"] = "2"
    return response


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500)
