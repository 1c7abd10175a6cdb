"""Fill in a page's form as its HTML asks: what stands in it already, and something fitting where nothing does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

# What is typed into an empty field of this name; any other gets WORDS.
TYPED: dict[str, Any] = {
    "phone": "13900000055", "caller_phone": "13900000055", "account_number": "550055", "unit": "",
    "username": "somebody", "employee_number": "775533", "code": "NEW-ONE", "number_code": "0999", "other": "",
    "device_number": "", "seen": "{}", "element": "", "parent": "",
    "password": "a-long-enough-secret", "minutes": "5", "satisfaction": "4", "number": "", "q": "", "description": "…",
    "level": "normal", "channel": "phone",
}  # fmt: skip
WORDS = "qqtyped"


@dataclass
class Form:
    """One form of a page and what a browser would send."""

    action: str
    values: dict[str, list[Any]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    textarea: str = ""
    select: str = ""
    options: list[tuple[str, bool]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects the forms."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self.open = Form(told.get("action", ""))
            self.forms.append(self.open)
        elif self.open is not None and told.get("name"):
            self.open.names.add(told["name"])
            if tag in ("input", "button"):
                _put(self.open, told)
            elif tag == "textarea":
                self.open.textarea = told["name"]
                self.open.values[told["name"]] = []
            elif tag == "select":
                self.open.select, self.open.options = told["name"], []
        elif self.open is not None and tag == "option":
            self.open.options.append((told.get("value", ""), "selected" in told))

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.open.textarea and data.strip():
            self.open.values[self.open.textarea].append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if self.open is None:
            return
        if tag == "textarea":
            if not self.open.values[self.open.textarea]:
                self.open.values[self.open.textarea] = [TYPED.get(self.open.textarea, WORDS)]
            self.open.textarea = ""
        elif tag == "select":
            chosen = [value for value, selected in self.open.options if selected and value]
            others = [value for value, _selected in self.open.options if value]
            self.open.values[self.open.select] = chosen[:1] or others[:1]
        elif tag == "form":
            self.open = None


def _put(form: Form, told: dict[str, str]) -> None:
    name, kind = told["name"], told.get("type", "text")
    known = form.values.setdefault(name, [])
    if kind in ("radio", "checkbox"):
        if "checked" in told or (kind == "radio" and not known):
            form.values[name] = [told.get("value", "on")] if kind == "radio" else [*known, told.get("value", "on")]
    elif kind == "file":
        form.values[name] = [SimpleUploadedFile("note.txt", b"note\n", content_type="text/plain")]
    elif kind in ("submit", "button") or not kind:
        if not known:
            form.values[name] = [told.get("value", "")]
    else:
        form.values[name] = [
            told["value"] if "value" in told else TYPED.get(name, WORDS if kind in ("text", "") else "")
        ]


def forms_of(html: str) -> list[Form]:
    """All forms of a page that send something."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_of(html: str, path: str) -> Form | None:
    """The form by which the page itself is sent."""
    own = [form for form in forms_of(html) if form.action in ("", path) and form.names - {"csrfmiddlewaretoken"}]
    return own[0] if own else None
