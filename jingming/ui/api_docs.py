"""The API's own page under the strict policy: `NinjaAPI(docs=ApiDocs())`.

Swagger UI is served from the files that django-ninja ships ("ninja" stands in INSTALLED_APPS), so nothing comes from
elsewhere; it is started by a file of ours from a data attribute, so nothing is inline.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class ApiDocs(DocsBase):
    """Shows the operations of an API and lets a person with a token try them."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: object) -> HttpResponse:
        return render(request, "ui/api_docs.html", {"api": api, "openapi_url": self.get_openapi_url(api, dict(kwargs))})
