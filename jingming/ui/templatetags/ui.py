"""What templates need to show data: labels in the reader's language, icons, times in a zone, lengths of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField, RadioSelect
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.privacy import asking, rules
from jingming.ui.labels import in_language
from jingming.ui.middleware import stream_origin

register = template.Library()

MINUTES_A_DAY = 24 * 60


@register.filter
def label(value: Mapping[str, str] | str | None) -> str:
    """{{ type.label|label }}: the {zh, en} label in the reader's language; plain text passes through."""
    return value if isinstance(value, str) else in_language(value)


@register.filter
def figure(count: int | None) -> str:
    """{{ item.count|figure }}: a whole number as everybody reads it, 1,204."""
    return "" if count is None else f"{count:,}"


@register.filter
def asked(words: str) -> str:
    """?q={{ words|asked }}: what was looked for as it may stand in an address."""
    return asking.asked(words)


@register.simple_tag
def icon(name: str, words: str = "") -> SafeString:
    """{% icon "phone" %}: a picture from the sprite, hidden from screen readers unless `words` say what it means."""
    if words:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', words, _sprite(), name
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', _sprite(), name
    )


@cache
def _sprite() -> str:
    return static("ui/vendor/icons.svg")


@register.simple_tag(takes_context=True)
def stream_address(context: Mapping[str, object]) -> str:
    """{% stream_address %}: where this page hears what changes; nothing where no stream is served."""
    request = context.get("request")
    origin = stream_origin(request) if isinstance(request, HttpRequest) else ""
    return f"{origin}/stream" if origin else ""


@register.filter
def local_time(moment: datetime | None, zone: ZoneInfo | str | None = None) -> SafeString | str:
    """{{ order.opened_at|local_time:zone }}: as short as it can be said today, exact to the second in the tooltip.

    `zone` is a ZoneInfo or its name, the reader's own when absent. No moment is a dash.
    """
    if moment is None:
        return "—"
    there = timezone.localtime(moment, _zone(zone))
    today = timezone.localtime(timezone.now(), there.tzinfo)
    if there.date() == today.date():
        short = f"{there:%H:%M}"
    elif there.year == today.year:
        short = f"{there:%m-%d %H:%M}"
    else:
        short = f"{there:%Y-%m-%d %H:%M}"
    exact = f"{there:%Y-%m-%d %H:%M:%S} UTC{there:%z}"
    return format_html('<time datetime="{}" title="{}">{}</time>', there.isoformat(), exact, short)


def _zone(zone: ZoneInfo | str | None) -> ZoneInfo | None:
    if isinstance(zone, str):
        return ZoneInfo(zone) if zone else None
    return zone


@register.filter
def minutes(length: timedelta | float | None) -> str:
    """{{ task.minutes_spent|minutes }}: minutes or a timedelta in words, "1 hour 12 minutes"; no length is a dash."""
    if length is None:
        return "—"
    whole = int(length.total_seconds() // 60) if isinstance(length, timedelta) else int(length)
    days, rest = divmod(abs(whole), MINUTES_A_DAY)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if (left and not days) or not parts:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", left) % {"count": left})
    words = " ".join(parts)
    return _("minus %(length)s") % {"length": words} if whole < 0 else words


LOOK = (
    ("theme", "data-bs-theme", "auto"),
    ("contrast", "data-contrast", "auto"),
    ("density", "data-density", "comfortable"),
)


@register.simple_tag
def look(person: object = None) -> SafeString:
    """<html{% look user %}>: whose page it is and how that person likes it; nothing where nobody can be asked."""
    if not hasattr(person, "is_authenticated"):
        # nosemgrep: no-mark-safe  # an empty text has nothing to escape
        return SafeString("")
    told = [("data-person", getattr(person, "employee_number", ""))]
    told += [
        (attribute, value) for field, attribute, usual in LOOK if (value := getattr(person, field, usual)) != usual
    ]
    return format_html_join("", ' {}="{}"', told)


@register.filter
def initial(name: object) -> str:
    """The first character of a name, for its round sign: the family name in Chinese, one letter elsewhere."""
    return rules.without_numbers(str(name or "")).strip()[:1].upper()


@register.filter
def shortened(text: object, longest: int) -> str:
    """{{ order.description|shortened:80 }}: a text of at most so many signs; a token in it stays whole or goes."""
    return rules.shortened(str(text or ""), longest)


@register.simple_tag
def control(field: BoundField, key: str = "", *, help: bool = True, placeholder: str | None = None) -> SafeString:
    """{% control field %}: the form control dressed for ui/_field.html, tied to its help and errors for screen readers.

    `key` is the single key that jumps into it (keys.js); help=False where the page does not show the help text.
    """
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    if kind in {"checkbox", "radio"}:
        dress = ""  # the browser's own, in the accent colour
    elif kind == "select":
        dress = "form-select"
    else:
        dress = "form-control"
    described = [f"{field.auto_id}_help"] if field.help_text and help else []
    classes = [*widget.attrs.get("class", "").split(), dress, "is-invalid" if field.errors else ""]
    told: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if placeholder is not None:
        told["placeholder"] = placeholder
    if field.errors:
        described.append(f"{field.auto_id}_errors")
        told["aria-invalid"] = "true"
    if key:
        told |= {"data-key": key, "data-key-label": str(field.label)}
    told["aria-describedby"] = " ".join(described) or False  # False keeps Django from naming a help text of its own
    return field.as_widget(attrs=told)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several boxes under one legend (radios, check boxes), with no single control to label."""
    return isinstance(field.field.widget, RadioSelect)  # CheckboxSelectMultiple is one of them


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands behind it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not is_group(field)
