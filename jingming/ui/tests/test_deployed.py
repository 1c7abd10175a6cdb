"""As deployed behind HTTPS, Django finds nothing to warn of, and what we silence is done elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys

from jingming.base.headers import SAFETY


def test_deployed_settings_have_no_warning(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            **os.environ,
            "JINGMING_HTTPS": "yes",
            "JINGMING_HOSTS": "desk.example",
            "JINGMING_HOME": str(tmp_path),
            "JINGMING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "WARNINGS" in done.stderr) == (0, False), done.stderr


def test_the_silenced_frame_header_is_sent(client):
    answer = client.get("/static/nothing.css")
    sent = {name: answer.headers.get(name) for name in SAFETY}
    assert sent == SAFETY
