"""How long one stays signed in, and the page on which one sees and ends it."""

from datetime import timedelta

import pytest
from django.db.models import Model
from django.test import Client

from jingming.accounts import actions, jobs
from jingming.accounts.delegation import lend
from jingming.accounts.models import Session, Staff
from jingming.accounts.policy import policy
from jingming.accounts.queries import KEPT_SECONDS
from jingming.accounts.sessions import SessionStore
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.live.house import TURN
from jingming.live.sessions import people_of
from jingming.live.stream import LOOK_AGAIN
from tests.cast import PASSWORD, TEN_O_CLOCK

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
PHONE = "Mozilla/5.0 (Linux; Android 14; M2) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0"
PAGE = "/accounts/sessions/"


def at_a(device: str, login: str = "agent1", address: str = "192.0.2.1") -> Client:
    client = Client(headers={"accept-language": "en", "user-agent": device}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    return client


def row_of(client: Client) -> Session:
    return Session.objects.get(pk=client.session.session_key)


def let_pass(client: Client, minutes: float) -> None:
    """Move the session into the past, as if these minutes had gone by without a request."""
    row, by = row_of(client), timedelta(minutes=minutes)
    session = client.session
    session["began"] -= by.total_seconds()
    session.save()
    Session.objects.filter(pk=row.pk).update(seen_at=row.seen_at - by, expire_date=row.expire_date - by)


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


@pytest.mark.parametrize(("profile", "idle"), [("default", 60), ("mlps3", 30)])
def test_a_session_ends_after_so_long_without_activity_for_pages_and_stream(settings, agent, profile, idle):
    settings.POLICY = profile
    desk = at_a(EDGE)
    key = desk.session.session_key
    let_pass(desk, idle - 1)
    assert list(people_of([key])) == [key]
    let_pass(desk, 2)

    assert people_of([key]) == {}
    assert not is_in(desk)


def test_activity_draws_a_session_out_but_never_past_its_absolute_end(agent):
    desk = at_a(EDGE)
    began = row_of(desk).began_at
    for _turn in range(14):
        let_pass(desk, 50)
        assert is_in(desk)
    row = row_of(desk)
    assert row.expire_date - row.began_at == policy().absolute
    assert began - row.began_at == timedelta(minutes=14 * 50)
    let_pass(desk, 21)
    assert not is_in(desk)


def test_a_page_that_renews_itself_keeps_nobody_signed_in(agent):
    desk = at_a(EDGE)
    let_pass(desk, 50)
    before = row_of(desk).expire_date
    assert desk.get("/accounts/me/", headers={"jingming-background": "yes"}).status_code == 200
    assert row_of(desk).expire_date == before

    assert is_in(desk)
    assert row_of(desk).expire_date > before


def test_a_busy_minute_writes_the_session_no_more_than_once(agent):
    desk = at_a(EDGE)
    is_in(desk)
    before = row_of(desk).seen_at
    is_in(desk)

    assert row_of(desk).seen_at == before


def test_the_page_says_in_words_where_one_is_signed_in(agent, head):
    here = at_a(EDGE)
    at_a(PHONE, address="198.51.100.7")
    at_a(EDGE, login="head1", address="203.0.113.5")
    page = here.get(PAGE).content.decode()

    assert [word in page for word in ("Edge · Windows", "WeChat · Android", "198.51.100.7", "This device")] == [
        True
    ] * 4
    assert "203.0.113.5" not in page
    assert here.session.session_key not in page


def test_one_session_is_ended_and_the_others_go_on(agent):
    here, phone, third = at_a(EDGE), at_a(PHONE), at_a(EDGE)
    answer = here.post(f"{PAGE}end/", {"session": row_of(phone).number})

    assert answer.status_code == 302
    assert [is_in(client) for client in (here, phone, third)] == [True, False, True]
    assert keys_for(agent)[-1] == "accounts.sessions_ended"


def test_all_others_are_ended_at_once(agent, head):
    here, phone, third, other = at_a(EDGE), at_a(PHONE), at_a(EDGE), at_a(EDGE, login="head1")
    here.post(f"{PAGE}end/", {"session": "others"})

    assert [is_in(client) for client in (here, phone, third, other)] == [True, False, False, True]


def test_a_foreign_session_is_ended_no_more_than_one_that_is_not_there(agent, head):
    here, foreign = at_a(EDGE), at_a(EDGE, login="head1")

    numbers = (row_of(foreign).number, "0" * 16, "")
    assert [here.post(f"{PAGE}end/", {"session": number}).status_code for number in numbers] == [302] * 3
    assert is_in(foreign)


def test_the_page_costs_as_much_with_one_session_as_with_three(agent, django_assert_max_num_queries):
    here = at_a(EDGE)
    here.get(PAGE)
    with django_assert_max_num_queries(20) as one:
        here.get(PAGE)
        cost = len(one)
    at_a(PHONE), at_a(PHONE)
    with django_assert_max_num_queries(cost):
        here.get(PAGE)


def test_switching_somebody_off_ends_pages_stream_and_tokens(
    agent, secadmin, caller, django_capture_on_commit_callbacks
):
    desk, program = at_a(EDGE), caller(agent)
    key = desk.session.session_key
    assert (program.get("/work-orders").status_code, is_in(desk)) == (200, True)
    with django_capture_on_commit_callbacks(execute=True):
        actions.switch_off(agent, by=secadmin, at=TEN_O_CLOCK)

    assert people_of([key]) == {}
    assert not is_in(desk)
    assert not Session.objects.filter(staff=agent).exists()
    assert program.get("/work-orders").status_code == 401
    assert agent.tokens.filter(revoked_at=None).count() == 0


def test_what_was_looked_up_before_is_looked_up_again_within_a_minute():
    latest = {"token": KEPT_SECONDS, "stream": LOOK_AGAIN + TURN}

    assert max(latest.values()) <= 60


def test_ended_sessions_are_swept_away_and_living_ones_kept(agent):
    at_a(EDGE)
    gone = at_a(PHONE)
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=now() - timedelta(minutes=1))
    jobs.forget_old_sign_ins(timestamp=0)

    assert Session.objects.filter(staff=agent).count() == 1


def test_who_takes_over_a_desk_begins_a_session_of_their_own(agent, head):
    desk = at_a(EDGE)
    desk.post("/accounts/switch/", {"login": "head1", "password": PASSWORD})

    row = row_of(desk)
    assert (row.staff_id, row.device, row.address) == (head.pk, EDGE, "192.0.2.1")
    assert not Session.objects.filter(staff=agent).exists()


# --- Read with the session ------------------------------------------------------------------------------------------
def values_of(record: Model) -> dict[str, object]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def test_one_query_reads_session_person_and_posts_as_the_mapper_would(agent, django_assert_num_queries):
    Staff.objects.filter(pk=agent.pk).update(menu={"hidden": ["field"]}, initials=["wj", "wy"], language="en")
    key = at_a(EDGE).session.session_key

    with django_assert_num_queries(1):
        session = SessionStore(key)
        assert session["_auth_user_id"] == str(agent.pk)
        duties = session.person.duties

    assert values_of(session.row) == values_of(Session.objects.get(pk=key))
    assert values_of(session.person) == values_of(Staff.objects.get(pk=agent.pk))
    assert [(values_of(post), values_of(post.role), post.holder, post.lender) for post in duties] == [
        (values_of(post), values_of(post.role), agent.pk, "") for post in agent.posts.select_related("role")
    ]


def test_posts_that_are_lent_are_read_too(agent, head):
    at = now()
    until = at + timedelta(hours=1)
    lend(head.posts.all(), giver=head, taker=agent, since=at, until=until, reason="出差", by=head, at=at)
    session = SessionStore(at_a(EDGE).session.session_key)
    session.load()

    assert [(post.role.code, post.lender) for post in session.person.duties] == [("agent", ""), ("head", head.name)]


@pytest.mark.parametrize("change", [{"is_active": False}, {"sign_in_generation": 7}, {"password": "!"}])
def test_whoever_may_not_be_in_any_more_is_out_at_the_next_request(agent, change):
    desk = at_a(EDGE)
    assert is_in(desk)

    Staff.objects.filter(pk=agent.pk).update(**change)

    assert not is_in(desk)


@pytest.mark.parametrize(
    ("key", "value"), [("_auth_user_backend", "elsewhere.Backend"), ("_auth_user_hash", "")], ids=["backend", "hash"]
)
def test_a_session_that_lacks_what_signing_in_has_written_lets_nobody_in(agent, key, value):
    desk = at_a(EDGE)
    session = desk.session
    session[key] = value
    session.save()

    assert not is_in(desk)


def test_a_row_in_anothers_name_lets_in_nobody_but_whom_the_session_signs_in(agent, head):
    desk = at_a(EDGE)
    Session.objects.filter(pk=desk.session.session_key).update(staff=head)

    assert agent.name in desk.get("/accounts/me/").content.decode()
