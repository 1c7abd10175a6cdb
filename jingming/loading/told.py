"""What the audit tells of loads and exports: which kind of master data it was, in words."""

from __future__ import annotations

from jingming.audit.sentences import read_as

from .sheets.kinds import KINDS


def _kind(value: object) -> str:
    kind = KINDS.get(str(value).removeprefix("sheet "))
    return str(kind.label) if kind else str(value)


read_as("loading.kind", _kind)
read_as("loading.source", _kind)
