"""What looks like a template stays what it is: nothing that anybody writes is run by a renderer of ours.

Ours are three: the texts of messages (`messages.rendering`), the words of a type's guide (`workspace.guides`), and
Django's own for pages, which reads templates from the slices alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import pydantic
import pytest
from django.conf import settings
from django.template import Context, Template

from jingming.accounts.models import Staff
from jingming.messages.models import Version
from jingming.messages.queries import render
from jingming.messages.rendering import clean_value, examples
from jingming.messages.rules import CHANNELS, LANGUAGES, LIMITS, OF_PURPOSE, Purpose
from jingming.workorders.flows import Guide, Label
from jingming.workorders.shipping import shipped
from jingming.workspace.guides import parts
from tests.hostile.stage import Supply
from tests.hostile.test_xss_browser import KEPT, taken, whoever
from tests.matrix.answers import undone
from tests.matrix.declared import PAGES
from tests.matrix.test_every_page_browser import SHOWN
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
SUM = "1337*1331"
COMES_TO = str(1337 * 1331)
# Of Django, Jinja, Twig, Freemarker, Velocity, Thymeleaf, ERB, Razor, Smarty, Handlebars, and of Python's own strings.
WITH_BRACES = (
    "{{1337*1331}}", "{{7*7}}", "{% debug %}", "{{settings.SECRET_KEY}}", "{{x.__class__}}", "{{''.__class__.__mro__}}",
    "${1337*1331}", "#{1337*1331}", "*{1337*1331}", "${{1337*1331}}", "{{request.user.password}}", "{{ csrf_token }}",
    "{% include 'ui/page.html' %}", "{% load log %}{% get_admin_log 10 as l %}{{l}}", "{% now 'Y' %}", "{0.__class__}",
    "{settings.SECRET_KEY}", "{{company|safe}}", "{{company.__class__}}", "{{constructor.constructor('x')()}}",
    "{php}echo 1337*1331;{/php}", "{#{1337*1331}#}", "{{{company}}}", "{{ company }",
)  # fmt: skip
WITHOUT = (
    "<%= 1337*1331 %>", "<%= 7*7 %>", "@(1337*1331)", "[[1337*1331]]", "#set($x=1337*1331)$x", "%(password)s", "%s%n",
    "$password", "`1337*1331`", "=1337*1331",
)  # fmt: skip
PAYLOADS = WITH_BRACES + WITHOUT
KINDS = [(purpose, channel) for purpose in Purpose for channel in CHANNELS[purpose]]


def run(text: str) -> list[str]:
    """What can stand in an answer only if somebody has run a payload."""
    signs = (COMES_TO, settings.SECRET_KEY, "argon2$", "&lt;class ", "<class ", "WSGIRequest", "sql_queries")
    return [sign for sign in signs if sign in text]


# --- Texts of messages ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("purpose", "channel"), KINDS)
def test_no_field_of_a_message_takes_a_template_of_others(walker: Walker, purpose: Purpose, channel: str):
    fields = [f"{part}_{language}" for part in ("subject", "body") for language in LANGUAGES]
    fields = fields if LIMITS[channel].subject else fields[2:]
    browser, path = walker.browser("sysadmin1"), f"/messages/{purpose}/{channel}/"
    # One renderer reads them all: the first purpose of a channel takes every payload, the others each third one.
    whole = purpose == next(one for one, by in KINDS if by == channel)
    for payload in WITH_BRACES if whole else WITH_BRACES[KINDS.index((purpose, channel)) % 3 :: 3]:
        with undone():
            typed = {**dict.fromkeys(fields, payload), "seen": "0"}
            saved, seen = browser.post(path, typed), browser.post(f"{path}preview/", typed)
            texts = [answer.content.decode() for answer in (saved, seen)]

            assert saved.status_code == 422, payload
            assert len(re.findall(r'aria-invalid="true"', texts[0])) == len(fields), payload
            assert [run(text) for text in texts] == [[], []], payload
            assert not Version.objects.exists()


@pytest.mark.parametrize(("purpose", "channel"), KINDS)
def test_what_has_no_braces_is_sent_as_it_was_written(walker: Walker, purpose: Purpose, channel: str):
    subject = bool(LIMITS[channel].subject)
    for payload in WITHOUT:
        with undone():
            typed = {f"body_{language}": payload for language in LANGUAGES} | {"seen": "0"}
            typed |= {f"subject_{language}": payload for language in LANGUAGES} if subject else {}
            assert walker.browser("sysadmin1").post(f"/messages/{purpose}/{channel}/", typed).status_code == 302

            message = render(purpose, channel, "zh", examples(purpose, "zh"))

            assert (message.subject, message.body) == (payload if subject else "", payload)


@pytest.mark.parametrize(("purpose", "channel"), KINDS)
def test_a_value_of_a_message_is_never_a_template(company: Mapping[str, Staff], purpose: Purpose, channel: str):
    for payload in PAYLOADS:
        message = render(purpose, channel, "en", dict.fromkeys(OF_PURPOSE[purpose], payload))

        assert run(message.subject + message.body + message.html) == []
        assert clean_value(payload, channel) in message.body
        assert not message.html or escape(clean_value(payload, channel)).replace("&#x27;", "&#39;") in (
            message.html.replace("&#x27;", "&#39;")
        )


# --- The guide of a type --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("payload", WITH_BRACES)
def test_no_sentence_of_a_guide_takes_a_template_of_others(payload: str):
    guide: dict[str, Any] = shipped("repair")["guide"]
    for part in ("greeting", "read_back", "closing"):
        if not re.search(r"\{[^{}]*\}", payload):
            continue
        with pytest.raises(pydantic.ValidationError, match="placeholders"):
            Guide.model_validate({**guide, part: {"zh": payload, "en": payload}})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_an_agent_says_is_never_run(payload: str):
    known = {"employee_number": payload, "enterprise": payload}
    said = parts(Label(zh=f"{payload} {{enterprise}}", en=f"{payload} {{enterprise}}"), known)

    assert run("".join(part.text + part.slot for part in said)) == []
    assert said[-1].text == payload


# --- All that is written --------------------------------------------------------------------------------------------
class Templates(Supply):
    """Hands out these payloads in the place of those for scripts."""

    def bundle(self, longest: int) -> str:
        fitting = [payload for payload in PAYLOADS if len(payload) <= longest]
        chosen = fitting[self.place % len(fitting)] if fitting else ""
        self.place += 1
        self.given.add(chosen)
        return chosen


def test_no_page_runs_what_somebody_has_written(walker: Walker):
    supply, complaints, seen = Templates(), [], ""
    order = walker.world.thing("order", "repair-north").names["number"]
    opened = {"type": "repair", "channel": "phone", "caller_phone": "13900000055"}
    with undone():
        for route in KEPT:
            person, thing = whoever(walker, PAGES[route])
            taken(walker, supply, route, person, address(route, thing.names))
        for payload in PAYLOADS:
            for path, body in (
                (f"work-orders/{order}/acts", {"act": "note", "text": payload}),
                ("customers", {"name": payload[:100], "note": payload}),
                ("work-orders", opened | {"caller_name": payload[:50], "address": payload, "description": payload}),
            ):
                sent = walker.send(walker.program("agent1"), "POST", f"/api/v1/{path}", body)
                assert sent.status in (200, 201, 409), sent.body
        ways = [("agent1", f"/orders/{order}/?all")]
        for route in SHOWN:
            person, thing = whoever(walker, PAGES[route])
            ways.append((person, address(route, thing.names) + PAGES[route].query))
        for person, path in ways:
            answer = walker.get(walker.browser(person), path)
            complaints += [f"{person} at {path}: {sign}" for sign in run(answer.body)]
            seen += answer.body
    assert complaints == []
    shown = [payload for payload in PAYLOADS if escape(payload) in seen or payload in seen]
    assert set(shown) == set(PAYLOADS)


# --- Controls -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "ran",
    [
        lambda: Template("{{settings.SECRET_KEY}}").render(Context({"settings": settings})),
        lambda: "{.__class__}".format(""),
        lambda: str(eval(SUM)),
    ],
)
def test_a_payload_that_was_run_would_be_noticed(ran: Any):
    assert run(ran())
