"""Who a request comes from: a session's cookie, a tool's token, or, where there are no accounts, whoever sits at this machine."""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass, field
from typing import Literal, cast

from starlette.datastructures import Headers
from starlette.requests import Request

from pipeline.web import changing
from pipeline.web.accounts import AccountError, Accounts, People
from pipeline.web.attempts import Attempts
from pipeline.web.people import NOBODY, Person, lower, myself
from pipeline.web.sessions import Session, Sessions
from pipeline.web.settings import Settings
from schemas.errors import ZhibiaoError

LOG = logging.getLogger("zhibiao.web")
# a tool's key where there are no accounts: no page of another origin can send such a header
LOCAL_TOKEN = "local"
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class ClosedError(Exception):
    """Nobody is let in: the accounts cannot be read, or there are none where others reach the server."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `way`: how that is known; `csrf`: what a change must bring, None where it needs nothing (a token)."""

    person: Person
    way: Literal["local", "session", "token", "nobody", "wrong token"]
    csrf: str | None


@dataclass(slots=True)
class Gate:
    """The accounts, sessions and tries of one server."""

    settings: Settings
    accounts: Accounts
    sessions: Sessions = field(default_factory=Sessions)
    attempts: Attempts = field(default_factory=Attempts)
    hashing: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(2))
    _locked: bool = False

    def people(self) -> People:
        """The accounts as they are now; empty where everybody is the local admin. Raises ClosedError."""
        try:
            found = self.accounts.read()
        except AccountError as error:
            LOG.error("accounts: %s", error)
            raise ClosedError from error
        if found:
            self._locked = True  # from now on their loss opens nothing
        elif self._locked or shared(self.settings):
            raise ClosedError
        return found

    @property
    def prefix(self) -> str:
        """Of cookies' names: browsers take `__Host-` only over HTTPS, for this host alone."""
        return "__Host-zhibiao_" if self.settings.secure else "zhibiao_"

    def who(self, headers: Headers, cookies: dict[str, str]) -> Asker:
        """Who asks, with what they may do at this moment. Raises ClosedError."""
        people, given = self.people(), headers.get("authorization")
        drawn = cookies.get(f"{self.prefix}csrf", "")
        if not people and any(name in headers for name in FORWARDED):
            return Asker(NOBODY, "nobody", drawn)  # a proxy brings others to a server that takes everybody for its owner
        if given is not None:
            return self._tool(people, given)
        if not people:
            return Asker(myself(), "local", drawn)
        session = self.session(people, cookies)
        if session is None:
            return Asker(NOBODY, "nobody", drawn)
        return Asker(Person(session.name, people[session.name].role), "session", session.csrf)

    def session(self, people: People, cookies: dict[str, str]) -> Session | None:
        """The session of a cookie, if its account may still log in with the password of then."""
        session = self.sessions.find(cookies.get(f"{self.prefix}session", ""))
        account = people.get(session.name) if session else None
        if session is None or account is None or account.disabled or account.password != session.password:
            return None
        return session

    def _tool(self, people: People, given: str) -> Asker:
        kind, _, key = given.partition(" ")
        key = key.strip()
        if kind.lower() == "bearer" and not people and key == LOCAL_TOKEN:
            return Asker(myself(), "token", None)
        mine = changing.digest(key)
        for account in people.values() if kind.lower() == "bearer" else ():
            for token in account.tokens:
                if token.digest == mine and not account.disabled and not token.stale(changing.today()):
                    self._note(account.name, token.id, token.used)
                    return Asker(Person(account.name, lower(token.role, account.role)), "token", None)
        return Asker(NOBODY, "wrong token", None)

    def _note(self, name: str, token: str, used: str | None) -> None:
        """Write the day of the last use, once a day."""
        day = changing.today().isoformat()
        if used != day:
            try:
                self.accounts.change(lambda people: changing.using(people, name, token, day))
            except ZhibiaoError as error:
                LOG.warning("accounts: the use of a token was not noted: %s", error)

    def login(self, address: str, name: str, password: str) -> str | float | None:
        """The id of a new session; None where name or password is wrong; seconds to wait where too many tries were."""
        from pipeline.web.passwords import agrees

        wait = self.attempts.begin(address, name)
        if wait > 0:
            return wait
        if not self.hashing.acquire(timeout=5):
            return 5.0
        try:
            people = self.people()
            try:
                account = changing.called(people, name)
            except AccountError:
                account = None
            fits = agrees(password, account.password if account else None)
        finally:
            self.hashing.release()
        # a name that is not known may be a password in the wrong field: it is not logged
        if account is None or not fits or account.disabled:
            LOG.warning("login refused: %s from %s", account.name if account else "unknown name", address)
            return None
        self.attempts.right(address, name)
        LOG.info("login: %s from %s", account.name, address)
        return self.sessions.open(account.name, account.password)


def shared(settings: Settings) -> bool:
    """Whether others than this machine's users are meant to reach the server: then nobody is let in without an account."""
    return not settings.local or bool(settings.hosts) or settings.secure


def unlocked(settings: Settings) -> str | None:
    """Why a server with these settings may not start: it would be open to others; None where it may. Raises AccountError."""
    people = Accounts(settings.accounts_file).read()
    if not shared(settings) or any(one.role == "admin" and not one.disabled for one in people.values()):
        return None
    return (
        f"{settings.host}: others could reach the workbench, and nobody would have to log in; make an admin first: "
        f"zhibiao users add NAME --role admin --accounts {settings.accounts_file}"
    )


def gate(request: Request) -> Gate:
    """The gate of the server that a request came to."""
    return cast(Gate, request.app.state.gate)


def drawn() -> str:
    """A random value for the cookie that forms must repeat."""
    return secrets.token_urlsafe(32)
