"""What people do with files of master data: hand in, match, try, load, cancel, begin again, export, fetch.

Each act changes the run and rings for the worker; `working` does what the run is waiting for. Nothing that a file says
is written anywhere before `load`, and then all of it in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as queue

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal, Unfit
from jingming.files import rules as file_rules
from jingming.files import store
from jingming.live.actions import announce
from jingming.privacy.erased import says

from . import queries
from .models import Matching, Run
from .rules import BUSY, OPEN, STEPS, State, Way
from .sheets import exporting, matching
from .sheets.kinds import Kind
from .sheets.rules import LIMITS, MEGABYTE

TASK = "loading.work"
NAME_LENGTH = 200
LARGEST = LIMITS["bytes"]
FORMATS = {"xlsx": "Excel", "csv": "CSV"}


class NotNow(Refusal):
    """The run is not where this can be done."""

    kind = "not-now"


def hand_in(kind: Kind, upload: UploadedFile[bytes], *, by: Staff, at: datetime, sheet: str = "") -> Run:
    """Keep a file that is to be loaded, and have the worker read its heading. What it is, the reader judges by its
    bytes; here only its name and its size count."""
    name = file_rules.shown_name(upload.name or "")
    if upload.size is not None and upload.size > LARGEST.most:
        raise _too_large()
    try:
        kept, _nothing = store.keep(upload.chunks(), limit=LARGEST.most, proof=_anything)
    except store.TooLarge:
        raise _too_large() from None
    if not kept.size:
        store.remove(kept.key)
        raise Unfit(fields={"file": _("The file is empty. Choose another one.")})
    with transaction.atomic():
        run = Run.objects.create(
            kind=kind.code, way=Way.IMPORT, by=by, state=State.OPENING, began_at=at,
            language=get_language(), file_name=name[-NAME_LENGTH:], store_key=kept.key, size=kept.size, sheet=sheet,
        )  # fmt: skip
        audit.record("loading.uploaded", run, by=by, at=at, kind=kind.code, file=name, sha256=kept.sha256)
        ring(run)
    return run


def _anything(_content: object) -> None:
    """The reader proves the bytes, in the worker: it is patient with what people hand in, and that takes time."""


def _too_large() -> Unfit:
    return Unfit(fields={"file": str(LARGEST.refusal) % {"most": LARGEST.most // MEGABYTE}})


@transaction.atomic
def match(
    run: Run, mapping: Mapping[str, int], *, empty_clears: bool, sheet: str | None = None, by: Staff, at: datetime
) -> Run:
    """Match the columns, remember how, and have the worker try what the file would do. Another sheet of the workbook
    is opened first."""
    run = _locked(run)
    if sheet is not None and sheet != run.sheet:
        if sheet not in run.sheets:
            raise Unfit(fields={"sheet": _("The workbook has no such sheet. Choose one of its sheets.")})
        run.sheet = sheet
        return _step(run, State.OPENING, came_from=(State.MAPPING, State.CHECKED, State.REFUSED))
    kind = queries.kind_of(run)
    matching.check(kind, mapping, run.heading)
    run.mapping, run.empty_clears = dict(mapping), empty_clears
    Matching.objects.update_or_create(
        kind=kind.code,
        heading=matching.digest(run.heading),
        by=by,
        defaults={"mapping": dict(mapping), "department_id": by.department_id, "at": at},
    )
    return _step(run, State.CHECKING, came_from=(State.MAPPING, State.CHECKED, State.REFUSED))


@transaction.atomic
def load(run: Run, *, skip_bad: bool) -> Run:
    """Have the worker load what has been tried; with `skip_bad` also where rows cannot be loaded."""
    run = _locked(run)
    if run.counts.get("bad") and not skip_bad:
        raise Unfit(_("Some rows cannot be loaded. Correct the file, or choose to load the others without them."))
    run.skip_bad = skip_bad
    return _step(run, State.LOADING, came_from=(State.CHECKED,))


@transaction.atomic
def match_again(run: Run) -> Run:
    """Go back to the matching of columns."""
    run = _locked(run)
    if not run.heading or run.state not in {State.CHECKED, State.REFUSED}:
        raise _not_now()
    run.state = State.MAPPING
    run.save(update_fields=["state"])
    return run


@transaction.atomic
def begin_again(run: Run) -> Run:
    """Do once more what broke off; nothing of it had been written."""
    run = _locked(run)
    if queries.is_cut_off(run):
        run.state = State.BROKEN
    if run.state != State.BROKEN:
        raise _not_now()
    if run.way == Way.EXPORT:
        return _step(run, State.WRITING, came_from=(State.BROKEN,))
    return _step(run, State.CHECKING if run.mapping else State.OPENING, came_from=(State.BROKEN,))


@transaction.atomic
def cancel(run: Run, *, by: Staff, at: datetime) -> Run:
    """Stop a run. A worker that has it hears of it within a moment and leaves nothing behind."""
    run = _locked(run)
    if run.state not in OPEN:
        raise _not_now()
    if run.state in BUSY and run.taken_at is not None and not queries.is_cut_off(run):
        run.cancelling = True
    else:
        run.state, run.ended_at = State.CANCELLED, at
    run.save(update_fields=["state", "cancelling", "ended_at"])
    audit.record("loading.cancelled", run, by=by, at=at)
    announce(Run._meta.label, run.pk)
    return run


@transaction.atomic
def export(kind: Kind, *, form: str, reason: str, by: Staff, at: datetime, unit: str = "") -> Run:
    """Have the worker write all rows of the kind that the person may see (in the place `unit`, if one is named)."""
    if form not in FORMATS:
        raise Unfit(fields={"form": _("Choose one of those on offer.")})
    name = f"{kind.label} {at:%Y-%m-%d}.{form}"
    run = Run.objects.create(
        kind=kind.code, way=Way.EXPORT, by=by, state=State.WRITING, began_at=at,
        language=get_language(), file_name=name, filter={"unit": unit} if unit else {},
    )  # fmt: skip
    exporting.ask(run, reason=reason, at=at)
    ring(run)
    return run


def note_fetch(run: Run, *, by: Staff, at: datetime) -> None:
    """Write down that the person fetched the file that a run has made."""
    audit.record("loading.fetched", run, by=by, at=at, file=run.result_name)


def result_of(run: Run) -> Path | None:
    """Where the file that a run has made lies; None where there is none, or none any more."""
    place = store.path_of(run.result_key) if run.result_key else None
    return place if place is not None and place.exists() else None


def ring(run: Run) -> None:
    """Have the worker take the run up, once this transaction has ended. One run at a time, so that reactions to what
    happens at the desk never wait behind files."""
    queue.configure_task(TASK, queue="loads", lock="loading").defer(run_id=run.pk)
    announce(Run._meta.label, run.pk)


def _locked(run: Run) -> Run:
    return Run.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _step(run: Run, state: State, *, came_from: tuple[State, ...]) -> Run:
    """Put the run into the state and ring for the worker."""
    if run.state not in came_from or state not in STEPS[State(run.state)]:
        raise _not_now()
    run.state, run.taken_at, run.ended_at, run.cancelling = state, None, None, False
    run.done = run.total = 0
    run.stage = run.sentence = ""
    run.save()
    ring(run)
    return run


def _not_now() -> NotNow:
    return NotNow(_("This file is somewhere else by now. Look at its page again."))


def forget_details_with(words: Collection[str]) -> int:
    """Empty what runs have kept of single rows, where one of these words stands in it; returns how many runs."""
    found = [
        run.pk
        for run in Run.objects.exclude(details=[], problems=[]).only("pk", "details", "problems").iterator()
        if says([run.details, run.problems], words)
    ]
    return Run.objects.filter(pk__in=found).update(details=[], problems=[])


def forget_details(*, before: datetime, at_most: int) -> int:
    """Empty what runs that ended long ago have kept of single rows; how many runs. Figures and sentences stay."""
    old = Run.objects.filter(ended_at__lt=before).exclude(details=[], problems=[])
    batch = list(old.order_by("pk").values_list("pk", flat=True)[:at_most])
    return Run.objects.filter(pk__in=batch).update(details=[], problems=[])
