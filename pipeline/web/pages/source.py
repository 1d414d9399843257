"""One document beside what was read in it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse import source as browse
from pipeline.web.render import page
from pipeline.web.state import workbench
from schemas.reasons import explain

router = APIRouter()


@router.get("/documents/{document_id}", include_in_schema=False)
def source(
    request: Request, document_id: str, target: str = "", task: str = "", start: str = "", end: str = "", part: str = ""
) -> Response:
    """The viewer. `target`, `task`, or `start` and `end` choose a record or a place; `part` (from 1) a part of a long text."""
    with store.reading(workbench(request).engine) as connection:
        row = browse.document(connection, document_id)
        if row is None:
            raise HTTPException(404, document_id[:80])
        at = asked = _span(start, end, len(row["text"]))
        if target or task:
            place = browse.place_of(connection, document_id, target or None, task or None)
            at, asked = place or at, None
        found = browse.read(connection, row, at, _number(part), asked)
    found.chosen = {"target": target, "task": task, "at": at}
    return page(request, "source.html", area="documents", source=found, **_shown(request, found))


def _shown(request: Request, found: browse.Source) -> dict[str, Any]:
    """What the template needs beside the document."""
    targets = (t for group in found.tasks for t in group["targets"])
    return {
        "fields": browse.FIELDS,
        "view": "text",
        "pageable": False,
        "pages_link": "",
        "on": next((t["number"] for t in targets if t["id"] == found.chosen["target"]), None),
        "on_task": next((group["number"] for group in found.tasks if group["id"] and group["id"] == found.chosen["task"]), None),
        "open_numbers": sum(one["field"] == "ledger" for one in found.ledger),
        "reason_of": explain,
    }


def _number(text: str) -> int | None:
    """The number of a part, counted from 0."""
    return int(text) - 1 if text.isascii() and text.isdecimal() and len(text) < 8 else None


def _span(start: str, end: str, length: int) -> tuple[int, int] | None:
    """A place of the address; None where it gives none inside the text."""
    numbers: list[Any] = [int(x) if x.isascii() and x.isdecimal() and len(x) < 12 else None for x in (start, end)]
    if numbers[0] is None or numbers[0] >= length:
        return None
    low = numbers[0]
    high = numbers[1] if numbers[1] is not None and numbers[1] > low else low + 1
    return low, min(high, length)
