"""Asking a server whether it takes connections, in the few bytes of the protocol's first exchange.

No driver and no password: the server either asks who we are (ready) or answers with an error that says it is starting,
recovering or stopping.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

NOT_NOW = b"C57P03"  # cannot_connect_now
PROTOCOL = 196608  # 3.0


def accepts(path: Path | None) -> bool:
    """Whether a server behind this socket would let a known role in now."""
    if path is None:
        return False
    words = b"user\0readiness\0database\0postgres\0\0"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        try:
            line.connect(str(path))
            line.sendall(struct.pack("!ii", 8 + len(words), PROTOCOL) + words)
            answer = line.recv(1024)
        except OSError:
            return False
    return answer[:1] == b"R" or (answer[:1] == b"E" and NOT_NOW not in answer)
