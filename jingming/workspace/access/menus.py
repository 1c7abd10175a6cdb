"""Whose menus can be arranged: whoever may come in arranges that of every role."""

from __future__ import annotations

from django.db.models import QuerySet

from jingming.accounts.models import Role
from jingming.base.errors import Http404


def roles() -> QuerySet[Role]:
    """Every role, in the order in which they are shipped."""
    return Role.objects.order_by("pk")


def get_role(code: str) -> Role:
    """The role of this code; 404 if there is none."""
    found = roles().filter(code=code).first()
    if found is None:
        raise Http404
    return found
