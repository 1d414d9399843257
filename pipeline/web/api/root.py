"""The API as a whole: its routes, which answer HEAD too, and its OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.api import comparing, corrections, describing, resources, uploads

router = APIRouter()


@router.get("/api/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    return Response(described(request.app), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@cache
def described(app: Any) -> bytes:
    """The OpenAPI document of an application, in UTF-8."""
    return json.dumps(describing.document(app.routes), ensure_ascii=False).encode()


def _and_head(routes: APIRouter) -> APIRouter:
    """A router whose GET routes answer HEAD too, without standing twice in the document."""
    for route in [route for route in routes.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]:
        routes.add_api_route(route.path.removeprefix(routes.prefix), route.endpoint, methods=["HEAD"], include_in_schema=False)
    return routes


for one in (resources.router, comparing.router, uploads.router, corrections.router):
    router.include_router(_and_head(one))
