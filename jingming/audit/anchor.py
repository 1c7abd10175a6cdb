"""What the database must not hold: the key of the seals, and which block is the newest (`anchor`).

Both are files in the installation's home, readable to its account alone. Whoever can change the database but not the
home can neither forge a seal nor take the newest blocks away unseen.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

KEY, ANCHOR = "audit-key", "audit-anchor"


class NoKey(Exception):
    """There are blocks, but the key that sealed them is gone."""


@dataclass(frozen=True)
class Anchor:
    """The newest block when the last one was sealed."""

    number: int
    seal: str


def key(*, make: bool) -> bytes:
    """The key; made where there is none yet if `make`, else NoKey is raised: another key could prove nothing."""
    path = Path(settings.HOME) / KEY
    if make and not path.exists():
        _write(path, secrets.token_hex(32))
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise NoKey(str(path)) from None


def read() -> Anchor | None:
    """The anchor; None where there is none, or none that can be read."""
    try:
        said = json.loads((Path(settings.HOME) / ANCHOR).read_text())
        return Anchor(int(said["number"]), str(said["seal"]))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def write(anchor: Anchor) -> None:
    """Keep the anchor; on disk when this returns, and never half of it."""
    _write(Path(settings.HOME) / ANCHOR, json.dumps(asdict(anchor)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
