"""Texts on pages: all of them, one with its preview while it is typed, and what it was before."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, put_on

from . import access, actions, queries
from .forms import TextsForm
from .previews import previews
from .rules import LIMITS, OF_PURPOSE, VARIABLES, Channel, Purpose


@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    """Every purpose with its channels, and who changed which text last."""
    return render(request, "messages/messages.html", {"purposes": queries.all_in_force()})


@require_http_methods(["GET", "POST"])
def text(request: StaffRequest, purpose: str, channel: str) -> HttpResponse:
    """The texts of one purpose and channel, to be changed; `?from=3` begins with those of an earlier version."""
    kind = access.get_kind(purpose, channel)
    if request.method == "POST":
        form = TextsForm(kind[1], request.POST)
        if form.is_valid():
            try:
                actions.save(*kind, form.texts(), seen=form.cleaned_data["seen"], by=request.user, at=now())
            except Refusal as refusal:
                put_on(form, refusal)
            else:
                return redirect(reverse("message_text", args=kind))
        return _page(request, kind, form, status=422)
    versions = queries.versions(*kind)
    holds = queries.InForce(*kind, versions[0] if versions else None)
    earlier = next((one for one in versions if str(one.number) == request.GET.get("from")), None)
    texts = earlier.in_force() if earlier else holds.texts
    return _page(request, kind, TextsForm(kind[1], texts=texts, seen=holds.number))


@require_http_methods(["GET", "POST"])
def preview(request: StaffRequest, purpose: str, channel: str) -> HttpResponse:
    """What is typed, with example values: the piece of the page while somebody types, all of it without scripts.

    Nothing is kept, so whoever comes back to this address later finds the texts that hold.
    """
    kind = access.get_kind(purpose, channel)
    if request.method == "GET":
        return redirect("message_text", *kind)
    form = TextsForm(kind[1], request.POST)
    if request.headers.get("HX-Request"):
        return render(request, "messages/_preview.html", {"previews": previews(*kind, form.texts())})
    return _page(request, kind, form)


@require_POST
def shipped(request: StaffRequest, purpose: str, channel: str) -> HttpResponse:
    """Let the texts of the box hold again."""
    kind = access.get_kind(purpose, channel)
    return act_by_button(
        request,
        lambda: actions.back_to_shipped(*kind, by=request.user, at=now()),
        back=reverse("message_text", args=kind),
    )


def _page(request: StaffRequest, kind: tuple[Purpose, Channel], form: TextsForm, *, status: int = 200) -> HttpResponse:
    purpose, channel = kind
    versions = queries.versions(purpose, channel)
    context = {
        "purpose": purpose,
        "channel": channel,
        "form": form,
        "previews": previews(purpose, channel, form.texts()),
        "variables": [{"name": name, "about": VARIABLES[name]} for name in OF_PURPOSE[purpose]],
        "versions": versions,
        "holds": queries.InForce(purpose, channel, versions[0] if versions else None),
        "limits": LIMITS[channel],
        "title": _("%(purpose)s · %(channel)s") % {"purpose": purpose.label, "channel": channel.label},
    }
    return render(request, "messages/text.html", context, status=status)
