"""Logging in and out."""

from __future__ import annotations

import math
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.web.gate import gate
from pipeline.web.guard import cookie
from pipeline.web.people import NOBODY
from pipeline.web.render import page

router = APIRouter()
Text = Annotated[str, Form(max_length=2000)]


def local(address: str) -> str:
    """Where to go after logging in: an address of this server, else its first page."""
    plain = address.startswith("/") and not address.startswith("//") and all(ord(char) >= 33 and char != "\\" and char != "\x7f" for char in address)
    try:
        split = urlsplit(address)
    except ValueError:
        return "/"
    return address if plain and not split.netloc and not split.scheme and split.path not in ("/login", "/logout") else "/"


@router.get("/login", include_in_schema=False)
def form(request: Request, next: str = "/") -> Response:
    """The form, for whoever is not logged in."""
    if request.state.person != NOBODY:
        return RedirectResponse(local(next), 303)
    return _form(request, 200, local(next))


@router.post("/login", include_in_schema=False)
def login(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:
    """Check name and password; the session gets a new id. The answer to an unknown name is that to a wrong password."""
    doors, where = gate(request), local(next)
    if not doors.people():
        return RedirectResponse("/", 303)
    found = doors.login(request.client.host if request.client else "", name, password)
    if isinstance(found, float):
        seconds = math.ceil(found)
        answer = _form(request, 429, where, name=name, wait=seconds)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    if found is None:
        return _form(request, 401, where, name=name, wrong=True)
    doors.sessions.end(request.cookies.get(f"{doors.prefix}session", ""))
    answer = RedirectResponse(where, 303)
    answer.headers.append("Set-Cookie", cookie(request, "session", found))
    answer.headers.append("Set-Cookie", cookie(request, "csrf", None))
    return answer


@router.post("/logout", include_in_schema=False)
def logout(request: Request) -> Response:
    """End the session."""
    doors = gate(request)
    doors.sessions.end(request.cookies.get(f"{doors.prefix}session", ""))
    answer = RedirectResponse("/login", 303)
    answer.headers.append("Set-Cookie", cookie(request, "session", None))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _form(request: Request, status: int, where: str, name: str = "", wait: int = 0, wrong: bool = False) -> Response:
    return page(request, "login.html", area="account", status=status, next=where, name=name[:64], wait=wait, wrong=wrong)
