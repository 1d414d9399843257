"""Pure table geometry: from rows of cells to logical rows with roles, over page breaks and merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from pipeline.heads import BARE_YEAR, NUMBER, Column, is_title, read_header, side_by_side, with_values
from pipeline.spans import Line, blanks, covered
from schemas.folded import EMPTY, Folded
from schemas.structs import struct
from schemas.types import Cell, Issue, Where

Cells = dict[int, tuple[Folded, Where]]  # of a table line, by column from 0
_BODY_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_SENTENCE_END = regex.compile(r"[。;!?.]$")
_NOTE = regex.compile(r"(?:注释?|说明|备注|资料来源|数据来源)[:\d①(]")
_BODY_LIKE = regex.compile(r"(?:局|委|办|部|厅|院|政府|公司|中心|单位|街道|镇|乡|会|社|站|队|所|校)(?:等)?$")
_DATE_LIKE = regex.compile(r"\d{4}年|\d月|持续|长期|底前|全年|年底|每年")


@struct(frozen=True, slots=True)
class Row:
    """A logical row: its number as written ("" without), its sub-row (0 where the number has only one), its cells.

    `own`: roles of the cells that are not taken from the rows above.
    """

    number: str
    sub: int
    cells: tuple[Cell, ...]
    own: frozenset[str]
    category: str = ""

    def cell(self, role: str) -> Cell | None:
        """The first cell of a role."""
        return next((c for c in self.cells if c.role == role), None)


@struct(frozen=True, slots=True)
class Table:
    """A logical table."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    where: Where


_SAID = regex.compile(r"[≥≤<>]|以[上下内]|不[低高少超]|左右")
_CHINESE = regex.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?、?")
_GOAL = regex.compile(r"目标|计划|任务|规划")
_EXPECTED = regex.compile(r"(?:19|20)\d\d年底?预计.*")
_YEAR = regex.compile(r"(?:19|20)\d\d")


def with_present(table: Table, start: int | None, issued: int | None) -> Table:
    """The table with its year columns of present values marked as such.

    A bare year is present before the first year of the plan or the year of issue. Where the plan names no years, the first
    column is also present when it is the year of issue (or that is unknown) and the next lies at least three years on,
    or all later ones are headed as goals (2023年 beside 2024年目标). 2022年预计 is also present beside a later year.
    """
    years = [int(hit[0]) if c.role == "value" and (hit := _YEAR.search(c.header)) else None for c in table.columns]
    begin = max((y for y in (start, issued) if y), default=0)
    present = set()
    for i, (column, year) in enumerate(zip(table.columns, years, strict=True)):
        bare, expected = BARE_YEAR.fullmatch(column.header), _EXPECTED.fullmatch(column.header)
        if year is None or not (bare or expected):
            continue
        later = min((y for y in years if y is not None and y > year), default=year)
        aimed = any(c.header == column.header and _SAID.search(c.text.text) for r in table.rows for c in r.cells)  # ≥80% is no present value
        base = not aimed and start is None and issued in (None, year) and year == min(y for y in years if y is not None) and later - year >= 3
        after = [c.header for c, y in zip(table.columns, years, strict=True) if y is not None and y > year]
        first = start is None and year <= (issued or year) and year == min(y for y in years if y is not None)
        base = base or (first and bool(after) and all(_GOAL.search(h) for h in after))
        if year < begin or (bare and base) or (expected and later > year):
            present.add(i)
    columns = tuple(replace(c, role="current") if i in present else c for i, c in enumerate(table.columns))
    headers = {table.columns[i].header for i in present}
    rows = tuple(replace(r, cells=tuple(replace(c, role="current") if c.header in headers else c for c in r.cells)) for r in table.rows)
    return replace(table, columns=columns, rows=rows)


def read_tables(lines: Sequence[Line]) -> tuple[list[Table], list[Issue]]:
    """Logical tables of consecutive table lines.

    A header that stands again (a page break) continues the table, another header begins a new one. Lines before any
    header make a table whose roles are read from its cells, with an Issue.
    """
    lines = side_by_side(lines)
    tables: list[Table] = []
    issues: list[Issue] = []
    columns: tuple[Column, ...] | None = None
    body: list[Line] = []
    broken: set[int] = set()
    at = 0
    while at < len(lines):
        header, used = read_header(lines, at)
        if header is None:
            if not body and columns is None:
                if is_title(lines, at):
                    at += 1
                    continue
                message = "the table has no header that is known: columns are read by what their cells look like"
                issues.append(Issue("warning", "table_without_header", place(lines[at][0][1]), message))
            body.append(lines[at])
            at += 1
            continue
        if columns is not None and [c.header for c in header] == [c.header for c in columns]:
            broken.add(len(body))
        else:
            tables += _tables(columns, body, broken)
            columns, body, broken = header, [], set()
            issues += _unknown(header, place(lines[at][0][1]))
        at += used
    return [*tables, *_tables(columns, body, broken)], issues


def _unknown(header: Sequence[Column], where: str) -> list[Issue]:
    """An issue for each column whose cells are not read."""
    message = "the heading “{}” is not known: its cells are not read, unless they plainly name the rows or bodies"
    named = [c.header for c in header if c.role == "other" and c.header]
    return [Issue("warning", "unknown_column", where, message.format(name)) for name in named]


def _tables(columns: tuple[Column, ...] | None, body: Sequence[Line], broken: set[int]) -> list[Table]:
    """The table of some lines; none where there are no lines."""
    return [_table(with_values(_by_content(columns, body), body) if columns else _guess(body), body, broken)] if body else []


def place(where: Where) -> str:
    """A table line for people: "line 12", "附件.xlsx Sheet1 row 3", "表2 row 3, page 7"."""
    if where.line and not where.table:
        return f"line {where.line}"
    at = [where.file, where.sheet or f"表{where.table}", f"row {where.row}", f"line {where.line}" if where.line else None]
    return " ".join(x for x in at if x) + (f", page {where.boxes[0].page}" if where.boxes else "")


def _by_content(columns: tuple[Column, ...], body: Sequence[Line]) -> tuple[Column, ...]:
    """Columns of a table in which no heading is known to name the rows: those of unknown role are names or bodies if their cells look so.

    Not where the table holds values: what they measure must be said (县区|任务数 names places).
    """
    if any(c.role in ("task", "indicator", "value", "current") for c in columns):
        return columns
    looks = [c.role for c in _guess(body)] + ["other"] * len(columns)
    names = ("task", "indicator", "responsible")
    return tuple(replace(c, role=look) if c.role == "other" and look in names else c for c, look in zip(columns, looks, strict=False))


def _guess(body: Sequence[Line]) -> tuple[Column, ...]:
    """Roles of a table without header, by what most cells of a column look like."""
    width = max(len(line) for line in body)
    roles = []
    for i in range(width):
        cells = [line[i][0].text for line in body if i < len(line) and line[i][0].text]
        most = 0.6 * len(cells)
        if not cells:
            role = "other"
        elif sum(bool(NUMBER.fullmatch(c)) for c in cells) > most and i == 0:
            role = "number"
        elif sum(bool(_BODY_LIKE.search(c)) and len(c) < 80 for c in cells) > most:
            role = "responsible"
        elif sum(len(c) <= 14 and bool(_DATE_LIKE.search(c)) for c in cells) > most:
            role = "deadline"
        else:
            role = "text"
        roles.append(role)
    longest = max((i for i, r in enumerate(roles) if r == "text"), key=lambda i: sum(len(line[i][0]) for line in body if i < len(line)), default=None)
    first = next((i for i, r in enumerate(roles) if r == "text" and i != longest), None)
    names = {longest: "task", first: "indicator"}
    return tuple(Column("", names.get(i, "category") if r == "text" else r) for i, r in enumerate(roles))


def _table(columns: tuple[Column, ...], body: Sequence[Line], broken: set[int]) -> Table:
    """Rows of one table: continuation over page breaks, sub-rows, inherited cells."""
    drafts: list[Cells] = []
    heads: list[tuple[str, str]] = []
    category = ""
    number_at = next((i for i, c in enumerate(columns) if c.role == "number"), None)
    name_at = next((i for i, c in enumerate(columns) if c.role == "indicator"), None)
    task_at = next((i for i, c in enumerate(columns) if c.role == "task"), name_at)
    if name_at is None:
        name_at = task_at
    for position, line in enumerate(body):
        cells = _widened(columns, dict(enumerate(line[: len(columns)])))
        filled = [i for i, (text, _) in cells.items() if text.text]
        if not filled or (len(filled) == 1 and 1 < len(line) <= cells[filled[0]][1].colspan and _NOTE.match(cells[filled[0]][0].text)):
            continue
        number = cells[number_at][0].plain if number_at is not None and number_at in cells else ""
        if number and (len(filled) == 1 or (filled == [number_at, task_at] and _heads(number, body, number_at))):
            category = cells[filled[-1]][0].plain  # 二 | 民生保障, above 1 | 新建学校 | …
            continue
        fresh = bool(number) if number_at is not None else bool(name_at is not None and name_at in filled) or not drafts
        if not fresh and drafts and (position in broken or number_at is not None):
            previous = drafts[-1]
            cut = task_at in filled and task_at in previous and _cut(previous[task_at][0], cells[task_at][0])
            if cut and position in broken:
                _rejoin(previous, cells, filled)
                continue
            owner = next((d for d in reversed(drafts) if name_at in d and d[name_at][0].text), None)
            if name_at is not None and name_at != task_at and name_at in filled and owner and position in broken:
                owner[name_at] = (owner[name_at][0] + cells[name_at][0], owner[name_at][1])
                cells[name_at] = (EMPTY, cells[name_at][1])
        drafts.append(cells)
        heads.append((number if fresh else "", category))
    cover = covered(body)
    return Table(columns, tuple(_rows(columns, drafts, heads, number_at, name_at, cover, blanks(body, cover))), body[0][0][1])


def _widened(columns: Sequence[Column], cells: Cells) -> Cells:
    """The cells of a row; one value merged over the columns of several years stands in each of them."""
    for i, (text, where) in list(cells.items()):
        for j in range(i + 1, i + where.colspan) if text.text and columns[i].role in ("value", "current") else ():
            if j in cells and columns[j].role == columns[i].role and not cells[j][0].text:
                cells[j] = cells[i]
    return cells


def _heads(number: str, body: Sequence[Line], at: int | None) -> bool:
    """Whether a row numbered 一 heads those below it, because they are numbered 1, 2."""
    return at is not None and bool(_CHINESE.fullmatch(number)) and any(at < len(line) and line[at][0].text.isdecimal() for line in body)


def _cut(before: Folded, after: Folded) -> bool:
    """Whether a page break cut a cell: its text does not end like a sentence and the next does not begin one."""
    return bool(before.text) and not _SENTENCE_END.search(before.text) and not NUMBER.match(after.text)


def _rejoin(previous: Cells, cells: Cells, filled: Sequence[int]) -> None:
    for i in filled:
        old = previous.get(i, (EMPTY, cells[i][1]))
        previous[i] = (old[0] + cells[i][0], old[1])


def _groups(drafts: Sequence[Cells], heads: Sequence[tuple[str, str]], number_at: int | None, name_at: int | None) -> list[list[int]]:
    """Indexes of rows that belong together: a new group begins at each number, or at each name where the table has no numbers."""
    if number_at is not None:
        starts = {i for i, (number, _) in enumerate(heads) if number}
    else:
        starts = {i for i, d in enumerate(drafts) if name_at is None or (name_at in d and d[name_at][0].text)}
    groups: list[list[int]] = []
    for i in range(len(drafts)):
        if i in starts or not groups:
            groups.append([])
        groups[-1].append(i)
    return groups


def _rows(
    columns: tuple[Column, ...],
    drafts: list[Cells],
    heads: list[tuple[str, str]],
    number_at: int | None,
    name_at: int | None,
    cover: dict[tuple[int, int], tuple[Folded, Where]],
    blank: set[tuple[int, int]],
) -> list[Row]:
    """Number the rows and fill merged cells downwards: names, categories and dates; units only where a row has none.

    In a column with merged cells these say what is filled (`cover`), and what is empty beside them is empty (`blank`).
    """
    groups = _groups(drafts, heads, number_at, name_at)
    rows = []
    unit_columns = [i for i, c in enumerate(columns) if c.role in _BODY_ROLES]
    measures = [i for i, c in enumerate(columns) if c.role in ("unit", "attribute")]
    tasks = [name_at] if name_at is not None and columns[name_at].role == "task" else []
    inherited = [i for i, c in enumerate(columns) if c.role in ("indicator", "category", "deadline", "unit", "attribute")]
    above: Cells = {}
    for count, group in enumerate(groups, 1):
        first = drafts[group[0]]
        category = heads[group[0]][1]
        number = (first[number_at][0].plain.strip(".、()（）") if number_at is not None and number_at in first else "") or str(count)
        above |= {i: first[i] for i, c in enumerate(columns) if c.role in ("category", "deadline") and i in first and first[i][0].text}
        if any(i in first and first[i][0].text for i in unit_columns):
            above = {i: v for i, v in above.items() if i not in unit_columns} | {i: first[i] for i in unit_columns if i in first and first[i][0].text}
        held = {i: v for i, v in above.items() if not (i in first and first[i][0].text)}
        for sub, index in enumerate(group, 1):
            own = drafts[index]
            filled = {i for i, (text, _) in own.items() if text.text}
            held |= {i: own[i] for i in inherited if i in filled}
            if any(i in filled for i in unit_columns):
                held = {i: v for i, v in held.items() if i not in unit_columns} | {i: own[i] for i in unit_columns if i in filled}
            held = {i: v for i, v in held.items() if i not in own or (own[i][1].row, i) not in blank}
            above = {i: v for i, v in above.items() if i not in own or (own[i][1].row, i) not in blank}
            merged = {i: cover[own[i][1].row or 0, i] for i in (*unit_columns, *measures) if i in own and (own[i][1].row or 0, i) in cover}
            lent = {i: cover[own[i][1].row or 0, i] for i in tasks if i in own and sub > 1 and (own[i][1].row or 0, i) in cover}
            full = {**held, **merged, **lent, **{i: own[i] for i in filled}}
            # the task that rows of values share is their name, and is read once
            cells = tuple(Cell("indicator" if i in lent else c.role, c.header, *full[i]) for i, c in enumerate(columns) if i in full)
            rows.append(Row(number, sub if len(group) > 1 else 0, cells, frozenset(columns[i].role for i in filled), category))
    return rows


__all__ = ["Column", "Row", "Table", "place", "read_tables", "with_present"]
