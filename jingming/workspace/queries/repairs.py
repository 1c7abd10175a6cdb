"""Jobs that failed for good and wait for somebody to look after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Max, Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from jingming.base.events import FAN_OUT
from jingming.base.paging import PAGE

MOST_COUNTED = 100
REACT = "jingming.wiring.react"


@dataclass(frozen=True)
class Failed:
    """A failed job in words: what it was to do, about which record, how often it was tried, since when it stands."""

    pk: int
    what: str
    about: str
    tries: int
    since: datetime | None


@dataclass(frozen=True)
class Repairs:
    """A page of failed jobs, the newest first; `next` is the id before which the following page begins."""

    items: Sequence[Failed]
    next: int | None


def failed_jobs(before: int | None = None) -> Repairs:
    """The jobs that failed, those with an id below `before`. One query, by the index of the failed ones."""
    jobs = ProcrastinateJob.objects.filter(status="failed").order_by("-id")
    if before is not None:
        jobs = jobs.filter(id__lt=before)
    since = Max("procrastinateevent__at", filter=Q(procrastinateevent__type="failed"), output_field=DateTimeField())
    found = list(jobs.annotate(failed_at=since)[: PAGE + 1])
    return Repairs([_in_words(job) for job in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


def waiting_for_repair() -> int:
    """How many failed jobs there are, counted up to a hundred. One query."""
    return len(ProcrastinateJob.objects.filter(status="failed").order_by().values_list("pk")[:MOST_COUNTED])


def _in_words(job: Any) -> Failed:  # noqa: ANN401  # a row with an annotation
    args: dict[str, Any] = job.args
    facts = args.get("facts", args)
    what = job.task_name.removeprefix("jingming.")
    if job.task_name == FAN_OUT:
        what = _("Reactions to %(event)s") % {"event": args.get("event", "")}
    elif job.task_name == REACT:
        what = _("%(reaction)s after %(event)s") % {
            "reaction": str(args.get("reaction", "")).replace("_", " "),
            "event": args.get("event", ""),
        }
    about = ", ".join(f"{name} {value}" for name, value in sorted(facts.items()) if name.endswith("_id"))
    return Failed(job.pk, what, about, job.attempts, job.failed_at)
