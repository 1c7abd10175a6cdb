"""Fetch the vendored parts anew: `python -m tools.vendoring` after changing a version in vendor/MANIFEST.toml.

Only a developer who raises a version needs npm; setup, tests and the running desk use the files as they are. Files are
taken unchanged, except that the pointer to a source map is dropped, because the map is not shipped. The icons are cut
from the package into one sprite.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "jingming" / "ui" / "static" / "ui" / "vendor"
MANIFEST = VENDOR / "MANIFEST.toml"
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
SHAPES = re.compile(r"<(?:path|circle|line|rect|polyline|ellipse)\b[^>]*/>")


def read_manifest() -> dict[str, Any]:
    """The manifest as data: {"package": [{name, version, licence, file: [{file, from, sha256}]}], "icons": […]}."""
    return tomllib.loads(MANIFEST.read_text())


def fetch(name: str, version: str, into: Path) -> Path:
    """Unpack the package and return its directory."""
    packed = subprocess.run(  # nosec B607  # npm is the developer's own
        ["npm", "pack", "--silent", f"{name}@{version}"],  # noqa: S607  # npm is the developer's own
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(into / packed.stdout.strip().splitlines()[-1]) as archive:
        # nosemgrep: no-extract-all  # run by a developer, with the filter of the standard library
        archive.extractall(into / name, filter="data")
    return into / name / "package"


def sprite(package: Path, icons: list[str]) -> bytes:
    """One SVG with a symbol for each icon; a name ending in -filled comes from the filled set."""
    symbols = []
    for icon in sorted(icons):
        filled = icon.endswith("-filled")
        path = package / "icons" / ("filled" if filled else "outline") / f"{icon.removesuffix('-filled')}.svg"
        shapes = [shape for shape in SHAPES.findall(path.read_text()) if 'd="M0 0h24v24H0z"' not in shape]
        paint = ' fill="currentColor" stroke="none"' if filled else ""
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24"{paint}>{"".join(shapes)}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def read(package: Path, entry: dict[str, str], icons: list[str]) -> bytes:
    """What an entry of the manifest is made from."""
    if entry["from"] == "by hand":
        return (VENDOR / entry["file"]).read_bytes()
    if entry["from"] == "sprite":
        return sprite(package, icons)
    return (package / entry["from"]).read_bytes()


def main() -> None:
    """Fetch every file of the manifest and write its hash."""
    manifest, text = read_manifest(), MANIFEST.read_text()
    with tempfile.TemporaryDirectory() as directory:
        for package in manifest["package"]:
            unpacked = fetch(package["name"], package["version"], Path(directory))
            for entry in package["file"]:
                content = SOURCE_MAP.sub(b"\n", read(unpacked, entry, manifest["icons"]))
                (VENDOR / entry["file"]).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                text = re.sub(
                    rf'(file = "{re.escape(entry["file"])}"\nfrom = .*\n)sha256 = .*', rf'\1sha256 = "{digest}"', text
                )
    MANIFEST.write_text(text)


if __name__ == "__main__":
    main()
