"""A part never outlives its parent: even kill -9 of the parent leaves no process behind that holds a port or a job."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

LOOK_AGAIN = 1.0  # seconds between two looks where the kernel does not tell
PATIENCE = 8.0  # seconds between being asked to end and being ended

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Have this process asked to end (SIGTERM) as soon as `parent`, which started it, has ended."""
    kernel_tells = sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) == 0
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(0)
    if not kernel_tells:
        threading.Thread(target=_watch, args=(parent,), name="watch parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_AGAIN)
    os.kill(os.getpid(), signal.SIGTERM)


def end_for_good_after(seconds: float) -> None:
    """End this process without further ado if it still runs then: a job that hangs does not hold up the others."""
    timer = threading.Timer(seconds, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
