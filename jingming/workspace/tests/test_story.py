"""The one history of an order's page: everything in one time line, filtered by the address; files seen and added."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.files.models import Attachment
from jingming.workorders import actions
from jingming.workorders.models import WorkOrder
from jingming.workspace.queries.story import SHOWN_AT_FIRST

from .paper import text_of

SignedIn = Callable[..., Client]


def photo(name: str = "photo.png", size: tuple[int, int] = (1200, 900)) -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", size, (11, 106, 148)).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


@pytest.fixture
def told(dispatched: WorkOrder, head: Staff) -> WorkOrder:
    """A repair with a note, a photo and work on it."""
    actions.note(dispatched, text="门禁无人", by=head, at=now())
    actions.attach(dispatched, upload=photo(), by=head, at=now())
    actions.record_work(dispatched, text="更换灶前阀", minutes=35, began_at=now(), by=head, at=now())
    return dispatched


def story_of(client: Client, order: WorkOrder, query: str = "") -> str:
    page = client.get(f"/orders/{order.number}/{query}").content.decode()
    return page[page.index('id="story"') : page.index("</section>", page.index('id="story"'))]


def kinds(story: str) -> list[str]:
    return [piece.split('"')[0] for piece in story.split('data-kind="')[1:]]


def test_everything_stands_in_one_history_newest_first(signed_in: SignedIn, head: Staff, told: WorkOrder):
    assert kinds(story_of(signed_in(head), told)) == ["work", "files", "notes", "acts", "acts", "contacts"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?show=notes", ["notes"]),
        ("?show=files", ["files"]),
        ("?show=acts", ["acts", "acts"]),
        ("?show=contacts", ["contacts"]),
    ],
)
def test_the_address_says_what_the_history_shows(signed_in: SignedIn, head: Staff, told: WorkOrder, query, shown):
    assert kinds(story_of(signed_in(head), told, query)) == shown


def test_a_filter_that_there_is_not_filters_nothing(signed_in: SignedIn, head: Staff, told: WorkOrder):
    assert len(kinds(story_of(signed_in(head), told, "?show=%3Cscript%3E"))) == 6


def test_a_long_history_is_folded_and_unfolds(signed_in: SignedIn, head: Staff, dispatched: WorkOrder):
    for number in range(SHOWN_AT_FIRST + 5):
        actions.note(dispatched, text=f"{number}", by=head, at=now())
    client = signed_in(head)

    folded = story_of(client, dispatched, "?show=notes")
    assert (len(kinds(folded)), "Show 5 earlier lines" in folded) == (SHOWN_AT_FIRST, True)
    assert len(kinds(story_of(client, dispatched, "?show=notes&all=1"))) == SHOWN_AT_FIRST + 5


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_the_same_whatever_hangs_on_it(
    signed_in: SignedIn, head: Staff, dispatched: WorkOrder, django_assert_num_queries, many: int
):
    for _ in range(many):
        actions.note(dispatched, text="再次联系", by=head, at=now())
        actions.attach(dispatched, upload=photo(size=(20, 20)), by=head, at=now())
        actions.record_work(dispatched, text="检查", minutes=5, began_at=now(), by=head, at=now())
    client = signed_in(head)
    client.get(f"/orders/{dispatched.number}/")
    with django_assert_num_queries(17):
        client.get(f"/orders/{dispatched.number}/")


# --- Files ----------------------------------------------------------------------------------------------------------
def test_of_several_files_each_is_judged_by_itself(signed_in: SignedIn, head: Staff, dispatched: WorkOrder):
    files = [photo("one.png"), SimpleUploadedFile("run.exe", b"MZ"), photo("two.png")]
    answer = signed_in(head).post(
        f"/orders/{dispatched.number}/files/", {"files": files}, headers={"accept": "application/json"}
    )

    told = answer.json()
    assert (answer.status_code, told["kept"], [one["name"] for one in told["refused"]]) == (
        422, ["one.png", "two.png"], ["run.exe"],
    )  # fmt: skip
    assert told["refused"][0]["reason"]
    assert sorted(Attachment.objects.values_list("name", "purpose")) == [("one.png", "photo"), ("two.png", "photo")]


def test_without_scripts_the_page_says_what_became_of_each_file(
    signed_in: SignedIn, head: Staff, dispatched: WorkOrder
):
    files = [photo("one.png"), SimpleUploadedFile("run.exe", b"MZ")]
    answer = signed_in(head).post(f"/orders/{dispatched.number}/files/", {"files": files}, follow=True)

    words = text_of(answer)
    assert "Attached: one.png." in words
    assert "run.exe was not attached." in words


def test_somebody_elsewhere_adds_nothing(signed_in: SignedIn, stranger: Staff, dispatched: WorkOrder):
    answer = signed_in(stranger).post(f"/orders/{dispatched.number}/files/", {"files": [photo()]})
    assert (answer.status_code, Attachment.objects.count()) == (404, 0)


def test_a_photo_is_shown_small_and_the_small_one_is_no_look_at_the_file(
    signed_in: SignedIn, head: Staff, stranger: Staff, told: WorkOrder
):
    kept = Attachment.objects.get()
    looks = Entry.objects.filter(key__startswith="files.").exclude(key="files.attached")

    answer = signed_in(head).get(f"/attachments/{kept.pk}/?small=1")
    content = b"".join(answer.streaming_content)
    picture = Image.open(BytesIO(content))
    assert (answer["Content-Type"], picture.size, looks.count()) == ("image/webp", (360, 270), 0)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(stranger).get(f"/attachments/{kept.pk}/?small=1").status_code == 404

    assert signed_in(head).get(f"/attachments/{kept.pk}/?inline=1")["Content-Disposition"].startswith("inline")
    assert looks.get().key == "files.shown"


def test_what_is_no_picture_is_never_shown_in_the_page(signed_in: SignedIn, head: Staff, dispatched: WorkOrder):
    text = SimpleUploadedFile("note.txt", "记录".encode(), content_type="image/png")
    kept = actions.attach(dispatched, upload=text, by=head, at=now())
    client = signed_in(head)

    for query in ("", "?inline=1", "?small=1"):
        assert client.get(f"/attachments/{kept.pk}/{query}")["Content-Disposition"].startswith("attachment")
    assert "data-preview" not in story_of(client, dispatched)
