"""Who asks, and what they may do."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request

Role = Literal["reader", "reviewer", "admin"]
ROLES: tuple[Role, ...] = ("reader", "reviewer", "admin")  # each may do what those before it may


@dataclass(frozen=True, slots=True)
class Person:
    """`name` stands in the history of corrections. `local`: nobody logged in, the server answers this machine only."""

    name: str
    role: Role | Literal["nobody"]
    local: bool = False

    def may(self, role: Role) -> bool:
        """Whether the person has a role or one above it."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


NOBODY = Person("", "nobody")  # not logged in where logging in is needed: sees the login page, nothing of what is stored


def myself() -> Person:
    """Who started the server: the admin of a workbench that only this machine reaches."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without such a user
        name = "local"
    return Person(name, "admin", local=True)


def lower(one: Role, other: Role) -> Role:
    """The role of two that may less."""
    return min(one, other, key=ROLES.index)


def require(role: Role) -> Callable[[Request], Person]:
    """A dependency of a route: the person who asks, 403 where the role is below.

    `person: Annotated[Person, Depends(require("reviewer"))]`, or `dependencies=[Depends(require("admin"))]` of a route or router.
    """

    def allowed(request: Request) -> Person:
        person = cast(Person, request.state.person)
        if not person.may(role):
            raise HTTPException(403, f"this needs the role “{role}”; yours is “{person.role}”")
        return person

    allowed.role = role  # type: ignore[attr-defined]  # the test of all routes reads it
    return allowed
