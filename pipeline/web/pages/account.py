"""One's own account: password, sessions, tokens of tools."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.web import changing
from pipeline.web.accounts import Account, AccountError
from pipeline.web.gate import gate
from pipeline.web.guard import cookie
from pipeline.web.passwords import SHORTEST, agrees, weakness
from pipeline.web.people import ROLES, Person, require
from pipeline.web.render import language, page
from pipeline.web.words import say

router = APIRouter(include_in_schema=False)
Reader = Annotated[Person, Depends(require("reader"))]
Text = Annotated[str, Form(max_length=2000)]


def _mine(request: Request) -> Account:
    """The account of who is logged in with a password: a token of a tool may neither change it nor make more tokens."""
    doors = gate(request)
    people = doors.people()
    session = doors.session(people, request.cookies) if request.state.way == "session" else None
    if session is None:
        raise HTTPException(403, "this is for those who logged in with a password")
    return people[session.name]


@router.get("/account")
def account(request: Request, person: Reader) -> Response:
    """The page."""
    return page(request, "account.html", area="account") if person.local else _page(request)


@router.post("/account/password")
def password(request: Request, _: Reader, old: Text = "", new: Text = "", again: Text = "") -> Response:
    """Another password; all sessions of the old one end, this one goes on under a new id."""
    mine, doors, lang = _mine(request), gate(request), language(request)
    address = request.client.host if request.client else ""
    weak = weakness(new, mine.name)
    if new != again:
        return _page(request, 400, say("account.password_differs", lang), "bad")
    if weak:
        return _page(request, 400, say(f"account.weak_{weak}", lang, shortest=SHORTEST), "bad")
    wait = doors.attempts.begin(address, mine.name)
    if wait > 0:
        return _page(request, 429, say("account.wait", lang, seconds=int(wait) + 1), "doubt")
    with doors.hashing:
        if not agrees(old, mine.password):
            return _page(request, 400, say("account.password_wrong", lang), "bad")
        people = doors.accounts.change(lambda people: changing.renewing(people, mine.name, new))
    doors.attempts.right(address, mine.name)
    return _again(request, people[mine.name], "password_changed")


@router.post("/account/sessions")
def sessions(request: Request, _: Reader) -> Response:
    """End the sessions on other machines."""
    return _again(request, _mine(request), "ended")


def _again(request: Request, mine: Account, told: str) -> Response:
    """End all sessions of an account, and open one for who asks."""
    doors = gate(request)
    doors.sessions.end_all(mine.name)
    answer = RedirectResponse(f"/account?told={told}", 303)
    answer.headers.append("Set-Cookie", cookie(request, "session", doors.sessions.open(mine.name, mine.password)))
    return answer


@router.post("/account/tokens")
def issue(request: Request, _: Reader, label: Text = "", role: Text = "reader", days: Text = "") -> Response:
    """A new token, shown in this answer alone."""
    mine, made = _mine(request), ""
    if days and not (days.isascii() and days.isdigit() and len(days) < 6):
        return _page(request, 400, "1–3660", "bad")

    def change(people: dict[str, Account]) -> dict[str, Account]:
        nonlocal made
        changed, made = changing.issuing(people, mine.name, label, role, int(days) if days else None)
        return changed

    try:
        gate(request).accounts.change(change)
    except AccountError as error:
        return _page(request, 400, str(error), "bad")
    return _page(request, key=made)


@router.post("/account/tokens/{token}/revoke")
def revoke(request: Request, _: Reader, token: str) -> Response:
    """A token less."""
    mine = _mine(request)
    try:
        gate(request).accounts.change(lambda people: changing.revoking(people, mine.name, token))
    except AccountError as error:
        raise HTTPException(404, str(error)) from error
    return RedirectResponse("/account?told=token_revoked", 303)


TOLD = ("password_changed", "ended", "token_revoked")


def _page(request: Request, status: int = 200, told: str = "", tone_of: str = "good", key: str = "") -> Response:
    mine, asked = _mine(request), request.query_params.get("told")
    known: dict[str, Any] = {
        "account": mine,
        "sessions": gate(request).sessions.count(mine.name),
        "roles": [role for role in ROLES if ROLES.index(role) <= ROLES.index(mine.role)],
        "shortest": SHORTEST,
    }
    told = told or (say(f"account.{asked}", language(request)) if asked in TOLD else "")
    return page(request, "account.html", area="account", status=status, told=told, tone_of=tone_of, key=key, **known)
