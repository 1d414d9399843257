"""The application: the literal list of its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from pipeline import store
from pipeline.web import turns
from pipeline.web.accounts import Accounts
from pipeline.web.api import root
from pipeline.web.gate import Gate
from pipeline.web.guard import Guard
from pipeline.web.pages import account, api, compare, documents, health, home, login, review, runs, search, source, theme, upload, users
from pipeline.web.problem import discreet, failed, problem
from pipeline.web.render import HERE
from pipeline.web.settings import Settings
from pipeline.web.state import Workbench
from schemas.errors import StoreError, ZhibiaoError

ROUTERS = (
    health.router,
    theme.router,
    login.router,
    account.router,
    users.router,
    home.router,
    compare.router,
    search.router,
    source.router,
    documents.router,
    upload.router,
    runs.router,
    review.router,
    root.router,
    api.router,
)
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
    app.state.gate = Gate(settings, Accounts(settings.accounts_file))
    app.add_middleware(Guard)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
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
    return problem(request, error.status_code, str(error.detail), error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = [f"{'.'.join(str(part) for part in one['loc'][1:])[:80]}: {one['msg'][:200]}" for one in error.errors()[:5]]
    return problem(request, 422, "; ".join(told))


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, StoreError):
        return failed(request, error)
    return problem(request, 400, discreet(str(error)))
