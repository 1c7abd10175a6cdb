"""What could this person see? A look at somebody's rights, without being them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jingming.accounts import actions
from jingming.accounts.access import get_staff
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workspace.queries.sight import sight_of


@require_safe
def of_person(request: StaffRequest, pk: int) -> HttpResponse:
    """The menu, the rights in words, and how many rows there are to see: never the rows themselves."""
    person = get_staff(request.user, pk)
    actions.note_sight(person, by=request.user, at=now())
    return render(request, "workspace/sight.html", {"person": person, "sight": sight_of(person)})
