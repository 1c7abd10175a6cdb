"""The two ways in which a page does an act: a form of its own, or a single button. A refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .errors import Refusal


def put_on(form: forms.Form, refusal: Refusal) -> None:
    """Show the refusal in the form: beside the fields that it is about, else above all."""
    for name, sentence in refusal.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    if not refusal.fields:
        form.add_error(None, refusal.message)


def act_by_form(
    request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], object], *, back: str, **context: object
) -> HttpResponse:
    """Show the form; once it is sent and clean do `act` with its values and go `back`.

    The page is ui/form_page.html; `context` may hold its title, sub, submit and danger.
    """
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            return redirect(back)
    shown: Mapping[str, object] = {"form": form, "back": back, **context}
    return render(request, "ui/form_page.html", shown, status=422 if form.errors else 200)


def act_by_button(request: HttpRequest, act: Callable[[], object], *, back: str) -> HttpResponse:
    """Do `act` and go `back`; a refusal is told there."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect(back)
