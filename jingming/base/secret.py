"""The installation's own key: made once, kept readable to its account alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_secret(home: Path) -> str:
    """The key in `home/secret-key`; made at the first question, by whichever process asks first."""
    path = home / "secret-key"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
