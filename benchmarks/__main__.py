"""`python -m benchmarks [name …]`: run the measurements; without names all of them."""

from __future__ import annotations

import sys
from importlib import import_module

from . import installation

MEASUREMENTS = ("create", "events", "pages", "paint", "sheets", "stream")


def main(names: list[str]) -> None:
    try:
        for name in names or MEASUREMENTS:
            import_module(f"benchmarks.{name}").run()
    finally:
        installation.tidy()


if __name__ == "__main__":
    main(sys.argv[1:])
