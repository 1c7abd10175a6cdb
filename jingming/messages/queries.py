"""The texts in force, and a message out of one of them.

render(Purpose.ACKNOWLEDGEMENT, Channel.SMS, "zh", {"company": "景明燃气", …}).body
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jingming.base.errors import Unfit

from .models import Version
from .rendering import Message, put_together
from .rules import CHANNELS, LANGUAGES, OF_PURPOSE, Channel, Purpose, Texts, shipped

MOST_VERSIONS = 20


@dataclass(frozen=True)
class InForce:
    """The texts of a purpose and channel as they hold now; `version` is None as long as nobody has changed them."""

    purpose: Purpose
    channel: Channel
    version: Version | None

    @property
    def number(self) -> int:
        """Of the version; 0 for what was never changed."""
        return self.version.number if self.version else 0

    @property
    def as_shipped(self) -> bool:
        """Whether the texts of the box hold."""
        return self.version is None or self.version.texts is None

    @property
    def texts(self) -> Texts:
        """By language."""
        return self.version.in_force() if self.version else shipped()[self.purpose, self.channel]


def in_force(purpose: Purpose, channel: Channel) -> InForce:
    """The texts that hold now. One query."""
    return InForce(purpose, channel, next(iter(versions(purpose, channel)[:1]), None))


def all_in_force() -> dict[Purpose, list[InForce]]:
    """Everything, purpose by purpose. One query."""
    newest = Version.objects.order_by("purpose", "channel", "-number").distinct("purpose", "channel")
    known = {(one.purpose, one.channel): one for one in newest.select_related("by")}
    return {
        purpose: [InForce(purpose, channel, known.get((purpose, channel))) for channel in CHANNELS[purpose]]
        for purpose in Purpose
    }


def versions(purpose: Purpose, channel: Channel) -> list[Version]:
    """The newest versions, newest first."""
    found = Version.objects.filter(purpose=purpose, channel=channel).select_related("by").order_by("-number")
    return list(found[:MOST_VERSIONS])


def render(purpose: Purpose, channel: Channel, language: str, values: Mapping[str, str]) -> Message:
    """The message for these values: exactly the variables of the purpose, "" for one that has none.

    Values lose line breaks and control characters, are shortened to what the channel bears, and are escaped in `html`.
    Raises Unfit where a value lacks, is too much, or is no text.
    """
    if language not in LANGUAGES or channel not in CHANNELS[purpose]:
        raise Unfit(_("There is no such text."))
    _refuse_other_names(purpose, values)
    return put_together(in_force(purpose, channel).texts[language], purpose, channel, values)


def _refuse_other_names(purpose: Purpose, values: Mapping[str, str]) -> None:
    lacking = [name for name in OF_PURPOSE[purpose] if not isinstance(values.get(name), str)]
    foreign = [name for name in values if name not in OF_PURPOSE[purpose]]
    if lacking:
        raise Unfit(_("These values lack: %(names)s.") % {"names": ", ".join(lacking)})
    if foreign:
        raise Unfit(_("This text has no such variables: %(names)s.") % {"names": ", ".join(foreign)})
