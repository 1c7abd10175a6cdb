"""The one door out reaches nothing of ours, however its address is written."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from jingming.base import outbound

# Addresses of ours by what they are; each is written in every way of WRITTEN.
OURS = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "192.88.99.1",
)  # fmt: skip
WRITTEN: dict[str, Callable[[IPv4Address], str]] = {
    "plainly": str,
    "as one number": lambda ip: str(int(ip)),
    "as one hexadecimal number": lambda ip: f"{int(ip):#x}",
    "as one octal number": lambda ip: f"0{int(ip):o}",
    "in hexadecimal parts": lambda ip: ".".join(f"{part:#04x}" for part in ip.packed),
    "in octal parts": lambda ip: ".".join(f"0{part:o}" for part in ip.packed),
    "in octal parts with many noughts": lambda ip: ".".join(f"000000{part:o}" for part in ip.packed),
    "in two parts": lambda ip: f"{ip.packed[0]}.{int(ip) & 0xFFFFFF}",
    "in three parts": lambda ip: f"{ip.packed[0]}.{ip.packed[1]}.{int(ip) & 0xFFFF}",
    "in parts of each kind": lambda ip: f"{ip.packed[0]:#x}.0{ip.packed[1]:o}.{int(ip) & 0xFFFF}",
    "in wide digits": lambda ip: str(ip).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "in circled digits": lambda ip: str(ip).translate(str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")),
    "with ideographic full stops": lambda ip: str(ip).replace(".", "。"),
    "with half-width full stops": lambda ip: str(ip).replace(".", "｡"),
    "mapped": lambda ip: f"[::ffff:{ip}]",
    "mapped, in hexadecimal": lambda ip: f"[::ffff:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}]",
    "mapped, at full length": lambda ip: f"[0000:0000:0000:0000:0000:FFFF:{ip}]",
    "compatible": lambda ip: f"[::{ip}]",
    "translated": lambda ip: f"[::ffff:0:{ip}]",
    "behind NAT64": lambda ip: f"[64:ff9b::{ip}]",
    "behind a NAT64 of the house": lambda ip: f"[64:ff9b:1::{ip}]",
    "as 6to4": lambda ip: f"[2002:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1]",
    "as Teredo": lambda ip: f"[2001:0:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1]",
}
NEAR = (
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[fe80::1]", "[fe80::1%25lo]",
    "[fc00::1]", "[fd12:3456:789a::1]", "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]",
    "[5f00::1]", "[2001:10::1]", "[4000::1]", "[e000::1]", "127.1", "127.0.1", "0", "localhost", "LOCALHOST",
    "127.0.0.1%00",
)  # fmt: skip
# Names, and where a resolver says that they are.
NAMES = {
    "localhost": ["127.0.0.1"], "localhost.": ["127.0.0.1"], "a.localhost": ["::1"], "127.0.0.1.": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"], "metadata.example": ["169.254.169.254"], "intranet.example": ["10.0.0.1"],
    "both.example": ["1.1.1.1", "192.168.1.1"], "six.example": ["fd00::1"], "mixed.example": ["1.1.1.1", "::1"],
    "mapped.example": ["::ffff:10.0.0.1"], "nat64.example": ["64:ff9b::a9fe:a9fe"], "nobody.example": [],
}  # fmt: skip
HOSTS = [write(IPv4Address(ip)) for ip in OURS for write in WRITTEN.values()] + [*NEAR, *NAMES]
# What is no address of http or https with a host alone, whatever stands in it.
ODD = (
    "gopher://{}/_GET", "ftp://{}/", "file://{}/etc/passwd", "file:///etc/passwd", "dict://{}/", "ldap://{}/", "tftp://{}/",
    "ws://{}/", "jar:http://{}!/", "data:text/plain,{}", "javascript:fetch('//{}')", "unix:/run/{}", "php://filter/{}",
    "netdoc:///{}", "//{}/", "{}", "/{}", "", " ", "http:", "http:{}", "http:/{}", "http:///{}", "http://", "https:///{}",
    "http://@{}/", "http://:@{}/", "http://user@{}/", "http://user:word@{}/", "http://public.example@{}/",
    "http://public.example:80@{}/", "http://public.example%40@{}/", "http://[{}/", "http://{}:99999/", "http://{}:-1/",
    "http://{}:port/", "http://{}:80:80/", "http://[::1]x/", "http://[not an address]/",
)  # fmt: skip
# Addresses that one reader takes for the public host and another for ours; the public one is not there.
TWO_READINGS = (
    "http://public.example#@{}/", "http://public.example?@{}/", "http://public.example\\@{}/",
    "http://public.example/@{}/", "http://{}\\@public.example/", "http://{}#@public.example/", "http://{}?.public.example/",
    "http://{}/.public.example/", "http://{}&@public.example/", "http://\t{}/", "http://{}\r\n/", " http://{}/",
    "HTTP://{}/", "hTtPs://{}/", "http://{}/?url=http://public.example/", "http://{}:080/", "http://{}:/",
)  # fmt: skip
CODES = (301, 302, 303, 307, 308)


class Sinkhole:
    """Where everything goes that is not stopped: whatever address a connection is made to, it comes here, so that
    nothing leaves this machine; `came` are those addresses. Names are resolved by NAMES, numbers by the system."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self._real = socket.getaddrinfo
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                line = self._socket.accept()[0]
            except OSError:
                return
            line.close()

    def connect(self, place: tuple[str, int], timeout: float) -> socket.socket:
        self.came.append(place[0])
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(timeout)
        line.connect(self._socket.getsockname())
        return line

    def resolve(self, host: str, port: int, **how: int) -> list[tuple[object, ...]]:
        if host.lower() in NAMES:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in NAMES[host.lower()]]
        return list(self._real(host, port, flags=socket.AI_NUMERICHOST, **how))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def sinkhole(monkeypatch: pytest.MonkeyPatch):
    """Every connection of the door out leads here."""
    hole = Sinkhole()
    monkeypatch.setattr(outbound.socket, "create_connection", hole.connect)
    monkeypatch.setattr(outbound.socket, "getaddrinfo", hole.resolve)
    yield hole
    hole.close()


def urls() -> list[str]:
    """Each host by http; some of them by https, with other ports, and in every odd form."""
    plain = [f"http://{host}/" for host in HOSTS]
    ports = [f"https://{host}:{port}/" for host in HOSTS[::10] for port in (80, 443, 22, 5432, 65535)]
    return plain + ports + [form.format(host) for form in (*ODD, *TWO_READINGS) for host in ("127.0.0.1", "[::1]")]


def test_no_form_of_a_private_address_is_reached(sinkhole: Sinkhole):
    assert len(set(urls())) >= 500
    assert len({f"http://{host}/" for host in HOSTS}) >= 200
    for url in dict.fromkeys(urls()):
        with pytest.raises((outbound.Refused, socket.gaierror, UnicodeError)):
            outbound.fetch(url)
    assert sinkhole.came == []


def test_the_sinkhole_would_notice_each_of_them(sinkhole: Sinkhole, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    unheard = []
    for host in HOSTS:
        sinkhole.came.clear()
        with contextlib.suppress(OSError, http.client.HTTPException, outbound.Refused):
            outbound.fetch(f"http://{host}/")
        unheard += [] if sinkhole.came else [host]
    assert set(unheard) == {"nobody.example", "[fe80::1%25lo]", "127.0.0.1%00"}  # which no resolver reads


@pytest.mark.parametrize("host", OURS)
def test_each_way_of_writing_leads_where_it_says(sinkhole: Sinkhole, host: str):
    told = {
        how: {ipaddress.ip_address(str(place[4][0])) for place in sinkhole.resolve(write(IPv4Address(host)), 80)}
        for how, write in WRITTEN.items()
        if not write(IPv4Address(host)).startswith("[")
    }
    assert set(map(frozenset, told.values())) == {frozenset({IPv4Address(host)})}


def test_public_addresses_are_asked():
    public = ("1.1.1.1", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "2a00:1450::1")
    assert [outbound.is_public(ip) for ip in (*public, "::ffff:1.1.1.1")] == [True] * len(public) + [False]


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


@pytest.mark.parametrize("code", CODES)
def test_a_redirect_is_an_answer_and_not_followed(serve, code: int):
    there = serve(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    ways = [f"http://127.0.0.1:{there.port}/", f"//127.0.0.1:{there.port}/", "/again", "file:///etc/passwd",
            f"gopher://127.0.0.1:{there.port}/_x", f"http://2130706433:{there.port}/"]  # fmt: skip
    for way in ways:
        told = f"HTTP/1.1 {code} Elsewhere\r\nLocation: {way}\r\nRefresh: 0;url={way}\r\nContent-Length: 0\r\n\r\n"
        server = serve(saying(told.encode("latin-1")))

        answer = outbound.fetch(f"http://127.0.0.1:{server.port}/")

        assert (answer.status, answer.headers["Location"], len(server.asked)) == (code, way, 1)
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


def test_a_handshake_that_drips_is_cut_when_the_time_is_up(serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    server = serve(dripping(b"\x16\x03\x03\x40\x00"))  # the beginning of a record of 16 KB
    begun = time.monotonic()

    with pytest.raises(outbound.Refused):
        outbound.fetch(f"https://127.0.0.1:{server.port}/")

    assert time.monotonic() - begun < 3


def test_a_line_that_is_cut_goes_on_in_secret_or_not_at_all():
    here, there = socket.socketpair()
    with (
        there,
        ssl.create_default_context().wrap_socket(
            here, server_hostname="public.example", do_handshake_on_connect=False
        ) as line,
    ):
        secret = line._sslobj
        with outbound._Deadline(5) as deadline:
            deadline.watch(line)
            deadline._cut()

        assert line._sslobj is secret  # without it, what is still to be sent would go out as it is
        with pytest.raises(OSError, match=r"."):
            line.send(b"words")


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
