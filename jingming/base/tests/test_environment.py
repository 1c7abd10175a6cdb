"""The environment configures the installation, and is loud about anything that cannot be meant."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from jingming.base.environment import KNOBS, BadConfiguration, Environment, read_environment


def test_nothing_needs_to_be_set():
    read = read_environment({"PATH": "/bin", "HOME": "/root"})
    assert (read.port, read.stream_port, read.bind, read.database_url) == (8000, 8001, "127.0.0.1", None)
    assert read.home == Path("var").resolve()


def test_knobs_and_fields_are_the_same():
    assert [knob.name.removeprefix("JINGMING_").lower() for knob in KNOBS] == [
        field.name for field in fields(Environment)
    ]


def test_the_stream_stands_beside_the_desk_unless_told_otherwise():
    assert read_environment({"JINGMING_PORT": "9000"}).stream_port == 9001
    assert read_environment({"JINGMING_PORT": "9000", "JINGMING_STREAM_PORT": "7000"}).stream_port == 7000


def test_the_last_port_leaves_no_room_for_the_stream():
    with pytest.raises(BadConfiguration, match="JINGMING_STREAM_PORT"):
        read_environment({"JINGMING_PORT": "65535"})


def test_an_unknown_variable_stops_the_start():
    with pytest.raises(BadConfiguration, match=r"unknown variable JINGMING_PROT\. Known are: .*JINGMING_PORT"):
        read_environment({"JINGMING_PROT": "8000"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JINGMING_PORT", "eight"),
        ("JINGMING_PORT", "0"),
        ("JINGMING_PORT", "65536"),
        ("JINGMING_HTTPS", "true"),
        ("JINGMING_DEMO_SCALE", "2"),
        ("JINGMING_DEMO_SCALE", "nan"),
        ("JINGMING_PROVINCE", "900"),
        ("JINGMING_WEB_PROCESSES", "0"),
        ("JINGMING_DATABASE_URL", "mysql://root@localhost/x"),
    ],
)
def test_a_value_that_cannot_be_meant_stops_the_start(name: str, text: str):
    with pytest.raises(BadConfiguration, match=name):
        read_environment({name: text})


def test_lists_are_separated_by_commas_or_blanks():
    assert read_environment({"JINGMING_HOSTS": "kf.example.cn, 10.0.0.8"}).hosts == ("kf.example.cn", "10.0.0.8")
