"""The application: the literal list of its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from pipeline import store
from pipeline.web import turns
from pipeline.web.api import root
from pipeline.web.guard import guard
from pipeline.web.pages import api, documents, health, home, runs, theme, upload
from pipeline.web.render import HERE, page
from pipeline.web.settings import Settings
from pipeline.web.state import Workbench
from schemas.errors import ZhibiaoError

ROUTERS = (health.router, theme.router, home.router, documents.router, upload.router, runs.router, root.router, api.router)
# what parts do when the server starts, and when it stops (in the opposite order)
STARTING: tuple[Callable[[Workbench], None], ...] = (turns.startup,)
STOPPING: tuple[Callable[[Workbench], None], ...] = (turns.shutdown,)


def create_app(settings: Settings) -> FastAPI:
    """The application of a workbench. Creates the database where there is none; raises StoreError where it cannot be used."""
    engine = store.connect(settings.database)
    store.upgrade(engine)
    app = FastAPI(title="zhibiao", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_alive)
    app.state.workbench = Workbench(settings, engine)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.middleware("http")(guard)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(ZhibiaoError, _ours)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    """From the start of the server to its end."""
    for start in STARTING:
        await run_in_threadpool(start, app.state.workbench)
    try:
        yield
    finally:
        for stop in reversed(STOPPING):
            await run_in_threadpool(stop, app.state.workbench)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(request, error.status_code, str(error.detail))


async def _ours(request: Request, error: Exception) -> Response:
    return _problem(request, 400, str(error))


def _problem(request: Request, status: int, says: str) -> Response:
    """An error as a page, for tools as JSON."""
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": says}, status)
    return page(request, "problem.html", area="problem", status=status, says=says, code=status)
