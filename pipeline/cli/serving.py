"""The command that opens the workbench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.options import DEFAULT_DB, Database, Limit, Out, Readers, Reading


@app.command()
def serve(
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others than this machine's need accounts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on (0: any free one).")] = 8765,
    allow_host: Annotated[list[str] | None, typer.Option("--allow-host", help="A name by which browsers reach this server.")] = None,
    accounts: Annotated[Path | None, typer.Option("--accounts", help="File of the accounts (default: accounts.json in --out).")] = None,
    upload_mb: Annotated[int, typer.Option("--upload-mb", min=1, help="Largest file that may be uploaded.")] = 50,
    webhook: Annotated[list[str] | None, typer.Option("--webhook", help="Address that is told when uploads have been read.")] = None,
    secure: Annotated[bool, typer.Option("--secure", help="Behind a proxy with HTTPS: cookies go over it only.")] = False,
    readers: Reading = Readers.both,
    limit: Limit = None,
) -> None:
    """Open the workbench: see, check and correct what is stored in a browser, and serve it to other tools."""
    from pipeline.web import Settings
    from pipeline.web.server import serve as run

    run(Settings(db, out, host, port, tuple(allow_host or ()), accounts, upload_mb, tuple(webhook or ()), secure, readers.value, tuple(limit or ())))
