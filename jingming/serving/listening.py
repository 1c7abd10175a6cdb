"""Listening sockets, opened once by the parent and inherited by the parts.

The parent keeps them open, so that a caller who arrives while a part is being started again waits a moment instead of
being turned away.
"""

from __future__ import annotations

import errno
import socket

BACKLOG = 1024


class CannotListen(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(bind: str, port: int, knob: str) -> socket.socket:
    """A socket listening on bind:port; `knob` is the variable that chooses the port, for the message."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind, port))
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        raise CannotListen(_sentence(error, bind, port, knob)) from None
    listener.setblocking(False)
    return listener


def _sentence(error: OSError | UnicodeError, bind: str, port: int, knob: str) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"Port {port} on {bind} is taken by another program. Stop it, or choose another port: {knob}={port + 10}"
    if number in {errno.EACCES, errno.EPERM}:
        return f"Port {port} is for privileged accounts. Choose one above 1023: {knob}=8000"
    return f"{bind} is no address of this machine ({error}). Set JINGMING_BIND to one that is, for example 127.0.0.1"
