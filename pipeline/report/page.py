"""One page that holds the whole comparison: no request leaves it, every value leads to its source text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exporters.files import replacing
from pipeline.report import grid, lines, shown, words
from pipeline.report.charts import draw
from pipeline.report.colours import DARK, LIGHT, variables
from pipeline.report.lines import Line
from schemas.comparison import FINDINGS, TABLES

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

MOST_VALUES = 4_000  # values of the matrix, each with its evidence: some 10 MB; more no browser scrolls well
MOST_LINES = 500  # lines of every other table
MOST_SIDES = 8  # statements of one finding
_SECTIONS = ("findings", "standards", "changes", "load", "leads", "timeline", "plans")


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines of a table that the page shows, and how many there are."""

    lines: list[Line]
    total: int


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write compare.html. Big comparisons are cut, with a note that says so and names the files that have all of it."""
    path = out / "compare.html"
    with replacing(path) as temporary:
        temporary.write_text(render(comparison, lang), "utf-8")
    return [path]


def render(comparison: Comparison, lang: str) -> str:
    """The page."""
    tables = {table: lines.read(comparison, table) for table in TABLES if table != "pairs"}
    whole = grid.read(comparison, tables["matrix"])
    rows = _kept(whole.rows)
    keys = {k for row in rows for e in row.entries if (k := grid.key(e))}
    style, script = _style(), _script()
    page = draw.environment().get_template("report.html")
    return page.render(
        **shown.functions(lang),
        lang=lang,
        title=words.title(comparison.subjects, lang),
        as_of=comparison.as_of.isoformat(),
        notes=comparison.notes,
        figures=_figures(whole.rows, tables, lang),
        sections=_sections(lang),
        regions=whole.regions,
        rows=rows,
        keys=keys,
        first=_once(),
        several=_several(whole),
        most_sides=MOST_SIDES,
        sources={e["target"]: e["document"] for e in tables["matrix"] if e["target"]},
        contexts=comparison.contexts,
        cut=words.say("cut_matrix", lang, shown=len(rows), total=len(whole.rows)) if len(rows) < len(whole.rows) else "",
        domains=sorted({shown.domain(row, lang) for row in rows}),
        years=sorted({e["year"] for row in rows for e in row.entries if e["year"]}),
        charts=_charts(grid.Grid(whole.by, whole.regions, rows), tables, comparison, lang),
        tables={name: Shown(tables[name][:MOST_LINES], len(tables[name])) for name in _SECTIONS},
        findings=_by_type(tables["findings"][:MOST_LINES]),
        legends=[(words.say(head, lang), words.vocabulary(name, lang)) for head, name in words.LEGENDS],
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _kept(rows: Sequence[grid.Row]) -> list[grid.Row]:
    found, count = [], 0
    for row in rows:
        count += max(len(row.entries), 1)
        if count > MOST_VALUES:
            break
        found.append(row)
    return found


def _once() -> Any:
    """Whether a value is met for the first time: a target that stands in two rows has one piece of evidence."""
    met: set[str | None] = set()

    def first(line: Line) -> bool:
        found = grid.key(line)
        new = found not in met
        met.add(found)
        return new

    return first


def _several(whole: grid.Grid) -> set[str]:
    """Regions whose values come from more documents than one; none where the columns are documents."""
    if whole.by == "document":
        return set()
    documents: dict[str, set[str]] = {}
    for row in whole.rows:
        for entry in row.entries:
            documents.setdefault(grid.column(entry, whole.by), set()).add(entry["document"])
    return {region for region, found in documents.items() if len(found) > 1}


def _figures(rows: Sequence[grid.Row], tables: Mapping[str, list[Line]], lang: str) -> list[tuple[int, str]]:
    counts = {
        "count_documents": len(tables["plans"]),
        "count_rows": len(rows),
        "count_shared": sum(row.stated > 1 for row in rows),
        "count_comparable": sum(row.comparable for row in rows),
        "count_differing": sum(row.differs for row in rows),
        "count_findings": len(tables["findings"]),
    }
    return [(number, words.say(name, lang)) for name, number in counts.items()]


def _sections(lang: str) -> list[tuple[str, str]]:
    first = [("matrix", words.say("grid", lang)), ("charts", words.say("charts", lang))]
    last = [("legend", words.say("legend", lang)), ("evidence", words.say("evidence", lang))]
    return [*first, *((name, words.table_title(name, lang)) for name in _SECTIONS), *last]


def _charts(whole: grid.Grid, tables: dict[str, list[Line]], comparison: Comparison, lang: str) -> dict[str, tuple[list[Any], str]]:
    found = {}
    for name in draw.CHARTS:
        panels, total = draw.panels(name, whole, tables, comparison.as_of, lang)
        drawn = min(total, draw.MOST.get(name, total))
        found[name] = (panels, draw.note(name, drawn, total, comparison.as_of, lang))
    return found


def _by_type(found: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Findings by type, in the order of the vocabulary: what contradicts itself first."""
    groups: dict[str, list[Line]] = {kind: [] for kind in FINDINGS}
    for line in found:
        groups.setdefault(line["type"], []).append(line)
    return [(kind, group) for kind, group in groups.items() if group]


def _script() -> str:
    return (Path(__file__).parents[1] / "templates" / "report.js").read_text("utf-8")


def _style() -> str:
    page = draw.environment().get_template("report.css").render(colours=variables(LIGHT, DARK), fonts=draw.FONTS)
    return page + draw.css(_by_variable())


def _by_variable() -> dict[str, Any]:
    """The colours of the charts as variables of the page, so that they follow light and dark."""
    return {
        **{name: f"var(--{name})" for name in ("ink", "soft", "rule", "paper", "standard", "now")},
        "regions": [f"var(--region-{i})" for i in range(len(LIGHT["regions"]))],
        "due": [f"var(--due-{i})" for i in range(len(LIGHT["due"]))],
        "tones": {tone: [f"var(--{tone})", f"var(--{tone}-ink)"] for tone in LIGHT["tones"]},
    }


def _hash(text: str) -> str:
    """The hash by which the page's policy knows its own style and script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
