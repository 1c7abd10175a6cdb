"""Write the pages that are generated: `python -m tools.docs`. With `check`, only say which are out of date."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from jingming.cli import configuration  # noqa: E402
from tools import acts, workflows  # noqa: E402  # they read what Django has set up

ROOT = Path(__file__).resolve().parent.parent
PAGES: Mapping[str, Callable[[], str]] = {
    "docs/operations/configuration.md": configuration.page,
    "docs/workflows.md": workflows.page,
    "docs/api.md": acts.page,
}


def out_of_date() -> list[str]:
    """Generated pages that are not what the code would write now."""
    return [name for name, write in PAGES.items() if not (ROOT / name).exists() or (ROOT / name).read_text() != write()]


def main(arguments: list[str]) -> None:
    """Write the pages, or complain about them."""
    stale = out_of_date()
    if arguments == ["check"]:
        if stale:
            sys.exit(f"Out of date: {', '.join(stale)}. Run: make docs")
        return
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(PAGES[name]())
        print(f"wrote {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
