"""Pictures made small, so that an order with twenty photos does not weigh as much as they do.

A small picture is made when it is first asked for and kept beside the bytes it was made of; whoever may see the one may
see the other.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from . import rules, store

MOST = 16_000_000  # pixels that are unpacked to make one small: a WebP needs 20 bytes for each, and 512 MB is enough
SIDE = 360  # pixels; shown at half of it on a sharp screen
MEDIA_TYPE = "image/webp"
Image.MAX_IMAGE_PIXELS = rules.PIXELS  # what may be attached may be made small


def small(key: str) -> IO[bytes] | None:
    """The picture of `key`, at most SIDE pixels wide and high, as WebP; None for one that cannot be read, or only with
    much memory."""
    place = store.small_path_of(key)
    if not place.exists():
        try:
            _make_small(key, place)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
            return None  # Pillow's words for broken pictures
    return place.open("rb")


def _make_small(key: str, place: Path) -> None:
    beside = place.with_name(f"{key}.{uuid.uuid4().hex}.part")
    with store.read(key) as content, Image.open(content) as picture:
        whole = picture.width * picture.height
        picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is then unpacked at a part of its size
        drafted = picture.width * picture.height
        if (whole if picture.info.get("progressive") else drafted) > MOST:  # which a progressive one never is
            raise ValueError("shown whole, as it is")
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((SIDE, SIDE))
        flat = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
        try:
            flat.save(beside, "WEBP", quality=72)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
