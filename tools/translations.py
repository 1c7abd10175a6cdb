"""Translations without GNU gettext: `python -m tools.translations extract | merge FILES… | check | compile`.

The source language is English and stands in the code; locale/zh_Hans/LC_MESSAGES/django.po holds the Chinese. `extract`
brings the catalogue in step with the code, `merge` fills in what other .po files translate, `check` fails while
anything is missing, doubtful or left over, `compile` writes the .mo that Django reads.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
SOURCES = ("jingming", "config")
CALLS: Mapping[str, tuple[str, ...]] = {
    "_": ("one",),
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "gettext_noop": ("one",),
    "ngettext": ("one", "many"),
    "ngettext_lazy": ("one", "many"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "npgettext": ("context", "one", "many"),
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|\{(\w*)\}|(?<!%)%([sd])")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
HEADER = """\
# Simplified Chinese for Jingming.
# Kept in step with the code by `python -m tools.translations extract`.
#"""
Key = tuple[str, str | None]


class Ours(Catalog):
    """A catalogue without dates and names in its heading, which would make every run a change."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Jingming"),
            ("Language", "zh_Hans"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def sources() -> list[Path]:
    """Python files and templates whose words people read, in a fixed order."""
    found = [path for name in SOURCES for path in (ROOT / name).rglob("*") if path.suffix in {".py", ".html", ".txt"}]
    return sorted(path for path in found if not {"tests", "migrations", "vendor"} & set(path.parts))


def messages_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Message ids (a plural's as a pair) and contexts in one file, in the order in which they stand there."""
    text = path.read_text(encoding="utf-8")
    yield from in_python(text) if path.suffix == ".py" else in_template(text, str(path))


def in_python(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Read from the syntax tree, which also sees into f-strings."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        shape = CALLS.get(call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", ""))
        if shape is None:
            continue
        words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(words) >= len(shape) and words[0]:
            named = dict(zip(shape, words, strict=False))
            context = named.pop("context", None)
            yield (named["one"] if len(named) == 1 else (named["one"], named["many"])), context


def in_template(text: str, name: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Read from what Django makes of a template: calls, and letters that would only confuse the tokenizer."""
    lines = templatize(text, origin=name).splitlines()
    calls = "\n".join(line.strip() for line in lines if "(" in line)
    for _line, message, _comments, context in extract("python", io.BytesIO(calls.encode()), KEYWORDS):
        yield message, context


def in_code() -> Catalog:
    """A catalogue of everything in the code, untranslated, by file and place."""
    catalogue = Ours(locale="zh_Hans", domain="django", header_comment=HEADER, fuzzy=False)
    for path in sources():
        for message, context in messages_in(path):
            flags = ["python-format"] if "%(" in str(message) else []
            where = [(path.relative_to(ROOT).as_posix(), None)]
            catalogue.add(message, locations=where, flags=flags, context=context)  # type: ignore[arg-type]
    return catalogue


def read(path: Path) -> Catalog:
    """A .po file; a heading is not asked of it."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", charset="utf-8", abort_invalid=True)


def translated(catalogue: Catalog) -> dict[Key, Message]:
    """The messages that have a translation nobody doubts."""
    sure = [message for message in catalogue if message.id and not message.fuzzy]
    return {_key(message): message for message in sure if _is_translated(message)}


def filled(catalogue: Catalog, *known: Catalog) -> Catalog:
    """The catalogue with the translations that the others know; later ones win."""
    for source in known:
        for key, message in translated(source).items():
            own = catalogue.get(*key)
            if own is not None and own.pluralizable == message.pluralizable:
                own.string = message.string
    return catalogue


def extract_command() -> None:
    """Bring the catalogue in step with the code."""
    save(filled(in_code(), *([read(CATALOGUE)] if CATALOGUE.exists() else [])))


def merge_command(files: Sequence[str]) -> None:
    """Bring the catalogue in step with the code, with the translations of the files."""
    others = [read(Path(name)) for name in files]
    catalogue = in_code()
    for name, other in zip(files, others, strict=True):
        for key, message in translated(other).items():
            if catalogue.get(*key) is None:
                print(f"{name}: not in the code: {_shown(message)}", file=sys.stderr)
    save(filled(catalogue, *([read(CATALOGUE)] if CATALOGUE.exists() else []), *others))


def save(catalogue: Catalog) -> None:
    """Write the catalogue, files without line numbers, so that it changes only where words do."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
    missing = len([message for message in catalogue if message.id and not _is_translated(message)])
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(catalogue)} messages, {missing} to translate")


def compile_command() -> None:
    """Write the .mo beside the .po."""
    target = CATALOGUE.with_suffix(".mo")
    making = target.with_suffix(f".{os.getpid()}")
    with making.open("wb") as file:
        write_mo(file, read(CATALOGUE))
    making.replace(target)


def check_command() -> None:
    """Exit with 1 and say why unless the catalogue says everything that the code does, and nothing else."""
    wrong = list(complaints(in_code(), read(CATALOGUE)))
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        sys.exit(f"{len(wrong)} complaints. `python -m tools.translations extract` brings the catalogue in step.")


def complaints(code: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue."""
    wanted = {_key(message): message for message in code if message.id}
    there = {_key(message): message for message in catalogue if message.id}
    for key in wanted.keys() - there.keys():
        yield f"not in the catalogue: {_shown(wanted[key])}"
    for key in there.keys() - wanted.keys():
        yield f"no longer in the code: {_shown(there[key])}"
    for message in there.values():
        if message.fuzzy:
            yield f"doubtful (fuzzy): {_shown(message)}"
        elif not _is_translated(message):
            yield f"not translated: {_shown(message)}"
        elif difference := _different_placeholders(message):
            yield f"placeholders differ ({difference}): {_shown(message)}"
        elif any(HALF_WIDTH.search(text) for text in _texts(message.string)):
            yield f"half-width punctuation in Chinese: {_shown(message)}"
    yield from (f"left over: {_shown(message)}" for message in catalogue.obsolete.values())


def _different_placeholders(message: Message) -> str:
    """The placeholders that only one side has. Of a plural's English forms each may lack the number."""
    ids, strings = _texts(message.id), _texts(message.string)
    wanted = [set(PLACEHOLDER.findall(text)) for text in ids]
    allowed = set[object]().union(*wanted)
    needed = set[object](wanted[0]).intersection(*wanted)
    for text in strings:
        there = set(PLACEHOLDER.findall(text))
        if odd := (there - allowed) | (needed - there):
            return ", ".join(sorted("".join(map(str, one)) for one in odd if isinstance(one, tuple)))
    return ""


def _key(message: Message) -> Key:
    return _texts(message.id)[0], message.context


def _texts(value: str | Sequence[str] | None) -> Sequence[str]:
    return [value] if isinstance(value, str) else value or [""]


def _is_translated(message: Message) -> bool:
    return bool(message.string) and all(_texts(message.string))


def _shown(message: Message) -> str:
    return repr(_texts(message.id)[0])


def main(arguments: Iterable[str]) -> None:
    """Run one command."""
    match list(arguments):
        case ["extract"]:
            extract_command()
        case ["merge", *files] if files:
            merge_command(files)
        case ["check"]:
            check_command()
        case ["compile"]:
            compile_command()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
