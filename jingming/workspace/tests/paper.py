"""A browser without scripts: reads the forms of a page as they stand and sends them as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

Attrs = dict[str, str | None]


@dataclass
class PaperForm:
    """One form: where it goes, and what it would send without being touched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PaperForm] = []
        self.form: PaperForm | None = None
        self.off = 0  # how many disabled fieldsets we stand in
        self.fieldsets: list[bool] = []
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told: Attrs = dict(attrs)
        if tag == "form":
            self.form = PaperForm(told.get("action") or "", (told.get("method") or "get").lower())
            self.forms.append(self.form)
        elif tag == "fieldset":
            self.fieldsets.append("disabled" in told)
            self.off += "disabled" in told
        elif self.form is not None and not self.off and "disabled" not in told:
            self._field(tag, told)

    def _field(self, tag: str, told: Attrs) -> None:
        name = told.get("name") or ""
        assert self.form is not None
        if tag == "input" and name:
            self.form.names.add(name)
            kind = told.get("type") or "text"
            if kind in {"radio", "checkbox"}:
                self.form.options.setdefault(name, []).append(told.get("value") or "on")
            boxed = kind in {"radio", "checkbox"}
            if kind == "file" or (boxed and "checked" not in told):
                return
            self.form.values.setdefault(name, []).append(told.get("value") or ("on" if boxed else ""))
        elif tag == "textarea" and name:
            self.area = name
            self.form.names.add(name)
            self.form.values[name] = [""]
        elif tag == "select" and name:
            self.select = name
            self.form.names.add(name)
        elif tag == "option" and self.select:
            self.form.options.setdefault(self.select, []).append(told.get("value") or "")
            if "selected" in told or self.select not in self.form.values:
                self.form.values[self.select] = [told.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "fieldset":
            self.off -= self.fieldsets.pop()
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area and self.form is not None:
            self.form.values[self.area][0] += data


def forms_of(answer: HttpResponse) -> list[PaperForm]:
    """The forms of a page in their order, without those of the menu."""
    reader = _Reader()
    reader.feed(answer.content.decode().split('<main id="main"')[-1])
    return reader.forms


def posting(answer: HttpResponse) -> PaperForm:
    """The one form of a page that writes. A search only reads, though its words are posted."""
    (form,) = [form for form in forms_of(answer) if form.method == "post" and form.action != "/asked/"]
    return form


def fill_in(client: Client, address: str, page: HttpResponse | None = None, /, **values: Any) -> HttpResponse:
    """Open the page, fill in its form and send it; fields that the page does not show cannot be filled in.

    `page` is an answer that shows the form already, as after a refusal.
    """
    form = posting(page or client.get(address))
    buttons = {"act", "belongs_to", "another"}
    assert set(values) - buttons <= form.names, (sorted(set(values) - form.names), sorted(form.names))
    return client.post(form.action or address, {**form.values, **values})


def text_of(answer: HttpResponse) -> str:
    """The words of a page's main part, without tags."""
    words: list[str] = []

    class Words(HTMLParser):
        def handle_data(self, data: str) -> None:
            words.append(data)

    Words().feed(answer.content.decode().split('<main id="main"')[-1].split("</main>")[0])
    return " ".join(" ".join(words).split())
