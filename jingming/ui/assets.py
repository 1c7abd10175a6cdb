"""Style sheets, modules and pictures on their way to browsers: fetched once, small, and never stale.

The address of all of them carries one stamp of their contents, so browsers may keep them for ever, and modules that
name each other relatively stay together. There is no collect step: they are served from the slices, and compressed
once, the first time that a process of this version starts.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # ships no types
from whitenoise.responders import StaticFile  # type: ignore[import-untyped]  # as above

WORTH_IT = {".css", ".js", ".svg", ".json", ".map", ".txt"}
SMALLEST = 600  # bytes; below this the headers weigh more

log = logging.getLogger(__name__)


def stamp(root: Path) -> str:
    """Ten letters that change whenever one of the slices' own files for browsers does. A few milliseconds."""
    digest = hashlib.blake2b(digest_size=5)
    for path in sorted(root.glob("*/static/**/*")):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class AssetsMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # as above
    """WhiteNoise with compressed twins in the home of the installation; without them it serves plain files."""

    def get_static_file(
        self, path: str, url: str, stat_cache: Mapping[str, os.stat_result] | None = None
    ) -> StaticFile:
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        twin = None if self.autorefresh else _twin(Path(path), settings.HOME / "compressed")
        return StaticFile(path, headers.items(), encodings={"gzip": str(twin)} if twin else None)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Their address changes when they do, in an installation; while somebody develops it does not."""
        return not settings.DEBUG


def _twin(path: Path, kept: Path) -> Path | None:
    """The compressed twin of a file, made now if it is not there; None where it is not worth it or cannot be kept."""
    if path.suffix not in WORTH_IT or path.stat().st_size < SMALLEST:
        return None
    content = path.read_bytes()
    twin = kept / f"{path.stem}-{hashlib.blake2b(content, digest_size=8).hexdigest()}{path.suffix}.gz"
    if twin.exists():
        return twin
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept, delete=False) as half:  # several processes start at once
            half.write(gzip.compress(content, compresslevel=9, mtime=0))
        Path(half.name).replace(twin)
    except OSError as error:
        log.warning("%s is served uncompressed: %s", path.name, error)
        return None
    return twin
