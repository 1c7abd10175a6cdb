"""The worker's part of a run: what its state asks for, done while its page is told how far it is.

How far it is goes over a connection of its own, so that everybody sees it before the load commits; that connection also
holds a lock, by whose absence one knows that a worker has died in the middle.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jingming.accounts.queries import zone_of
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.database.direct import direct
from jingming.files import store
from jingming.live.actions import announce, announce_over
from jingming.privacy.rules import AsNumber

from . import access, queries
from .checking import CannotLoad
from .models import Run
from .rules import SHOWN, State
from .sheets import exporting, matching, problems
from .sheets.loading import Cancelled, File, Outcome, load_sheet
from .sheets.reading import open_sheet
from .sheets.work import Terms

if TYPE_CHECKING:
    from psycopg import Connection

OFTEN = 0.4  # seconds between two words about how far it is
PIECE = 1024 * 1024
LARGEST_RESULT = 4_000 * PIECE  # bytes of a file that is made here: no limit, but an end
log = logging.getLogger(__name__)


class Watching:
    """Tells the run's page how far the work is, and raises Cancelled once somebody has pressed Cancel."""

    def __init__(self, run: Run, line: Connection) -> None:
        self._run, self._line = run, line
        self._stage, self._done, self._total = "", 0, 0
        self._told = 0.0
        self.sentences: list[str] = []

    def begin(self, title: str, total: int | None = None) -> None:
        self._stage, self._done, self._total = title, 0, total or 0
        self._tell()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if time.monotonic() - self._told >= OFTEN:
            self._tell()

    def tell(self, sentence: str) -> None:
        self._stage = sentence[:80]
        self._tell()

    def _tell(self) -> None:
        found = self._line.execute(
            "UPDATE loading_run SET stage = %s, done = %s, total = %s WHERE id = %s RETURNING cancelling",
            [self._stage[:80], self._done, max(self._total, self._done), self._run.pk],
        ).fetchone()
        announce_over(self._line, Run._meta.label, self._run.pk)
        self._told = time.monotonic()
        if found is not None and found[0]:
            raise Cancelled


def work(run_id: int) -> None:
    """Do what the run waits for; nothing, if nobody waits or somebody else is at it."""
    run = Run.objects.select_related("by").filter(pk=run_id).first()
    if run is None or not run.busy:
        return
    with direct() as line:
        held = line.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [queries.lock_of(run_id)]
        ).fetchone()
        if held is None or not held[0]:
            return
        run = Run.objects.select_related("by").get(pk=run_id)
        if not run.busy:
            return
        if run.taken_at is not None:
            end(run, State.BROKEN, _("The work was cut off, and nothing was loaded. Begin again."))
            return
        if run.by is not None and queries.kind_of(run) not in access.kinds_open_to(run.by):
            end(
                run,
                State.REFUSED,
                _("This kind of data is not yours to load any more. Ask the security administrator."),
            )
            return
        Run.objects.filter(pk=run_id).update(taken_at=now())
        run.taken_at = now()
        with translation.override(run.language), timezone.override(zone_of(run.by)):
            _do(run, Watching(run, line))


def _do(run: Run, watching: Watching) -> None:
    try:
        DOING[State(run.state)](run, watching)
    except Cancelled:
        end(run, State.CANCELLED, "")
    except (CannotLoad, Refusal) as refusal:
        end(run, State.REFUSED, refusal.message)
    except FileNotFoundError:
        end(run, State.REFUSED, _("The file is kept for a day and has been removed. Hand it in again."))
    except Exception:
        log.exception("Run %d of %s broke off", run.pk, run.kind)
        end(run, State.BROKEN, _("Something went wrong that is no fault of the file; nothing was loaded. Begin again."))


def end(run: Run, state: State, sentence: str = "", **fields: Any) -> None:  # noqa: ANN401  # values of columns
    """Put the run where its work has brought it, and tell its page."""
    with transaction.atomic():
        now_kept = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if now_kept.state == State.LOADED and state != State.LOADED:
            return  # what is loaded stays loaded, whatever went wrong afterwards
        if now_kept.cancelling and state in {State.MAPPING, State.CHECKED}:
            state = State.CANCELLED
        run.state, run.sentence, run.ended_at = state, sentence, now()
        run.stage = ""
        for name, value in fields.items():
            setattr(run, name, value)
        run.save(update_fields=["state", "sentence", "ended_at", "stage", *fields])
        announce(Run._meta.label, run.pk)


# --- What each state asks for ---------------------------------------------------------------------------------------
def _open(run: Run, watching: Watching) -> None:
    """Read the heading, and say how its columns were matched before."""
    watching.begin(_("Reading the file"))
    kind = queries.kind_of(run)
    with open_sheet(store.path_of(run.store_key), name=run.file_name, sheet=run.sheet) as sheet:
        heading = list(sheet.heading.names)
        matched = queries.matched_before(run.by, kind, heading) if run.by else matching.propose(kind, heading)
        end(
            run, State.MAPPING, heading=heading, mapping=matched, sheets=list(sheet.sheets), notes=list(sheet.notes),
            total=sheet.total,
        )  # fmt: skip


def _check(run: Run, watching: Watching) -> None:
    outcome = _load_sheet(run, watching, write=False)
    end(run, State.CHECKED, **_came_to(run, outcome))


def _load(run: Run, watching: Watching) -> None:
    def seal(outcome: Outcome) -> None:
        """In the transaction that loads: whoever finds the run without a worker shall not think that nothing was."""
        Run.objects.filter(pk=run.pk).update(
            state=State.LOADED, ended_at=now(), counts=outcome.counts.as_dict(), stage="", sentence=""
        )

    outcome = _load_sheet(run, watching, write=True, seal=seal)
    if outcome.loaded:
        end(run, State.LOADED, **_came_to(run, outcome))
    else:
        sentence = _("Meanwhile there are rows that cannot be loaded, so nothing was loaded. Look at them, then go on.")
        end(run, State.REFUSED, sentence, **_came_to(run, outcome))


def _load_sheet(
    run: Run, watching: Watching, *, write: bool, seal: Callable[[Outcome], object] = Outcome.as_it_is
) -> Outcome:
    file = File(store.path_of(run.store_key), run.file_name, run.sheet)
    terms = Terms(by=run.by, at=now(), write=write, empty_clears=run.empty_clears)
    return load_sheet(
        file, queries.kind_of(run), run.mapping, terms, skip_bad=run.skip_bad, progress=watching, seal=seal
    )


def _came_to(run: Run, outcome: Outcome) -> dict[str, Any]:
    """The figures and sentences of an outcome as the run keeps them, and its file of errors."""
    kind = queries.kind_of(run)
    key = ""
    if outcome.bad:
        file = File(store.path_of(run.store_key), run.file_name, run.sheet)
        key = _kept(lambda place: problems.write(place, file, outcome.bad))
    return {
        "counts": outcome.counts.as_dict(),
        "notes": outcome.notes,
        "details": [
            {"row": one.row, "called": one.called, "state": one.state, "facts": dict(one.facts)}
            for one in outcome.details
        ],
        "problems": [
            {
                "row": one.row,
                "column": str(kind.column(one.column).label) if one.column else "",
                "value": AsNumber(one.value) if "phone" in one.column else one.value,
                "sentence": one.sentence,
            }
            for one in outcome.problems[:SHOWN]
        ],
        "result_key": key,
        "result_name": problems.name_of(run.file_name) if key else "",
    }  # fmt: skip


def _write(run: Run, watching: Watching) -> None:
    kind = queries.kind_of(run)
    rows = 0

    def write(place: Path) -> None:
        nonlocal rows
        rows = exporting.export(
            place,
            kind,
            by=run.by,
            form=run.file_name.rpartition(".")[2],
            unit=run.filter.get("unit", ""),
            mark=exporting.mark_of(run),
            progress=watching,
        )

    key = _kept(write)
    exporting.note(run, rows=rows, at=now())
    end(run, State.WRITTEN, result_key=key, result_name=run.file_name, counts={"rows": rows})


def _kept(write: Callable[[Path], object]) -> str:
    """The key under which a file that `write` has written is kept."""
    with tempfile.TemporaryDirectory(prefix="jingming-") as directory:
        place = Path(directory) / "file"
        write(place)
        kept, _nothing = store.keep(_pieces(place), limit=LARGEST_RESULT, proof=_anything)
    return kept.key


def _anything(_content: object) -> None:
    """What is made here needs no proof."""


def _pieces(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


DOING: dict[State, Callable[[Run, Watching], None]] = {
    State.OPENING: _open,
    State.CHECKING: _check,
    State.LOADING: _load,
    State.WRITING: _write,
}
