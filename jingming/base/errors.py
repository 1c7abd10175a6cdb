"""Refusals that are part of the work: the message is in the user's words and says the way out.

Every action raises a subclass of `Refusal`; pages show the message beside the form, the API turns it into a problem
document of RFC 9457. Nothing has been written when one is raised.
"""

from __future__ import annotations

from collections.abc import Mapping

import django.http

Http404 = django.http.Http404  # what access.py raises, alike for unknown and unseen: all that it knows of HTTP


class Refusal(Exception):
    """The act cannot be done as asked; nothing has changed.

    `kind` names the refusal for machines, `status` is the HTTP status it becomes, `fields` puts sentences beside the
    fields they are about.
    """

    kind = "refused"
    status = 409

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None, **facts: object) -> None:
        self.fields = dict(fields or {})
        self.facts = facts
        super().__init__(message or " ".join(self.fields.values()))

    @property
    def message(self) -> str:
        return str(self.args[0])


class Unfit(Refusal):
    """The input itself is wrong: a value out of range, a code that does not exist."""

    kind = "unfit"
    status = 422


class NotAllowed(Refusal):
    """The person may see the thing but not do this to it; the message says who may."""

    kind = "not-allowed"
    status = 403


class Stale(Refusal):
    """Somebody else has changed the thing meanwhile; `facts["differences"]` shows what, field by field."""

    kind = "stale"
    status = 409
