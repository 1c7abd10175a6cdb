"""Colleagues: the list, one's page, and what the security administrator does to accounts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.accounts import access, actions, queries, second_factor
from jingming.accounts.forms import staff as forms
from jingming.accounts.forms.second_factor import TakeAwayForm
from jingming.accounts.models import Staff
from jingming.accounts.rules import DONE, Authority
from jingming.audit.queries import entries_for
from jingming.audit.sentences import in_words
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form


@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    """The colleagues one may see, a page at a time, found by name, username or number."""
    text = request.GET.get("q", "").strip()[:60]
    page = queries.colleagues(access.visible_staff(request.user), text=text, after=request.GET.get("after", ""))
    context = {"page": page, "q": text, "can_change": access.has(request.user, Authority.CHANGE_STAFF)}
    return render(request, "accounts/staff.html", context)


@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """One colleague: posts, engineers under them, and for the security administrator tokens and what was done."""
    return _page(request, access.get_staff(request.user, pk))


def _page(request: StaffRequest, person: Staff, *, new_token: str = "") -> HttpResponse:
    can_change = access.has(request.user, Authority.CHANGE_STAFF) and person.pk != request.user.pk
    context = {
        "person": person,
        "posts": person.posts.select_related("role", "department", "unit").order_by("pk"),
        "engineers": person.engineers.filter(is_active=True).order_by("employee_number"),
        "can_change": can_change,
        "can_lend": (can_lend := access.may_lend_for(request.user, person)),
        "lendings": queries.lendings(access.delegations_of(person, by=request.user), at=now()) if can_lend else [],
        "tokens": person.tokens.order_by("-created_at") if can_change else [],
        "new_token": new_token,
        "has_second_factor": can_change and queries.has_second_factor(person),
        "lines": _lines(person) if access.has(request.user, Authority.CHANGE_STAFF) else [],
    }
    return render(request, "accounts/person.html", context)


def _told(facts: dict[str, object]) -> str:
    told = ("role", "department", "scope", "label", "address", "reason")
    return " · ".join(str(facts[name]) for name in told if facts.get(name))


def _lines(person: Staff) -> list[dict[str, object]]:
    return [
        {
            "at": line.at,
            "what": DONE.get(line.key) or in_words(line.key),
            "where": line.by_name,
            "text": _told(line.facts),
        }
        for line in entries_for(person).reverse()[:30]
    ]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def engage(request: StaffRequest) -> HttpResponse:
    """Add a colleague, and go on to their posts."""
    form = forms.NewPersonForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.engage(**values, by=request.user, at=now())

    return act_by_form(request, form, act, back=reverse("staff"), title=_("Add a colleague"))


@require_http_methods(["GET", "POST"])
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a colleague's name, department or approval manager."""
    person = access.get_staff(request.user, pk, to="change")
    initial = {"name": person.name, "department": person.department_id, "manager": person.manager_id}
    form = forms.PersonForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> None:
        actions.change(person, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_page_of(person), title=_("Change %(name)s") % {"name": person})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def set_password(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a colleague a new password."""
    person = access.get_staff(request.user, pk, to="change")
    form = forms.PasswordForm(request.POST or None, of=person)

    def act(values: dict[str, Any]) -> None:
        actions.set_password(person, values["password"], by=request.user, at=now())

    return act_by_form(
        request, form, act, back=_page_of(person), title=_("New password for %(name)s") % {"name": person}
    )


@require_http_methods(["GET", "POST"])
def take_second_factor(request: StaffRequest, pk: int) -> HttpResponse:
    """Free a colleague who has lost their phone of the second factor."""
    person = access.get_staff(request.user, pk, to="change")

    def act(values: dict[str, Any]) -> None:
        second_factor.take_away(person, reason=values["reason"], by=request.user, at=now())

    return act_by_form(
        request,
        TakeAwayForm(request.POST if request.method == "POST" else None),
        act,
        back=_page_of(person),
        title=_("Take away two-step sign-in of %(name)s") % {"name": person},
        sub=_("Be sure who is asking. Their sessions end; they sign in with the password alone and switch it on anew."),
        submit=_("Take away"),
        danger=True,
    )


@require_POST
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch a colleague's access off or on."""
    person = access.get_staff(request.user, pk, to="change")
    act = actions.switch_on if request.POST.get("on") == "yes" else actions.switch_off
    return act_by_button(request, lambda: act(person, by=request.user, at=now()), back=_page_of(person))


@require_http_methods(["GET", "POST"])
def post(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a colleague a post."""
    person = access.get_staff(request.user, pk, to="change")
    form = forms.PostForm(request.POST or None, initial={"department": person.department_id})

    def act(values: dict[str, Any]) -> None:
        actions.post(person, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_page_of(person), title=_("Give %(name)s a post") % {"name": person})


@require_POST
def end_post(request: StaffRequest, pk: int, post: int) -> HttpResponse:
    """End one of a colleague's posts."""
    person = access.get_staff(request.user, pk, to="change")
    held = get_object_or_404(person.posts.select_related("role", "department"), pk=post)
    return act_by_button(request, lambda: actions.end_post(held, by=request.user, at=now()), back=_page_of(person))


@require_http_methods(["GET", "POST"])
def make_token(request: StaffRequest, pk: int) -> HttpResponse:
    """Make an API token for a colleague and show it, this once."""
    person = access.get_staff(request.user, pk, to="change")
    form = forms.TokenForm(request.POST or None)
    if form.is_valid():
        token = actions.make_token(person, label=form.cleaned_data["label"], by=request.user, at=now())
        return _page(request, person, new_token=token)
    context = {"form": form, "back": _page_of(person), "title": _("New token for %(name)s") % {"name": person}}
    return render(request, "ui/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: StaffRequest, pk: int, token: int) -> HttpResponse:
    """Make one of a colleague's tokens worthless."""
    person = access.get_staff(request.user, pk, to="change")
    actions.revoke_token(get_object_or_404(person.tokens, pk=token), by=request.user, at=now())
    return redirect(_page_of(person))


def _page_of(person: Staff) -> str:
    return reverse("staff_page", args=[person.pk])
