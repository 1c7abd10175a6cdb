"""The part of docs/api.md that the code decides: every act with its fields. The words around it are written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from jingming.workorders.inputs import ACT_FIELDS, CHOICES, ActField
from jingming.workorders.rules import BESIDE, Act

API = Path(__file__).resolve().parent.parent / "docs" / "api.md"
BEGIN, END = "<!-- acts: written by make docs -->\n", "<!-- end of acts -->\n"
KINDS = {
    "text": "text",
    "line": "one line",
    "code": "a code",
    "choice": "a choice",
    "time": "time",
    "department": "department code",
    "staff": "username",
    "order": "order number",
    "step": "key of a step of the type",
    "tasks": "list of {department, instruction, staff}",
    "fields": "{field: value}",
    "number": "id",
    "minutes": "1 to 10,080",
    "one_to_five": "1 to 5",
}


def page() -> str:
    """docs/api.md as it stands, its table of acts written afresh."""
    text = API.read_text(encoding="utf-8")
    with translation.override("en"):
        table = "".join(_table())
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}{table}{END}", text, flags=re.DOTALL)


def _table() -> Iterator[str]:
    yield "| act | | fields (*optional*) |\n|---|---|---|\n"
    for act, fields in ACT_FIELDS.items():
        if act == Act.ATTACH:
            continue  # a file comes by its own address
        version = "no `version`" if act in BESIDE else ""
        yield f"| `{act.value}` {act.label} | {version} | {'<br>'.join(map(_field, fields)) or '—'} |\n"


def _field(field: ActField) -> str:
    name = f"`{field.name}`" if field.required else f"*`{field.name}`*"
    return f"{name} {_kind(field)}"


def _kind(field: ActField) -> str:
    if field.kind == "choice":
        return " / ".join(code for code, _label in CHOICES[field.of])
    if field.kind == "code":
        return f"code of `{field.of}`"
    return KINDS[field.kind]
