"""The command `zhibiao`. Results go to stdout or files, notes and progress to stderr; exit status 0 done, 1 some documents failed, 2 wrong usage."""

from __future__ import annotations

import sys

import typer

from pipeline.cli import asking, correcting, measuring, reading, running, serving, users
from pipeline.cli.app import app
from schemas.errors import ZhibiaoError


def main() -> None:
    """Entry point: one line for an expected error, status 2."""
    try:
        app()
    except ZhibiaoError as error:
        typer.echo(f"zhibiao: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


__all__ = ["app", "asking", "correcting", "main", "measuring", "reading", "running", "serving", "users"]
