"""Input about members of staff: who they are, what they are posted as, their tokens and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Role, Staff
from jingming.accounts.passwords import PolicyValidator
from jingming.accounts.rules import Scope
from jingming.organisation.models import Department, Unit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class PersonForm(forms.Form):
    """What may be changed about a person."""

    name = forms.CharField(label=_("Full name"), max_length=60)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Home department"))
    manager = forms.ModelChoiceField(
        Staff.objects.none(),
        label=_("Approval manager"),
        required=False,
        help_text=_("Engineers get their work from this person."),
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["department"].queryset = Department.objects.filter(active=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["manager"].queryset = _approval_managers()  # type: ignore[attr-defined]


def _approval_managers() -> QuerySet[Staff]:
    return (
        Staff.objects.filter(is_active=True, posts__role__works_as="approval_manager")
        .distinct()
        .order_by("employee_number")
    )


class PasswordField(forms.CharField):
    """A new password, held to the rules of the house."""

    def __init__(self, *, label: StrPromise, of_another: bool = True) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(
            strip=False,
            max_length=128,
            widget=widget,
            label=label,
            help_text=lazy(_password_rules, str)(of_another=of_another),
        )


def _password_rules(*, of_another: bool) -> str:
    rules = PolicyValidator().get_help_text()
    return f"{rules} {gettext('Hand it over in person.')}" if of_another else rules


class NewPersonForm(PersonForm):
    """A new colleague, with a first password to hand over."""

    field_order = ("username", "employee_number", "name", "department", "manager", "language", "password")

    username = forms.CharField(label=_("Username"), max_length=60)
    employee_number = forms.CharField(label=_("Employee number"), max_length=20)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    password = PasswordField(label=_("First password"))

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        words = {word: clean.get(word, "") for word in ("username", "employee_number", "name")}
        check_password(self, Staff(**words))
        return clean


class PasswordForm(forms.Form):
    """A new password for somebody who has lost theirs."""

    password = PasswordField(label=_("New password"))

    def __init__(self, data: QueryDict | None, *, of: Staff) -> None:
        super().__init__(data)
        self.of = of

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        check_password(self, self.of)
        return clean


def check_password(form: forms.Form, person: Staff) -> None:
    """Hold the password in the form to the rules of the house, for this person."""
    if password := form.cleaned_data.get("password"):
        try:
            validate_password(password, person)
        except ValidationError as error:
            form.add_error("password", error)


class PostForm(forms.Form):
    """A post: as what, where, and how far it reaches."""

    role = forms.ModelChoiceField(Role.objects.none(), label=_("Role"))
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"))
    scope = forms.ChoiceField(label=_("Reaches"), choices=Scope.choices)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Top unit"),
        required=False,
        help_text=_("Only for “Own unit and all below”; the department's own unit when empty."),
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["role"].queryset = Role.objects.filter(active=True).order_by("pk")  # type: ignore[attr-defined]
        self.fields["department"].queryset = Department.objects.filter(active=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(active=True).order_by("code")  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """What a new token is for."""

    label = forms.CharField(label=_("What for"), max_length=60)
