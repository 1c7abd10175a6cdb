"""The desk, served over HTTP by a thread of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings
from django.test.testcases import LiveServerThread, ThreadedWSGIServer
from pytest_django.live_server_helper import LiveServer


class PromptServer(ThreadedWSGIServer):
    """One that hears within a moment that it may end; Django's looks twice a second."""

    def serve_forever(self, poll_interval: float = 0.02) -> None:
        super().serve_forever(poll_interval)


@contextmanager
def served() -> Iterator[str]:
    """Its address; without a stream unless a test asks for `live_stream`."""
    with pytest.MonkeyPatch.context() as patch, override_settings(STREAM_PORT=None):
        patch.setattr(LiveServerThread, "server_class", PromptServer)
        server = LiveServer("localhost:0")
        with server._live_server_modified_settings:  # what pytest-django's own fixture does
            yield server.url
            server.stop()
