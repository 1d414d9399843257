"""Who asks, and what they may do."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Literal

Role = Literal["reader", "reviewer", "admin"]
ROLES: tuple[Role, ...] = ("reader", "reviewer", "admin")  # each may do what those before it may


@dataclass(frozen=True, slots=True)
class Person:
    """`name` stands in the history of corrections. `local`: nobody logged in, the server answers this machine only."""

    name: str
    role: Role
    local: bool = False

    def may(self, role: Role) -> bool:
        """Whether the person has a role or one above it."""
        return ROLES.index(self.role) >= ROLES.index(role)


def myself() -> Person:
    """Who started the server: the admin of a workbench that only this machine reaches."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without such a user
        name = "local"
    return Person(name, "admin", local=True)
