"""The commands of the accounts that may log in to the workbench. Passwords come from a prompt or standard input, never from arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import Commands, app
from pipeline.cli.options import Out, RoleName, line

if TYPE_CHECKING:
    from pipeline.web.accounts import Accounts, People

users = typer.Typer(cls=Commands, no_args_is_help=True, help="Accounts of the workbench.")
app.add_typer(users, name="users")

Name = Annotated[str, typer.Argument(help="The name that the person logs in with; it stands in the history of corrections.")]
File = Annotated[Path | None, typer.Option("--accounts", help="File of the accounts (default: accounts.json in --out).")]
RoleOf = Annotated[RoleName, typer.Option("--role", help="reader sees, reviewer also corrects and uploads, admin also manages accounts.")]
DEFAULT_OUT = Path("output")


def _file(accounts: Path | None, out: Path) -> Accounts:
    from pipeline.web.accounts import Accounts

    return Accounts(accounts or out / "accounts.json")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline(4096).rstrip("\r\n")


@users.command("add")
def add(name: Name, role: RoleOf = RoleName.reader, accounts: File = None, out: Out = DEFAULT_OUT) -> None:
    """Make an account; its password is asked for, or is the first line of standard input."""
    from pipeline.web import changing

    file, password = _file(accounts, out), _password()
    file.change(lambda people: changing.adding(people, name, role.value, password))
    typer.echo(f"{file.path}: {name} may log in as {role.value}", err=True)


@users.command("list")
def listed(accounts: File = None, out: Out = DEFAULT_OUT) -> None:
    """The accounts and their tokens as JSON lines; of passwords and tokens nothing."""
    for one in _file(accounts, out).read().values():
        tokens = [{"id": t.id, "name": t.name, "role": t.role, "made": t.made, "used": t.used, "expires": t.expires} for t in one.tokens]
        line({"name": one.name, "role": one.role, "disabled": one.disabled, "made": one.made, "tokens": tokens})


@users.command("remove")
def remove(name: Name, accounts: File = None, out: Out = DEFAULT_OUT) -> None:
    """Delete an account; what the person decided keeps the name."""
    from pipeline.web import changing

    _file(accounts, out).change(lambda people: changing.removing(people, name))


@users.command("password")
def password(name: Name, accounts: File = None, out: Out = DEFAULT_OUT) -> None:
    """Another password, asked for or from standard input; sessions of the old one end."""
    from pipeline.web import changing

    given = _password()
    _file(accounts, out).change(lambda people: changing.renewing(people, name, given))


@users.command("role")
def role(
    name: Name, role: Annotated[RoleName, typer.Argument(help="reader, reviewer or admin.")], accounts: File = None, out: Out = DEFAULT_OUT
) -> None:
    """Another role; it counts from the next request on."""
    from pipeline.web import changing

    _file(accounts, out).change(lambda people: changing.altering(people, name, role=changing.checked(role.value)))


@users.command("disable")
def disable(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the account in again.")] = False,
    accounts: File = None,
    out: Out = DEFAULT_OUT,
) -> None:
    """Let an account in no more; its sessions and tokens end at once."""
    from pipeline.web import changing

    _file(accounts, out).change(lambda people: changing.altering(people, name, disabled=not undo))


@users.command("token")
def token(
    name: Name,
    label: Annotated[str, typer.Option("--name", help="What uses the token.")],
    role: RoleOf = RoleName.reader,
    days: Annotated[int | None, typer.Option("--days", min=1, max=3660, help="How long it lasts (default: for ever).")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Revoke the token of this name instead.")] = False,
    accounts: File = None,
    out: Out = DEFAULT_OUT,
) -> None:
    """Make a token for a tool; it goes to standard output, once: only a digest of it is kept."""
    from pipeline.web import changing

    made = ""

    def change(people: People) -> People:
        nonlocal made
        if revoke:
            return changing.revoking(people, name, label)
        changed, made = changing.issuing(people, name, label, role.value, days)
        return changed

    _file(accounts, out).change(change)
    if made:
        typer.echo(made)
