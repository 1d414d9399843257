"""The first comparison: a matrix of indicators × regions from stored targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.canonical import squashed
from pipeline.exporters.files import replacing
from pipeline.exporters.flat import flatten
from pipeline.exporters.frames import Line, read
from schemas import tables, vocab
from schemas.errors import ZhibiaoError

_SIGN = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "=": "", "~": "约", "range": ""}
_KINDS = {"level": "数值", "count": "数量", "change": "变化", "rank": "位次", "grade": "等级", "qualitative": "定性", "milestone": "节点"}
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One target in a cell of the matrix."""

    target: Line
    shown: str
    deadline: str
    leads: tuple[str, ...]
    title: str
    context: tuple[str, str, str]
    place: str


@dataclass(slots=True)
class Row:
    """An indicator: its canonical name (or its name as written), domain, and the entries of each region."""

    name: str
    indicator_id: str | None
    domain: str
    cells: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Regions (name as stored) in columns, indicators in rows; `documents` lists the documents of each region."""

    regions: tuple[str, ...]
    rows: tuple[Row, ...]
    documents: Mapping[str, tuple[Line, ...]]


def compare(engine: sa.Engine, queries: Sequence[str]) -> Matrix:
    """The matrix for the regions asked for (Chinese name, code or pinyin; none: all that have documents).

    Raises ZhibiaoError for a region that no document belongs to, naming those there are.
    """
    frames = read(engine)
    with store.reading(engine) as connection:
        texts = {row.name: row.text for row in connection.execute(sa.select(tables.document.c.name, tables.document.c.text))}
    known: dict[str, list[Line]] = defaultdict(list)
    for document in frames["documents"]:
        known[document["region"] or document["given"].get("region") or "未知地区"].append(document)
    regions = [_region(q, known) for q in queries] or sorted(known, key=lambda name: (known[name][0]["region_code"] or "~", name))
    return _matrix(frames, texts, list(dict.fromkeys(regions)), known)


def _region(query: str, known: Mapping[str, list[Line]]) -> str:
    """The stored region a query means: 驻马店, 驻马店市, 411700 and zhumadian are one."""
    names = {r.name for r in vocab.find_regions(query)} | {query}
    found = [name for name in known if name in names or any(d["region_code"] == query for d in known[name])]
    if len(found) != 1:
        raise ZhibiaoError(
            f"no document of the region “{query}” is stored; there are: {'、'.join(sorted(known)) or 'none (run `zhibiao run` first)'}"
        )
    return found[0]


def _matrix(frames: Mapping[str, list[Line]], texts: Mapping[str, str], regions: list[str], known: Mapping[str, list[Line]]) -> Matrix:
    place = {d["document"]: region for region in regions for d in known[region]}
    titles = {d["document"]: d["title"] or d["given"].get("title") or d["document"] for d in frames["documents"]}
    formats = {d["document"]: d["format"] for d in frames["documents"]}
    leads = {(t["document"], t["task"]): tuple(t["lead"] or t["responsible"] or t["implement"]) for t in frames["tasks"]}
    names = {i.id: i for i in vocab.indicators()}
    rows: dict[str, Row] = {}
    for target in frames["targets"]:
        region = place.get(target["document"])
        if region is None:
            continue
        indicator = names.get(target["indicator_id"])
        row_key = target["indicator_id"] or squashed(target["indicator"])
        row = rows.setdefault(
            row_key, Row(indicator.name if indicator else target["indicator"], target["indicator_id"], indicator.domain if indicator else "")
        )
        row.cells[region].append(
            Entry(
                target,
                _shown(target),
                _deadline(target),
                leads.get((target["document"], target["task"]), ()),
                titles[target["document"]],
                _context(texts[target["document"]], target),
                _place(target, formats[target["document"]]),
            )
        )
    for row in rows.values():
        for entries in row.cells.values():
            entries.sort(key=lambda e: ((e.target["deadline"] or {}).get("end") or "9999", e.target["document"], e.target["id"]))
    ordered = sorted(rows.values(), key=lambda r: (-len(r.cells), r.indicator_id is None, r.domain, r.name))
    return Matrix(tuple(regions), tuple(ordered), {r: tuple(known[r]) for r in regions})


def _shown(target: Line) -> str:
    """Value with operator, as a reader writes it: ≥95%, 提高5个百分点以上 → 提高≥5个百分点."""
    value = target["value_text"]
    if target["kind"] in ("qualitative", "milestone"):
        return str(value)
    way = {"increase": "提高", "decrease": "降低"}.get(target["change_direction"] or "", "")
    sign = "前" if target["kind"] == "rank" else _SIGN[target["operator"]]
    unit = target["unit"] or ""
    text = f"{way}{sign}{value}" + ("" if not unit or unit in value or target["kind"] == "grade" else unit)
    return text + ("（现状）" if target["status"] == "current" else "")


def _deadline(target: Line) -> str:
    deadline = target["deadline"]
    if not deadline:
        return ""
    if deadline["kind"] == "continuous":
        return "持续"
    if deadline["kind"] == "annual":
        return "每年"
    end = deadline["end"] or ""
    shown = end[:4] + "年" if end.endswith("12-31") else end
    return f"{deadline['start'][:4]}—{shown}" if deadline["kind"] == "during" and deadline["start"] else shown


def _context(text: str, target: Line) -> tuple[str, str, str]:
    """What stands before, in and behind the quote in the source."""
    start, end = target["start"], target["end"]
    if end - start > 400:
        return "", target["quote"], ""
    return text[max(0, start - _CONTEXT) : start], text[start:end], text[end : end + _CONTEXT]


def _place(target: Line, format: str) -> str:
    """Where a reader finds the value in its file: 附件1.pdf，第7页，表2第5行."""
    cell = f"工作表 {target['sheet']} {target['cell']}" if target["sheet"] else None
    row = f"表{target['table']}第{target['row']}行" if target["table"] and not cell else None
    page = f"第{target['page']}页" if target["page"] else None
    line = f"第{target['line']}{'段' if format in ('doc', 'docx') else '行'}" if target["line"] else None
    return "，".join(x for x in (target["file"], page, cell, row, line) if x)


# --- output -----------------------------------------------------------------------------------------------------------


def cell_lines(entries: Sequence[Entry]) -> list[str]:
    """A cell's entries as text: value (deadline, scope) lead · document."""
    lines = []
    for e in entries:
        notes = "，".join(x for x in (e.deadline, e.target["scope"]) if x)
        lines.append(f"{e.shown}{f'（{notes}）' if notes else ''} {'、'.join(e.leads)} · {e.target['document']}")
    return lines


def flat(matrix: Matrix) -> list[dict[str, Any]]:
    """One line per entry, for CSV and XLSX."""
    return [
        flatten(
            {
                "indicator": row.name,
                "indicator_id": row.indicator_id,
                "domain": row.domain,
                "region": region,
                "value": e.shown,
                "kind": _KINDS[e.target["kind"]],
                "status": e.target["status"],
                "scope": e.target["scope"],
                "deadline": e.target["deadline"],
                "lead": list(e.leads),
                "document": e.target["document"],
                "title": e.title,
                "task": e.target["task"],
                "as_written": e.target["indicator"],
                "quote": e.target["quote"],
                "place": e.place,
                "start": e.target["start"],
                "end": e.target["end"],
            }
        )
        for row in matrix.rows
        for region in matrix.regions
        for e in row.cells.get(region, [])
    ]


def grid(matrix: Matrix) -> list[dict[str, Any]]:
    """One line per indicator, a column per region."""
    return [
        flatten({"indicator": row.name, "domain": row.domain, **{r: "\n".join(cell_lines(row.cells.get(r, []))) or "未述" for r in matrix.regions}})
        for row in matrix.rows
    ]


def write_csv(matrix: Matrix, path: Path) -> None:
    """Entries as CSV."""
    import pandas as pd

    with replacing(path) as temporary:
        pd.DataFrame(flat(matrix), dtype=object).to_csv(temporary, index=False, encoding="utf-8-sig")


def write_xlsx(matrix: Matrix, path: Path) -> None:
    """A workbook with the matrix and the entries."""
    import pandas as pd

    with replacing(path) as temporary, pd.ExcelWriter(temporary, engine="openpyxl") as writer:
        for name, lines in (("对比", grid(matrix)), ("明细", flat(matrix))):
            frame = pd.DataFrame(lines, dtype=object)
            frame.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 1))
            sheet = writer.sheets[name]
            for column in sheet.columns:
                sheet.column_dimensions[column[0].column_letter].width = 28


def write_html(matrix: Matrix, path: Path) -> None:
    """One self-contained page in which every value opens its evidence."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    folder = Path(__file__).parents[1] / "templates"
    environment = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(default=True))
    shared = sum(len(r.cells) > 1 for r in matrix.rows)
    page = environment.get_template("compare.html").render(matrix=matrix, kinds=_KINDS, shared=shared)
    with replacing(path) as temporary:
        temporary.write_text(page, "utf-8")
