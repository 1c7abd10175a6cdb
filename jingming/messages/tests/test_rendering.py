"""The language of templates, the messages made of it, and how long a text message is."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jingming.messages.rendering import Faulty, clean_value, examples, faults_of, pieces, put_together, tidy
from jingming.messages.rules import CHANNELS, LANGUAGES, LIMITS, OF_PURPOSE, VARIABLES, Channel, Purpose, Text, shipped
from jingming.messages.sizes import Size, size_of

ACK, SMS, EMAIL = Purpose.ACKNOWLEDGEMENT, Channel.SMS, Channel.EMAIL
KINDS = [(purpose, channel) for purpose in Purpose for channel in CHANNELS[purpose]]


def message(body, channel=SMS, **values):
    return put_together(Text("", body), ACK, channel, {**examples(ACK, "en"), **values})


@pytest.mark.parametrize(("purpose", "channel"), KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_text_can_be_saved_and_names_who_writes(purpose, channel, language):
    text = shipped()[purpose, channel][language]

    assert faults_of(text, purpose, channel, language) == {}
    assert tidy(text.body) == text.body
    assert "{{company}}" in text.body
    assert bool(text.subject) == bool(LIMITS[channel].subject)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_shipped_text_message_is_short(purpose, language):
    sent = put_together(shipped()[purpose, SMS][language], purpose, SMS, examples(purpose, language))

    assert sent.size.segments <= 2
    assert sent.size.alphabet == {"zh": "UCS-2", "en": "GSM-7"}[language]


def test_every_variable_has_a_place_and_every_purpose_only_known_ones():
    assert {name for names in OF_PURPOSE.values() for name in names} == set(VARIABLES)


def test_names_are_replaced_and_spaces_inside_do_not_matter():
    assert message("{{ company }}: {{order_number}}.").body == "Jingming Gas: BX-0562-20261122-000017."


def test_a_value_is_never_read_as_a_template():
    assert message("{{customer_name}}", customer_name="{{hotline}} {% x %}").body == "{{hotline}} {% x %}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\n{{hotline", "Line 2: “{{” is opened and never closed. Write “}}” behind the name."),
        ("{{hotline {{company}}", "Line 1: “{{” is opened and never closed. Write “}}” behind the name."),
        ("a } b", ("Line 1: a single “}” stands here. A variable is written with two braces on each side, as in "
                  "{{hotline}}.")),
        ("{hotline}", ("Line 1: a single “{” stands here. A variable is written with two braces on each side, as in "
                      "{{hotline}}.")),
        ("{% now %}", ("Line 1: a single “{” stands here. A variable is written with two braces on each side, as in "
                      "{{hotline}}.")),
        ("｛｛hotline｝｝", "Line 1: write braces in half width, as in {{hotline}}."),
        ("x\n\n{{engineer.password}}", ("Line 3: there is no variable “engineer.password” here. Choose one of: "
         "company, hotline, customer_name, order_number, order_type, address, received_at.")),
        ("{{survey_link}}", ("Line 1: there is no variable “survey_link” here. Choose one of: "
         "company, hotline, customer_name, order_number, order_type, address, received_at.")),
        ("", "Fill this in."),
        ("长" * 1001, "At most 1000 characters fit here."),
        ("长" * 340, "With example values this becomes 6 text messages. At most 5 are sent: shorten it."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_says_where_and_what_to_do(text, sentence):
    with translation.override("en"):
        assert faults_of(Text("", text), ACK, SMS, "zh") == {"body": sentence}


def test_a_subject_is_one_line_and_has_its_own_limit():
    values = examples(ACK, "en")
    sent = put_together(Text("About\n{{order_number}}", "x"), ACK, EMAIL, {**values, "order_number": "1\r\nBcc: a@b"})
    assert sent.subject == "About 1 Bcc: a@b"
    assert list(faults_of(Text("{{address}}" * 9, "x"), ACK, EMAIL, "en")) == ["subject"]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("a\r\nb\tc\x00d\u2028e", "a b c d e"),
        ("\u202egpj.exe\u200b", "gpj.exe"),
        ("  ", "—"),
        ("【银行】", "[银行]"),
        ("长" * 61, "长" * 59 + "…"),
    ],
)
def test_a_value_is_one_clean_line_of_bounded_length(value, clean):
    assert clean_value(value, SMS) == clean


def test_what_is_shown_as_html_is_escaped_and_what_is_plain_is_not():
    sent = message("a < b\n{{customer_name}}\n\nc", EMAIL, customer_name="<img src=x onerror=alert(1)> & 'k'")

    assert sent.body == "a < b\n<img src=x onerror=alert(1)> & 'k'\n\nc"
    assert sent.html == (
        "<p>a &lt; b<br>\n&lt;img src=x onerror=alert(1)&gt; &amp; &#x27;k&#x27;</p>\n<p>c</p>"
    )  # fmt: skip


@given(text=st.text(alphabet="{} a.％％\n中{}hotline"), value=st.text())
def test_any_text_is_either_refused_or_becomes_a_message_without_controls(text, value):
    try:
        known = {piece.variable for piece in pieces(text, ACK)} - {""}
        made = put_together(Text("", text), ACK, EMAIL, dict.fromkeys(OF_PURPOSE[ACK], value))
    except Faulty:
        return
    assert known <= {"hotline"}
    assert "<" not in made.html.replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert made.body.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size("GSM-7", 0, 0, 160)),
        ("a" * 160, Size("GSM-7", 160, 1, 0)),
        ("a" * 161, Size("GSM-7", 161, 2, 145)),
        ("€" * 80, Size("GSM-7", 160, 1, 0)),
        ("a" * 152 + "€" + "a" * 10, Size("GSM-7", 164, 2, 141)),  # € is not cut in two
        ("中" * 70, Size("UCS-2", 70, 1, 0)),
        ("中" * 71, Size("UCS-2", 71, 2, 63)),
        ("中" * 66 + "𠮷" + "中" * 5, Size("UCS-2", 73, 2, 60)),
        ("中" * 134, Size("UCS-2", 134, 2, 0)),
        ("中" * 135, Size("UCS-2", 135, 3, 66)),
    ],
)
def test_a_text_message_is_counted_as_the_network_counts(text, size):
    assert size_of(text) == size
