"""The corpus through every door that takes files: each is kept as what it is, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.files import rules
from jingming.files.models import Attachment
from jingming.intake import actions as intake
from jingming.loading import working
from jingming.loading.models import Run
from jingming.loading.rules import State
from jingming.workorders.models import WorkOrder
from tests.cast import Caller
from tests.hostile.uploads import CORPUS, File
from tests.matrix.answers import undone

EDGE = "jingming-corpus"


def form_of(field: str, file: File, **more: str) -> tuple[bytes, str]:
    """The body that a browser sends, with the name as it is."""
    name = file.name.replace('"', "%22") if file.what == "a name with quotes" else file.name
    begin = f"--{EDGE}\r\nContent-Disposition: form-data; name="
    parts = [f'{begin}"{key}"\r\n\r\n{value}\r\n' for key, value in more.items()]
    head = f'{begin}"{field}"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + file.content + f"\r\n--{EDGE}--\r\n".encode()
    return body, f"multipart/form-data; boundary={EDGE}"


@pytest.fixture
def order(agent: Staff) -> WorkOrder:
    matter = intake.Matter("repair", "灶前无气", caller_phone="13800000417")
    made = intake.take(intake.Contact(channel="phone"), matter, by=agent, at=now()).order
    assert made is not None
    return made


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return settings.MEDIA_ROOT


def bytes_in(store: Path) -> int:
    return sum(1 for path in store.rglob("*") if path.is_file())


def judged(file: File, answer: HttpResponse, said: str, store: Path, before: int) -> list[str]:
    """What is wrong with how a door of attachments took the file."""
    kept = Attachment.objects.order_by("pk").last()
    if not file.attach:
        wrong = (
            [] if answer.status_code in (400, 413, 422) and len(said) > 10 else [f"{answer.status_code} {said[:80]}"]
        )
        wrong += ["a row"] if Attachment.objects.exists() else []
        return wrong + (["bytes were left"] if bytes_in(store) != before else [])
    if answer.status_code not in (200, 201, 302) or kept is None:
        return [f"{answer.status_code}: {said[:200]}"]
    wrong = [] if kept.media_type == file.attach else [f"kept as {kept.media_type}"]
    wrong += [f"called {kept.name!r}"] if kept.name != rules.shown_name(kept.name) or len(kept.name) > 200 else []
    return wrong + [f"lies at {kept.store_key}"] * (not kept.store_key.isalnum())


def given_out(browser: Client) -> list[str]:
    """What is wrong with how the last file is given out."""
    kept = Attachment.objects.order_by("pk").last()
    assert kept is not None
    wrong = []
    for query in ("", "?inline=1", "?small=1"):
        answer = browser.get(f"/attachments/{kept.pk}/{query}")
        kind, how = answer.headers["Content-Type"].partition(";")[0], answer.headers.get("Content-Disposition", "")
        b"".join(answer.streaming_content)
        told = {
            "status": answer.status_code == 200,
            "nosniff": answer.headers["X-Content-Type-Options"] == "nosniff",
            "sandbox": "sandbox" in answer.headers["Content-Security-Policy"],
            "kind": kind in {kept.media_type, "image/webp"} and kind in {one.media_type for one in rules.KINDS},
            "how": how.startswith("attachment") or kept.media_type in rules.SHOWN_IN_PAGE,
            "one line": "\r" not in how and "\n" not in how,
        }
        wrong += [f"{query} {name}: {kind} {how}" for name, right in told.items() if not right]
    return wrong


def through(
    door: Callable[[File], HttpResponse],
    say: Callable[[HttpResponse], str],
    store: Path,
    browser: Client,
    every: int = 1,
) -> list[str]:
    """Complaints about the corpus at one door; or about one in so many, where doors end in the same action."""
    complaints = []
    for file in CORPUS[::every]:
        with undone():
            before = bytes_in(store)
            answer = door(file)
            wrong = judged(file, answer, say(answer), store, before)
            wrong += given_out(browser) if file.attach and not wrong else []
        complaints += [f"{file.what}: {one}" for one in wrong]
    return complaints


def test_there_are_a_hundred_and_fifty_files():
    assert len({file.what for file in CORPUS}) == len(CORPUS) >= 150
    assert settings.UPLOAD_LIMIT == 20 * 1024 * 1024


def test_the_api_keeps_or_refuses_each(
    order: WorkOrder, agent: Staff, store: Path, caller: Callable[..., Caller], signed_in: Callable[..., Client]
):
    program = caller(agent)
    path = f"/api/v1/work-orders/{order.number}/attachments"

    def send(file: File) -> HttpResponse:
        body, kind = form_of("file", file)
        return program.client.post(path, body, content_type=kind)

    def say(answer: HttpResponse) -> str:
        told = answer.json()
        return str(told.get("detail", "")) + "".join(one["message"] for one in told.get("errors", ()))

    assert through(send, say, store, signed_in(agent)) == []


def test_the_page_keeps_or_refuses_each(order: WorkOrder, agent: Staff, store: Path, signed_in: Callable[..., Client]):
    browser = signed_in(agent)
    path = f"/orders/{order.number}/files/"

    def send(file: File) -> HttpResponse:
        body, kind = form_of("files", file)
        return browser.post(path, body, content_type=kind, headers={"accept": "application/json"})

    def say(answer: HttpResponse) -> str:
        if "json" not in answer.headers["Content-Type"]:
            return answer.content.decode()
        return "".join(one["reason"] for one in json.loads(answer.content)["refused"])

    assert through(send, say, store, browser, every=4) == []


def test_the_act_keeps_or_refuses_each(order: WorkOrder, agent: Staff, store: Path, signed_in: Callable[..., Client]):
    browser = signed_in(agent)
    path = f"/orders/{order.number}/acts/attach/"

    def send(file: File) -> HttpResponse:
        body, kind = form_of("file", file, purpose="document", text="")
        return browser.post(path, body, content_type=kind)

    assert through(send, lambda answer: answer.content.decode(), store, browser, every=5) == []


def test_the_door_of_master_data_reads_tables_and_refuses_the_rest_in_words(
    dispatcher: Staff, store: Path, signed_in: Callable[..., Client]
):
    browser = signed_in(dispatcher)
    complaints = []
    for file in CORPUS:
        with undone():
            body, kind = form_of("file", file)
            answer = browser.post("/data/customers/import/", body, content_type=kind)
            run = Run.objects.order_by("pk").last()
            if run is None:
                right = answer.status_code in (400, 413, 422) and not file.loads
                complaints += [] if right else [f"{file.what}: {answer.status_code}"]
                continue
            working.work(run.pk)
            run.refresh_from_db()
            expected = State.MAPPING if file.loads else State.REFUSED
            if run.state != expected or (expected == State.REFUSED and not run.sentence):
                complaints.append(f"{file.what}: {run.state} {run.sentence}")
            if browser.get(f"/data/runs/{run.pk}/").status_code != 200:
                complaints.append(f"{file.what}: its page cannot be seen")
    assert complaints == []
