"""Addresses for the browser tests of the look alone."""

from functools import partial

from django.shortcuts import render
from django.urls import path
from django.views.i18n import set_language

from jingming.ui import views

urlpatterns = [
    path("", views.components),
    path("language/", set_language, name="set_language"),
    *[path(f"{name}/", partial(render, template_name=f"{name}.html")) for name in ("403", "404", "500")],
]
