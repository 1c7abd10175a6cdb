"""Bytes go wrong in every place of a file: it is still read or refused with a sentence, never anything else."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from jingming.loading.sheets.reading import CannotRead, open_sheet

from .worst.table import CASES

KINDS = [
    "nothing is wrong",
    "reading aids",
    "LibreOffice",
    "old Excel, days from 1904, an error, a hidden row",
    "a web page called .xls",
    "GBK",
    "line breaks and quotation marks in CSV",
]
LIKELY = b'0123456789"<>/=,\n\0'


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_or_refused(kind, seed, tmp_path):
    path, chance = tmp_path / "upload", random.Random(f"{kind} {seed}")
    next(case for case in CASES if case.what == kind).build(path)
    sound, outcomes = path.read_bytes(), set()

    for _time in range(40):
        path.write_bytes(damaged(sound, chance))
        try:
            with open_sheet(path) as sheet:
                list(sheet.rows())
        except CannotRead as refusal:
            outcomes.add(refusal.message[-1])
        else:
            outcomes.add("read")

    assert outcomes <= {"read", "."}
    assert "." in outcomes or not sound.startswith(b"PK")


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with something wrong, inside one of its parts where it is an archive that checks its parts itself."""
    if not content.startswith(b"PK") or chance.random() < 0.2:
        return mutated(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {entry.filename: file.read(entry) for entry in file.infolist()}
    name = chance.choice(sorted(parts))
    parts[name] = mutated(parts[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for part, inside in parts.items():
            file.writestr(part, inside)
    return packed.getvalue()


def mutated(content: bytes, chance: random.Random) -> bytes:
    wrong = bytearray(content)
    for _time in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(wrong))
        match chance.randrange(4):
            case 0:
                wrong[place] = chance.randrange(256)
            case 1:
                wrong[place] = chance.choice(LIKELY)
            case 2:
                del wrong[place : place + chance.randrange(1, 20)]
            case _:
                wrong[place:place] = wrong[: chance.randrange(1, 60)]
    return bytes(wrong)
