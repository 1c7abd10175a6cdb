"""Absence and delegation 外出与代理: what one has lent and what is lent to one; lending and ending."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.accounts import access, delegation, queries
from jingming.accounts.forms.delegation import DelegationForm
from jingming.accounts.models import Staff
from jingming.accounts.policy import policy
from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form


@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """What one has lent, and in whose place one stands: under way, planned, over."""
    context = {
        "lendings": queries.lendings(access.delegations_of(request.user, by=request.user), at=now()),
        "can_lend": access.lendable(request.user, by=request.user).exists(),
        "days": policy().lending_days,
    }
    return render(request, "accounts/delegations.html", context)


@require_http_methods(["GET", "POST"])
def lend(request: StaffRequest) -> HttpResponse:
    """Lend own posts for an absence."""
    return _lend(request, request.user, back=reverse("delegations"), title=_("Lend my posts"))


@require_http_methods(["GET", "POST"])
def lend_for(request: StaffRequest, pk: int) -> HttpResponse:
    """Lend the posts of somebody who is away already."""
    person = access.get_staff(request.user, pk)
    if not access.may_lend_for(request.user, person):
        raise NotAllowed(_("Posts of others are lent by their head or by the security administrator."))
    title = _("Lend the posts of %(name)s") % {"name": person}
    return _lend(request, person, back=reverse("staff_page", args=[pk]), title=title)


def _lend(request: StaffRequest, giver: Staff, *, back: str, title: str) -> HttpResponse:
    form = DelegationForm(
        request.POST if request.method == "POST" else None,
        posts=access.lendable(giver, by=request.user).select_related("role", "department").order_by("pk"),
        takers=queries.near_first(access.takers_for(giver).exclude(pk=request.user.pk), giver),
        days=policy().lending_days,
    )

    def act(values: dict[str, Any]) -> None:
        at = now()
        delegation.lend(giver=giver, by=request.user, at=at, **{**values, "since": values["since"] or at})

    sub = _("Whoever stands in may do what these posts allow; what they do by them is noted as done for %(name)s.")
    sub %= {"name": giver}
    return act_by_form(request, form, act, back=back, title=title, sub=sub, submit=_("Lend"))


@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """End a delegation before its time; whoever stands in refuses it like this."""
    lent = access.get_delegation(request.user, pk)
    own = request.user.pk in (lent.giver_id, lent.taker_id)
    back = reverse("delegations") if own else reverse("staff_page", args=[lent.giver_id])
    return act_by_button(request, lambda: delegation.end(lent, by=request.user, at=now()), back=back)
