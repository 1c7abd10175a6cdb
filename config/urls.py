"""Where everything is found. Who may come in stands in each slice's urls.py (`opens`) and on each operation of the API."""

from django.urls import include, path

from config import api
from jingming.accounts.http import PUBLIC, opens

urlpatterns = [
    path("", include("jingming.accounts.urls")),
    path("", include("jingming.codes.urls")),
    path("api/v1/", api.urls()),
    path("api/<path:rest>", opens(api.not_here, to=PUBLIC)),
]
