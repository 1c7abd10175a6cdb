"""The parent of web, stream and worker: starts them, starts again what dies, ends them together.

It does no work of its own and loads little, so that it is the last thing to fail. It holds the listening sockets and,
where the database is the embedded one, an attachment to it.
"""

from __future__ import annotations

import contextlib
import http.client  # nosemgrep: no-http-client-elsewhere  # asks its own parts only, on loopback
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO, Self

from jingming.accounts.demo import FILE as DEMO
from jingming.base.environment import Environment
from jingming.database.address import django_databases
from jingming.database.embedded import attach

from .family import PATIENCE
from .listening import listen

PARTS = ("web", "stream", "worker")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STEADY = 10.0  # seconds after which a part counts as having started well
TICK = 0.1

_writing = threading.Lock()


def say(part: str, line: str) -> None:
    """One line of the log, with the part that says it in front."""
    with _writing, contextlib.suppress(OSError):  # a closed terminal is no reason to stop serving
        sys.stderr.write(f"{part:<6} | {line}\n")
        sys.stderr.flush()


@dataclass
class Child:
    """One part as a process in a group of its own, with everything it starts."""

    name: str
    command: Sequence[str]
    environ: dict[str, str]
    listener: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default=SHORTEST_PAUSE)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*self.command, *(["--listener", str(self.listener.fileno())] if self.listener else [])],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[self.listener.fileno()] if self.listener else [],
            process_group=0,  # Ctrl-C in the terminal is for the parent alone
        )
        threading.Thread(target=_pass_on, args=(self.name, self.process.stdout), daemon=True).start()

    def tend(self) -> None:
        """Start it if it is due; notice if it has ended."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif (code := self.process.poll()) is not None:
            steady = time.monotonic() - self.started >= STEADY
            self.pause = SHORTEST_PAUSE if steady else min(self.pause * 2, LONGEST_PAUSE)
            self.due = time.monotonic() + self.pause
            self.process = None
            say("serve", f"{self.name} ended ({_how(code)}); starting it again in {self.pause:.1f} s")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        if self.process is not None and self.alive:
            self.process.terminate()

    def end(self) -> None:
        """End the whole group now."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _pass_on(name: str, output: IO[bytes] | None) -> None:
    for line in output or ():
        say(name, line.decode(errors="replace").rstrip())


def _how(code: int) -> str:
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


class Parent:
    """Serves until SIGTERM or SIGINT."""

    def __init__(self, environment: Environment) -> None:
        self.stopping = False
        self.sockets = {
            "web": listen(environment.bind, environment.port, "JINGMING_PORT"),
            "stream": listen(environment.bind, environment.stream_port, "JINGMING_STREAM_PORT"),
        }
        self.home = environment.home
        self.name = name_of_desk(environment)
        self.address = address_of_desk(environment)
        environ = our_environment(environment)
        self.children = [
            Child(name, our_command("serve", name, "--parent", str(os.getpid())), environ, self.sockets.get(name))
            for name in PARTS
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self.sockets.values():
            listener.close()

    def serve(self) -> None:
        """Run all parts until asked to end; when this returns, none of them runs."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        threading.Thread(target=self._tell_when_ready, daemon=True).start()
        try:
            while not self.stopping:
                for child in self.children:
                    child.tend()
                time.sleep(TICK)
        finally:
            self._end_children()

    def _tell_when_ready(self) -> None:
        host, port = self.sockets["web"].getsockname()[:2]
        while not self.stopping and not answers(host, port, "/readyz", named=self.name):
            time.sleep(0.3)
        if not self.stopping:
            say("serve", f"ready: {self.address}")
            if (self.home / DEMO).exists():
                say("serve", "the people of the demo and their password stand on its sign-in page")

    def _asked_to_end(self, *_: object) -> None:
        self.stopping = True  # no more than this: a handler interrupts anything

    def _end_children(self) -> None:
        for listener in self.sockets.values():
            listener.close()
        for child in self.children:
            child.ask_to_end()
        until(lambda: not any(child.alive for child in self.children), PATIENCE)
        for child in self.children:
            child.end()


def name_of_desk(environment: Environment) -> str:
    """The first host name under which the desk may be asked for."""
    return next((host.lstrip(".") for host in environment.hosts if host != "*"), "localhost")


def address_of_desk(environment: Environment) -> str:
    """Where a browser finds the desk."""
    scheme = "https" if environment.https else "http"
    return f"{scheme}://{name_of_desk(environment)}" + ("" if environment.https else f":{environment.port}")


def answers(host: str, port: int, path: str, *, named: str = "localhost") -> bool:
    """Whether a GET of the path, asked under a host name, is answered with 200 within a few seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": named})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is true, but no longer than that; whether it came true."""
    deadline = time.monotonic() + seconds
    while not (came := true()) and time.monotonic() < deadline:
        time.sleep(TICK)
    return came


@contextlib.contextmanager
def attached(environment: Environment) -> Iterator[None]:
    """Hold the embedded database; nothing where the environment names a server."""
    embedded = django_databases(os.environ, environment.home)["default"].get("EMBEDDED")
    with attach(Path(embedded["home"])) if embedded else contextlib.nullcontext():
        yield


def our_command(*arguments: str) -> list[str]:
    """A command of ours as a process. -P: nothing is imported from the working directory."""
    return [sys.executable, "-P", "-m", "jingming.cli", *arguments]


def our_environment(environment: Environment) -> dict[str, str]:
    """Our environment, with paths that mean the same from any directory."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "JINGMING_HOME": str(environment.home)}
