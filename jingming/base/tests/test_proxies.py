"""Where a request comes from: what strangers write into X-Forwarded-For is never believed."""

from __future__ import annotations

import pytest

from jingming.base.environment import BadConfiguration, read_environment
from jingming.base.proxies import MOST, address_of_browser, line_of

PROXIES = read_environment({"JINGMING_PROXIES": "10.0.0.5, 10.1.0.0/16, 2001:db8:ffff::/48"}).proxies
NEAR, FAR, SIX = "10.0.0.5", "10.1.2.3", "2001:db8:ffff::1"  # three proxies of ours
STRANGER, OFFICE = "198.51.100.66", "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        # nobody of ours has written it
        (STRANGER, "", STRANGER),
        (STRANGER, OFFICE, STRANGER),
        (STRANGER, f"{OFFICE}, {NEAR}", STRANGER),
        # one proxy, which appends what it heard
        (NEAR, OFFICE, OFFICE),
        (NEAR, f"{OFFICE}, {STRANGER}", STRANGER),
        (NEAR, f"{NEAR}, {FAR}, {STRANGER}", STRANGER),
        (NEAR, "", NEAR),
        # two, and three
        (NEAR, f"{OFFICE}, {FAR}", OFFICE),
        (NEAR, f"{OFFICE}, {STRANGER}, {FAR}", STRANGER),
        (NEAR, f"{OFFICE},{STRANGER},{SIX},{FAR}", STRANGER),
        # asked from inside: all are ours
        (NEAR, FAR, FAR),
        (NEAR, f"{SIX}, {FAR}", SIX),
        # IPv6, brackets, ports, IPv4 in IPv6
        (SIX, "2001:DB8:0:1::9", "2001:db8:0:1::9"),
        (SIX, "[2001:db8:0:1::9]", "2001:db8:0:1::9"),
        (SIX, "[2001:db8:0:1::9]:4711", "2001:db8:0:1::9"),
        (NEAR, f"{OFFICE}:4711", OFFICE),
        (NEAR, f"  {OFFICE}  ", OFFICE),
        (NEAR, f"::ffff:{OFFICE}", OFFICE),
        (f"::ffff:{NEAR}", OFFICE, OFFICE),
        (f"::ffff:{STRANGER}", OFFICE, STRANGER),
        ("fe80::1%eth0", OFFICE, "fe80::1"),
        # what is no address ends the walk at the proxy that passed it on
        (NEAR, "unknown", NEAR),
        (NEAR, f"{OFFICE}, ", NEAR),
        (NEAR, f"{OFFICE}, , {FAR}", FAR),
        (NEAR, f"{OFFICE}, <script>, {FAR}", FAR),
        (NEAR, f"{OFFICE}, _hidden, {STRANGER}", STRANGER),
        (NEAR, "203.0.113.9:port", NEAR),
        (NEAR, "203.0.113.9:123456", NEAR),
        (NEAR, "203.0.113.999", NEAR),
        (NEAR, "203.0.113", NEAR),
        (NEAR, "010.0.0.5", NEAR),
        (NEAR, "٢٠٣.0.113.9", NEAR),
        (NEAR, "[2001:db8::1", NEAR),
        (NEAR, "[[2001:db8::1]]", NEAR),
        (NEAR, "3405803785", NEAR),
        (NEAR, "203.0.113.0/24", NEAR),
        (NEAR, 'for="203.0.113.9"', NEAR),
        # more than any house has
        (NEAR, ", ".join([OFFICE, *[FAR] * (MOST - 1)]), OFFICE),
        (NEAR, ", ".join([OFFICE, *[FAR] * MOST]), FAR),
        (NEAR, ", ".join([OFFICE, *["10.9.9.9"] * 1000]), "10.9.9.9"),
        # not from the network
        ("", OFFICE, ""),
        ("unix:", OFFICE, ""),
    ],
)
def test_the_first_from_the_right_that_is_no_proxy_of_ours(peer: str, forwarded: str, found: str):
    assert address_of_browser(peer, forwarded, PROXIES) == found


@pytest.mark.parametrize("peer", [NEAR, STRANGER, "127.0.0.1", "::1"])
def test_where_no_proxy_is_named_the_header_says_nothing(peer: str):
    assert address_of_browser(peer, OFFICE, ()) == peer


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (OFFICE, OFFICE),
        (f"::ffff:{OFFICE}", OFFICE),
        ("2001:db8:0:1::9", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::9", "2001:db8:0:2::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_stranger_is_an_address_or_the_64_of_it(address: str, line: str):
    assert line_of(address) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("proxy.example.org", "proxy.example.org is none"),
        ("10.0.0.5, 10.0.0.5/8", "10.0.0.5/8 is none"),
        ("10.0.0.256", "10.0.0.256 is none"),
        ("*", r"\* is none"),
        ("[::1]", r"\[::1\] is none"),
        ("10.0.0.5:8080", "10.0.0.5:8080 is none"),
        ("0.0.0.0/0", "is everybody"),
        ("10.0.0.5,::/0", "::/0 is everybody"),
        ("::ffff:10.0.0.5", "write it as IPv4"),
    ],
)
def test_proxies_that_cannot_be_meant_stop_the_start(text: str, said: str):
    with pytest.raises(BadConfiguration, match=f"JINGMING_PROXIES=.*{said}"):
        read_environment({"JINGMING_PROXIES": text})
