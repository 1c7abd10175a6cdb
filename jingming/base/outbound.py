"""The one door out. The address is judged after it was resolved and the connection goes to that very address, so a name
that changes its mind leads nowhere. No redirect is followed. The answer may be so large, and the whole exchange, from
the first connection to the last byte, may take so long; only asking for the name has the resolver's own patience."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LONGEST_ANSWER = 1024 * 1024
PATIENCE = 10.0  # seconds for the whole exchange, however many waits it is made of
CHUNK = 16 * 1024
PORTS = {"http": 80, "https": 443}
# All of IPv6 that is given out to anybody. What lies outside wraps an address of IPv4, stays near, or is nobody's.
GIVEN_OUT = ipaddress.ip_network("2000::/3")
# Of that and of IPv4, what one Python or another takes for public: 6to4 and its relays, Teredo, examples, and what
# protocols keep for themselves.
NOWHERE = [
    ipaddress.ip_network(net) for net in ("2002::/16", "192.88.99.0/24", "2001::/32", "3fff::/20", "192.0.0.0/24")
]


class Refused(Exception):
    """The address is none that we ask, or the answer is larger or slower than we take."""


@dataclass(frozen=True)
class Answer:
    """What came back; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not ours, not this machine's, none that wraps another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip in net for net in NOWHERE) or (isinstance(ip, ipaddress.IPv6Address) and ip not in GIVEN_OUT):
        return False
    return ip.is_global and not ip.is_multicast


def fetch(
    url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Ask a public address by http or https. Raises `Refused`, or OSError and HTTPException when it does not answer."""
    try:
        asked = urlsplit(url)
        port = asked.port or PORTS.get(asked.scheme, 0)
    except ValueError as error:
        raise Refused("This is no address.") from error
    if asked.scheme not in PORTS or not asked.hostname or asked.username is not None:
        raise Refused("Only http and https addresses with a host and without a user are asked.")
    target = f"{asked.path or '/'}{'?' + asked.query if asked.query else ''}"
    addresses = _addresses(asked.hostname, port)
    connection = http.client.HTTPConnection(asked.hostname, port)
    with _Deadline(PATIENCE) as deadline:
        try:
            connection.sock = _connected(asked.hostname, addresses, port, deadline, secure=asked.scheme == "https")
            connection.request(method, target, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            content = _limited(answer)
            deadline.left()  # a line that was cut looks like an answer that has ended
            return Answer(answer.status, dict(answer.getheaders()), content)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if deadline.passed():
                raise Refused("The answer is too slow.") from error
            raise
        finally:
            connection.close()


class _Deadline:
    """Cuts the line when the time is up: a time-out of a socket counts from its last byte, this from the beginning."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._line: socket.socket | None = None
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        with self._guard:
            self._line = None

    def left(self) -> float:
        """The seconds that are left, for what takes a time-out; raises Refused where there are none."""
        if self.passed():
            raise Refused("The answer is too slow.")
        return self._end - time.monotonic()

    def passed(self) -> bool:
        return time.monotonic() >= self._end

    def watch(self, line: socket.socket) -> None:
        """From now on this line is the one to cut."""
        line.settimeout(self.left())
        with self._guard:
            self._line = line

    def _cut(self) -> None:
        with self._guard:
            if self._line is not None:
                with contextlib.suppress(OSError):  # not SSLSocket's own: from then on it would send in the clear
                    socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _addresses(host: str, port: int) -> list[str]:
    """Where the host is; all of it must be public."""
    try:
        found = [str(place[4][0]) for place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise Refused("This is no name of a host.") from error
    if not found or not all(is_public(address) for address in found):
        raise Refused("The address is private, or this machine's own.")
    return found


def _connected(host: str, addresses: list[str], port: int, deadline: _Deadline, *, secure: bool) -> socket.socket:
    """A line to the first address that takes one; each gets its share of the time that is left."""
    for place, address in enumerate(addresses, 1):
        share = deadline.left() / (len(addresses) - place + 1)
        try:
            line = socket.create_connection((address, port), timeout=share)
            break
        except OSError:
            if place == len(addresses):
                raise
    try:
        deadline.watch(line)
        if secure:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
            deadline.watch(line)
    except (OSError, Refused):
        line.close()
        raise
    return line


def _limited(answer: http.client.HTTPResponse) -> bytes:
    kept = bytearray()
    while piece := answer.read1(CHUNK):
        kept += piece
        if len(kept) > LONGEST_ANSWER:
            raise Refused("The answer is too large.")
    return bytes(kept)
