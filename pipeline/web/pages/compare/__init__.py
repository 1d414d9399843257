"""Comparing: the matrix and the other tables, the evidence of a value at the side, charts, and all of it as files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import store
from pipeline.browse import proof
from pipeline.browse.choices import Choices
from pipeline.report import shown
from pipeline.report.charts.heat import SIGNS
from pipeline.report.words import LEGENDS, vocabulary
from pipeline.report.words import say as report_say
from pipeline.web import words
from pipeline.web.pages.compare import drawn, files, kept, listed, picked, shape
from pipeline.web.pages.compare.asked import BY, CHARTS, EXTRAS, ONLY, SORTS, VIEWS, View, parse
from pipeline.web.pages.compare.kept import Made, TooLarge, warm
from pipeline.web.render import language, page
from pipeline.web.state import Workbench, workbench
from schemas.errors import ZhibiaoError
from schemas.standards import standards

__all__ = ["router", "warm"]

router = APIRouter()


@router.get("/compare", include_in_schema=False)
def compare_page(request: Request) -> Response:
    """One view of a comparison: all of it stands in the address."""
    wb, lang, view = workbench(request), language(request), parse(request.query_params.multi_items())
    known = kept.stored(wb)
    values = _usual(view, known, lang)
    if not known.documents:
        return page(request, "compare_none.html", area="compare", **values)
    try:
        asks = kept.too_large(wb, view, known)
        if asks is None:
            return page(request, "compare.html", area="compare", **values, **_content(wb, view, lang))
        return page(request, "compare.html", area="compare", **values, part="ask", **_asking(view, known, asks))
    except ZhibiaoError as error:
        problems = picked.problems(view, known, error, lang)
        return page(request, "compare.html", area="compare", status=400, **values, part="problem", problems=problems)


def _usual(view: View, known: Choices, lang: str) -> dict[str, Any]:
    """What the head of the page needs: filters, tabs, and what was not understood."""
    return {
        **_functions(lang),
        "view": view,
        "known": known,
        "chosen": picked.named(known, view),
        "tabs": [(name, words.say(f"compare.view_{name}", lang), view.tab(name)) for name in VIEWS],
        "all_years": sorted({*known.years, *view.year}),
        "all_standards": [(one.id, one.title) for one in standards()],
        "all_domains": [*known.domains, *((name, 0) for name in view.domain if name not in dict(known.domains))],
        "all_functions": sorted({*known.functions, *view.function}),
        "choices_of": {"by": BY, "only": ONLY, "sort": SORTS, "columns": EXTRAS, "charts": CHARTS},
    }


def _functions(lang: str) -> dict[str, Any]:
    """What the report's templates call; `say` is the workbench's own."""
    found: dict[str, Any] = {**shown.functions(lang), "signs": SIGNS}
    del found["say"]
    return found


def _content(wb: Workbench, view: View, lang: str) -> dict[str, Any]:
    """What the chosen tab shows."""
    if view.view == "charts":
        made, panels = _drawn(wb, view, lang)
        with store.reading(wb.engine) as connection:
            sources = proof.documents_of(connection, drawn.targets_of(panels))
        return {"part": "charts", "made": made, "drawn": panels, "notes": made.notes, "sources": sources}
    made = kept.comparison(wb, view.options(lang, kept.TABLES[view.view]))
    if view.view == "matrix":
        return {"part": "matrix", "made": made, "notes": made.notes, **_matrix(wb, made, view, lang)}
    found = listed.page_of(made.lines[view.view], view, lang)
    with store.reading(wb.engine) as connection:
        targets = {target for line in found.here for target in shown.targets_of(view.view, line)}
        targets |= {line["before_target"] for line in found.here if line.get("before_target")}
        sources = proof.documents_of(connection, targets)
        plain = ("document", "before_document", "after_document")
        names = {name for line in found.here for name in (*(line.get(one) for one in plain), *(line.get("documents") or [])) if name}
        documents = proof.documents_named(connection, names)
    return {"part": "table", "made": made, "notes": made.notes, "table": found, "sources": sources, "documents": documents}


def _matrix(wb: Workbench, made: Made, view: View, lang: str) -> dict[str, Any]:
    found = shape.page_of(made, view)
    entries = [entry for row in found.here for head in found.heads for entry in row.cells[head.name].entries]
    with store.reading(wb.engine) as connection:
        documents = proof.documents_named(connection, {entry["document"] for entry in entries if entry["document"]})
        reviews = proof.reviews(connection, {entry["target"] for entry in entries if entry["target"]})
        unread = {entry["evidence"][0] for entry in entries if not entry["target"] and entry["evidence"]}
        places = proof.ledger_places(connection, unread)
    several = _several(made, view)
    legends = [(report_say(head, lang), vocabulary(name, lang)) for head, name in LEGENDS[:2]]
    return {"grid": found, "documents": documents, "reviews": reviews, "places": places, "several": several, "legends": legends}


def _several(made: Made, view: View) -> set[str]:
    """Columns whose values come from more documents than one: their cells name the document."""
    found: dict[str, set[str]] = {}
    for line in made.lines["matrix"]:
        if line["state"] == "stated":
            found.setdefault(line["region"] or "", set()).add(line["document"])
    return set() if view.by == "document" else {name for name, documents in found.items() if len(documents) > 1}


def _drawn(wb: Workbench, view: View, lang: str) -> tuple[Made, drawn.Drawn]:
    made = kept.comparison(wb, view.options(lang, kept.CHART_TABLES[view.chart]))
    if view.chart == "values":  # the matrix is kept for its own page too
        held = kept.comparison(wb, view.options(lang, ("standards",)))
        return made, drawn.values(made, held.lines["standards"], view, lang)
    if view.chart == "timeline":
        return made, drawn.timeline(made, view, lang)
    wanted = {line[side] for line in drawn.changes_drawn(made, view) for side in ("before_target", "after_target")}
    with store.reading(wb.engine) as connection:
        numbers = proof.numbers_of(connection, wanted)
    return made, drawn.editions(made, view, numbers, lang)


def _asking(view: View, known: Choices, asks: TooLarge) -> dict[str, Any]:
    """What to choose where everything is too much: the regions with most documents, the indicators and domains most stated."""
    return {
        "asks": asks,
        "first_regions": [(one.name, one.documents, view.address(region=(*view.region, one.name), page=1)) for one in known.places[:20]],
        "first_indicators": [(one.name, one.targets, view.address(indicator=(*view.indicator, one.word), page=1)) for one in known.indicators[:20]],
        "first_domains": [(name, n, view.address(domain=(*view.domain, name), page=1)) for name, n in known.domains[:12]],
        "top_regions": view.address(region=tuple(one.name for one in known.places[:20]), page=1),
    }


@router.get("/compare/regions", include_in_schema=False)
def region_suggestions(request: Request, q: str = "") -> JSONResponse:
    """Regions by name, code or pinyin, those with most documents first."""
    found = picked.places(kept.stored(workbench(request)), q[:80])
    return JSONResponse([{"word": one.name, "name": one.name, "about": one.code, "count": one.documents} for one in found])


@router.get("/compare/indicators", include_in_schema=False)
def indicator_suggestions(request: Request, q: str = "") -> JSONResponse:
    """Indicators by name, id or alias, the most stated first."""
    found = picked.stated(kept.stored(workbench(request)), q[:80])
    return JSONResponse([{"word": one.word, "name": one.name, "about": one.domain, "count": one.targets} for one in found])


@router.get("/compare/evidence/{identity}", include_in_schema=False)
def evidence(request: Request, identity: str) -> Response:
    """What a value was read from, as a piece of a page: of a target, or of a sentence that was not read."""
    wb, lang, view = workbench(request), language(request), parse(request.query_params.multi_items())
    with store.reading(wb.engine) as connection:
        found = proof.of_target(connection, identity) or proof.of_ledger(connection, identity)
        if found is None:
            raise HTTPException(404, words.say("compare.no_such_value", lang))
        review = proof.reviews(connection, {identity}).get(identity)
    line = _line(wb, view, lang, identity)
    return page(request, "compare_evidence.html", area="compare", **_functions(lang), proof=found, e=line, review=review, view=view)


def _line(wb: Workbench, view: View, lang: str, identity: str) -> dict[str, Any] | None:
    """What the comparison that the reader looks at says of a value; nothing where it is not made for a page or does not hold it."""
    try:
        if kept.too_large(wb, replace(view, view="matrix"), kept.stored(wb)) is not None:
            return None
        return kept.comparison(wb, replace(view, view="matrix").options(lang, kept.TABLES["matrix"])).line(identity)
    except ZhibiaoError:
        return None


@router.get("/compare/charts.json", include_in_schema=False)
def chart_numbers(request: Request) -> JSONResponse:
    """The numbers of the charts of one view."""
    wb, lang, view = workbench(request), language(request), parse(request.query_params.multi_items())
    view = replace(view, view="charts")
    _refuse(wb, view, lang)
    _, found = _drawn(wb, view, lang)
    return JSONResponse(
        {"chart": found.chart, "panels": found.panels, "total": found.total, "as_of": view.day.isoformat()}, headers={"Cache-Control": "no-store"}
    )


def _refuse(wb: Workbench, view: View, lang: str) -> None:
    """Raises ZhibiaoError where a comparison is too large for one answer."""
    asks = kept.too_large(wb, view, kept.stored(wb))
    if asks is not None:
        raise ZhibiaoError(words.say("compare.too_large", lang, targets=asks.targets))


def _sent(content: bytes, kind: str, name: str) -> Response:
    plain = name.rpartition(".")
    disposition = f"attachment; filename=\"compare.{plain[2]}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition, "Cache-Control": "no-store"})


def _asked(request: Request, table: str | None = None) -> tuple[Workbench, str, View, Made]:
    wb, lang, view = workbench(request), language(request), parse(request.query_params.multi_items())
    _refuse(wb, view, lang)
    return wb, lang, view, kept.comparison(wb, view.options(lang, kept.TABLES[table or view.view]))


@router.get("/compare.csv", include_in_schema=False)
def as_csv(request: Request) -> Response:
    """The table that is shown, all pages, as CSV."""
    _, lang, view, made = _asked(request)
    return _sent(files.as_csv(made, view, lang), "text/csv; charset=utf-8", f"{words.say('compare.file', lang)}-{view.view}.csv")


@router.get("/compare.xlsx", include_in_schema=False)
def as_workbook(request: Request) -> Response:
    """The comparison that is shown as a workbook."""
    wb, lang, view, made = _asked(request, "matrix")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _sent(files.as_workbook(wb, made, view, lang), kind, f"{words.say('compare.file', lang)}.xlsx")


@router.get("/compare.png", include_in_schema=False)
def as_picture(request: Request) -> Response:
    """The matrix that is shown as a picture."""
    _, lang, view, made = _asked(request, "matrix")
    return _sent(files.as_picture(made, view, lang), "image/png", f"{words.say('compare.file', lang)}.png")
