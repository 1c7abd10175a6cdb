"""Files of CSV that are made while they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from jingming.accounts.eyes import seen_by
from jingming.audit.marks import code_of, words_of
from jingming.audit.models import Entry
from jingming.base.cells import BYTE_ORDER_MARK, csv_line
from jingming.base.http import StaffRequest


def csv_file(
    request: StaffRequest, what: str, noted: Entry, heading: Sequence[str], pages: Iterable[list[list[str]]]
) -> StreamingHttpResponse:
    """The rows under their heading as a file named after what it holds, the moment and its line of audit, by which the
    file is marked at its end; page by page, so that no more than one is in memory. Each is made in the language and
    zone of whoever asks, and before their eyes."""
    name = f"jingming-{what}-{timezone.localtime(noted.at):%Y%m%d-%H%M%S}-{code_of(noted)}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = _as_asked(request, _lines(heading, pages, noted))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _lines(heading: Sequence[str], pages: Iterable[list[list[str]]], noted: Entry) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(heading)
    for page in pages:
        yield "".join(csv_line(row) for row in page)
    yield csv_line([words_of(noted)])


def _as_asked(request: StaffRequest, lines: Iterator[str]) -> Iterator[str]:
    """The lines, each made as the request would have it: they are asked for when it has long been answered."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def made() -> Iterator[str]:
        while True:
            with translation.override(language), timezone.override(zone), seen_by(request):
                line = next(lines, None)
            if line is None:
                return
            yield line

    return made()
