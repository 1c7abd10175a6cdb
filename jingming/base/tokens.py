"""Fragments of names and addresses: 鑫源 finds 铜陵鑫源餐饮有限公司, 桂花 601 finds 桂花苑12-2-601.

The database cuts what is kept (`jingming_tokens`, in database/migrations/0003_tokens.sql), this module what somebody
types. Both say the same of every text; see docs/decisions/0018-finding-by-fragments.md.
"""

from __future__ import annotations

import re
import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, TextField

# Neither an ASCII letter or figure nor a letter of another script: what separates words. As in 0003_tokens.sql.
APART = re.compile("[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u2bff\u2e00-\u3004\u3008-\u303f\ufe00-\uffff]+")
RUN = re.compile("[a-z0-9]+|[^ a-z0-9]+")
SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def runs(words: str) -> list[str]:
    """The runs of Latin letters and figures, and of other letters, in their order."""
    return RUN.findall(APART.sub(" ", unicodedata.normalize("NFKC", words).translate(SMALL)))


def tokens(words: str) -> list[str]:
    """The tokens of a text: Latin letters and figures whole, of other letters every two neighbours; [] if none."""
    return [token for run in runs(words) for token in _cut(run)]


def _cut(run: str) -> list[str]:
    return [run] if run.isascii() else [run[place : place + 2] for place in range(len(run) - 1)]


def tokens_at(field: str) -> Func:
    """What an index over a text of a placed row holds: its tokens and its places, each written as `place_token`."""
    return Func(
        F(field), F("province_id"), F("city_id"), F("district_id"),
        function="jingming_tokens_at", output_field=ArrayField(TextField()),
    )  # fmt: skip


def place_token(unit_id: int) -> str:
    """How `tokens_at` writes a province, city or district."""
    return f"@{unit_id}"
