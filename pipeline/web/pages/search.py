"""Search in all documents."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse import search as browse
from pipeline.web.render import page
from pipeline.web.state import workbench

router = APIRouter()
_PAGE = 15  # documents
_REGION, _YEAR = re.compile(r"\d{2}|\d{4}|\d{6}"), re.compile(r"\d{4}")


@router.get("/search", include_in_schema=False)
def search(
    request: Request,
    q: Annotated[str, Query(max_length=400)] = "",
    region: str = "",
    year: str = "",
    kind: str = "",
    before: str = "",
    at: str = "",
) -> Response:
    """The documents that hold all words of a query. A filter that is none is left out, as forms send empty ones."""
    bench = workbench(request)
    asked = browse.query(q)
    where: dict[str, Any] = {
        "region": region if _REGION.fullmatch(region) else None,
        "year": year if _YEAR.fullmatch(year) else None,
        "kind": kind if kind in ("table", "text") else None,
        "before": int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None,
    }

    def find() -> browse.Results:
        with store.reading(bench.engine) as connection:
            return browse.search(connection, asked, **where)

    def offer() -> dict[str, Any]:
        with store.reading(bench.engine) as connection:
            return browse.choices(connection)

    version = bench.version()
    found = bench.kept.get(("search", version, asked.words, *where.values()), find)
    first = int(at) * _PAGE if at.isascii() and at.isdecimal() and len(at) < 4 else 0
    with store.reading(bench.engine) as connection:
        shown = browse.shown(connection, found.documents[first : first + _PAGE])
    return page(
        request,
        "search.html",
        area="search",
        q=q,
        asked=asked,
        where=where,
        found=found,
        shown=shown,
        number=first // _PAGE,
        sheets=-(-len(found.documents) // _PAGE),
        offered=bench.kept.get(("search choices", version), offer),
    )
