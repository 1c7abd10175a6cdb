"""Input about posts that are lent: which, to whom, from when until when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Post, Staff

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def _moment(**more: Any) -> forms.DateTimeField:  # noqa: ANN401  # as the field takes them
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMATS[0])
    return forms.DateTimeField(input_formats=FORMATS, widget=widget, **more)


class DelegationForm(forms.Form):
    """Posts lent for an absence."""

    posts = forms.MultipleChoiceField(label=_("Posts"), widget=forms.CheckboxSelectMultiple)
    taker = forms.ChoiceField(label=_("Who stands in"))
    since = _moment(label=_("From when"), required=False, help_text=_("At once when empty."))
    until = _moment(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: QueryDict | None, *, posts: Iterable[Post], takers: Iterable[Staff], days: int) -> None:
        super().__init__(data)
        self.by_key = {str(post.pk): post for post in posts}
        self.people = {str(one.pk): one for one in takers}
        scopes = {key: f"{post.role} · {post.department}" for key, post in self.by_key.items()}
        chosen, taker = self.fields["posts"], self.fields["taker"]
        chosen.choices, chosen.initial = list(scopes.items()), list(scopes)  # type: ignore[attr-defined]
        people = [(key, f"{one} {one.employee_number} · {one.department}") for key, one in self.people.items()]
        taker.choices = [("", "—"), *people]  # type: ignore[attr-defined]
        self.fields["until"].help_text = _("At most %(days)d days after it begins.") % {"days": days}

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "posts" in clean:
            clean["posts"] = [self.by_key[key] for key in clean["posts"]]
        if clean.get("taker"):
            clean["taker"] = self.people[clean["taker"]]
        return clean
