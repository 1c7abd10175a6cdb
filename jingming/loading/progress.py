"""How long work tells how far it is. The command line draws bars; tests and programs are silent."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somebody who watches."""

    def begin(self, title: str, total: int | None = None) -> None:
        """A stretch of work begins, of `total` steps if that is known; the one before is over."""

    def advance(self, steps: int = 1) -> None:
        """So many more steps are done."""

    def tell(self, sentence: str) -> None:
        """Something that whoever watches should read."""


class Silent:
    """Nobody watches."""

    def begin(self, title: str, total: int | None = None) -> None: ...

    def advance(self, steps: int = 1) -> None: ...

    def tell(self, sentence: str) -> None: ...
