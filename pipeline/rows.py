"""The logical rows of the tables that stand behind the title, as segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import regex

from pipeline.districts import district_table
from pipeline.grid import Row, Table, place, read_tables, with_present
from pipeline.heads import is_header
from pipeline.official import Official
from schemas.folded import Folded, fold
from schemas.types import Block, Cell, Document, Issue, Segment, Where

_FURNITURE = regex.compile(r"[-\s]*第?\d{1,3}页?(?:共\d{1,3}页)?[-\s]*|续表\d*|\(续表?\d*\)|\f")
_GROUP = regex.compile(r"(?:[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十]{1,3}[)])[^,。;:]{2,10}")
_TOTAL = regex.compile(r"[(（]?[一二三四五六七八九十]?[)）]?、?(?:合|总|小|共)计[:：]?")

_UNIT_NOTE = regex.compile(r"[(\[]?单位[::].{1,10}[)\]]?")
_OF_THE_YEAR = regex.compile(r"(?:本|当)?年度?(?P<rest>(?:预期|计划|工作|考核)?(?:目标|计划|任务|指标)(?:值|数|量)?)")


@dataclass(slots=True)
class _Run:
    """Lines of one table as the parser gave it, and the offsets between which it stands."""

    start: int
    end: int
    paged: bool
    file: str | None = None
    lines: list[list[tuple[Folded, Where]]] = field(default_factory=list)


def _paged(document: Document) -> set[str | None]:
    """The files of a package (None: the document itself) that have pages."""
    starts = [b.start for b in document.blocks]
    return {document.blocks[max(bisect_right(starts, p.start) - 1, 0)].where.file for p in document.pieces}


def _runs(document: Document, official: Official) -> list[_Run]:
    """The tables that stand behind the title."""
    paged = _paged(document)
    begin = official.lines[official.first - 1].block.end if official.first else 0
    runs: list[_Run] = []
    pieces: list[dict[int | None, list[Block]]] = []
    table: int | None = None
    for block in document.blocks:
        if block.kind != "cell" or block.start < begin or block.where.table in official.sheets:
            continue
        if not runs or block.where.table != table:
            runs.append(_Run(block.start, block.end, block.where.file in paged, block.where.file))
            pieces.append({})
            table = block.where.table
        runs[-1].end = block.end
        pieces[-1].setdefault(block.where.row, []).append(block)
    for run, rows in zip(runs, pieces, strict=True):
        run.lines = _lines(document, rows)
    return runs


def _lines(document: Document, rows: dict[int | None, list[Block]]) -> list[list[tuple[Folded, Where]]]:
    """The rows of a table as cells. In tables copied as text a cell may stand in several places, and empty cells in none."""
    held = [[b.where.column for b in blocks] for blocks in rows.values()]
    whole = all(columns == list(range(columns[0] or 1, (columns[0] or 1) + len(columns))) and columns[0] == held[0][0] for columns in held)
    if whole or any(c is None for columns in held for c in columns):
        return [[(fold(document.text, [(b.start, b.end)]), b.where) for b in blocks] for blocks in rows.values()]
    width = max(c or 0 for columns in held for c in columns)
    lines = []
    for row, blocks in sorted(rows.items(), key=lambda item: item[0] or 0):
        line = []
        for column in range(1, width + 1):
            own = [b for b in blocks if b.where.column == column]
            where = own[0].where if own else replace(blocks[0].where, row=row, column=column, rowspan=1, colspan=1)
            line.append((fold(document.text, [(b.start, b.end) for b in own]), where))
        lines.append(line)
    return lines


def read_rows(document: Document, official: Official) -> tuple[list[Segment], list[Issue]]:
    """A segment for each logical row of the plan's tables."""
    tables: list[Table] = []
    issues: list[Issue] = []
    captions: list[Cell | None] = []
    segments: list[Segment] = []
    named = official.metadata.get("period_start")
    begin, issued = int(named.text) if named else None, official.issued.year if official.issued else None
    for run in _joined(_runs(document, official), official):
        districts = district_table(run.lines, _above(official, run.start, run.file))
        found, odd = ([districts], []) if districts else read_tables(run.lines)
        kept = [_of_year(with_present(t, begin, issued), official) for t in found if _holds_tasks(t)]
        for table in found:
            if not _holds_tasks(table):
                segments += [_unread(row) for row in table.rows]
                headers = "、".join(c.header for c in table.columns)
                issues.append(Issue("warning", "table_not_read", place(table.where), f"no column of tasks or indicators is known among {headers}"))
        tables += kept
        captions += [_caption(official, run.start, run.file)] * len(kept)
        issues += odd
    for i, table in enumerate(tables, 1):
        prefix = "表" if len(tables) == 1 else f"表{i}"
        caption = captions[i - 1]
        segments += [_segment(prefix, row, caption) for row in _numbered_apart(table.rows)]
    return segments, issues


def _of_year(table: Table, official: Official) -> Table:
    """The table with the year of a plan of one year in headings that only say 年度: 年度目标 of a plan for 2026 is 2026年目标."""
    start, end = (official.metadata.get(name) for name in ("period_start", "period_end"))
    if start is None or end is None or start.text != end.text:
        return table

    def dated(cell: Cell) -> Cell:
        hit = _OF_THE_YEAR.fullmatch(cell.header) if cell.role == "value" else None
        return replace(cell, header=f"{start.text}年{hit['rest']}") if hit else cell

    return replace(table, rows=tuple(replace(row, cells=tuple(map(dated, row.cells))) for row in table.rows))


def _holds_tasks(table: Table) -> bool:
    return bool(table.rows) and any(c.role in ("task", "indicator", "place") for c in table.columns)


def _numbered_apart(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows; where numbers begin anew (under another heading row), the second 1 is called 1@2."""
    seen: dict[str, str] = {}
    number = ""
    for row in rows:
        if row.sub <= 1:
            name = row.cell("indicator") or row.cell("task")
            title, number, count = name.text.text if name else "", row.number, 1
            while seen.setdefault(number, title) != title:
                count += 1
                number = f"{row.number}@{count}"
        yield replace(row, number=number)


def _is_total(row: Row) -> bool:
    """Whether a row adds up the rows above it: it is no task, and its cells take nothing from those rows."""
    name = row.cell("indicator") or row.cell("task")
    return any(_TOTAL.fullmatch(text) for text in (row.number, row.category, name.text.plain if name else "") if text)


def _unread(row: Row) -> Segment:
    """A row that is no task: its numbers go to the ledger."""
    cells = tuple(replace(c, role="ignored") for c in row.cells if c.text.text and c.role in row.own and c.role != "number")
    start = next((c.text.starts[0] for c in cells), 0)
    return Segment(f"row.{start}", "row", None, "", (), "work", cells)


def _segment(prefix: str, row: Row, caption: Cell | None) -> Segment:
    """A row as a segment. What a table divides among districts is the plan's own target where it adds it up, but no task of anybody."""
    if "total" in row.own and row.number != "小计":
        return replace(_row(prefix, row, caption), path=None)
    return _unread(row) if _is_total(row) else _row(prefix, row, caption)


def _above(official: Official, start: int, file: str | None) -> list[Folded]:
    """The two paragraphs right above a table, the nearest first; notes of its unit are left out."""
    lines = [line.text for line in official.lines if line.block.start < start and line.block.where.file == file]
    return [text for text in reversed(lines) if not _UNIT_NOTE.fullmatch(text.text)][:2]


def _joined(runs: Sequence[_Run], official: Official) -> Iterator[_Run]:
    """The tables; where the format has no pages, those with only a page break or the heading of a group of rows between them are one."""
    pending: _Run | None = None
    for run in runs:
        above = [line.text.text for line in official.lines if pending and pending.end <= line.block.start < run.start]
        between = [text for text in above if not _FURNITURE.fullmatch(text)]
        if pending and not run.paged and pending.file == run.file and (not between or _is_group(between, pending, run)):
            pending.lines += run.lines
            pending.end = run.end
            continue
        if pending:
            yield pending
        pending = run
    if pending:
        yield pending


def _is_group(between: Sequence[str], above: _Run, below: _Run) -> bool:
    """Whether the text between two tables is the heading of a group of rows."""
    same = len(above.lines[-1]) == len(below.lines[0]) and not is_header(below.lines, 0)
    return len(between) == 1 and bool(_GROUP.fullmatch(between[0])) and same


def _caption(official: Official, start: int, file: str | None) -> Cell | None:
    """The unit that the paragraph above a table gives: 单位：万元."""
    for above in reversed(official.lines):
        if above.block.start < start:
            if above.block.where.file != file:
                return None
            hit = regex.search(r"单位[::](?P<unit>[^,;。()\s]{1,10})[)\]]?$", above.text.text)
            return Cell("caption", "", above.text.cut(*hit.span("unit")), above.block.where) if hit else None
    return None


def _row(prefix: str, row: Row, caption: Cell | None) -> Segment:
    path = f"{prefix}/{row.number}.{row.sub}" if row.sub else f"{prefix}/{row.number}"
    name = row.cell("indicator") or row.cell("task") or row.cell("place")
    title = name.text.plain if name else ""
    if name and name.role == "task":
        title = regex.split(r"[。;；]", title)[0]
    heading = (row.category,) if row.category else ()
    return Segment(
        path,
        "row",
        path,
        title.rstrip("。;；"),
        heading,
        "work",
        row.cells + ((caption,) if caption else ()),
        first_of_row=row.sub <= 1,
    )
