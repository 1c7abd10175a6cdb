"""The parent of web, stream and worker: starts them, starts again what dies, ends them together.

It does no work of its own and loads little, so that it is the last thing to fail. It holds the listening sockets and,
where the database is the embedded one, an attachment to it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from jingming.base.environment import Environment

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
        environ = child_environment(environment)
        self.children = [Child(name, child_command(name), environ, self.sockets.get(name)) for name in PARTS]

    def serve(self) -> None:
        """Run all parts until asked to end; when this returns, none of them runs."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        try:
            while not self.stopping:
                for child in self.children:
                    child.tend()
                time.sleep(TICK)
        finally:
            self._end_children()

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


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is true, but no longer than that; whether it came true."""
    deadline = time.monotonic() + seconds
    while not (came := true()) and time.monotonic() < deadline:
        time.sleep(TICK)
    return came


def child_command(name: str) -> list[str]:
    """The command that runs a part as our child. -P: nothing is imported from the working directory."""
    return [sys.executable, "-P", "-m", "jingming.cli", "serve", name, "--parent", str(os.getpid())]


def child_environment(environment: Environment) -> dict[str, str]:
    """Our environment, with paths that mean the same from any directory."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "JINGMING_HOME": str(environment.home)}
