"""Errors of the API: RFC 9457 problem details that say what to do; unknown and repeated parameters are refused by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schemas.errors import StorageError, StoreError, ZhibiaoError

MEDIA = "application/problem+json"


class ProblemError(Exception):
    """What is refused: `detail` says what is wrong and what to do; `more`: further members of the answer."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """The answer of an error; `error` repeats `detail` for scripts of pages."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "error": detail}
    return JSONResponse(said | more, status, media_type=MEDIA)


class Route(APIRoute):
    """A route of the API: knows its parameters, and tells every error alike."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, in what every request passes."""
        handle = super().get_route_handler()
        known = {field.alias: _repeats(field) for field in get_flat_params(self.dependant) if _place(field) == "query"}

        async def told(request: Request) -> Response:
            try:
                _check(request, known)
                return await handle(request)
            except ProblemError as error:
                return problem(error.status, error.detail, **error.more)
            except RequestValidationError as error:
                wrong = [{"parameter": _named(one["loc"]), "problem": str(one["msg"])[:200]} for one in error.errors()[:10]]
                return problem(422, "; ".join(f"{one['parameter']}: {one['problem']}" for one in wrong), parameters=wrong)
            except HTTPException as error:
                return problem(error.status_code, str(error.detail))
            except (StoreError, StorageError) as error:
                logging.getLogger("zhibiao.web").error("%s", error)
                return problem(503, "the database does not answer at this moment; ask again later")
            except ZhibiaoError as error:
                return problem(400, str(error))

        return told


def _named(place: Sequence[Any]) -> str:
    """The parameter that an error is of: (query, kind, 0) is kind."""
    return str(place[min(1, len(place) - 1)])[:80]


def _place(field: Any) -> str:
    return str(field.field_info.in_.value)


def _repeats(field: Any) -> bool:
    return "list" in str(field.field_info.annotation) or "tuple" in str(field.field_info.annotation)


def _check(request: Request, known: dict[str, bool]) -> None:
    """A misspelt filter must not silently widen a result, nor the second of two win."""
    given = [name for name, _ in request.query_params.multi_items()]
    for name, value in request.query_params.multi_items():
        if name not in known:
            there = f"it has: {', '.join(sorted(known))}" if known else "it has none"
            raise ProblemError(400, f"there is no parameter “{name[:80]}” here; {there}", parameter=name[:80])
        if not known[name] and given.count(name) > 1:
            raise ProblemError(400, f"“{name}” may be given once", parameter=name)
        if "\x00" in value:
            raise ProblemError(400, f"“{name}” holds a character that no text has", parameter=name)
    if "\x00" in request.url.path:
        raise ProblemError(404, "there is no such record")
