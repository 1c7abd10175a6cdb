"""Progress bars for the terminal; lines where there is none."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bars:
    """Draws what long work tells (`jingming.loading.progress`), on stderr: stdout is for results."""

    def __init__(self) -> None:
        columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
        self._console = Console(stderr=True, soft_wrap=not sys.stderr.isatty())
        self._progress = Progress(*columns, console=self._console, disable=not sys.stderr.isatty())
        self._task: TaskID | None = None

    def begin(self, title: str, total: int | None = None) -> None:
        self._finish()
        self._task = self._progress.add_task(title, total=total)
        if not sys.stderr.isatty():
            self._console.print(f"{title} …", highlight=False)

    def advance(self, steps: int = 1) -> None:
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def tell(self, sentence: str) -> None:
        self._progress.console.print(sentence, highlight=False)

    def _finish(self) -> None:
        if self._task is not None:
            done = self._progress.tasks[self._task]
            self._progress.update(self._task, total=done.completed if done.total is None else done.total)
            self._progress.stop_task(self._task)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        self._progress.stop()
