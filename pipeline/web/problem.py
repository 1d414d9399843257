"""Errors as pages for people, as JSON for tools; none says anything of this machine."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

import regex
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from pipeline.web.api.problems import problem as of_api
from pipeline.web.render import page

LOG = logging.getLogger("zhibiao.web")
_FOLDERS = regex.compile(r"(?:sqlite:/*|file:/*|(?<![\p{L}\p{N}:/.])/|\b[A-Za-z]:\\)(?:[^\s/\\“”\"':;,]+[/\\])+")


def for_tools(request: Request) -> bool:
    """Whether an answer is for a tool rather than for a person."""
    return request.scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", "")


def problem(request: Request, status: int, says: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error: `{"error": …}` for tools (of the API with all that its problems have), a page for people."""
    if request.scope["path"].startswith("/api/"):
        told = of_api(status, says)
        told.headers.update(headers or {})
        return told
    if for_tools(request):
        return JSONResponse({"error": says}, status, headers)
    shown = page(request, "problem.html", area="problem", status=status, says=says, code=status)
    shown.headers.update(headers or {})
    return shown


def discreet(says: str) -> str:
    """A message without the folders of this machine: the name of a file stays."""
    return _FOLDERS.sub("", says)


def failed(request: Request, error: BaseException) -> Response:
    """A fault of ours: a number that stands in the server's log beside what happened."""
    number = secrets.token_hex(4)
    LOG.error("fault %s: %s %s", number, request.method, ascii(request.scope["path"][:200]), exc_info=error)
    says = f"an error of the workbench, noted in its log as {number}"
    try:
        return problem(request, 500, says)
    except Exception:
        LOG.exception("fault %s: no page for it either", number)
        return PlainTextResponse(f"{says}\n", 500)
