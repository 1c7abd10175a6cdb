"""Room for the frames of a test, in one piece.

CPython keeps the frames of Python functions in pieces of 16 KiB, asks the kernel for the next piece when one is full,
and gives it back when the first function in it returns. A request is deep enough to stand on such an edge: then every
small call inside asks and gives back anew. Measured in the matrix: 183,000 pieces for 12 tests, a fifth of its time. A
frame that says it needs more than a piece gets a larger one, and what it calls stands in the rest of that.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

SLOTS = 100_000  # of 8 bytes; the piece is the next power of two, 1 MiB


def _called(test: Callable[[], object]) -> object:
    return test()


_called.__code__ = _called.__code__.replace(co_stacksize=SLOTS)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Call the test as pytest does, with room."""
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    _called(lambda: pyfuncitem.obj(**given))
    return True
