"""Pages of merging: find the archive that was opened twice, look at what would happen, merge, take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jingming.accounts import eyes
from jingming.base.clock import now
from jingming.base.errors import Http404, Refusal, Stale
from jingming.base.http import StaffRequest
from jingming.customers import access, actions, queries, rules
from jingming.customers.forms import MergeForm

from .shared import posted, tells_refusals


@require_GET
@tells_refusals
def find_duplicate(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Archives that may be of the same customer; with `?q=` those that the words may mean."""
    customer = access.get_customer(request.user, customer_id, to="change")
    eyes.need_whole(customer)
    words = request.GET.get("q", "").strip()[: rules.QUERY_LENGTH]
    context = {
        "customer": customer,
        "words": words,
        "found": [one for one in queries.find(request.user, words).customers if one.pk != customer.pk],
        "likely": queries.likely_duplicates(request.user, customer),
    }
    return render(request, "customers/find_duplicate.html", context)


@require_http_methods(["GET", "POST"])
@tells_refusals
def merge(request: StaffRequest, customer_id: int, other_id: int) -> HttpResponse:
    """Both archives side by side, and what a merge would do; by POST the merge."""
    if customer_id == other_id:
        raise Http404
    kept, merged = access.get_pair(request.user, customer_id, other_id)
    eyes.need_whole(kept)
    eyes.need_whole(merged)
    preview = queries.preview(kept, merged)
    differing = {one.field: one.sides for one in preview.fields if one.sides}
    versions: dict[str, object] = {"version": kept.version, "other_version": merged.version}
    form, status = MergeForm(posted(request), differing=differing, initial=versions), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.merge(kept, merged, **form.cleaned_data, by=request.user, at=now())
            except Refusal as refusal:
                if isinstance(refusal, Stale):
                    form = MergeForm(None, differing=differing, initial=versions)
                    messages.error(request, refusal.message)
                else:
                    form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("The archives have been merged. This one goes on."))
                return redirect("customers:customer", kept.pk)
    context = {
        "kept": kept,
        "merged": merged,
        "preview": preview,
        "form": form,
        "rows": [(one, request.POST.get(f"take_{one.field}", one.chosen)) for one in preview.fields],
    }
    return render(request, "customers/merge.html", context, status=status)


@require_POST
@tells_refusals
def unmerge(request: StaffRequest, customer_id: int, merge_id: int) -> HttpResponse:
    """The merged archive goes on by itself again; what could not be given back is told."""
    merge = access.get_merge(request.user, customer_id, merge_id)
    try:
        done = actions.unmerge(merge, by=request.user, at=now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("customers:customer", customer_id)
    messages.success(request, _("The merge has been taken back: this archive goes on by itself again."))
    if done.fields:
        told = _("Changed since the merge, so left as it is in the other archive: %(fields)s.")
        messages.warning(request, told % {"fields": _(", ").join(done.fields)})
    if done.rows:
        told = ngettext(
            "%(count)d entry has gone on to somebody else since the merge and stays there.",
            "%(count)d entries have gone on to somebody else since the merge and stay there.",
            done.rows,
        )
        messages.warning(request, told % {"count": done.rows})
    return redirect("customers:customer", merge.merged_id)
