"""Which types of order can be worked on: whoever may come in works on every one."""

from __future__ import annotations

from jingming.base.errors import Http404
from jingming.workorders.models import OrderType


def get_type(code: str) -> OrderType:
    """The type of this code with its draft, if there is one; 404 if there is no such type."""
    found = OrderType.objects.select_related("draft__changed_by", "draft__based_on").filter(code=code).first()
    if found is None:
        raise Http404
    return found
