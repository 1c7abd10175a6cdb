"""The last thing that happens to an answer: tokens of numbers are opened for whoever reads it.

Texts come out of the database with a token in place of each number of somebody (`jingming.privacy.vault`). Whoever may
see numbers reads the number, everybody else its mask. One query for an answer that holds tokens, none for any other; in
an answer that is streamed, one for each piece. What leaves us otherwise (files made by the worker) asks `sees_numbers`
and opens by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from jingming.privacy.rules import CLOSING, CODE_LENGTH, CODE_LETTERS, OPENING
from jingming.privacy.vault import openings

from .eyes import sees_numbers

READABLE = ("text/", "application/json", "application/problem+json")
# As bytes, plain and as JSON may escape them; in a header's file name as an address would.
_OPENS, _CLOSES = rf"(?:{OPENING}|\\u27e6)", rf"(?:{CLOSING}|\\u27e7)"
_CODE = f"[{CODE_LETTERS}]"
TOKEN = re.compile(rf"{_OPENS}({_CODE}{{{CODE_LENGTH}}}){_CLOSES}".encode())
IN_HEADER = re.compile(rf"{quote(OPENING)}({_CODE}{{{CODE_LENGTH}}}){quote(CLOSING)}")
MARKS = (OPENING.encode(), rb"\u27e6")


class OpeningMiddleware:
    """Opens the tokens in pages, fragments, JSON, CSV, and in the names of files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        _open_file_name(request, response)
        if not response.headers.get("Content-Type", "").startswith(READABLE) or isinstance(response, FileResponse):
            return response
        if isinstance(response, StreamingHttpResponse):
            pieces = response.streaming_content
            if isinstance(pieces, Iterable):  # none of ours is asynchronous
                response.streaming_content = _opened_pieces(request, pieces)
        elif isinstance(response, HttpResponse) and any(mark in response.content for mark in MARKS):
            response.content = _opened(request, response.content)
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response


def _opened_pieces(request: HttpRequest, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield _opened(request, piece) if any(mark in piece for mark in MARKS) else piece


def _opened(request: HttpRequest, content: bytes) -> bytes:
    shown = openings({code.decode() for code in TOKEN.findall(content)}, whole=sees_numbers(request))

    def show(token: re.Match[bytes]) -> bytes:
        word = shown.get(token[1].decode())
        return token[0] if word is None else word.encode()

    return TOKEN.sub(show, content)


def _open_file_name(request: HttpRequest, response: HttpResponseBase) -> None:
    named = response.headers.get("Content-Disposition", "")
    if codes := set(IN_HEADER.findall(named)):
        shown = openings(codes, whole=sees_numbers(request))
        response.headers["Content-Disposition"] = IN_HEADER.sub(
            lambda token: quote(shown.get(token[1], ""), safe=""), named
        )
