"""What every request passes: known host, size, who asks, a token on what changes anything; and the headers that every answer carries.

Pure ASGI, so that uploads and downloads stream through it.
"""

from __future__ import annotations

import hmac
import ipaddress
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

import regex
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.bodies import SMALL, Body
from pipeline.web.gate import Asker, ClosedError, drawn, gate
from pipeline.web.intake import MOST_FILES
from pipeline.web.people import NOBODY
from pipeline.web.problem import failed, for_tools, problem
from pipeline.web.settings import LOOPBACK, Settings
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
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = ("/login", "/health", "/theme.css")  # besides /static/: what nobody must log in for
UPLOADS = ("/upload", "/api/v1/documents")  # addresses that take files
LONGEST_ADDRESS, LONGEST_HEADERS = 8 * 1024, 32 * 1024  # bytes
LINGER = 2.0  # seconds
_HOST = regex.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", regex.IGNORECASE)


class Guard:
    """Middleware: refuses what it must, lets the rest through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = Body(receive, SMALL)
        request.state.person, request.state.csrf = NOBODY, ""
        answer = _Answer(request, body, send)
        try:
            refused = await _refused(request, body, answer)
            if refused is None:
                await self.app(scope, body, answer.send)
                return
        except HTTPException as error:
            refused = problem(request, error.status_code, str(error.detail), error.headers)
        except RecursionError:
            refused = problem(request, 400, "the request is nested too deeply")
        except Exception as error:
            if answer.started:
                raise
            refused = failed(request, error)
        if not answer.started:
            await refused(scope, body, answer.send)


class _Answer:
    """Sends an answer with the headers that all carry; ends the connection where the request was not read to its end."""

    def __init__(self, request: Request, body: Body, send: Send) -> None:
        self.request, self.body, self.raw = request, body, send
        self.started, self.cookie, self._closing = False, "", False

    async def send(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.started, self._closing = True, _has_body(self.request) and not self.body.done
            self._complete(MutableHeaders(scope=message), message["status"])
        elif message["type"] == "http.response.body" and self._closing and not message.get("more_body", False):
            await self.raw({**message, "more_body": True})
            await self.body.drop(LINGER)
            message = {"type": "http.response.body", "body": b""}
        await self.raw(message)

    def _complete(self, headers: MutableHeaders, status: int) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        static = self.request.scope["path"].startswith("/static/") and status in (200, 206, 304)
        versioned = static and "v" in self.request.query_params
        headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if versioned else "no-cache" if static else "no-store")
        if workbench(self.request).settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if self._closing:
            headers["Connection"] = "close"
        if self.cookie:
            headers.append("Set-Cookie", cookie(self.request, "csrf", self.cookie))


def cookie(request: Request, name: str, value: str | None) -> str:
    """The header that sets a cookie which scripts cannot read; takes it away for None.

    Lax: a link from elsewhere leads to the page; forms from elsewhere bring no cookie.
    """
    made: SimpleCookie = SimpleCookie()
    full = gate(request).prefix + name
    made[full] = value or ""
    made[full]["path"], made[full]["httponly"], made[full]["samesite"] = "/", True, "lax"
    if value is None:
        made[full]["max-age"] = 0
    if workbench(request).settings.secure:
        made[full]["secure"] = True
    return made.output(header="").strip()


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


async def _refused(request: Request, body: Body, answer: _Answer) -> Response | None:
    """Why a request goes no further; None where it may, and then `request.state` knows person and token."""
    settings, path = workbench(request).settings, request.scope["path"]
    refused = _malformed(request) or _host(request, settings)
    if refused is not None or path == "/health" or path.startswith("/static/"):
        return refused
    try:
        if "authorization" in request.headers:  # may write the day of a token's last use
            asker = await run_in_threadpool(gate(request).who, request.headers, request.cookies)
        else:
            asker = gate(request).who(request.headers, request.cookies)
    except ClosedError:
        return PlainTextResponse("closed: the accounts cannot be read; whoever runs this server finds the reason in its log\n", 503)
    given = asker.csrf if asker.csrf is None or asker.way == "session" or _sound(asker.csrf) else ""
    request.state.person, request.state.csrf, request.state.way = asker.person, given or drawn(), asker.way
    refused = _foreign(request)
    if refused is None and given == "" and path != "/theme.css":
        answer.cookie = request.state.csrf
    refused = refused or _stranger(request, asker, path)
    if refused is None and request.method not in SAFE:
        if path in UPLOADS and asker.person.may("reviewer"):
            body.limit = settings.upload_mb * 2**20 * MOST_FILES + SMALL
        refused = _too_large(request, body.limit) or await _forged(request, body, given)
    return refused


def _sound(value: str) -> bool:
    return regex.fullmatch(r"[A-Za-z0-9_-]{43}", value) is not None


def _malformed(request: Request) -> Response | None:
    """Refuse addresses and headers that no browser sends."""
    scope = request.scope
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
        return PlainTextResponse("the address is too long\n", 414)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
        return PlainTextResponse("the headers are too long\n", 431)
    if any(ord(char) < 32 or char in "\x7f\\" for char in scope["path"]):
        return problem(request, 400, "no such address") if scope["path"].startswith("/api/") else PlainTextResponse("no such address\n", 400)
    return None


def _host(request: Request, settings: Settings) -> Response | None:
    """Refuse a name that is not ours: a page elsewhere whose name was turned to this machine could read the answers."""
    if request.scope["path"] == "/health":
        return None
    given = request.headers.getlist("host")
    found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
    name = found[1].strip("[]").lower() if found else ""
    if name and (name in (*LOOPBACK, settings.host, *settings.hosts) or (not settings.local and _is_address(name))):
        return None
    return PlainTextResponse(f"unknown host “{ascii(given[0][:80]) if given else ''}”; name it with --allow-host\n", 421)


def _is_address(name: str) -> bool:
    """Whether it is an address rather than a name: nobody can turn those to another machine."""
    with suppress(ValueError):
        return bool(ipaddress.ip_address(name))
    return False


def _foreign(request: Request) -> Response | None:
    """Refuse what a page of another origin asks for, except that a link may lead here."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc.lower() == request.headers["host"].lower()
    if request.method in SAFE:
        leads = request.headers.get("sec-fetch-mode") == "navigate" and request.headers.get("sec-fetch-dest") == "document"
        if site in (None, "same-origin", "none") or leads:
            return None
    elif ours and site in (None, "same-origin", "none"):
        return None
    return problem(request, 403, "this comes from a page elsewhere; open the workbench itself")


def _stranger(request: Request, asker: Asker, path: str) -> Response | None:
    """Refuse whoever is not known, everywhere but at the login."""
    if asker.person.role != "nobody" or path in OPEN:
        return None
    if asker.way == "wrong token" or for_tools(request) or request.method not in ("GET", "HEAD"):
        says = "this token is unknown, expired or revoked" if asker.way == "wrong token" else "log in, or bring a token"
        return problem(request, 401, says, {"WWW-Authenticate": 'Bearer realm="zhibiao"'})
    asked = (request.scope.get("raw_path") or path.encode()) + (b"?" + request.scope["query_string"] if request.scope["query_string"] else b"")
    return RedirectResponse("/login?next=" + quote(asked, safe=""), 303)


def _too_large(request: Request, limit: int) -> Response | None:
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        return problem(request, 400, "a content-length that is no number")
    if len(announced) > 15 or int(announced) > limit:
        return problem(request, 413, f"the request is larger than the {limit // 2**20} MB that are taken here")
    return None


async def _forged(request: Request, body: Body, expected: str | None) -> Response | None:
    """Refuse a change that another site asks for in the name of who is logged in here."""
    if expected is None:
        return None
    given: Any = request.headers.get("x-csrf-token") or await body.csrf(request.headers.get("content-type", ""))
    if expected and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        return None
    return problem(request, 403, "the form is stale or comes from elsewhere: load the page again")
