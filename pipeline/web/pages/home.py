"""The first page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.render import page

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(request: Request) -> Response:
    """The first page."""
    return page(request, "home.html", area="home")
