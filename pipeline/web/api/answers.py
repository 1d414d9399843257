"""Answers of the API: pages of a list with their cursor, as JSON or CSV; one record; and what tells one state of them from another (ETag)."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipeline import store
from pipeline.browse.indicators import settled
from pipeline.browse.tables import CursorError
from pipeline.exporters.flat import flatten
from pipeline.web.api.parameters import Paging
from pipeline.web.api.problems import ProblemError
from pipeline.web.state import Workbench, workbench
from schemas.lines import DEADLINE, columns

if TYPE_CHECKING:
    import sqlalchemy as sa

_T = TypeVar("_T")
Row = dict[str, Any]
After = list[Any] | None
Read = Callable[["sa.Connection", After, int], tuple[list[Row], After]]
_OF_PAGES = ("cursor", "limit", "format", "count", "all")  # parameters that change the page and not the list
_MOST = 1000  # lines of a page
DEADLINES = [f"deadline_{part}" for part in DEADLINE]


def listed(request: Request, kind: str, paging: Paging, read: Read, count: Callable[[sa.Connection], int] | None = None) -> Response:
    """A page of a list of lines of a kind (see `schemas.lines`), or with `all=true` the whole of it as CSV."""
    wb = workbench(request)
    as_csv = wants_csv(request, paging)
    if paging.all and not as_csv:
        raise ProblemError(400, "all=true streams CSV: add format=csv, or follow `next` from page to page")
    tag = etag(request, wb)
    if tag and tag in _given(request):
        return Response(status_code=304, headers=_headers(tag))
    after = opened(request, paging.cursor)
    if paging.all:
        return _whole(request, wb, kind, read, after, tag)
    with store.reading(wb.engine) as connection:
        try:
            lines, behind = read(connection, after, paging.limit)
        except CursorError as error:
            raise ProblemError(400, f"{error}; begin again without cursor", parameter="cursor") from error
        total = count(connection) if paging.count and count else None
    address = further(request, behind)
    headers = _headers(tag) | ({"Link": f'<{address}>; rel="next"'} if address else {}) | ({} if total is None else {"X-Total-Count": str(total)})
    if as_csv:
        return answer(request, "".join(_csv(kind, [lines])).encode(), "text/csv; charset=utf-8", headers)
    body = {"items": lines, "next": address} | ({} if total is None else {"total": total})
    return answer(request, encoded(body), "application/json", headers)


def one(request: Request, make: Callable[[sa.Connection], Row | None], what: str) -> Response:
    """One record; 404 where there is none."""
    return _single(request, make, what, "application/json", encoded)


def plain(request: Request, make: Callable[[sa.Connection], str | None], what: str) -> Response:
    """A text; 404 where there is none."""
    return _single(request, make, what, "text/plain; charset=utf-8", str.encode)


def _single(request: Request, make: Callable[[sa.Connection], _T | None], what: str, media: str, coded: Callable[[_T], bytes]) -> Response:
    wb = workbench(request)
    tag = etag(request, wb)
    if tag and tag in _given(request):
        return Response(status_code=304, headers=_headers(tag))
    with store.reading(wb.engine) as connection:
        found = make(connection)
    if found is None:
        raise ProblemError(404, f"there is no such {what}; ids are those that lists give, and change with the content")
    return answer(request, coded(found), media, _headers(tag))


def encoded(value: Any) -> bytes:
    """JSON in UTF-8; what is absent is null, no number is NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def wants_csv(request: Request, paging: Paging) -> bool:
    """Whether CSV is asked for: by `format`, else by the Accept header."""
    return paging.format == "csv" if paging.format else "text/csv" in request.headers.get("accept", "").lower()


def etag(request: Request, wb: Workbench) -> str | None:
    """Weak: the state of the stored rows, the question and the form of the answer. None while a run stores rows: the state has no name yet."""
    with store.reading(wb.engine) as connection:
        if not settled(connection):
            return None
    asked = sorted(request.query_params.multi_items())
    form = "csv" if "text/csv" in request.headers.get("accept", "").lower() else "json"
    whole = json.dumps([version("zhibiao"), wb.version(), request.url.path, asked, form])
    return f'W/"{hashlib.sha256(whole.encode()).hexdigest()[:24]}"'


def _given(request: Request) -> list[str]:
    return [one.strip() for one in request.headers.get("if-none-match", "").split(",")]


def _headers(tag: str | None) -> dict[str, str]:
    return {"Cache-Control": "private, no-cache", "Vary": "Accept"} | ({"ETag": tag} if tag else {})


def answer(request: Request, body: bytes, media: str, headers: dict[str, str]) -> Response:
    """An answer; to HEAD its headers."""
    if request.method == "HEAD":
        return Response(None, headers=headers | {"Content-Length": str(len(body)), "Content-Type": media})
    return Response(body, media_type=None, headers=headers | {"Content-Type": media})


def _question(request: Request) -> str:
    """What list a cursor is of."""
    asked = sorted((name, value) for name, value in request.query_params.multi_items() if name not in _OF_PAGES)
    return hashlib.sha256(json.dumps([request.url.path, asked]).encode()).hexdigest()[:12]


def sealed(request: Request, behind: list[Any]) -> str:
    """A place in a list as a cursor."""
    return base64.urlsafe_b64encode(encoded([_question(request), *behind])).decode().rstrip("=")


def opened(request: Request, cursor: str | None) -> After:
    """The place that a cursor means. Raises ProblemError where it is none, or of another question."""
    if cursor is None:
        return None
    try:
        question, *after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise ProblemError(400, "this is no cursor; take the one that `next` of the page before names", parameter="cursor") from error
    if question != _question(request) or not after:
        raise ProblemError(400, "the cursor is of another question: keep filters and order as they were, or begin without it", parameter="cursor")
    return list(after)


def further(request: Request, behind: After) -> str | None:
    """The address of the next page."""
    if behind is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "count")]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', sealed(request, behind))])}"


def _csv(kind: str, pages: Iterable[list[Row]]) -> Iterator[str]:
    return _lines(pages, columns(kind))


def _lines(pages: Iterable[list[Row]], names: Sequence[str]) -> Iterator[str]:
    """Lines of CSV, the header first: the columns are known, whatever the first line has."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for lines in pages:
        writer.writerows({name: flat.get(name) for name in names} for flat in map(flatten, lines))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    if rest := out.getvalue():
        yield rest


def _whole(request: Request, wb: Workbench, kind: str, read: Read, after: After, tag: str | None) -> Response:
    """All pages, each read in a transaction of its own: a slow reader holds no lock."""

    def pages() -> Iterator[list[Row]]:
        place = after
        while True:
            with store.reading(wb.engine) as connection:
                lines, place = read(connection, place, _MOST)
            yield lines
            if place is None:
                return

    media = "text/csv; charset=utf-8"
    if request.method == "HEAD":
        return Response(None, headers=_headers(tag) | {"Content-Type": media})
    return StreamingResponse(_csv(kind, pages()), media_type=media, headers=_headers(tag))


def table(lines: Sequence[Row], names: Sequence[str]) -> bytes:
    """Lines of a table of a comparison as CSV."""
    return "".join(_lines([list(lines)], [part for name in names for part in (DEADLINES if name == "deadline" else [name])])).encode()
