"""Where a request comes from: X-Forwarded-For is believed from the right, as far as we know who wrote it.

A proxy appends the address that it heard. So the last entry is from whoever is our peer, the one before from whoever
the last entry names, and so on: beyond the first address that is no proxy of ours everything may be invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST = 20  # entries that are looked at; no house has as many proxies in a row
NEIGHBOURHOOD = 64  # bits of an IPv6 address that are one line: of the rest its owner has as many as they like
PORT = r"(?::[0-9]{1,5})?"
IN_BRACKETS, WITH_PORT = re.compile(rf"\[([^\[\]]+)\]{PORT}"), re.compile(rf"([0-9.]+){PORT}")


def address_of_browser(peer: str, forwarded: str, proxies: Iterable[Network]) -> str:
    """The first address from the right that is none of `proxies`, beginning with the peer; "" if that has none.

    `forwarded` is the header, several of them joined by commas. What is no address ends the walk: the answer is then
    the proxy that passed it on.
    """
    proxies = tuple(proxies)
    address = _read(peer)
    if address is None:
        return ""
    for entry in reversed(forwarded.rsplit(",", MOST)[-MOST:]):
        named = _read(entry) if is_among(address, proxies) else None
        if named is None:
            break
        address = named
    return str(address)


def is_proxy(peer: str, proxies: Iterable[Network]) -> bool:
    """Whether the peer is one of the proxies."""
    address = _read(peer)
    return address is not None and is_among(address, proxies)


def is_among(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address in network for network in networks)


def line_of(address: str) -> str:
    """What is counted as one stranger: an IPv4 address, of IPv6 the /64."""
    read = _read(address)
    if isinstance(read, IPv6Address):
        return str(IPv6Network((read, NEIGHBOURHOOD), strict=False))
    return "" if read is None else str(read)


class ProxiesMiddleware:
    """From here on REMOTE_ADDR is the address of the browser, and the proxies alone say that it came by HTTPS.

    Where no proxy is named both headers are left as they are: the address is the peer's, and HTTPS is believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies: tuple[Network, ...] = settings.PROXIES
        peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        if proxies and not is_proxy(peer, proxies):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        request.META["REMOTE_ADDR"] = address_of_browser(peer, forwarded, proxies)
        return self.get_response(request)


def _read(text: str) -> Address | None:
    """An address as proxies write it: with a port or not, in brackets or not; an IPv4 address in IPv6 is the former."""
    text = text.strip()
    written = IN_BRACKETS.fullmatch(text) or WITH_PORT.fullmatch(text)
    try:
        address = ip_address(written[1] if written else text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # without the scope, a word of this machine only
    return address
