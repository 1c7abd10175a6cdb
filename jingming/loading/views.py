"""Files of master data on pages: hand in, match, look at what would change, load; export and fetch."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form, put_on

from . import access, actions, forms, queries
from .models import Run
from .rules import OPEN, State, Way
from .sheets import exporting

SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_safe
def data(request: StaffRequest) -> HttpResponse:
    """The kinds that the person may load and export, and their last files."""
    runs = list(access.runs_of(request.user)[: queries.LATEST])
    kinds = access.kinds_open_to(request.user)
    open_kinds = {kind.code: kind for kind in kinds}
    rows = [_row(run) | {"kind": open_kinds[run.kind]} for run in runs if run.kind in open_kinds]
    watched = " ".join(f"{Run._meta.label}:{row['run'].pk}" for row in rows if row["run"].busy)
    return render(request, "loading/data.html", {"kinds": kinds, "rows": rows, "watched": watched})


TONES = {
    State.LOADED: ("done", "circle-check"),
    State.WRITTEN: ("done", "circle-check"),
    State.REFUSED: ("late", "circle-x"),
    State.BROKEN: ("late", "circle-x"),
    State.CANCELLED: ("", "ban"),
    State.CHECKED: ("soon", "eye"),
    State.MAPPING: ("soon", "list-check"),
}


def _row(run: Run) -> dict[str, Any]:
    """A run with the state that it is really in, in words."""
    cut_off = queries.is_cut_off(run)
    state = State.BROKEN if cut_off else State(run.state)
    tone, icon = TONES.get(state, ("accent", "refresh"))
    return {"run": run, "state": state, "cut_off": cut_off, "tone": tone, "icon": icon}


@require_http_methods(["GET", "POST"])
def hand_in(request: StaffRequest, what: str) -> HttpResponse:
    """Hand in a file."""
    of = access.get_kind(request.user, what)
    form = forms.FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.hand_in(of, form.cleaned_data["file"], by=request.user, at=now())
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            return redirect("data_run", run.pk)
    context = {
        "kind": of,
        "form": form,
        "must": [c for c in of.columns if c.must],
        "new": [c for c in of.columns if c.new],
    }
    return render(request, "loading/hand_in.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def export(request: StaffRequest, what: str) -> HttpResponse:
    """Have all rows written that the person may see."""
    of = access.get_kind(request.user, what)
    form = forms.ExportForm(request.POST or None, places=queries.place_choices())
    made: list[Run] = []

    def act(values: dict[str, Any]) -> None:
        made.append(actions.export(of, **values, by=request.user, at=now()))

    answer = act_by_form(
        request, form, act, back=reverse("data"), title=_("Export: %(kind)s") % {"kind": of.label},
        submit=_("Write the file"),
        sub=_("All that you may see, with the same columns as for loading. Who exported what is written down."),
    )  # fmt: skip
    return redirect("data_run", made[0].pk) if made else answer


@require_safe
def template(request: StaffRequest, what: str) -> FileResponse:
    """An empty workbook with the columns of the kind."""
    of = access.get_kind(request.user, what)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    with tempfile.TemporaryDirectory(prefix="jingming-") as directory:
        place = Path(directory) / "file"
        exporting.write_template(place, of)
        file.write(place.read_bytes())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{of.label}.xlsx", content_type=TYPES["xlsx"], headers=SAFE)


@require_safe
def run(request: StaffRequest, pk: int) -> HttpResponse:
    """How far a file is, what it would do or did, what is wrong with it."""
    of = access.get_run(request.user, pk)
    kind = queries.kind_of(of)
    details = [detail | {"facts": queries.facts_in_words(kind, detail["facts"])} for detail in of.details]
    counts = {name: of.counts.get(name, 0) for name in ("new", "changed", "same", "bad")}
    context = _row(of) | {
        "kind": kind,
        "details": details,
        "counts": counts if of.way == Way.IMPORT and of.counts else None,
        "loadable": counts["new"] + counts["changed"],
        "percent": min(100, 100 * of.done // of.total) if of.total else None,
        "waits": of.busy and of.taken_at is None,
        "can_cancel": of.state in OPEN,
        "has_file": actions.result_of(of) is not None,
        "live": f"{Run._meta.label}:{of.pk}",
    }
    return render(request, "loading/run.html", context)


@require_http_methods(["GET", "POST"])
def match(request: StaffRequest, pk: int) -> HttpResponse:
    """Match the file's columns with ours."""
    of = access.get_run(request.user, pk)
    if not of.heading or of.state not in {State.MAPPING, State.CHECKED, State.REFUSED}:
        return redirect("data_run", of.pk)
    form = forms.MatchForm(
        request.POST or None, kind=queries.kind_of(of), heading=of.heading, sheets=of.sheets, mapping=of.mapping,
        initial={"sheet": of.sheet, "empty_clears": of.empty_clears},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            actions.match(
                of, form.matched(), empty_clears=clean["empty_clears"], sheet=clean.get("sheet") or None,
                by=request.user, at=now(),
            )  # fmt: skip
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            return redirect("data_run", of.pk)
    taken = set(of.mapping.values())
    context = {
        "run": of,
        "kind": queries.kind_of(of),
        "form": form,
        "unused": [name for place, name in enumerate(of.heading) if place not in taken and name],
    }
    return render(request, "loading/match.html", context, status=422 if form.errors else 200)


@require_POST
def load(request: StaffRequest, pk: int) -> HttpResponse:
    """Load what was tried; with `skip` without the rows that cannot be loaded."""
    of = access.get_run(request.user, pk)
    skip = request.POST.get("skip") == "yes"
    return act_by_button(request, lambda: actions.load(of, skip_bad=skip), back=reverse("data_run", args=[pk]))


@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop; nothing is left behind."""
    of = access.get_run(request.user, pk)
    back = reverse("data_run", args=[pk])
    return act_by_button(request, lambda: actions.cancel(of, by=request.user, at=now()), back=back)


@require_POST
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin again what broke off."""
    of = access.get_run(request.user, pk)
    return act_by_button(request, lambda: actions.begin_again(of), back=reverse("data_run", args=[pk]))


@require_safe
def fetch(request: StaffRequest, pk: int) -> HttpResponse | FileResponse:
    """The file of errors, or the export."""
    of = access.get_run(request.user, pk)
    if not of.result_key:
        raise Http404
    place = actions.result_of(of)
    if place is None:
        messages.warning(request, _("The file was kept for a day and has been removed. Do it once more."))
        return redirect("data_run", pk)
    actions.note_fetch(of, by=request.user, at=now())
    kind = TYPES[of.result_name.rpartition(".")[2]]
    return FileResponse(place.open("rb"), as_attachment=True, filename=of.result_name, content_type=kind, headers=SAFE)
