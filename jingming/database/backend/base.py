"""Django's own PostgreSQL backend with one addition: a database that says EMBEDDED is served by our own server.

Attaching happens when something connects, not when settings are read: `jingming --help`, type checks and translations
need no server. A process attaches once, however many aliases and threads it has, and stays so until it ends.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from jingming.database.embedded import Attachment, attach

_attachments: dict[tuple[int, str], Attachment] = {}
_one_at_a_time = threading.Lock()


def attached(home: str) -> Attachment:
    """This process's attachment to the embedded server of `home`, made at the first call and again after a fork."""
    with _one_at_a_time:
        key = (os.getpid(), home)  # a forked worker holds its parent's lock too, but may outlive its release
        if key not in _attachments:
            _attachments[key] = attach(Path(home))
        return _attachments[key]


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects where settings say, or to the embedded server of `EMBEDDED["home"]` as `EMBEDDED["role"]`."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if embedded := self.settings_dict.get("EMBEDDED"):
            login = attached(embedded["home"]).login(embedded["role"])
            params |= {"host": login.host, "port": login.port, "user": login.user, "password": login.password}
        return params
