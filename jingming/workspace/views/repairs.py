"""The list of failed jobs, for system administrators: try again, or give up with a reason."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.workspace import actions
from jingming.workspace.queries.repairs import failed_jobs

RETRY, GIVE_UP = "retry", "give_up"


class RepairForm(forms.Form):
    """Which job, and what to do about it."""

    job = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    act = forms.ChoiceField(choices=[(RETRY, gettext_lazy("Retry")), (GIVE_UP, gettext_lazy("Give up"))])
    reason = forms.CharField(max_length=actions.LONGEST_REASON, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def repairs(request: StaffRequest) -> HttpResponse:
    """The failed jobs, newest first; a POST does one thing to one of them."""
    if request.method == "POST":
        return _repair(request)
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    page = failed_jobs(int(before) if known else None)
    context = {
        "rows": page.items,
        "older_url": f"?before={page.next}" if page.next else "",
        "newer_url": request.path if before else "",
    }
    return render(request, "workspace/repairs.html", context)


def _repair(request: StaffRequest) -> HttpResponse:
    form = RepairForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This was not understood, and nothing has changed. Reload the list and try again."))
        return redirect("repairs")
    job, act = form.cleaned_data["job"], form.cleaned_data["act"]
    try:
        if act == RETRY:
            actions.retry_job(job, by=request.user, at=now())
            messages.success(request, _("Job %(number)s is tried again now.") % {"number": job})
        else:
            actions.give_job_up(job, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, _("Job %(number)s is given up; the audit keeps the reason.") % {"number": job})
    except Refusal as refusal:
        sentences = [str(sentence) for sentence in refusal.fields.values()] or [refusal.message]
        messages.error(request, " ".join(sentences))
    return redirect("repairs")
