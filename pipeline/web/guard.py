"""What every request passes: known host, who asks, a token on what changes anything; and the headers that every answer carries."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline.web.people import myself
from pipeline.web.settings import LOOPBACK
from pipeline.web.state import workbench

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE = ("GET", "HEAD", "OPTIONS")


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: refuses what it must, lets the rest through."""
    refused = _host(request)
    if refused is None:
        request.state.person = myself()
        request.state.csrf = request.cookies.get("zhibiao_csrf") or secrets.token_urlsafe(32)
        refused = await _forged(request)
    response = refused or await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if refused is None and "zhibiao_csrf" not in request.cookies:
        response.set_cookie("zhibiao_csrf", request.state.csrf, samesite="strict", httponly=True)
    return response


def _host(request: Request) -> Response | None:
    """Refuse a name that is not ours: a page elsewhere whose name was turned to this machine could read the answers."""
    name = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower() if request.headers.get("host") else ""
    settings = workbench(request).settings
    if name in (*LOOPBACK, settings.host, *settings.hosts):
        return None
    return PlainTextResponse(f"unknown host “{name[:80]}”; name it with --allow-host\n", 421)


async def _forged(request: Request) -> Response | None:
    """Refuse a change that another site asks for in the name of who is logged in here."""
    if request.method in _SAFE:
        return None
    given = request.headers.get("x-csrf-token") or ""
    if not given and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given = parse_qs((await request.body()).decode("latin-1")).get("csrf", [""])[0]
    if given and hmac.compare_digest(given, request.cookies.get("zhibiao_csrf", "")):
        return None
    return PlainTextResponse("the form is stale or comes from elsewhere: load the page again\n", 403)
