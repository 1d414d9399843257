"""One document beside what was read in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipeline import store
from pipeline.browse import source as browse
from pipeline.browse.sheets import choose, sheets_of, unchanged
from pipeline.pictures import Asked, Pictures
from pipeline.remote import is_url
from pipeline.web import words
from pipeline.web.pages.documents import says
from pipeline.web.render import language, link, page
from pipeline.web.state import workbench
from schemas.errors import ParseError

router = APIRouter()


_PICTURES = Pictures()
_WIDTHS = (600, 2400)  # pixels across


@router.get("/documents/{document_id}", include_in_schema=False)
def source(
    request: Request,
    document_id: str,
    target: str = "",
    task: str = "",
    start: str = "",
    end: str = "",
    part: str = "",
    view: str = "text",
    number: Annotated[str, Query(alias="page")] = "",
    file: str = "",
) -> Response:
    """The viewer. `target`, `task`, or `start` and `end` choose a record or a place; `part` (from 1) a part of a long text.

    `view=pages` shows the picture of a page: of `file`, where the document is of several.
    """
    with store.reading(workbench(request).engine) as connection:
        row = _row(connection, document_id)
        at = asked = _span(start, end, len(row["text"]))
        if target or task:
            place = browse.place_of(connection, document_id, target or None, task or None)
            at, asked = place or at, None
        sheets = sheets_of(connection, row)
        if view == "pages" and sheets:
            shown = choose(connection, row, sheets, at, file, _number(number))
            found = browse.read_page(connection, row, *shown)
        else:
            found, view = browse.read(connection, row, at, _number(part), asked), "text"
    found.chosen = {"target": target, "task": task, "at": at}
    values = _shown(found, language(request)) | {
        "view": view,
        "pageable": bool(sheets),
        "sheets": sheets,
        "pages_link": link(request, view="pages", part=None),
    }
    if view == "pages":
        return page(request, "source_pages.html", area="documents", source=found, **values, **_sheet(request, row, *shown))
    return page(request, "source.html", area="documents", source=found, **values)


@router.get("/documents/{document_id}/pages/{number}.png", include_in_schema=False)
def picture(request: Request, document_id: str, number: int, file: str = "", width: int = 1200) -> Response:
    """The picture of a page of a document's own file, or of a file of the package that it is."""
    with store.reading(workbench(request).engine) as connection:
        row = _row(connection, document_id)
        sheets = sheets_of(connection, row)
    if (file or None) not in {one["file"] for one in sheets}:  # what is not a file with pages of this document is not opened
        raise HTTPException(404, file[:200])
    try:
        found = _PICTURES.get(_asked(request, row, file or None, number, width))
    except ParseError as error:
        raise HTTPException(404, str(error)) from error
    return Response(found.png, media_type="image/png", headers={"Cache-Control": "private, max-age=600"})


@router.get("/documents/{document_id}/file", include_in_schema=False)
def original(request: Request, document_id: str) -> Response:
    """The file that a document was read from, if it is still the same."""
    with store.reading(workbench(request).engine) as connection:
        row = _row(connection, document_id)
    if row["format"] == "folder":
        raise HTTPException(404, words.say("source.is_folder", language(request)))
    if row["location"] is None or is_url(row["location"]):
        raise HTTPException(404, words.say("source.not_here", language(request)))
    stream = unchanged(row["location"], row["sha256"])
    if stream is None:
        raise HTTPException(404, words.say("source.changed", language(request)))
    name = quote(row["location"].rpartition("/")[2] or row["name"], safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"}
    return StreamingResponse(_read(stream), media_type="application/octet-stream", headers=headers)


def _read(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(1 << 18):
            yield chunk


def _row(connection: Any, document_id: str) -> dict[str, Any]:
    row = browse.document(connection, document_id)
    if row is None:
        raise HTTPException(404, document_id[:80])
    return row


def _asked(request: Request, row: dict[str, Any], file: str | None, number: int, width: int) -> Asked:
    folder = row["format"] == "folder"
    sha256 = (row["source_sha256"] if folder else row["sha256"]) or ""
    width = round(max(_WIDTHS[0], min(width, _WIDTHS[1])) / 100) * 100
    return Asked(row["location"] or "", sha256, folder, file, max(1, min(number, 1_000_000)), width, workbench(request).settings.limits)


def _sheet(request: Request, row: dict[str, Any], file: str | None, number: int) -> dict[str, Any]:
    """The page shown: its size in points, or why it cannot be shown."""
    try:
        found = _PICTURES.get(_asked(request, row, file, number, 1400))
    except ParseError as error:
        return {"sheet": None, "problem": str(error), "file": file, "number": number, "pages_in_file": number}
    return {"sheet": found, "problem": None, "file": file, "number": number, "pages_in_file": found.pages}


def _shown(found: browse.Source, lang: str) -> dict[str, Any]:
    """What the template needs beside the document."""
    targets = (t for group in found.tasks for t in group["targets"])
    return {
        "fields": browse.FIELDS,
        "on": next((t["number"] for t in targets if t["id"] == found.chosen["target"]), None),
        "on_task": next((group["number"] for group in found.tasks if group["id"] and group["id"] == found.chosen["task"]), None),
        "open_numbers": sum(one["field"] == "ledger" for one in found.ledger),
        "reason_of": partial(says, lang=lang),
    }


def _number(text: str) -> int | None:
    """A number of the address; None for none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def _span(start: str, end: str, length: int) -> tuple[int, int] | None:
    """A place of the address; None where it gives none inside the text."""
    low, high = (int(x) if x.isascii() and x.isdecimal() and len(x) < 12 else None for x in (start, end))
    if low is None or low >= length:
        return None
    return low, min(high if high is not None and high > low else low + 1, length)
