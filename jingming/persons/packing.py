"""The copy as a file: one zip with JSON for machines, a page for people, and a table of each kind of rows."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from django.template.loader import render_to_string
from django.utils.translation import get_language

from jingming.loading.sheets.writing import write_xlsx

from .queries import Section

IN_MEMORY = 4 * 1024 * 1024  # bytes; a longer copy is written to disk while it is made


def pack(sections: Sequence[Section], *, enterprise: str, at: datetime, mark: str) -> IO[bytes]:
    """The zip, open at its beginning; gone when it is closed."""
    packed = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by whoever sends it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("personal-data.json", _json(sections, enterprise=enterprise, at=at, mark=mark))
        page = {"sections": sections, "enterprise": enterprise, "at": at, "mark": mark, "language": get_language()}
        archive.writestr("personal-data.html", render_to_string("persons/copy_of_data.html", page))
        with tempfile.TemporaryDirectory() as place:
            for section in sections:
                if section.rows:
                    path = Path(place) / f"{section.key}.xlsx"
                    heading = list(section.columns.values())
                    rows = map(_cells, section.lines())
                    write_xlsx(path, heading, rows, text_columns=heading, title=section.label, mark=mark)
                    archive.write(path, f"tables/{path.name}")
    packed.seek(0)
    return packed


def _json(sections: Sequence[Section], *, enterprise: str, at: datetime, mark: str) -> str:
    told = {
        "enterprise": enterprise,
        "at": at.isoformat(timespec="seconds"),
        "mark": mark,
        "labels": {section.key: {"label": section.label, "columns": section.columns} for section in sections},
        "data": {section.key: section.rows for section in sections},
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _cells(line: list[object]) -> list[str]:
    return ["" if value == "" else str(value) for value in line]
