"""What the desk's templates need to show rows: the names of departments, which the process keeps."""

from __future__ import annotations

from django import template

from jingming.organisation.queries import departments

register = template.Library()


@register.filter
def department(pk: int | None) -> str:
    """{{ task.department_id|department }}: the department's name without a query; a dash for none."""
    found = departments().get(pk) if pk else None
    return str(found) if found else "—"
