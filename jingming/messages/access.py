"""Which texts there are. Whoever may change texts may change all of them: `opens` asks for that right."""

from __future__ import annotations

from jingming.base.errors import Http404

from .rules import CHANNELS, Channel, Purpose


def get_kind(purpose: str, channel: str) -> tuple[Purpose, Channel]:
    """A purpose and one of its channels; Http404 for anything else."""
    try:
        kind = Purpose(purpose), Channel(channel)
    except ValueError:
        raise Http404 from None
    if kind[1] not in CHANNELS[kind[0]]:
        raise Http404
    return kind
