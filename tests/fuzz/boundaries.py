"""Our own list: values that people forget, bodies that are nearly JSON, and ways of asking without authority."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import quote

import httpx

from jingming.privacy import asking

AT_A_TIME = 4  # operations
LENGTHS = (1, 19, 20, 21, 30, 40, 41, 60, 61, 100, 101, 120, 121, 128, 129, 200, 201, 255, 256, 1000, 1001, 2000, 2001,
           4000, 10_000, 10_001, 65_536)  # fmt: skip
WORDS = [
    "", " ", "\t\n", "\x00", "a\x00b", "\x01\x1f\x7f", "\ud800", "\udfff a", "\ufeff", "\u200b", "\u202e", "\u2028",
    "a" + "\u0301" * 50, "ﬁ", "İ", "ß", "𠮷", "👩‍👩‍👧", "\U0010ffff", "\ufffe", "%00", "%", "%s%n", "{}",
    "{0.__class__}", "${7*7}", "{{ 7 }}", "'", "''; DROP TABLE x; --", '"', "\\", "\\x00", "../../etc/passwd",
    "<script>", "null", "None", "true", "NaN", "Infinity", "-0", "0x10", "1e309", "١٢٣٤",
    "１３８００００", "三", "²", "½",
    "+86 138-0000-0417",
    "_", "%_", "*", "a:*", "&|!", "(", "[", "\\d+", "1;2", "a,b", "id", "pk", "__class__",
]  # fmt: skip
NUMBERS = [
    0, -1, 1, -0.0, 0.1, 2**15, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64,
    10**19, 10**30, 10**400, 1e308, 5e-324, True, False, None,
]  # fmt: skip
DAYS = [
    "0000-00-00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1582-10-05", "1900-02-29",
    "1970-01-01T00:00:00", "2026-02-30", "2026-11-26T24:00:00Z", "2026-11-26T23:59:60Z",
    "2026-11-26T10:00:00+99:99", "2026-11-26T10:00:00-00:00", "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00", "10000-01-01", "-0001-01-01", "20261126", "1795660800", "2026-W48-4", "２０２６-11-26",
]  # fmt: skip
SHAPES: list[Any] = [[], {}, [None], [[]], {"": ""}, {"a": {"b": {}}}, ["x"] * 1000, {str(n): n for n in range(1000)}]
VALUES: list[Any] = [*WORDS, *NUMBERS, *DAYS, *SHAPES, *("x" * length for length in LENGTHS), "汉" * 10_000]


def bodies() -> dict[str, bytes]:
    """Bodies that are not quite what was asked for."""
    return {
        "nothing": b"", "white space": b" \n", "not JSON": b"{", "two values": b"{}{}", "single quotes": b"{'a': 1}",
        "a comment": b"{/* */}", "a trailing comma": b'{"a": 1,}', "NaN": b'{"version": NaN}',
        "Infinity": b'{"version": -Infinity}', "a name twice": b'{"act": "note", "act": "void"}',
        "a name twice, escaped": b'{"act": "note", "\\u0061ct": "void"}', "a NUL name": b'{"\\u0000": 1}',
        "a lone surrogate": b'{"text": "\\ud800"}', "a surrogate name": b'{"\\udc00": 1}',
        "10,000 arrays": b"[" * 10_000 + b"]" * 10_000, "100,000 objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "50 arrays": b'{"fields": ' + b"[" * 50 + b"]" * 50 + b"}", "a list": b"[]", "a word": b'"x"', "a number": b"1",
        "null": b"null", "10,000 digits": b'{"version": ' + b"9" * 10_000 + b"}", "1e400": b'{"version": 1e400}',
        "a million digits behind the point": b'{"version": 1.' + b"0" * 1_000_000 + b"}",
        "a byte order mark": b"\xef\xbb\xbf{}", "UTF-16": '{"act": "note"}'.encode("utf-16"),
        "latin-1": b'{"text": "\xe9"}',
        "overlong UTF-8": b'{"text": "\xc0\x80"}',
        "50,000 names": json.dumps({f"n{n}": 1 for n in range(50_000)}).encode(),
        "2.5 MB": b'{"text": "' + b"x" * 2_500_000 + b'"}',
    }  # fmt: skip


KINDS = (
    "", "text/plain", "application/xml", "application/json; charset=utf-16", "application/json; charset=nonsense",
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=",
    "application/json,text/html", "multipart/form-data; boundary=x", "*/*", "application/json; " + "x" * 3000,
)  # fmt: skip


def authorisations(token: str) -> dict[str, list[tuple[str, str]]]:
    """Ways of asking that must not be let in."""

    def bearer(text: str) -> list[tuple[str, str]]:
        return [("Authorization", text)]

    return {
        "none": [], "empty": bearer(""), "no token": bearer("Bearer"), "a blank": bearer("Bearer "),
        "nonsense": bearer("Bearer nonsense"), "null": bearer("Bearer null"), "cut off": bearer(f"Bearer {token[:-1]}"),
        "one more": bearer(f"Bearer {token}x"), "other case": bearer(f"Bearer {token.swapcase()}"),
        "without its scheme": bearer(token), "Basic": bearer(f"Basic {token}"), "Token": bearer(f"Token {token}"),
        "quoted": bearer(f'Bearer "{token}"'), "two": bearer(f"Bearer {token},{token}"),
        "a list": bearer(f"Bearer x, Bearer {token}"),
        "10,000 characters": bearer("Bearer " + "x" * 4000), "percent": bearer(f"Bearer %00{token}"),
        "high bytes": bearer("Bearer é"), "a dead one": bearer("Bearer jm_" + "A" * 43),
        "sql": bearer("Bearer ' OR 1=1 --"),
        "in another header": [("X-Authorization", f"Bearer {token}")],
        "as a cookie": [("Cookie", f"sessionid={token}")],
    }  # fmt: skip


@dataclass
class Told:
    """What was asked and what was wrong with the answers."""

    operations: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(self.operations.values())

    def ask(self, client: httpx.Client, request: httpx.Request, where: str, *, refused: bool = False) -> None:
        """Send a request and judge the answer; what no client can send is left out."""
        for turn in (1, 2):  # the server ends connections that were idle; the second time it is its fault
            try:
                self.hear(client.send(request), where, refused=refused)
            except httpx.LocalProtocolError:
                return
            except httpx.TransportError as error:
                if turn == 2:
                    self.complaints.append(f"{where}: no answer, {type(error).__name__}")
            else:
                return

    def hear(self, answer: httpx.Response, where: str, *, refused: bool = False) -> None:
        """Judge an answer; `refused` says that nobody may be let in."""
        operation = where.partition(":")[0]
        self.operations[operation] = self.operations.get(operation, 0) + 1
        kind = answer.headers.get("content-type", "")
        if answer.status_code >= 500:
            self.complaints.append(f"{where}: {answer.status_code}")
        elif refused and answer.status_code not in (401, 403):
            self.complaints.append(f"{where}: let in with {answer.status_code}")
        elif answer.status_code >= 400 and not kind.startswith("application/problem+json"):
            if not (answer.status_code in (400, 414, 431) and "gunicorn" not in kind and "<h1>" in answer.text):
                self.complaints.append(f"{where}: {answer.status_code} is told as {kind}")
        elif answer.status_code < 300 and not kind.startswith("application/json"):
            self.complaints.append(f"{where}: {answer.status_code} is told as {kind}")


@dataclass(frozen=True)
class Operation:
    """One operation and a request that it takes."""

    method: str
    path: str  # with the names of its things filled in
    names: Mapping[str, Any]
    template: str
    body: Mapping[str, Any] | None
    fields: tuple[str, ...]
    asks: tuple[str, ...]
    upload: bool = False

    @property
    def label(self) -> str:
        return f"{self.method} {self.template}"


def ask(client: httpx.Client, operations: list[Operation], token: str, *, every: int = 1) -> Told:
    """The whole list at every operation; or one request of every so many, other ones at each operation."""
    told = Told()
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        list(threads.map(lambda one: _ask_one(client, one[1], token, told, one[0], every), enumerate(operations)))
    return told


def _ask_one(client: httpx.Client, operation: Operation, token: str, told: Told, first: int, every: int) -> None:
    for where, request in islice(requests(client, operation), first % every, None, every):
        told.ask(client, request, f"{operation.label}: {where}")
    for way, headers in authorisations(token).items():
        request = client.build_request(operation.method, operation.path, **_content(operation))
        del request.headers["Authorization"]
        request.headers = _with(request.headers, headers)
        told.ask(client, request, f"{operation.label}: authorised by {way}", refused=True)


def _with(headers: httpx.Headers, more: list[tuple[str, str]]) -> httpx.Headers:
    """The headers and some more, whose values need not be ASCII."""
    return httpx.Headers([*headers.raw, *((name.encode(), value.encode("latin-1")) for name, value in more)])


def _content(operation: Operation) -> dict[str, Any]:
    if operation.upload:
        return {"files": {"file": ("note.txt", b"note\n", "text/plain")}}
    return {} if operation.body is None else {"json": operation.body}


def requests(client: httpx.Client, operation: Operation) -> Iterator[tuple[str, httpx.Request]]:
    """Every request of the list for one operation, and in what it is odd."""
    for name in operation.names:
        for value in [*WORDS, *NUMBERS, "x" * 3000]:
            text = httpx.QueryParams({"q": str(value).encode("utf-8", "surrogatepass").decode("utf-8", "replace")})
            odd = str(text).partition("=")[2].replace("+", "%20")
            path = operation.template.replace(f"{{{name}}}", odd)
            for other, known in operation.names.items():
                path = path.replace(f"{{{other}}}", str(known))
            yield f"{name} is {value!r:.40}", client.build_request(operation.method, path, **_content(operation))
    for name in (*operation.asks, "unknown"):
        for value in [*WORDS, *NUMBERS, *DAYS, "x" * 3000]:
            text = str(value).encode("utf-8", "replace").decode()
            url = httpx.URL(operation.path, params={name: text})
            yield f"?{name}={value!r:.40}", client.build_request(operation.method, url, **_content(operation))
            if name == asking.WORDS:  # where they belong
                headers = {asking.HEADER: quote(text)}
                yield f"words {value!r:.40}", client.build_request(operation.method, operation.path, headers=headers)
    yield "2,500 parameters", client.build_request(operation.method, f"{operation.path}?" + "&".join(["a="] * 2500))
    yield "invalid UTF-8 asked", client.build_request(operation.method, f"{operation.path}?q=%ff%fe&cursor=%c0%80")
    if operation.upload:
        yield from _uploads(client, operation)
    elif operation.body is not None:
        yield from _odd_bodies(client, operation)


def _odd_bodies(client: httpx.Client, operation: Operation) -> Iterator[tuple[str, httpx.Request]]:
    def send(content: bytes, kind: str = "application/json") -> httpx.Request:
        headers = {"Content-Type": kind} if kind else {}
        return client.build_request(operation.method, operation.path, content=content, headers=headers)

    assert operation.body is not None
    for name in operation.fields:
        for value in VALUES:
            body = json.dumps({**operation.body, name: value}).encode()
            yield f"{name} = {value!r:.40}", send(body)
    for what, content in bodies().items():
        yield f"the body is {what}", send(content)
    for kind in KINDS:
        yield f"told as {kind!r:.60}", send(json.dumps(operation.body).encode(), kind)
    for key in ("", "x" * 128, "x" * 129, "é", "a b", "a\tb"):
        request = send(json.dumps(operation.body).encode())
        request.headers = _with(request.headers, [("Idempotency-Key", key)])
        yield f"the key is {key!r:.20}", request


def _uploads(client: httpx.Client, operation: Operation) -> Iterator[tuple[str, httpx.Request]]:
    for value in VALUES:
        if isinstance(value, str):
            text = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            data = {"purpose": text, "text": text}
            files = {"file": (f"{text[:300]}.txt", b"note\n", "text/plain")}
            yield f"words {value!r:.40}", client.build_request("POST", operation.path, data=data, files=files)
    for what, content in bodies().items():
        files = {"file": ("note.txt", content, "text/plain")}
        yield f"a file of {what}", client.build_request("POST", operation.path, files=files)
    for kind in KINDS:
        headers = {"Content-Type": kind} if kind else {}
        yield f"told as {kind!r:.60}", client.build_request("POST", operation.path, content=b"--x--", headers=headers)
