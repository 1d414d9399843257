"""What to do first: the command that fills this database."""

from __future__ import annotations

import shlex

from pipeline import store
from pipeline.web.state import Workbench


def command(workbench: Workbench) -> str:
    """The command that reads a folder into this database; a password in its URL is not shown."""
    return f"zhibiao run FOLDER --db {shlex.quote(store.shown(workbench.engine))} --out {shlex.quote(str(workbench.settings.out))}"
