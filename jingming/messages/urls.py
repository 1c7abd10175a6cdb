"""Texts of messages."""

from django.urls import path

from jingming.accounts.http import opens
from jingming.accounts.rules import Authority

from . import views

CHANGE = Authority.CHANGE_CODES

urlpatterns = [
    path("", opens(views.overview, to=CHANGE), name="messages"),
    path("<slug:purpose>/<slug:channel>/", opens(views.text, to=CHANGE), name="message_text"),
    path("<slug:purpose>/<slug:channel>/preview/", opens(views.preview, to=CHANGE), name="message_preview"),
    path("<slug:purpose>/<slug:channel>/shipped/", opens(views.shipped, to=CHANGE), name="message_shipped"),
]
