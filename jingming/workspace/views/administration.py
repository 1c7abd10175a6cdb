"""A page for those who keep the house: whose problems a category is."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form
from jingming.codes.queries import choices, label_of
from jingming.organisation.queries import departments
from jingming.workorders import actions
from jingming.workorders.queries import routes as all_routes


class RouteForm(forms.Form):
    """Category, department, and its approval manager; nobody ends the route."""

    category = forms.ChoiceField(label=gettext_lazy("Category"))
    department = forms.ChoiceField(label=gettext_lazy("Department"))
    manager = forms.ChoiceField(
        label=gettext_lazy("Approval manager"),
        required=False,
        help_text=gettext_lazy("Orders of the category go to this person first. Leave it empty to end the route."),
    )

    NOBODY: ClassVar = [("", "—")]

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.managers = {
            person.username: person
            for person in Staff.objects.filter(is_active=True, posts__role__works_as="approval_manager").distinct()
        }
        self.fields["category"].choices = choices("category", now())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            (department.code, str(department)) for department in departments().values() if department.active
        ]
        self.fields["manager"].choices = [  # type: ignore[attr-defined]
            *self.NOBODY,
            *((username, str(person)) for username, person in self.managers.items()),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def routes(request: StaffRequest) -> HttpResponse:
    """Category → approval manager, and the form that changes it."""
    form = RouteForm(request.POST or None)
    if request.method == "POST":
        by_code = {department.code: department for department in departments().values()}

        def act(values: dict[str, Any]) -> None:
            actions.route(
                values["category"],
                by_code[values["department"]],
                manager=form.managers.get(values["manager"]),
                by=request.user,
                at=now(),
            )

        return act_by_form(request, form, act, back="routes", title=_("Route a category"))
    rows = [
        {
            "category": label_of("category", route.category),
            "department": departments()[route.department_id],
            "route": route,
        }
        for route in all_routes()
    ]
    return render(request, "workspace/routes.html", {"rows": rows, "form": form})
