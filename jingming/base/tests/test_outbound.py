"""The one door out reaches nothing of ours, however its address is written."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable

import pytest

from jingming.base import outbound

HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
    "017700000001", "0177.0.0.1", "0177.1", "0", "0.0.0.0", "localhost", "LOCALHOST", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "①②⑦.⓪.⓪.①",
    "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "0xa9fea9fe", "2852039166", "[fe80::1]", "[fc00::1]", "[::ffff:169.254.169.254]", "224.0.0.1",
    "255.255.255.255", "198.18.0.1",
]  # fmt: skip
FORMS = ("http://{}:{}/", "https://{}:{}/", "http://public.example@{}:{}/", "HTTP://{}:{}/?q#f", "gopher://{}:{}/")


@pytest.fixture
def sinkhole():
    """A port of this machine, and how many came to it."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def listen():
            while not done.is_set():
                try:
                    line = server.accept()[0]
                except TimeoutError:
                    continue
                came.append(line)
                line.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], came
        done.set()
        thread.join()


def test_no_form_of_a_private_address_is_reached(sinkhole):
    port, came = sinkhole
    forms = [form.format(host, port) for host in HOSTS for form in FORMS]
    assert len(forms) >= 200
    for url in forms:
        with pytest.raises((outbound.Refused, socket.gaierror)):
            outbound.fetch(url)
    assert came == []


def test_the_sinkhole_would_notice(sinkhole, monkeypatch):
    port, came = sinkhole
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    with pytest.raises((OSError, http.client.HTTPException)):
        outbound.fetch(f"http://127.1:{port}/")
    assert len(came) == 1


def test_public_addresses_are_asked():
    assert [outbound.is_public(ip) for ip in ("1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1")] == [True, True, False]


# --- Real servers on this machine: the door is told that its own address is public, and nothing else is changed ---
class Server:
    """Answers each line with what `reply` does to it; how often it was asked."""

    def __init__(self, reply: Callable[[socket.socket], None]) -> None:
        self.asked: list[bytes] = []
        self._reply = reply
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                line = self._socket.accept()[0]
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                self.asked.append(line.recv(65536))
                self._reply(line)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch):
    """`serve(reply)`: a server; loopback, and nothing else that is private, counts as public meanwhile."""
    begun: list[Server] = []
    judge = outbound.is_public
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1" or judge(address))

    def begin(reply: Callable[[socket.socket], None]) -> Server:
        begun.append(Server(reply))
        return begun[-1]

    yield begin
    for server in begun:
        server.close()


def saying(text: bytes) -> Callable[[socket.socket], None]:
    return lambda line: line.sendall(text)


def dripping(head: bytes) -> Callable[[socket.socket], None]:
    """One byte after the other, each within the patience of a socket."""

    def reply(line: socket.socket) -> None:
        line.sendall(head)
        for _byte in range(100):
            line.sendall(b"x")
            time.sleep(0.05)

    return reply


def test_an_answer_comes_back_whole(serve):
    server = serve(saying(b"HTTP/1.1 201 Created\r\nX-Word: yes\r\nContent-Length: 5\r\n\r\nhello"))

    answer = outbound.fetch(
        f"http://127.0.0.1:{server.port}/a?b=c", method="POST", body=b"words", headers={"X-Key": "1"}
    )

    assert (answer.status, answer.headers["X-Word"], answer.body) == (201, "yes", b"hello")
    assert server.asked[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"X-Key: 1\r\n" in server.asked[0]


def test_a_redirect_is_an_answer_and_not_followed(serve):
    there = serve(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    told = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{there.port}/\r\nContent-Length: 0\r\n\r\n"
    server = serve(saying(told.encode()))

    assert outbound.fetch(f"http://127.0.0.1:{server.port}/").status == 302
    assert there.asked == []


@pytest.mark.parametrize("length", ["Content-Length: 3000000\r\n", ""], ids=["told", "not told"])
def test_an_answer_that_is_too_large_is_refused(serve, length: str):
    server = serve(saying(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode() + b"x" * 3_000_000))

    with pytest.raises(outbound.Refused):
        outbound.fetch(f"http://127.0.0.1:{server.port}/")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 2"])
def test_an_answer_that_drips_is_cut_when_the_time_is_up(serve, monkeypatch: pytest.MonkeyPatch, head: bytes):
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    server = serve(dripping(head))
    begun = time.monotonic()

    with pytest.raises(outbound.Refused):
        outbound.fetch(f"http://127.0.0.1:{server.port}/")

    assert time.monotonic() - begun < 3  # it would drip for five seconds, never silent for a tenth


def test_a_handshake_that_never_ends_is_cut_when_the_time_is_up(serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    server = serve(lambda line: time.sleep(2))

    with pytest.raises(outbound.Refused):
        outbound.fetch(f"https://127.0.0.1:{server.port}/")


def resolving(*answers: list[str]) -> Callable[..., list[tuple[object, ...]]]:
    """A resolver that gives these answers one after the other, the last one for ever."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, **_how: object) -> list[tuple[object, ...]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    return getaddrinfo


def test_a_second_address_is_tried_where_the_first_does_not_answer(serve, monkeypatch: pytest.MonkeyPatch):
    server = serve(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    judge = outbound.is_public
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.2" or judge(address))
    monkeypatch.setattr(outbound.socket, "create_connection", connecting := _Connecting())
    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolving(["127.0.0.2", "127.0.0.1"]))

    assert outbound.fetch(f"http://two.example:{server.port}/").body == b"ok"
    assert connecting.tried == ["127.0.0.2", "127.0.0.1"]


class _Connecting:
    """Notes which addresses a connection is made to; resolves nothing itself."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def __call__(self, place: tuple[str, int], timeout: float) -> socket.socket:
        self.tried.append(place[0])
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(timeout)
        try:
            line.connect(place)
        except OSError:
            line.close()
            raise
        return line


def test_a_name_that_changes_its_mind_leads_to_the_address_that_was_judged(serve, monkeypatch: pytest.MonkeyPatch):
    server = serve(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    monkeypatch.setattr(outbound.socket, "create_connection", connecting := _Connecting())
    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolving(["127.0.0.1"], ["10.0.0.1"]))

    assert outbound.fetch(f"http://rebinding.example:{server.port}/").body == b"ok"
    with pytest.raises(outbound.Refused):
        outbound.fetch(f"http://rebinding.example:{server.port}/")
    assert connecting.tried == ["127.0.0.1"]


def test_a_name_with_one_private_address_among_others_is_refused(serve, monkeypatch: pytest.MonkeyPatch):
    server = serve(saying(b""))
    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolving(["127.0.0.1", "10.0.0.1"]))

    with pytest.raises(outbound.Refused):
        outbound.fetch(f"http://mixed.example:{server.port}/")
    assert server.asked == []
