"""The stream and the worker as processes of their own beside `live_site`, so that pages hear of what changes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import override_settings

from jingming.database.tests.workbench import OwnDatabase

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Streaming:
    """The two processes; the stream can be stopped and started again."""

    environ: dict[str, str]
    port: int
    log: Path
    stream: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stream = self.run("stream")
        assert comes_true(self.answers), self.log.read_text()

    def stop(self) -> None:
        if self.stream is not None:
            self.stream.kill()
            self.stream.wait()

    def run(self, part: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as file:
            command = [sys.executable, "-P", "-m", "jingming.cli", "serve", part]
            return subprocess.Popen(command, env=self.environ, stdout=file, stderr=file, stdin=subprocess.DEVNULL)

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def comes_true(what: Callable[[], object], seconds: float = 40.0) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def live_stream(live_site: str, own_database: OwnDatabase, tmp_path: Path) -> Iterator[Streaming]:
    """The stream and the worker on the database of `live_site`, and its pages know where the stream is."""
    port = free_port()
    served = urlsplit(live_site).port
    assert served is not None
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JINGMING_")},
        **own_database.environ,
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "JINGMING_HOME": str(settings.HOME),
        "JINGMING_SECRET_KEY": settings.SECRET_KEY,
        "JINGMING_DATA_KEYS": ",".join(settings.DATA_KEYS.split()),
        "JINGMING_PORT": str(served),
        "JINGMING_STREAM_PORT": str(port),
    }
    served_beside = running(Streaming(environ, port, tmp_path / "served.log"))
    with served_beside as streaming, override_settings(PORT=served, STREAM_PORT=port):
        yield streaming


@contextmanager
def running(streaming: Streaming) -> Iterator[Streaming]:
    worker = streaming.run("worker")
    try:
        streaming.start()
        yield streaming
    finally:
        streaming.stop()
        worker.kill()
        worker.wait()
