"""Runs and their reports."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse import home, runs
from pipeline.web.pages.documents import says
from pipeline.web.render import language, page
from pipeline.web.state import workbench

router = APIRouter(include_in_schema=False)
PAGE = 40  # lines
_MANY = 200  # messages that a page lists


@router.get("/runs")
def listed(request: Request) -> Response:
    """The list."""
    given = request.query_params.get("before") or ""
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
    with store.reading(workbench(request).engine) as connection:
        found, total = runs.page(connection, before, PAGE), runs.count(connection)
    more = found[-1]["number"] if found and found[-1]["number"] > 1 and len(found) == PAGE else None
    return page(request, "runs.html", area="runs", found=found, total=total, more=more, before=before)


@router.get("/runs/{number:int}")
def one(request: Request, number: int) -> Response:
    """A whole report."""
    server = workbench(request)
    known = store.read_runs(server.engine, number) if 0 < number < 2**31 else []
    if not known:
        raise HTTPException(404, "there is no such run")
    run, report = known[0], known[0]["report"]
    with store.reading(server.engine) as connection:
        beside, earlier = runs.around(connection, number), runs.earlier(connection, number)
        named = [name for _, name in report.get("slowest", ())] + [name for name, _, _ in report.get("dropped", ())]
        ids = home.ids(connection, named)
    before = store.read_runs(server.engine, earlier)[0]["report"].get("stored", {}) if earlier is not None else {}
    return page(
        *(request, "run.html"),
        area="runs",
        run=run,
        report=report,
        beside=beside,
        ids=ids,
        shares=shares(report.get("stored", {}), before),
        uncovered=[(reason, n, says(reason, language(request))) for reason, n in report.get("uncovered", {}).items()],
        most=_MANY,
    )


def shares(stored: dict[str, Any], before: dict[str, Any]) -> list[dict[str, Any]]:
    """Filled shares of fields after a run and after the one before it."""
    return [
        {"table": name.partition(".")[0], "field": name.partition(".")[2], "now": value, "before": before.get(name)}
        for name, value in stored.items()
        if "." in name
    ]
