"""Failed jobs: who sees them, trying again, giving up."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from jingming.audit.models import Entry
from jingming.workspace import actions
from jingming.workspace.queries.repairs import failed_jobs
from tests.cast import TEN_O_CLOCK


def fail(count=1):
    """Jobs as the worker leaves them when it has given up."""
    ids = []
    with connection.cursor() as cursor:
        for _number in range(count):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) VALUES"
                " ('events', 'jingming.wiring.react', %s::jsonb, 'failed', 12) RETURNING id",
                ['{"event": "workorders.opened", "reaction": "tell_browsers_of_order", "facts": {"order_id": 17}}'],
            )
            ids.append(cursor.fetchone()[0])
            cursor.execute("INSERT INTO procrastinate_events (job_id, type) VALUES (%s, 'failed')", [ids[-1]])
    return ids


def state(job):
    return ProcrastinateJob.objects.get(pk=job).status


def test_a_failed_job_says_what_about_which_record_and_how_often(sysadmin):
    [job] = fail()
    [row] = failed_jobs().items
    assert (row.pk, row.about, row.tries) == (job, "order_id 17", 12)
    assert "tell browsers of order" in row.what
    assert row.since is not None


def test_a_list_of_three_costs_what_a_list_of_one_costs(db, django_assert_num_queries):
    fail()
    with django_assert_num_queries(1):
        failed_jobs()
    fail(2)
    with django_assert_num_queries(1):
        assert len(failed_jobs().items) == 3


def test_a_second_page_goes_on_where_the_first_ended(db):
    ids = fail(52)
    first = failed_jobs()
    second = failed_jobs(first.next)
    assert [row.pk for row in (*first.items, *second.items)] == ids[::-1]
    assert second.next is None


def test_the_list_is_read_by_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "failed_job_by_id" in ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:51].explain()


def test_a_job_tried_again_is_back_in_its_queue_and_audited(signed_in, sysadmin):
    [job] = fail()
    answer = signed_in(sysadmin).post("/repairs/", {"job": job, "act": "retry"}, follow=True)
    assert f"Job {job} is tried again now." in answer.content.decode()
    assert state(job) == "todo"
    assert Entry.objects.filter(key="jobs.retried", target_id=job, by_id=sysadmin.pk).exists()


def test_a_job_is_given_up_only_with_a_reason(signed_in, sysadmin):
    [job] = fail()
    desk = signed_in(sysadmin)
    desk.post("/repairs/", {"job": job, "act": "give_up", "reason": " "})
    assert state(job) == "failed"
    assert not Entry.objects.filter(target_id=job, key__startswith="jobs.").exists()

    desk.post("/repairs/", {"job": job, "act": "give_up", "reason": "The order is void."})
    assert state(job) == "cancelled"
    assert Entry.objects.get(key="jobs.given_up", target_id=job).facts["reason"] == "The order is void."


def test_a_job_that_somebody_has_looked_after_is_refused_and_stays_as_it_is(sysadmin):
    [job] = fail()
    actions.give_job_up(job, reason="…", by=sysadmin, at=TEN_O_CLOCK)
    with pytest.raises(actions.NotFailed):
        actions.retry_job(job, by=sysadmin, at=TEN_O_CLOCK)
    assert state(job) == "cancelled"


def test_the_menu_counts_repairs_only_where_there_are_some(signed_in, sysadmin):
    desk = signed_in(sysadmin)
    assert 'class="side-count"' not in desk.get("/repairs/").content.decode()
    fail(3)
    assert '<span class="side-count">3</span>' in desk.get("/repairs/").content.decode()


def test_nobody_else_opens_the_list(signed_in, agent, auditadmin):
    for person in (agent, auditadmin):
        assert signed_in(person).get("/repairs/").status_code == 404
