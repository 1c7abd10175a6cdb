"""`python -m benchmarks [name …]`: run the measurements; without names all of them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from . import installation

MEASUREMENTS = ("create", "custom_fields", "events", "pages", "paint", "sheets", "stream", "lookups", "demo")
APART = {"demo", "lookups"}  # need another company than the small one, so a process of their own beside others


def main(names: list[str]) -> None:
    wanted = names or MEASUREMENTS
    try:
        for name in wanted:
            if name in APART and len(wanted) > 1:
                subprocess.run([sys.executable, "-m", "benchmarks", name], check=True)
            else:
                import_module(f"benchmarks.{name}").run()
    finally:
        installation.tidy()


if __name__ == "__main__":
    main(sys.argv[1:])
