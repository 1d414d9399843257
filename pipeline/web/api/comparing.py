"""`/api/v1/comparisons`: the tables of a comparison. FastAPI reads annotations here, so they stand evaluated."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse.indicators import settled
from pipeline.compare import LIMIT, Comparison, Options, compare, targets_read
from pipeline.report import lines
from pipeline.web.api import answers
from pipeline.web.api.describing import PROBLEM
from pipeline.web.api.parameters import Paging
from pipeline.web.api.problems import ProblemError, Route
from pipeline.web.state import Workbench, workbench
from schemas.comparison import TABLES

router = APIRouter(prefix="/api/v1", route_class=Route, tags=["comparisons"])
Table = Literal["matrix", "pairs", "findings", "standards", "changes", "load", "leads", "timeline", "plans"]
_ANSWER: Any = {
    200: {
        "description": "A page of the table",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ComparisonTable"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    },
    304: {"description": "Nothing changed"},
    **PROBLEM,
}


@router.get("/comparisons", operation_id="compare", responses=_ANSWER)
def comparisons(
    request: Request,
    paging: Annotated[Paging, Depends()],
    table: Annotated[Table, Query(description="Which table.")] = "matrix",
    region: Annotated[list[str] | None, Query(max_length=50, description="Regions: name, code or pinyin; none: all.")] = None,
    by: Annotated[Literal["region", "document", "year"], Query(description="What the columns of the matrix are.")] = "region",
    indicator: Annotated[list[str] | None, Query(max_length=50, description="Only indicators: id, name or alias.")] = None,
    domain: Annotated[list[str] | None, Query(max_length=50, description="Only indicators of a domain.")] = None,
    year: Annotated[list[Annotated[int, Query(ge=1900, le=2200)]] | None, Query(max_length=50, description="Only targets due in a year.")] = None,
    function: Annotated[list[str] | None, Query(max_length=50, description="Only indicators that bodies of a function lead.")] = None,
    standard: Annotated[str | None, Query(max_length=20, description="Hold every plan against this edition: N2019.")] = None,
    as_of: Annotated[date | None, Query(description="Day for deadlines and validity; none: today.")] = None,
    any_year: Annotated[bool, Query(description="Rank also values that differ in their year only.")] = False,
    all_documents: Annotated[bool, Query(description="Also copies and plans that are not in force.")] = False,
    lang: Annotated[Literal["zh", "en"], Query(description="Language of reasons.")] = "zh",
) -> Response:
    """A table of a comparison: what regions promise, what may be compared, what changed, what contradicts itself."""
    wb = workbench(request)
    options = Options(
        regions=tuple(region or ()),
        by=by,
        indicators=tuple(indicator or ()),
        domains=tuple(domain or ()),
        years=tuple(year or ()),
        functions=tuple(function or ()),
        standard=standard,
        all_documents=all_documents,
        any_year=any_year,
        as_of=as_of or date.today(),
        lang=lang,
        tables=(table,),
        contexts=False,
    )
    tag = answers.etag(request, wb)
    if tag and as_of and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"})
    found = _made(wb, options)
    return _page(request, paging, found, table, tag if as_of else None)


def _made(wb: Workbench, options: Options) -> Comparison:
    """The comparison, kept for the next page; refused where it would read too much."""
    version = wb.version()

    def make() -> Comparison:
        size = targets_read(wb.engine, options)
        if size > LIMIT:
            detail = f"this would read {size:,} targets; the most is {LIMIT:,}: name regions, indicators or domains"
            raise ProblemError(413, detail, targets=size, limit=LIMIT)
        return compare(wb.engine, options)

    with store.reading(wb.engine) as connection:
        quiet = settled(connection)
    return wb.kept.get(("api.compare", version, options), make) if quiet else make()


def _page(request: Request, paging: Paging, found: Comparison, table: str, tag: str | None) -> Response:
    frame = found.tables.get(table)
    total = 0 if frame is None else len(frame)
    after = answers.opened(request, paging.cursor)
    at = after[0] if after else 0
    if after and (len(after) != 2 or not isinstance(at, int) or after[1] != total or not 0 <= at <= total):
        raise ProblemError(410, "what is stored changed since the first page: begin again without cursor", parameter="cursor")
    part = {} if frame is None else {table: frame.iloc[at:] if paging.all else frame.iloc[at : at + paging.limit]}
    some = lines.read(replace(found, tables=part), table)  # only what is shown is made into lines
    behind = [at + len(some), total] if at + len(some) < total else None
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept"} | ({"ETag": tag} if tag else {})
    address = answers.further(request, behind)
    if address:
        headers["Link"] = f'<{address}>; rel="next"'
    if answers.wants_csv(request, paging):
        return answers.answer(request, answers.table(some, [c.name for c in TABLES[table]]), "text/csv; charset=utf-8", headers)
    body = {"table": table, "columns": list(found.regions), "notes": list(found.notes), "items": some, "next": address}
    return answers.answer(request, answers.encoded(body | ({"total": total} if paging.count else {})), "application/json", headers)
