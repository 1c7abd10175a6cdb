"""Python's collector of cycles stays away while a load is built up: hundreds of thousands of rows live until its end,
hold no cycles, and walking over them again and again would take a third of the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """No collection of cycles inside; as before afterwards. May be nested."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
