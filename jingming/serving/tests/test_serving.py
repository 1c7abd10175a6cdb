"""The parent and its parts as real processes, killed and asked to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import psutil
import pytest
from pytest_django.plugin import DjangoDbBlocker

from jingming.database.tests.workbench import OwnDatabase, Workbench

PATIENCE = 40.0


@dataclass
class Served:
    """A running installation."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ready(self) -> dict[str, bool]:
        try:
            answer: dict[str, bool] = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            return {}
        return answer

    def part(self, name: str) -> psutil.Process:
        """The process of a part; waits while it is being started again."""
        found: list[psutil.Process] = []

        def look() -> bool:
            found[:] = [child for child in psutil.Process(self.process.pid).children() if name in words_of(child)]
            return len(found) == 1

        assert comes_true(look), (name, self.log.read_text())
        return found[0]

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]


def words_of(process: psutil.Process) -> list[str]:
    """The words of its command; none once it has ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def comes_true(what: Callable[[], object], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_ports() -> tuple[int, int]:
    """Two neighbouring free ports."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port, port + 1


def environ_of(home: Path, database: dict[str, str], **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JINGMING_")}
    root = str(Path(__file__).resolve().parents[3])
    return {**kept, "PYTHONPATH": root, "LANG": "C.UTF-8", "JINGMING_HOME": str(home), **database, **more}


def jingming(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "jingming.cli", *arguments]


def start(home: Path, database: dict[str, str], **more: str) -> Served:
    port, _ = free_ports()
    log = home / "serve.log"
    environ = environ_of(home, database, JINGMING_PORT=str(port), JINGMING_WEB_THREADS="2", **more)
    with log.open("wb") as file:
        process = subprocess.Popen(jingming("serve"), env=environ, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    return Served(process, port, log)


def end(served: Served) -> None:
    for process in served.family() if served.process.poll() is None else []:
        process.kill()
    served.process.wait()


@pytest.fixture(scope="module")
def installations(
    _workbench: tuple[Workbench, str], tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[], Served]]:
    """Gives one that runs; it takes seconds to start, so tests share one until one of them ends it."""
    bench, template = _workbench
    with django_db_blocker.unblock(), bench.clone(template) as database, ExitStack() as ends:
        started: list[Served] = []

        def running() -> Served:
            if not started or started[-1].process.poll() is not None:
                started.append(start(tmp_path_factory.mktemp("home"), dict(database.environ)))
                ends.callback(end, started[-1])
            assert comes_true(lambda: started[-1].ready().get("ready")), started[-1].log.read_text()
            return started[-1]

        yield running


@pytest.fixture
def served(installations: Callable[[], Served]) -> Served:
    return installations()


def test_each_part_answers(served: Served):
    assert httpx.get(f"http://127.0.0.1:{served.port}/healthz").json() == {"alive": True}
    assert httpx.get(f"http://127.0.0.1:{served.port + 1}/stream").status_code == HTTPStatus.UNAUTHORIZED
    assert served.ready() == {"ready": True, "database": True, "migrations": True, "worker": True}
    assert comes_true(lambda: f"ready: http://localhost:{served.port}" in served.log.read_text())


def test_only_a_proxy_of_ours_says_that_it_was_https(own_database: OwnDatabase, tmp_path: Path):
    running = start(tmp_path, dict(own_database.environ), JINGMING_HTTPS="yes", JINGMING_PROXIES="127.0.0.2")
    desk, stream = (f"http://127.0.0.1:{port}" for port in (running.port, running.port + 1))
    claims = {"x-forwarded-proto": "https", "x-forwarded-ssl": "on", "x-forwarded-protocol": "ssl", "x-scheme": "https",
              "x-forwarded-for": "203.0.113.7", "forwarded": "proto=https;host=evil.example"}  # fmt: skip
    named = {"remote-user": "secadmin1", "x-remote-user": "secadmin1", "x-forwarded-host": "evil.example"}
    try:
        assert comes_true(lambda: running.ready().get("ready")), running.log.read_text()
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as proxy:
            passed_on = proxy.get(f"{desk}/staff/", headers=claims | named)
        claimed = [httpx.get(f"{desk}/staff/", headers=headers) for headers in (claims | named, *one_by_one(claims))]
        foreign = [httpx.get(f"{place}/stream", headers={"host": "evil.example"}) for place in (desk, stream)]
        heard = httpx.get(f"{stream}/stream", headers=claims | named)
    finally:
        end(running)

    assert (passed_on.status_code, passed_on.headers["location"]) == (302, "/accounts/login/?next=/staff/")
    assert {(answer.status_code, answer.headers["location"]) for answer in claimed} == {
        (301, f"https://127.0.0.1:{running.port}/staff/")
    }
    assert {answer.status_code for answer in foreign} <= {400, 403}
    assert "evil" not in "".join(f"{answer.headers} {answer.text}" for answer in (passed_on, *claimed, *foreign))
    assert heard.status_code == HTTPStatus.UNAUTHORIZED


def one_by_one(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{name: value} for name, value in headers.items()]


def test_what_is_killed_comes_back(served: Served):
    worker, web = served.part("worker"), served.part("web")
    [one, _] = web.children()
    worker.kill()
    one.kill()
    assert comes_true(lambda: len(web.children()) == 2 and one.pid not in {child.pid for child in web.children()})
    assert comes_true(lambda: "worker ended (signal SIGKILL)" in served.log.read_text())
    assert comes_true(lambda: served.part("worker").pid != worker.pid)

    web.kill()
    assert httpx.get(f"http://127.0.0.1:{served.port}/healthz", timeout=PATIENCE).json() == {"alive": True}
    assert served.part("web").pid != web.pid


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path):
    port, _ = free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        environ = environ_of(tmp_path, {}, JINGMING_PORT=str(port))
        for part in ([], ["web"]):
            ended = subprocess.run(
                jingming("serve", *part), env=environ, capture_output=True, text=True, timeout=30, check=False
            )
            assert ended.returncode == 1
            assert ended.stderr.splitlines() == [
                (
                    f"jingming: Port {port} on 127.0.0.1 is taken by another program. "
                    f"Stop it, or choose another port: JINGMING_PORT={port + 10}"
                )
            ]
    assert not (tmp_path / "postgres").exists()


def test_without_any_server_the_embedded_one_comes_and_goes_with_it(tmp_path: Path):
    environ = environ_of(tmp_path, {})
    subprocess.run(jingming("migrate"), env=environ, check=True, capture_output=True, timeout=120)
    served = start(tmp_path, {})
    try:
        assert comes_true(lambda: served.ready().get("ready")), served.log.read_text()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=10) == 0
    finally:
        end(served)
    assert comes_true(lambda: not _postgres_of(tmp_path), 20)


def _postgres_of(home: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if str(home) in " ".join(words_of(process))]


def test_what_is_too_large_or_too_long_hears_a_sentence_and_the_server_goes_on(served: Served):
    with httpx.Client(
        base_url=f"http://127.0.0.1:{served.port}", timeout=30, headers={"accept-language": "en"}
    ) as all_:
        large = b"x" * 30_000_000
        told = {
            "form": all_.post("/accounts/login/", data={"login": "x" * 3_000_000}),
            "fields": all_.post("/accounts/login/", data={f"a{number}": "" for number in range(3000)}),
            "file": all_.post("/accounts/login/", files={"file": ("a.txt", large)}),
            "address": all_.get(f"/accounts/login/?q={'x' * 5000}"),
            "line": all_.get(f"/accounts/login/?q={'x' * 9000}"),
            "json": all_.post("/api/v1/customers", content=large, headers={"content-type": "application/json"}),
            "upload": all_.post("/api/v1/work-orders/1/attachments", files={"file": ("a.txt", large)}),
            "asked": all_.get(f"/api/v1/customers?q={'x' * 5000}"),
        }
        after = all_.get("/accounts/login/")

    assert {name: answer.status_code for name, answer in told.items()} == {
        "form": 413, "fields": 413, "file": 413, "address": 414, "line": 414, "json": 413, "upload": 413, "asked": 414,
    }  # fmt: skip
    assert all("Nothing was saved" in told[name].text for name in ("form", "fields", "file"))
    assert "more fields" in told["fields"].text
    assert "too long" in told["address"].text
    assert {told[name].json()["type"] for name in ("json", "upload")} == {"/problems/too-large"}
    assert told["asked"].json()["type"] == "/problems/too-long"
    assert after.status_code == 200


def test_asked_to_end_it_ends_with_all_its_parts(served: Served):
    assert comes_true(lambda: len(served.family()) == 6)  # parent, web with two processes, stream, worker
    family = served.family()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=PATIENCE) == 0
    assert comes_true(lambda: not [process for process in family if process.is_running()])


def test_a_parent_that_is_killed_leaves_nothing_behind(served: Served):
    family = served.family()
    served.process.kill()
    served.process.wait()
    assert comes_true(lambda: not [process for process in family if process.is_running()], 12)
