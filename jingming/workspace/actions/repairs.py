"""What is done to failed jobs: try them again, or give them up with a reason. Each leaves a line in the audit."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from jingming.accounts.models import Staff
from jingming.audit.actions import record
from jingming.base.errors import Refusal, Unfit
from jingming.privacy.rules import shortened

LONGEST_REASON = 500


class NotFailed(Refusal):
    """Somebody else has looked after the job already, or there is none of this number."""

    kind = "not-failed"


@transaction.atomic
def retry_job(job_id: int, *, by: Staff, at: datetime) -> None:
    """Put a failed job back into its queue, to be done at once; its tries go on counting."""
    job = _failed(job_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job.pk, at])
    record("jobs.retried", job, by=by, at=at, task=job.task_name, tries=job.attempts)


@transaction.atomic
def give_job_up(job_id: int, *, reason: str, by: Staff, at: datetime) -> None:
    """Take a failed job off the list for good; it stays in the database as cancelled."""
    reason = shortened(" ".join(reason.split()), LONGEST_REASON)
    if not reason:
        raise Unfit(fields={"reason": _("Say why this job need not be done any more.")})
    job = _failed(job_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [job.pk])
    record("jobs.given_up", job, by=by, at=at, task=job.task_name, tries=job.attempts, reason=reason)


def _failed(job_id: int) -> ProcrastinateJob:
    """The failed job, locked: two people may press at once."""
    job: ProcrastinateJob | None = (
        ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job_id, status="failed").first()
    )
    if job is None:
        raise NotFailed(_("This job no longer waits for repair: a colleague has looked after it. Reload the list."))
    return job
