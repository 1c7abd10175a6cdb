"""Files of master data on pages: a table of contents. Which kinds are open to somebody, access.py says."""

from __future__ import annotations

from django.urls import path

from jingming.accounts.http import opens
from jingming.accounts.rules import Authority, Pace

from . import views

LOAD = Authority.LOAD_DATA

urlpatterns = [
    path("", opens(views.data, to=LOAD), name="data"),
    path("<slug:what>/import/", opens(views.hand_in, to=LOAD, pace=Pace.UPLOAD, takes_files=True), name="data_import"),
    path("<slug:what>/export/", opens(views.export, to=LOAD, pace=Pace.EXPORT), name="data_export"),
    path("<slug:what>/template/", opens(views.template, to=LOAD), name="data_template"),
    path("runs/<int:pk>/", opens(views.run, to=LOAD), name="data_run"),
    path("runs/<int:pk>/match/", opens(views.match, to=LOAD), name="data_match"),
    path("runs/<int:pk>/load/", opens(views.load, to=LOAD), name="data_load"),
    path("runs/<int:pk>/cancel/", opens(views.cancel, to=LOAD), name="data_cancel"),
    path("runs/<int:pk>/again/", opens(views.again, to=LOAD), name="data_again"),
    path("runs/<int:pk>/file/", opens(views.fetch, to=LOAD, pace=Pace.EXPORT), name="data_file"),
]
