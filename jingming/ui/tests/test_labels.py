"""Data shown in the reader's language, time and words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import translation

from jingming.ui.labels import in_language

REPAIR = {"zh": "报修", "en": "Repair"}
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, 10:00 in Urumqi


def shown(text: str, **context: object) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("language", "word"), [("zh-hans", "报修"), ("en", "Repair"), ("en-gb", "Repair"), ("fr", "报修")]
)
def test_a_label_is_in_the_readers_language_or_else_in_one_it_has(language: str, word: str):
    with translation.override(language):
        assert in_language(REPAIR) == word


def test_a_label_missing_in_one_language_falls_back_to_the_other():
    with translation.override("en"):
        assert in_language({"zh": "报修", "en": ""}) == "报修"
        assert in_language({"zh": "报修"}) == "报修"
        assert in_language({}) == in_language(None) == ""


def test_a_label_in_a_page_is_escaped():
    with translation.override("en"):
        assert shown("{{ label|label }}", label={"en": "<b>"}) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (NOON, "Asia/Shanghai", ">12:00<"),
        (NOON, ZoneInfo("Asia/Urumqi"), ">10:00<"),
        (NOON - timedelta(days=2), "Asia/Shanghai", ">11-20 12:00<"),
        (NOON - timedelta(days=365), "Asia/Shanghai", ">2025-11-22 12:00<"),
    ],
)
def test_a_time_is_as_short_as_today_allows(moment: datetime, zone: ZoneInfo | str, words: str):
    with time_machine.travel(NOON, tick=False):
        assert words in shown("{{ moment|local_time:zone }}", moment=moment, zone=zone)


def test_a_time_keeps_its_seconds_and_zone_in_the_tooltip():
    with time_machine.travel(NOON, tick=False):
        told = shown("{{ moment|local_time:zone }}", moment=NOON + timedelta(seconds=7), zone="Asia/Shanghai")
    assert 'datetime="2026-11-22T12:00:07+08:00" title="2026-11-22 12:00:07 UTC+0800"' in told


def test_no_time_and_no_length_are_a_dash():
    assert shown("{{ nothing|local_time }} {{ nothing|minutes }}", nothing=None) == "— —"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (72, "1 hour 12 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=1, hours=3, minutes=5), "1 day 3 hours"),
        (-5, "minus 5 minutes"),
    ],
)
def test_a_length_of_time_is_said_in_words(length: timedelta | int, words: str):
    with translation.override("en"):
        assert shown("{{ length|minutes }}", length=length) == words


class PhoneForm(forms.Form):
    phone = forms.CharField(label="Phone", help_text="Eleven digits.", min_length=11)


def test_a_field_ties_help_and_errors_to_its_control():
    page = shown('{% include "ui/_field.html" %}', field=PhoneForm({"phone": "123"})["phone"])
    assert 'aria-describedby="id_phone_help id_phone_errors"' in page
    assert 'id="id_phone_help"' in page
    assert 'id="id_phone_errors"' in page
    assert 'aria-invalid="true"' in page
    assert '<label class="field-label" for="id_phone">' in page


def test_a_key_jumps_into_a_field():
    assert 'data-key="p"' in shown('{% include "ui/_field.html" with key="p" %}', field=PhoneForm()["phone"])


def test_an_icon_is_silent_unless_it_has_words():
    assert 'aria-hidden="true"' in shown('{% icon "phone" %}')
    assert 'role="img" aria-label="a &lt;call&gt;"' in shown('{% icon "phone" words %}', words="a <call>")
