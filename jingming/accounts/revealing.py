"""The page on which somebody says why they need what is masked, as every slice with records of customers offers it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form

from . import actions, eyes
from .forms.revealing import RevealForm
from .policy import policy


def reveal_page(request: StaffRequest, row: Model, *, about: str, back: str) -> HttpResponse:
    """Ask for a reason, write it down, and show this record, fetched through access, whole for some minutes. Who sees
    all of it anyway is sent on."""
    if not eyes.veil_of(row).masked:
        return redirect(back)
    form = RevealForm(request.POST or None)

    def act(values: dict[str, str]) -> None:
        at = now()
        actions.note_reveal(row, reason=values["reason"], by=request.user, at=at)
        until = localtime(eyes.unveil(request, row, at))
        messages.success(request, _("Revealed until %(time)s.") % {"time": f"{until:%H:%M}"})

    minutes = policy().reveal_minutes
    return act_by_form(
        request, form, act, back=back, title=_("Reveal what is masked"), submit=_("Reveal"),
        sub=_("%(about)s: whole before you for %(minutes)d minutes. Who looked at it and why is written down.")
        % {"about": about, "minutes": minutes},
    )  # fmt: skip
