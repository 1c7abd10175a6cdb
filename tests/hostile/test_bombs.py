"""Files that are small until somebody unpacks them: each is read, made small or refused in words within ten seconds of
a usual processor and 512 MB of memory, measured in a process that does nothing else."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from jingming.files import rules
from jingming.files.tests import samples
from jingming.loading.tests.worst import raw

pytestmark = pytest.mark.slow
MOST_MEMORY = 512  # megabytes
MOST_WORK = 10.0  # seconds of a processor: others may be busy on this machine
USUAL = 0.1  # seconds in which a usual processor tells Python of 200,000 elements; a slower one has as much more time
SIDE = 10_000  # of a picture as large as may be attached
READ = """
import json, resource, sys, time, uuid
from pathlib import Path
from xml.parsers import expat
import django
django.setup()
from django.conf import settings
from django.utils import translation
from jingming.base.api import StrictParser
from jingming.base.errors import Refusal
from jingming.files import pictures, rules, store
from jingming.loading.sheets.reading import open_sheet
translation.activate("en")
what, path = sys.argv[1], Path(sys.argv[2])
settings.MEDIA_ROOT = path.parent / "store"

def attach():
    proof = lambda content: rules.recognise(path.name, content)
    kept, kind = store.keep([path.read_bytes()], limit=settings.UPLOAD_LIMIT, proof=proof)
    small = pictures.small(kept.key) if kind.media_type in rules.SHOWN_IN_PAGE else None
    return f"kept as {kind.media_type}" + (", made small" if small else "")

def load():
    with open_sheet(path) as sheet:
        return f"{sum(len(cells) for _number, cells in sheet.rows())} cells"

def parse():
    class Request:
        body = path.read_bytes()
    return f"read as {type(StrictParser().parse_body(Request())).__name__}"

try:
    said = {"attach": attach, "load": load, "parse": parse}[what]()
except Refusal as refusal:
    said = str(refusal) or str(getattr(refusal, "fields", ""))
used = resource.getrusage(resource.RUSAGE_SELF)
status = Path("/proc/self/status").read_text()  # ru_maxrss begins with what the parent has used
memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024

def told():
    began, seen = time.process_time(), {}
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: seen.update({name: attributes.get("r")})
    parser.EndElementHandler = lambda name: seen.pop(name, None)
    parser.Parse(b"<row>" + b'<c r="A1"><t>x</t></c>' * 100_000 + b"</row>", True)
    return time.process_time() - began

usual = max(told() for _time in range(3))
print(json.dumps({"said": said, "work": used.ru_utime + used.ru_stime, "usual": usual, "memory": memory}))
"""


# --- What they are made of ------------------------------------------------------------------------------------------
def zeros(times: int, piece: int = raw.MEGABYTES_64) -> bytes:
    """So many pieces of noughts as one stream of deflate, without ever holding them."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(bytes(piece)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return packed * times + deflate.flush()


def ten_gigabytes(path: Path) -> None:
    """160 parts of 64 MB."""
    packed = zeros(1)
    samples_of = "xl/media" if path.suffix == ".xlsx" else "word/media"
    raw.xlsx(path, f"<row>{raw.inline('户号', '姓名')}</row>")
    if path.suffix == ".docx":
        with zipfile.ZipFile(path, "w") as file:
            for name in ("[Content_Types].xml", "_rels/.rels", "word/document.xml"):
                file.writestr(name, "<xml/>")
    for part in range(160):
        raw.append_part(path, f"{samples_of}/{part}.bin", packed, raw.MEGABYTES_64)


def black(path: Path, width: int, height: int, *, colour: int = 6) -> None:
    """A PNG of noughts that is all there: RGBA, or gray for colour 0."""
    row = 1 + width * (4 if colour == 6 else 1)
    rows = next(some for some in range(500, 0, -1) if height % some == 0)
    data = b"\x78\xda" + zeros(height // rows, row * rows) + zlib.adler32(b"").to_bytes(4, "big")
    content = samples.png(width, height)[:8]
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""),
    ):  # fmt: skip
        content += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path.write_bytes(content)


def drawn(path: Path, mode: str = "RGB", **how: object) -> None:
    """A picture of one colour, by the library itself in a process of its own."""
    script = f"from PIL import Image; Image.new({mode!r}, ({SIDE}, {SIDE})).save({str(path)!r}, **{how!r})"
    subprocess.run([sys.executable, "-c", script], check=True)


def on_canvas(path: Path, side: int) -> None:
    """A moving WebP of one small picture on a large canvas, all of which is unpacked."""
    small = io.BytesIO()
    Image.new("RGB", (16, 16)).save(small, "WEBP")
    frame = b"\x00" * 6 + b"\x0f\x00\x00" * 2 + b"\x64\x00\x00\x00" + small.getvalue()[12:]
    size = (side - 1).to_bytes(3, "little") * 2
    chunks = ((b"VP8X", b"\x12\x00\x00\x00" + size), (b"ANIM", bytes(6)), (b"ANMF", frame))
    path.write_bytes(
        samples.riff(b"WEBP", b"".join(kind + struct.pack("<I", len(body)) + body for kind, body in chunks))
    )


def cells(path: Path, *, rows: int, columns: int) -> None:
    line = raw.inline(*["铜官区长江西路 1 号"] * columns)
    raw.xlsx(path, f"<row>{line}</row>" * rows)


def million(path: Path) -> None:
    """As many cells as a sheet may have."""
    cells(path, rows=100_000, columns=10)


def nested(depth: int) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(b'{"act":' * depth + b"1" + b"}" * depth) and None


@dataclass(frozen=True)
class Bomb:
    """A file, the door it is brought to, and what is said there."""

    what: str
    name: str
    door: str
    build: Callable[[Path], None]
    says: str


BOMBS = (
    Bomb("an archive of 10 GB called Word", "letter.docx", "attach", ten_gigabytes, "kept as"),
    Bomb("a workbook of 10 GB, attached", "list.xlsx", "attach", ten_gigabytes, "kept as"),
    Bomb("a workbook of 10 GB, loaded", "list.xlsx", "load", ten_gigabytes, "larger than 3000 megabytes"),
    Bomb("a PNG of 50,000 × 50,000", "a.png", "attach", lambda path: black(path, 50_000, 50_000),
         "holds something hidden"),
    Bomb("a gray PNG of 50,000 × 50,000", "a.png", "attach", lambda path: black(path, 50_000, 50_000, colour=0),
         "holds something hidden"),
    Bomb("the largest PNG that is taken", "a.png", "attach", lambda path: black(path, SIDE, SIDE), "kept as image/png"),
    Bomb("the largest JPEG", "a.jpg", "attach", drawn, "kept as image/jpeg, made small"),
    Bomb("the largest progressive JPEG", "a.jpg", "attach", lambda path: drawn(path, progressive=True, subsampling=0),
         "kept as image/jpeg"),
    Bomb("a WebP on the largest canvas", "a.webp", "attach", lambda path: on_canvas(path, SIDE), "kept as image/webp"),
    Bomb("a WebP on the largest canvas that is made small", "a.webp", "attach", lambda path: on_canvas(path, 4_000),
         "kept as image/webp, made small"),
    Bomb("the largest GIF", "a.gif", "attach", lambda path: drawn(path, mode="P"), "kept as image/gif"),
    Bomb("a workbook of a million cells, attached", "list.xlsx", "attach", million, "kept as"),
    Bomb("a workbook of a million cells, loaded", "list.xlsx", "load", million, "999990 cells"),
    Bomb("JSON nested 1,000 times", "a.json", "parse", nested(1_000), "nested too deeply"),
    Bomb("JSON nested 300,000 times", "a.json", "parse", nested(300_000), "nested too deeply"),
)  # fmt: skip


Built = Callable[[Bomb], Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Where the file of a bomb lies; some come to two doors."""

    @cache
    def made(build: Callable[[Path], None], name: str) -> Path:
        path = tmp_path_factory.mktemp("bomb") / name
        build(path)
        return path

    return lambda bomb: made(bomb.build, bomb.name)


def fate(bomb: Bomb, path: Path) -> dict[str, object]:
    """What becomes of it in a process of its own: what was said, seconds of work, megabytes at most."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", READ, bomb.door, str(path)], capture_output=True, text=True, check=False, env=environ
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return dict(json.loads(ended.stdout))


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.what)
def test_a_bomb_costs_little_and_hears_a_sentence(bomb: Bomb, built: Built):
    came = fate(bomb, built(bomb))

    print(f"{bomb.what}: {came}")
    assert bomb.says in str(came["said"])
    assert float(str(came["work"])) < MOST_WORK * max(1.0, float(str(came["usual"])) / USUAL)
    assert float(str(came["memory"])) < MOST_MEMORY


def test_the_pictures_are_as_large_as_may_be():
    assert SIDE * SIDE == rules.PIXELS


def test_memory_that_is_used_is_seen(built: Built, monkeypatch: pytest.MonkeyPatch):
    """The control: 600 MB that somebody holds."""
    monkeypatch.setattr(f"{__name__}.READ", READ.replace("used = ", "held = bytearray(b'x') * 600_000_000\nused = "))

    came = fate(BOMBS[-1], built(BOMBS[-1]))

    assert float(str(came["memory"])) > MOST_MEMORY
