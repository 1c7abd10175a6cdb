"""Answer a keyed request once: a retry with the same `Idempotency-Key` hears the first answer, nothing happens twice.

    @router.post("", auth=Bearer(to=Authority.TAKE_INTAKE), response={201: Opened})
    def open_order(request: StaffRequest, payload: NewOrder) -> HttpResponse:
        def effect() -> tuple[int, dict[str, object]]:
            order = actions.open_order(..., by=request.user, at=now())
            return 201, opened(order)

        return once(request, effect)

The answer is a row (person, key) written at the end of the very transaction that does the work, so either both are on
disk or neither is. Two at the same moment: the second waits at the unique key, is rolled back, and hears the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jingming.base.clock import now
from jingming.base.errors import Refusal, Unfit
from jingming.base.http import StaffRequest

from .models import GivenAnswer

HEADER = "Idempotency-Key"
LONGEST = 128
BODY = GivenAnswer._meta.get_field("body")
Effect = Callable[[], tuple[int, object]]


class UnusableKey(Refusal):
    """The key is empty, too long or holds characters that a header cannot carry unharmed."""

    kind = "unusable-key"
    status = 400


class KeyUsedBefore(Unfit):
    """The same person sent something else under this key."""

    kind = "key-used-before"


def once(request: HttpRequest, effect: Effect, *, content: bytes | None = None) -> HttpResponse:
    """Do `effect` and answer (status, body) as JSON; under a key that was used before, only repeat the first answer.

    `effect` runs in a transaction and may raise: then nothing is kept and the key stays free. The key belongs to the
    person and to this method, path and body; `content` stands for the body where it cannot be read again (uploads).
    A repeated answer carries `Idempotency-Replayed: true`.
    """
    key = key_of(request)
    if key is None or not settings.IDEMPOTENCY:
        status, body = effect()
        return _answer(status, _text(body))
    person = cast(StaffRequest, request).user
    digest = _digest(request, request.body if content is None else content)
    given, repeated = _keyed(person.pk, key, digest, effect)
    response = _answer(given.status, given.body)
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def once_for_form(person_id: int, form_key: str, content: str, effect: Callable[[], str]) -> str:
    """Do `effect` for a page's form and keep the address that it answers; the same form sent again with the same
    content, by a second press, does nothing and hears the same address. Raises KeyUsedBefore for other content.
    `form_key` is drawn anew for each form shown."""
    if not settings.IDEMPOTENCY:
        return effect()
    digest = hashlib.sha256(content.encode()).hexdigest()
    given, _repeated = _keyed(person_id, f"form {form_key}"[:LONGEST], digest, lambda: (303, effect()))
    return str(json.loads(given.body))


def _keyed(person_id: int, key: str, digest: str, effect: Effect) -> tuple[GivenAnswer, bool]:
    """The answer kept under the key, and whether it had been given before."""
    if (given := _given(person_id, key)) is not None:
        return _same(given, digest), True
    try:
        with transaction.atomic():
            status, body = effect()
            return GivenAnswer.objects.create(
                staff_id=person_id, key=key, digest=digest, status=status, body=_text(body), at=now()
            ), False
    except IntegrityError as error:
        given = _given(person_id, key) if _lost_the_race(error) else None
        if given is None:
            raise
        return _same(given, digest), True


def key_of(request: HttpRequest) -> str | None:
    """The key of the request, None if it has none; raises UnusableKey for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise UnusableKey(
            _("An Idempotency-Key is 1 to %(longest)s printable ASCII characters, for example a UUID.")
            % {"longest": LONGEST}
        )
    return key


def _digest(request: HttpRequest, content: bytes) -> str:
    head = f"{request.method}\n{request.get_full_path()}\n".encode()
    return hashlib.sha256(head + content).hexdigest()


def _given(staff_id: int, key: str) -> GivenAnswer | None:
    # Every keyed request asks this; by hand it costs a third of what the ORM takes to put the question.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, status, body FROM accounts_givenanswer WHERE staff_id = %s AND key = %s", [staff_id, key]
        )
        found = cursor.fetchone()
    if found is None:
        return None
    digest, status, body = found
    return GivenAnswer(staff_id=staff_id, key=key, digest=digest, status=status, body=str(BODY.opened(body)))


def _lost_the_race(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "a_key_is_answered_once"


def _same(given: GivenAnswer, digest: str) -> GivenAnswer:
    if given.digest != digest:
        raise KeyUsedBefore(
            _("This Idempotency-Key was used before for something else. Use a new key for a new request.")
        )
    return given


def _text(body: object) -> str:
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="application/json; charset=utf-8")
