"""What could this person, or somebody with this role, see? A look at rights, without being anybody."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from jingming.accounts import actions
from jingming.accounts.access import get_staff, sight_places
from jingming.accounts.models import Role
from jingming.accounts.queries import usual_scope
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workspace.forms.sight import SightForm
from jingming.workspace.queries.sight import sight_of, somebody_with


@require_safe
def of_person(request: StaffRequest, pk: int) -> HttpResponse:
    """The menu, the rights in words, and how many rows there are to see: never the rows themselves."""
    person = get_staff(request.user, pk)
    actions.note_sight(person, by=request.user, at=now())
    return render(request, "workspace/sight.html", {"person": person, "sight": sight_of(person)})


@require_safe
def of_role(request: StaffRequest, code: str) -> HttpResponse:
    """The same for somebody new with this role, at a department and as far as the question says."""
    role = get_object_or_404(Role, code=code)
    places = sight_places(request.user)
    usual = {"department": places[0].code if places else "", "scope": usual_scope(role)}
    form = SightForm(request.GET, places=places, initial=usual)
    if not form.is_valid():
        return render(request, "workspace/sight_of_role.html", {"role": role, "form": form}, status=422)
    somebody = somebody_with(role, form.place, form.cleaned_data["scope"])
    context = {"role": role, "form": form, "sight": sight_of(somebody)}
    return render(request, "workspace/sight_of_role.html", context)
