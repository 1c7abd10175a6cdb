"""What the desk's templates need to show rows: the names of departments, which files are pictures."""

from __future__ import annotations

from django import template

from jingming.files.models import Attachment
from jingming.files.rules import SHOWN_IN_PAGE
from jingming.organisation.queries import departments

register = template.Library()


@register.filter
def department(pk: int | None) -> str:
    """{{ task.department_id|department }}: the department's name without a query; a dash for none."""
    found = departments().get(pk) if pk else None
    return str(found) if found else "—"


@register.filter
def is_picture(file: Attachment) -> bool:
    """Whether a browser may show the file in the page."""
    return file.media_type in SHOWN_IN_PAGE
