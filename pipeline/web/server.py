"""The server: one process that answers, until it is told to end."""

from __future__ import annotations

import socket

import typer
import uvicorn

from pipeline.web.app import create_app
from pipeline.web.pages.compare import warm
from pipeline.web.settings import Settings
from schemas.errors import ZhibiaoError


def serve(settings: Settings) -> None:
    """Answer until SIGTERM or Ctrl-C. Raises ZhibiaoError where the address cannot be used, StoreError where the database cannot."""
    app = create_app(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise ZhibiaoError(f"{settings.host}:{settings.port}: cannot listen there ({error.strerror}); choose another --port") from error
    warm(app.state.workbench)
    shown = f"[{settings.host}]" if family is socket.AF_INET6 else settings.host
    typer.echo(f"workbench: http://{shown}:{listening.getsockname()[1]}/ ; end with Ctrl-C", err=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[listening])
