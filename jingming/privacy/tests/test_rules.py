"""Numbers of people are recognised as people type them, and shown no further than their owner needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingming.privacy.rules import (
    IDENTITY_CHECKS,
    IDENTITY_WEIGHTS,
    is_identity_number,
    masked,
    masked_address,
    masked_name,
    numbers_in,
    shortened,
)

# The example that GB 11643-1999 itself prints.
FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
IDENTITY = "11010519491231002X"


def written(text: str) -> list[str]:
    return [text[found.start : found.end] for found in numbers_in(text)]


@pytest.mark.parametrize(
    "number",
    [
        "13800000417",
        "138 0000 0417",
        "138-0000-0417",
        "+86 138 0000 0417",
        "86-13800000417",
        "008613800000417",
        "13800000417".translate(FULL_WIDTH),
        "0562-2831100",
        "05622831100",
        "(0562)2831100",
        "（0562）2831100",
        "010-62831100",
        "0562 283 1100",
    ],
)
def test_a_phone_number_is_recognised_as_people_type_it(number: str):
    assert written(f"请打{number},晚上在家") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "BX-0562-20261122-000017",
        "2026-11-22 13:45",
        "表号 110105194912310021",
        "户号 0562000417",
        "4008888888",
        "138000004171",
        "气表读数 12345.678",
        "TS-010-20261122-000017",
        "from bx-0562-20261122-000017",
        "Meter-0562000417",
        "SN-20261122000017",
        "DN-202611",
        "2026-11-22T13:45:06",
        "CNY-13,800,000,417.00",
        "¥-12800.50",
        "95598",
    ],
)
def test_what_is_no_number_of_somebody_is_left_alone(text: str):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tel-13800000417", "13800000417"),
        ("tel:13800000417", "13800000417"),
        ("TEL_138 0000 0417", "138 0000 0417"),
        ("M-138-0000-0417-home", "138-0000-0417"),
        ("wx-+86 138 0000 0417", "+86 138 0000 0417"),
        ("Fax-0562-2831100", "0562-2831100"),
        ("office-010-62831100", "010-62831100"),
        (f"ID-{IDENTITY}", IDENTITY),
        ("BX-0562-20261122-000017 Tel-0562-2831100", "0562-2831100"),
    ],
)
def test_a_number_that_hangs_on_letters_is_recognised(text: str, number: str):
    assert written(text) == [number]


def test_a_text_is_shortened_beside_its_numbers_and_tokens():
    token = f"⟦{'a' * 14}⟧"
    for longest in range(1, 60):
        for held in (token, "138 0000 0417", IDENTITY):
            text = f"请回电 {held}，{held} 也行，晚上都在家里等着"
            short = shortened(text, longest)
            assert len(short) <= longest
            assert short == text or short.endswith("…")
            assert short.count(held[:2]) == short.count(held)
    assert shortened(token, 16) == token
    assert shortened("灶前无气", 4) == "灶前无气"
    assert shortened("灶前无气", 3) == "灶前…"
    assert shortened("灶前无气", 3, end="") == "灶前无"


def test_numbers_are_masked_where_they_stand():
    text = f"张女士 138 0000 0417,座机0562-2831100,身份证{IDENTITY}。"
    assert masked(text) == "张女士 138****0417,座机*******1100,身份证1101**********002X。"


@given(st.from_regex(r"[1-9][0-9]{16}", fullmatch=True), st.sampled_from(IDENTITY_CHECKS))
def test_of_the_eleven_check_signs_one_fits(digits: str, sign: str):
    right = [check for check in IDENTITY_CHECKS if is_identity_number(digits + check)]
    remainder = sum(w * int(d) for w, d in zip(IDENTITY_WEIGHTS, digits, strict=True)) % 11
    assert right == [IDENTITY_CHECKS[remainder]]
    assert bool(written(digits + sign)) == (sign in right)


@given(st.text(alphabet="0123456789 -+()（）abX度表号1", max_size=200))
def test_no_mobile_number_stands_in_a_masked_text(text: str):
    assert not list(numbers_in(masked(text)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("周岚", "周*"),
        ("周晓岚", "周**"),
        ("欧阳", "欧*"),
        ("欧阳建国", "欧阳**"),
        ("阿不都热合曼·买买提", "阿**"),
        ("周", "周*"),
        ("⟦abcdefghijklmn⟧", "**"),
        ("⟦abcdefghijklmn⟧周岚", "周*"),
        ("周晓岚⟦abcdefghijklmn⟧", "周**"),
        ("John Smith", "J***"),
        ("", ""),
    ],
)
def test_of_a_name_the_surname_stays(name: str, shown: str):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("铜陵市铜官区庐山路88号3栋201室", "铜陵市铜官区庐山路***"),
        ("庐山路八十八号路桥宿舍三栋", "庐山路***"),
        ("长江大道北段 12 号", "长江大道***"),
        ("建设2路12号", "建设2路***"),
        ("铜官区桂花苑 12-2-601", "铜官区桂花苑***"),
        ("翠湖小区A3栋", "翠湖小区***"),
        ("12-2-601 Guihua Yuan, 88 Lushan Road, Tongling", "Lushan Road ***"),
        ("601", "***"),
        ("老王家隔壁", "***"),
        (" ", ""),
    ],
)
def test_of_an_address_the_street_stays_and_no_house(address: str, shown: str):
    assert masked_address(address) == shown
