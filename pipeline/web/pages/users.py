"""All accounts, for admins."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.web import changing
from pipeline.web.accounts import AccountError, People
from pipeline.web.gate import gate
from pipeline.web.passwords import SHORTEST
from pipeline.web.people import ROLES, Person, require
from pipeline.web.render import language, page
from pipeline.web.words import say

LOG = logging.getLogger("zhibiao.web")
router = APIRouter(include_in_schema=False)
Admin = Annotated[Person, Depends(require("admin"))]
Text = Annotated[str, Form(max_length=2000)]


@router.get("/account/users")
def users(request: Request, person: Admin) -> Response:
    """The page."""
    return _page(request) if not person.local else RedirectResponse("/account", 303)


@router.post("/account/users/add")
def add(request: Request, person: Admin, name: Text = "", role: Text = "", password: Text = "") -> Response:
    """A new account."""
    return _changed(request, person, "add", name, lambda people: changing.adding(people, name, role, password))


@router.post("/account/users/role")
def role(request: Request, person: Admin, name: Text = "", role: Text = "") -> Response:
    """Another role, from the next request on."""
    return _changed(request, person, "role", name, lambda people: changing.altering(people, name, role=changing.checked(role)))


@router.post("/account/users/disable")
def disable(request: Request, person: Admin, name: Text = "") -> Response:
    """Out at once: its sessions and tokens count no more."""
    return _changed(request, person, "disable", name, lambda people: changing.altering(people, name, disabled=True))


@router.post("/account/users/enable")
def enable(request: Request, person: Admin, name: Text = "") -> Response:
    """In again."""
    return _changed(request, person, "enable", name, lambda people: changing.altering(people, name, disabled=False))


@router.post("/account/users/password")
def password(request: Request, person: Admin, name: Text = "", password: Text = "") -> Response:
    """Another password, for who forgot it; its sessions end."""
    return _changed(request, person, "password", name, lambda people: changing.renewing(people, name, password))


@router.post("/account/users/remove")
def remove(request: Request, person: Admin, name: Text = "") -> Response:
    """An account less."""
    return _changed(request, person, "remove", name, lambda people: changing.removing(people, name))


def _changed(request: Request, person: Person, what: str, name: str, change: Callable[[People], People]) -> Response:
    if person.local:
        raise HTTPException(403, "there are no accounts: make the first one on the command line")
    if request.state.way != "session":
        raise HTTPException(403, "this is for admins who logged in with a password")
    try:
        gate(request).accounts.change(change)
    except AccountError as error:
        return _page(request, 400, str(error))
    LOG.info("accounts: %s %s by %s", what, ascii(name[:64]), ascii(person.name))
    if what in ("disable", "remove", "password"):
        gate(request).sessions.end_all(name)
    return RedirectResponse("/account/users?told=done", 303)


def _page(request: Request, status: int = 200, wrong: str = "") -> Response:
    doors = gate(request)
    people = [(one, doors.sessions.count(one.name)) for one in sorted(doors.people().values(), key=lambda one: (-ROLES.index(one.role), one.name))]
    told = wrong or (say("account.done", language(request)) if request.query_params.get("told") == "done" else "")
    tone_of = "bad" if wrong else "good"
    return page(request, "users.html", area="account", status=status, people=people, roles=ROLES, told=told, tone_of=tone_of, shortest=SHORTEST)
