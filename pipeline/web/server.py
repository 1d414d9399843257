"""The server: one process that answers, until it is told to end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections import Counter
from typing import Any

import typer
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.web.accounts import Accounts
from pipeline.web.app import create_app
from pipeline.web.gate import unlocked
from pipeline.web.guard import LONGEST_ADDRESS, LONGEST_HEADERS
from pipeline.web.pages.compare import warm
from pipeline.web.settings import Settings
from schemas.errors import ZhibiaoError

HEAD_SECONDS = 10.0  # until a request's head has come whole
CONNECTIONS, CONNECTIONS_EACH = 500, 100  # open at once, of all and of one address
_open: Counter[str] = Counter()


class Patient(H11Protocol):
    """A connection whose requests must come in time: uvicorn itself waits for ever for the end of a head."""

    _late: asyncio.TimerHandle | None = None
    _from = ""

    def connection_made(self, transport: Any) -> None:
        """Refuse an address that holds too many connections already; loopback may be a proxy that brings everybody."""
        super().connection_made(transport)
        self._from = self.client[0] if self.client else ""
        _open[self._from] += 1
        if _open[self._from] > CONNECTIONS_EACH and not _loopback(self._from):
            transport.close()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._rest()
        _open[self._from] -= 1
        if _open[self._from] <= 0:
            del _open[self._from]

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or body."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._rest()

    def _wait(self) -> None:
        if self._late is None:
            self._late = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._end)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        self._late = None
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing():
            self.transport.close()


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def serve(settings: Settings) -> None:
    """Answer until SIGTERM or Ctrl-C. Raises ZhibiaoError where the address cannot be used or is open to others, StoreError for the database."""
    refused = unlocked(settings)
    if refused:
        raise ZhibiaoError(refused)
    app = create_app(settings)
    listening = _listen(settings)
    address, port = listening.getsockname()[:2]
    if settings.local and not _loopback(address):
        listening.close()
        raise ZhibiaoError(f"{settings.host}: stands for {address} here, which others can reach; use --host 127.0.0.1")
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"workbench: http://{shown}:{port}/ ; end with Ctrl-C", err=True)
    if not settings.local and not settings.secure:
        typer.echo("warning: passwords and data go over the network unencrypted; put a proxy with HTTPS before it (--secure)", err=True)
    if settings.local and not Accounts(settings.accounts_file).read():
        typer.echo("no accounts: whoever uses this machine may change everything; zhibiao users add makes the first", err=True)
    _log()
    warm(app.state.workbench)
    uvicorn.Server(config(app, settings)).run(sockets=[listening])


def config(app: Any, settings: Settings) -> uvicorn.Config:
    """How the server runs. Addresses that a proxy names are believed with --secure only, and from this machine (or FORWARDED_ALLOW_IPS)."""
    return uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=settings.secure,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=15,
        limit_concurrency=CONNECTIONS,
        backlog=256,
        h11_max_incomplete_event_size=LONGEST_ADDRESS + LONGEST_HEADERS + 4096,
    )


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise ZhibiaoError(f"{settings.host}:{settings.port}: cannot listen there ({error.strerror}); choose another --port") from error
    return listening


def _log() -> None:
    """Faults, logins and changes of accounts go to stderr with their time."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("zhibiao.web")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
