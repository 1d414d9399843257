"""The application: the literal list of its parts."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from pipeline import store
from pipeline.web.api import root
from pipeline.web.guard import guard
from pipeline.web.pages import health, home, theme
from pipeline.web.render import HERE, page
from pipeline.web.settings import Settings
from pipeline.web.state import Workbench
from schemas.errors import ZhibiaoError

ROUTERS = (health.router, theme.router, home.router, root.router)


def create_app(settings: Settings) -> FastAPI:
    """The application of a workbench. Creates the database where there is none; raises StoreError where it cannot be used."""
    engine = store.connect(settings.database)
    store.upgrade(engine)
    app = FastAPI(title="zhibiao", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.workbench = Workbench(settings, engine)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.middleware("http")(guard)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(ZhibiaoError, _ours)
    return app


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
