"""`jingming import events`: the event log of another system becomes work orders with their whole way.

A mapping file says what its columns and words mean. Every row becomes exactly one line of history, in the order of the
file; what our table of states would refuse is kept, flagged and reported. People of the other system stay names in the
history, unless somebody of that very name works here: nobody is given an account because a log names them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.base.clock import now
from jingming.organisation import queries as places

from .door import load, make_room
from .founding import prepare
from .log_file import LogFile, Row
from .mapping import Mapping, read_mapping
from .progress import Progress, Silent
from .retelling import Retelling, Told
from .rows import LoadedOrder, LoadedStep
from .sheets.writing import write_csv
from .unhurried import without_collecting
from .way import ODD

REPORTS = "imports"


@without_collecting()
def import_events(path: Path, mapping: Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Import the log; {"orders", "events", "odd_rows", "already_present"}. What had come in before adds nothing.

    Odd rows are summed up for `progress` and listed in a file under JINGMING_HOME/imports. Raises
    checking.CannotLoad with one sentence, having changed nothing, for a file or mapping that cannot be used.
    """
    watcher = progress or Silent()
    at, rules = now(), read_mapping(mapping)
    told = _read(path, rules, watcher, now=at)
    odd = OddRows()
    make_room(*told.first_and_last())  # before the transaction, which would keep new months locked
    try:
        with transaction.atomic():
            ground = prepare(rules, sorted(told.groups), at=at)
            orders = list(told.orders(ground))
            figures = load(orders, source=rules.source, by=None, at=at, report=odd.hear, progress=watcher)
    finally:
        places.memory.forget()  # what was founded may have been rolled back
    odd.tell(rules.source, at, watcher)
    return figures.as_dict()


def _read(path: Path, rules: Mapping, watcher: Progress, *, now: datetime) -> Told:
    file = LogFile(path, rules.file)
    columns = sorted(rules.wanted_columns())
    retelling = Retelling(rules, columns, path.name, now=now)
    watcher.begin(_("Reading"), file.size())
    done = 0
    rows: dict[str, list[tuple[int, Row]]] = {}
    for count, (line, row) in enumerate(file.rows(columns)):
        rows.setdefault(retelling.order_of(line, row), []).append((line, row))
        if count % 5_000 == 0:
            watcher.advance(file.bytes_read() - done)
            done = file.bytes_read()
    return retelling.retell(rows)


class OddRows:
    """What was strange, for whoever imports."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, str, str, str]] = []
        self.kinds: Counter[str] = Counter()

    def hear(self, order: LoadedOrder, step: LoadedStep, odd: Sequence[str]) -> None:
        """One odd row."""
        self.kinds.update(odd)
        state = str(step.facts.get("state", ""))
        self.rows.append((step.row, order.external_id, state, step.at.isoformat(), " ".join(odd)))

    def tell(self, source: str, at: datetime, watcher: Progress) -> None:
        """A sum by kind, and the path of the list."""
        if not self.rows:
            return
        for kind, count in self.kinds.most_common():
            watcher.tell(
                ngettext("%(count)d row: %(what)s (%(kind)s)", "%(count)d rows: %(what)s (%(kind)s)", count)
                % {"count": count, "what": ODD.get(kind, kind), "kind": kind}
            )
        watcher.tell(_("All odd rows are listed in %(path)s.") % {"path": self._write(source, at)})

    def _write(self, source: str, at: datetime) -> Path:
        folder = Path(settings.HOME) / REPORTS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{source}-{at:%Y%m%dT%H%M%S}.csv"
        write_csv(path, ("line", "order", "state", "at", "odd"), sorted(self.rows))
        return path
