"""The application that the commands register with."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup


class Commands(TyperGroup):
    """A group that answers an unknown command with the list of those there are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names; a usage error where none is called so."""
        if self.get_command(ctx, args[0]) is None:
            ctx.fail(f"there is no command “{args[0]}”; there are: {', '.join(self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="指标：把政府规划和任务表变成可比较的行。"
)
database = typer.Typer(cls=Commands, no_args_is_help=True, help="The database.")
app.add_typer(database, name="db")
