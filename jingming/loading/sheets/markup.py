"""XML of workbooks as a stream of starts, texts and ends. No document type, no entities, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from .sentences import damaged

UNPARSED = 16 * 1024 * 1024  # bytes that one tag may take; more has been made to fill the memory

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Markup:
    """Feeds pieces of XML to three functions. Names come without their prefix, which every program chooses anew."""

    def __init__(self, start: Start, end: End, text: Text) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = _refuse
        self._fed = 0

    def feed(self, pieces: Iterable[bytes]) -> Iterator[None]:
        """Feed all pieces, one at each step. Raises CannotRead for what is no XML."""
        try:
            for piece in pieces:
                self._parser.Parse(piece, False)
                self._fed += len(piece)
                if self._fed - self._parser.CurrentByteIndex > UNPARSED:
                    raise damaged()
                yield
            self._parser.Parse(b"", True)
            yield
        except (expat.ExpatError, LookupError, ValueError):  # the latter for encodings that expat does not know
            raise damaged() from None


def plain(name: str) -> str:
    """The name of an element without its prefix."""
    return name.rpartition(":")[2]


def _refuse(*_declaration: object) -> None:
    raise damaged()


def elements(pieces: Iterable[bytes]) -> list[tuple[str, Attributes]]:
    """All elements of a small part in their order: (name, attributes), all without prefixes."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        found.append((plain(name), {plain(key): value for key, value in attributes.items()}))

    for _piece in Markup(start, lambda _name: None, lambda _text: None).feed(pieces):
        pass
    return found
