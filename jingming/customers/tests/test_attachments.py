"""Attachments of a customer, from being handed in to being fetched: the path that those of every record take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from jingming.accounts.models import Staff
from jingming.audit.queries import keys_for
from jingming.base.errors import Http404, Unfit
from jingming.customers.access import get_customer
from jingming.customers.models import Customer
from jingming.files import access, actions, jobs, store
from jingming.files.models import Attachment
from jingming.files.queries import attachments_of
from jingming.files.tests import samples
from tests.cast import TEN_O_CLOCK

SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _customers_own_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access._owners, "customers.Customer", get_customer)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    # The name goes past Django's own cleaning, as from a program that does not use its forms.
    file = SimpleUploadedFile("x", content)
    file._name = name  # type: ignore[attr-defined]
    return file


@pytest.fixture
def photo(household: Customer, agent: Staff) -> Attachment:
    return actions.attach(household, upload("现场.png", samples.png()), purpose="photo", by=agent, at=TEN_O_CLOCK)


def test_an_attachment_is_kept_with_what_is_known_about_it(photo: Attachment, household: Customer, agent: Staff):
    assert list(attachments_of(household)) == [photo]
    assert (photo.name, photo.media_type, photo.size) == ("现场.png", "image/png", len(samples.png()))
    assert (photo.purpose, photo.retention, photo.scan) == ("photo", "standard", "unscanned")
    assert (photo.by_id, photo.by_name) == (agent.pk, agent.name)
    assert keys_for(photo) == ["files.attached"]
    with store.read(photo.store_key) as file:
        assert file.read() == samples.png()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../../evil.svg", b"<svg/>"),
        ("page.png", b"<html></html>"),
        ("photo.png", samples.png()[:-3]),
        ("photo.png", b""),
        ("\u200b.htaccess", b"deny"),
    ],
)
def test_a_refused_file_leaves_neither_row_nor_bytes(
    household: Customer, agent: Staff, root: Path, name: str, content: bytes
):
    with pytest.raises(Unfit) as refused:
        actions.attach(household, upload(name, content), by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {"file"}
    assert not Attachment.objects.exists()
    assert kept_files(root) == []


@pytest.mark.parametrize("told", [None, 10])
def test_a_file_beyond_the_limit_is_refused_even_if_it_lies_about_its_size(
    household: Customer, agent: Staff, root: Path, settings: Settings, told: int | None
):
    settings.UPLOAD_LIMIT = 1024 * 1024
    file = upload("long.txt", b"x" * (1024 * 1024 + 1))
    if told is not None:
        file.size = told

    with pytest.raises(Unfit, match="1 MB"):
        actions.attach(household, file, by=agent, at=TEN_O_CLOCK)

    assert kept_files(root) == []


def test_the_name_decides_nothing_on_the_disk(household: Customer, agent: Staff, root: Path):
    attachment = actions.attach(household, upload("../../../x/y\\..\\z.txt", b"abc"), by=agent, at=TEN_O_CLOCK)

    assert attachment.name == "z.txt"
    [path] = kept_files(root)
    assert path == store.path_of(attachment.store_key)


def test_an_attachment_is_downloaded_so_that_no_browser_runs_it(photo: Attachment, signed_in: SignedIn, agent: Staff):
    answer = signed_in(agent).get(f"/attachments/{photo.pk}/")

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == samples.png()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E7%8E%B0%E5%9C%BA.png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert keys_for(photo) == ["files.attached", "files.downloaded"]


def test_only_a_picture_is_shown_in_the_page(photo: Attachment, household: Customer, signed_in: SignedIn, agent: Staff):
    text = actions.attach(household, upload("note.txt", "读数".encode()), by=agent, at=TEN_O_CLOCK)
    browser = signed_in(agent)

    picture = browser.get(f"/attachments/{photo.pk}/?inline=1")
    words = browser.get(f"/attachments/{text.pk}/?inline=1")

    assert picture.headers["Content-Disposition"].startswith("inline")
    assert picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert words.headers["Content-Disposition"].startswith("attachment")
    assert words.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert keys_for(photo) == ["files.attached", "files.shown"]


def test_whoever_does_not_see_the_owner_does_not_see_the_file(
    photo: Attachment, signed_in: SignedIn, stranger: Staff, engineer: Staff
):
    for person in (stranger, engineer):
        assert signed_in(person).get(f"/attachments/{photo.pk}/").status_code == 404
        assert signed_in(person).get(f"/attachments/{photo.pk + 1}/").status_code == 404
        assert signed_in(person).get(f"/attachments/{2**70}/").status_code == 404
    assert keys_for(photo) == ["files.attached"]


def test_a_file_of_an_owner_that_nobody_answers_for_is_given_to_nobody(photo: Attachment, agent: Staff):
    Attachment.objects.filter(pk=photo.pk).update(owner_kind="ghosts.Ghost")

    with pytest.raises(Http404):
        access.get_attachment(agent, photo.pk)


def test_an_infected_file_is_given_to_nobody(photo: Attachment, signed_in: SignedIn, agent: Staff):
    Attachment.objects.filter(pk=photo.pk).update(scan="infected")

    assert signed_in(agent).get(f"/attachments/{photo.pk}/").status_code == 404


def test_bytes_of_a_rolled_back_attachment_are_swept_and_those_of_others_stay(
    photo: Attachment, household: Customer, agent: Staff, root: Path
):
    with transaction.atomic():
        actions.attach(household, upload("lost.txt", b"lost"), by=agent, at=TEN_O_CLOCK)
        transaction.set_rollback(True)
    assert len(kept_files(root)) == 2

    jobs.sweep_orphans(0)
    assert len(kept_files(root)) == 2, "it may still be on its way into the database"

    for path in kept_files(root):
        os.utime(path, (1_000, 1_000))
    jobs.sweep_orphans(0)
    jobs.sweep_orphans(0)

    assert kept_files(root) == [store.path_of(photo.store_key)]


def test_an_upload_that_breaks_off_leaves_nothing(household: Customer, agent: Staff, root: Path):
    class Broken(SimpleUploadedFile):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"half"
            raise ConnectionError

    with pytest.raises(ConnectionError):
        actions.attach(household, Broken("note.txt", b"x"), by=agent, at=TEN_O_CLOCK)

    assert kept_files(root) == []
    assert not Attachment.objects.exists()
