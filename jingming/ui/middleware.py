"""What every answer tells the browser about safety: nothing inline, nothing from elsewhere, no frame, no guessing."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from jingming.base.headers import SAFETY

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # data: is how the style sheet draws its arrows and ticks
    "font-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)


class SecurityHeadersMiddleware:
    """Puts the headers on every answer. A header that the view has set itself stays, so a page may be stricter."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_policy(request))
        for name, value in SAFETY.items():
            response.headers.setdefault(name, value)
        # Only files for browsers, which say so themselves, may be kept: every other answer may be about somebody.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def content_policy(request: HttpRequest) -> str:
    """The policy for this request: the page may talk to its own host and to the stream, and to nobody else."""
    return "; ".join((*POLICY, f"connect-src 'self' {stream_origin(request)}".rstrip()))


def stream_origin(request: HttpRequest) -> str:
    """Where the stream of changes is: STREAM_ORIGIN where it has an address of its own, the desk's own address behind
    a proxy with HTTPS, else STREAM_PORT on the host asked for; "" where there is none."""
    if origin := getattr(settings, "STREAM_ORIGIN", ""):
        return str(origin)
    port = getattr(settings, "STREAM_PORT", None)
    try:
        host, _ = split_domain_port(request.get_host())
    except DisallowedHost:
        return ""
    if not port or not host or host.startswith("["):  # a policy cannot name an IPv6 address
        return ""
    if settings.SESSION_COOKIE_SECURE:
        return f"https://{request.get_host()}"
    return f"{request.scheme}://{host}:{port}"
