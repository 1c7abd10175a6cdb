"""Vocabulary of messages to customers: what for, by which way, and the variables that a text may use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

LANGUAGES = ("zh", "en")


class Purpose(TextChoices):
    """What a customer is told."""

    ACKNOWLEDGEMENT = "acknowledgement", gettext_lazy("Matter taken")
    DISPATCH = "dispatch", gettext_lazy("Engineer on the way")
    DELAY = "delay", gettext_lazy("It takes longer")
    COMPLETION = "completion", gettext_lazy("Work done")
    CALLBACK_REQUEST = "callback_request", gettext_lazy("Request for a callback")
    SURVEY = "survey", gettext_lazy("Survey of satisfaction")
    OUTAGE = "outage", gettext_lazy("Supply interrupted")
    RESTORED = "restored", gettext_lazy("Supply restored")


class Channel(TextChoices):
    """By which way."""

    SMS = "sms", gettext_lazy("Text message")
    EMAIL = "email", gettext_lazy("E-mail")
    ANNOUNCEMENT = "announcement", gettext_lazy("Announcement")


@dataclass(frozen=True)
class Variable:
    """What a text may name: what it stands for, and an example {zh, en} for the preview."""

    label: str | Promise
    zh: str
    en: str

    def example(self, language: str) -> str:
        """The example as a reader of this language would meet it."""
        return self.zh if language == "zh" else self.en


VARIABLES: Mapping[str, Variable] = {
    "company": Variable(gettext_lazy("Name of the company"), "景明燃气", "Jingming Gas"),
    "hotline": Variable(gettext_lazy("Number of the hotline"), "95777", "95777"),
    "customer_name": Variable(gettext_lazy("Name of the customer"), "王女士", "Ms Wang"),
    "order_number": Variable(gettext_lazy("Number of the order"), "BX-0562-20261122-000017", "BX-0562-20261122-000017"),
    "order_type": Variable(gettext_lazy("Type of the order"), "报修", "Repair"),
    "address": Variable(gettext_lazy("Address"), "铜官区桂花苑 12 幢 2 单元 601", "12-2-601 Guihua Yuan, Tongguan"),
    "received_at": Variable(gettext_lazy("When the matter was taken"), "11 月 22 日 10:05", "22 November, 10:05"),
    "department": Variable(gettext_lazy("Department in charge"), "城北维修班", "North maintenance team"),
    "engineer": Variable(gettext_lazy("Name of the engineer"), "李师傅", "Mr Li"),
    "engineer_phone": Variable(gettext_lazy("Phone of the engineer"), "0562-2860017", "0562-2860017"),
    "arrival": Variable(gettext_lazy("When somebody comes"), "11 月 22 日 11:00 前", "22 November, before 11:00"),
    "reason": Variable(gettext_lazy("Reason"), "管道检修", "the main has to be repaired"),
    "new_time": Variable(gettext_lazy("The new time"), "11 月 23 日 17:00 前", "23 November, before 17:00"),
    "result": Variable(gettext_lazy("What was done"), "已更换灶前阀，通气正常", "valve replaced, supply is back"),
    "survey_link": Variable(gettext_lazy("Address of the survey"), "https://example.com/s/7KQ2", "https://example.com/s/7KQ2"),
    "area": Variable(gettext_lazy("Area"), "铜官区长江中路以北", "Tongguan, north of Changjiang Road"),
    "begins_at": Variable(gettext_lazy("When it begins"), "11 月 24 日 9:00", "24 November, 9:00"),
    "ends_at": Variable(gettext_lazy("When it is expected to end"), "11 月 24 日 17:00", "24 November, 17:00"),
    "restored_at": Variable(gettext_lazy("When supply was restored"), "11 月 24 日 16:20", "24 November, 16:20"),
}  # fmt: skip
_ALWAYS = ("company", "hotline")
_ORDER = (*_ALWAYS, "customer_name", "order_number", "order_type", "address", "received_at")
# The variables of each purpose: whoever renders a message has to give these and may give no others.
OF_PURPOSE: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.ACKNOWLEDGEMENT: _ORDER,
    Purpose.DISPATCH: (*_ORDER, "department", "engineer", "engineer_phone", "arrival"),
    Purpose.DELAY: (*_ORDER, "department", "reason", "new_time"),
    Purpose.COMPLETION: (*_ORDER, "department", "engineer", "result"),
    Purpose.CALLBACK_REQUEST: _ORDER,
    Purpose.SURVEY: (*_ORDER, "survey_link"),
    Purpose.OUTAGE: (*_ALWAYS, "area", "reason", "begins_at", "ends_at"),
    Purpose.RESTORED: (*_ALWAYS, "area", "restored_at"),
}
_TO_ONE = (Channel.SMS, Channel.EMAIL)
_TO_ALL = (*_TO_ONE, Channel.ANNOUNCEMENT)
CHANNELS: Mapping[Purpose, tuple[Channel, ...]] = {
    purpose: _TO_ALL if purpose in (Purpose.OUTAGE, Purpose.RESTORED) else _TO_ONE for purpose in Purpose
}


@dataclass(frozen=True)
class Limits:
    """How long texts and results may be, in characters. A channel without subjects has 0 for them; a text message
    is limited by its parts."""

    subject: int
    body: int
    value: int
    segments: int = 0


LIMITS: Mapping[Channel, Limits] = {
    Channel.SMS: Limits(subject=0, body=1000, value=60, segments=5),
    Channel.EMAIL: Limits(subject=120, body=4000, value=300),
    Channel.ANNOUNCEMENT: Limits(subject=60, body=4000, value=300),
}


@dataclass(frozen=True)
class Text:
    """A template in one language."""

    subject: str
    body: str

    def kept(self) -> dict[str, str]:
        """As it stands in the database."""
        return {"subject": self.subject, "body": self.body}


Texts = Mapping[str, Text]  # language → text


def texts_of(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Text]:
    """Texts out of JSON."""
    return {language: Text(kept[language].get("subject", ""), kept[language]["body"]) for language in LANGUAGES}


@cache
def shipped() -> Mapping[tuple[Purpose, Channel], Texts]:
    """The texts out of the box, for every purpose and each of its channels."""
    read = json.loads((Path(__file__).parent / "shipped.json").read_text(encoding="utf-8"))
    return {
        (purpose, channel): texts_of(read[purpose][channel]) for purpose in Purpose for channel in CHANNELS[purpose]
    }
