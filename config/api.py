"""The API as deployed: which slice answers where under /api/v1/. Every operation declares whom it lets in."""

from __future__ import annotations

from importlib.metadata import version

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from jingming.accounts.api import me, organisation
from jingming.accounts.http import EVERYBODY_SIGNED_IN, PUBLIC, Bearer, opens
from jingming.base.api import Api, StrictParser, tell_problems
from jingming.base.problems import problem
from jingming.codes.api import router as codes
from jingming.customers.api import router as customers
from jingming.workspace.api import contacts, order_types, work_orders


class Docs(DocsBase):
    """The API's pages, drawn by the parts that we ship."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: object) -> HttpResponse:
        return render(request, "ui/api_docs.html", {"openapi_url": self.get_openapi_url(api, dict(kwargs)), "api": api})


api = Api(
    title="Jingming 景明",
    version=version("jingming"),
    description=(
        "The acts of the service centre. Send `Authorization: Bearer …`; on every create send an `Idempotency-Key`. "
        "Errors are problem documents (RFC 9457) in the language of `Accept-Language`. "
        "Lists answer `{items, next}`; pass `next` as `cursor` for the following page."
    ),
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url="/docs",
    docs=Docs(),
    docs_decorator=lambda view: opens(view, to=PUBLIC),
    parser=StrictParser(),
    auth=Bearer(to=EVERYBODY_SIGNED_IN),  # what an operation that declares nothing would get
)
tell_problems(api)
api.add_router("", me)
api.add_router("", organisation)
api.add_router("", codes)
api.add_router("/customers", customers)
api.add_router("/work-orders", work_orders)
api.add_router("/interactions", contacts)
api.add_router("/order-types", order_types)


def not_here(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    """Any other address below /api/."""
    return problem(404)


def urls() -> tuple[list[URLResolver | URLPattern], str, str]:
    """The API's addresses; its root, which ninja adds for itself, answers like any address that is not there."""
    patterns, application, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name == "api-root":
            pattern.callback = opens(not_here, to=PUBLIC)
    return patterns, application, namespace
