"""Pages about personal data: a table of contents, each with who may come in."""

from __future__ import annotations

from django.urls import path

from jingming.accounts.http import opens
from jingming.accounts.rules import Authority, Pace

from . import views

HANDLE, SET = Authority.HANDLE_PERSONS, Authority.SET_RETENTION
PERSON = "customers/<int:customer_id>/personal-data/"

urlpatterns = [
    path(PERSON, opens(views.personal_data, to=HANDLE), name="personal_data"),
    path(f"{PERSON}copy/", opens(views.copy, to=HANDLE, pace=Pace.EXPORT), name="person_copy"),
    path(f"{PERSON}correct/", opens(views.correct, to=HANDLE), name="person_correct"),
    path(f"{PERSON}hold/", opens(views.hold, to=HANDLE), name="person_hold"),
    path(f"{PERSON}holds/<int:hold_id>/lift/", opens(views.lift, to=HANDLE), name="person_lift"),
    path(f"{PERSON}erase/", opens(views.erase, to=HANDLE), name="person_erase"),
    path("persons/", opens(views.register, to=HANDLE), name="persons"),
    path("persons/number/", opens(views.by_number, to=HANDLE), name="person_number"),
    path("persons/requests/<int:pk>/", opens(views.request_, to=HANDLE), name="person_request"),
    path("persons/requests/<int:pk>/approve/", opens(views.approve, to=HANDLE), name="person_approve"),
    path("persons/requests/<int:pk>/refuse/", opens(views.refuse, to=HANDLE), name="person_refuse"),
    path("retention/", opens(views.retention, to=SET), name="retention"),
    path("retention/<slug:kind>/", opens(views.set_retention, to=SET), name="retention_rule"),
]
