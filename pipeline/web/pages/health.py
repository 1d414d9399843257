"""Whether the server and its database answer, for those who watch over it."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from pipeline import store
from pipeline.web.state import workbench
from schemas.errors import StorageError

router = APIRouter()


@router.get("/health", include_in_schema=False)
def health(request: Request) -> JSONResponse:
    """200 where the database answers, 503 where it does not; says nothing of what is stored."""
    try:
        store.ask(workbench(request).engine, lambda connection: connection.execute(sa.select(sa.literal(1))).scalar(), 2.0)
    except StorageError:
        return JSONResponse({"status": "the database does not answer"}, 503, {"Cache-Control": "no-store"})
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
