"""Whether the keys of this machine are those of the installation."""

from __future__ import annotations

from django.conf import settings

from . import keys
from .models import KeyInUse


def strange_keys() -> list[int]:
    """Numbers of data keys that this machine has otherwise than the database remembers them, or not at all."""
    here = {number: keys.fingerprint(key) for number, key in keys.read_keys(settings.DATA_KEYS).items()}
    return [used.number for used in KeyInUse.objects.order_by("number") if here.get(used.number) != used.fingerprint]
