"""XLSX, XLSM, ET and XLS: each sheet as title lines, tables and notes, with the cell of every text."""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import regex

from pipeline.celltext import one_line
from pipeline.content import Builder, Content, Place
from pipeline.parsers.counting import letters
from pipeline.parsers.libreoffice import convert
from pipeline.parsers.ooxml import open_package
from pipeline.parsers.sheets import xls, xlsx
from pipeline.parsers.sheets.xlsx import SheetData
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget
from schemas.types import Issue, Where

_LABELLED = regex.compile(r"[（(]?[^：:，。；]{1,12}[：:].{0,40}", regex.S)
_NOTE = regex.compile(r"[（(]?(?:注|备注|说明|附注|填表|制表|填报|审核|审批|联系|数据来源|资料来源|单位负责人|[*※])")
_NOTE_LENGTH = 20
_USUAL_NAME = regex.compile(r"(?:Sheet|工作表|表|Table)\s?\d*", regex.I)


class Text(NamedTuple):
    """A visible cell with text: its place in the sheet, and the last row and column of the range it was merged over."""

    text: str
    row: int
    column: int
    last_row: int
    last_column: int
    home: str


Row = list[Text]


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a workbook. Raises ParseError and LimitError."""
    found, issues = _read(data, budget)
    builder = Builder(budget)
    filled = [sheet for sheet in found if sheet.rows]
    for sheet in filled:
        if len(filled) > 1 and not _USUAL_NAME.fullmatch(sheet.name):
            builder.paragraph(sheet.name, Where(sheet=sheet.name))
        for band in _bands(sheet):
            _lay_out(band, sheet.name, builder)
        budget.tick()
    for issue in [*issues, *(issue for sheet in found for issue in sheet.issues)]:
        builder.issue(issue.level, issue.code, issue.where, issue.message)
    return builder.content()


def _read(data: bytes, budget: Budget) -> tuple[list[SheetData], list[Issue]]:
    if not data.startswith(b"PK"):
        return _old(data, budget)
    package = open_package(data, budget)
    if package.has("xl/workbook.bin"):
        for info in package.archive.infolist():
            package.read(info.filename)  # counted, and as large as it says: the library behind does not look
        return xls.read_workbook(data, budget)
    return xlsx.read_workbook(package, budget)


def _old(data: bytes, budget: Budget) -> tuple[list[SheetData], list[Issue]]:
    """An XLS workbook; where a number may be a percentage LibreOffice is asked, which knows the number formats, if it is installed."""
    found, issues = xls.read_workbook(data, budget)
    if not any(issue.code == "percent_unknown" for sheet in found for issue in sheet.issues):
        return found, issues
    try:
        with tempfile.TemporaryDirectory(prefix="zhibiao-") as folder:
            source = Path(folder) / "source.xls"
            source.write_bytes(data)
            return xlsx.read_workbook(open_package(convert(source, "xlsx", budget), budget), budget)
    except LimitError:
        raise
    except ParseError as error:
        return found, [*issues, Issue("info", "formats_unknown", "workbook", f"the number formats were not read: {error}")]


def _visible(sheet: SheetData) -> list[Row]:
    """The rows with texts that a reader sees; a merged cell whose corner is hidden stands at the first row and column that is not."""
    ends = {(r, c): (last_row, last_column) for r, c, last_row, last_column in sheet.merged}
    placed: dict[int, dict[int, Text]] = {}
    for row, texts in sheet.rows.items():
        for column, text in texts.items():
            last_row, last_column = ends.get((row, column), (row, column))
            shown_row, shown_column = row, column
            while shown_row in sheet.hidden_rows and shown_row < last_row:
                shown_row += 1
            while shown_column in sheet.hidden_columns and shown_column < last_column:
                shown_column += 1
            if shown_row not in sheet.hidden_rows and shown_column not in sheet.hidden_columns:
                home = f"{letters(column)}{row}"
                placed.setdefault(shown_row, {})[shown_column] = Text(text, shown_row, shown_column, last_row, last_column, home)
    return [[placed[row][column] for column in sorted(placed[row])] for row in sorted(placed)]


def _bands(sheet: SheetData) -> Iterator[list[Row]]:
    """Runs of rows without an empty row between them."""
    hidden = sorted(sheet.hidden_rows)
    band: list[Row] = []
    reach = 0
    for row in _visible(sheet):
        at = row[0].row
        between = bisect_left(hidden, at) - bisect_left(hidden, reach + 1)
        if band and at - reach - 1 > max(between, 0):
            yield band
            band, reach = [], 0
        band.append(row)
        reach = max(reach, at, max(t.last_row for t in row))
    if band:
        yield band


def _lay_out(band: list[Row], name: str, builder: Builder) -> None:
    """A band of rows as title lines, a table (or tables side by side) and notes."""
    head, tail = _split(band)
    for row in band[:head]:
        _paragraphs(row, name, builder)
    body = band[head:tail]
    if len({t.column for row in body for t in row}) < 2:
        for row in body:
            _paragraphs(row, name, builder)
    else:
        for part in _side_by_side(body):
            _table(part, name, builder)
    for row in band[tail:]:
        _paragraphs(row, name, builder)


def _split(band: Sequence[Row]) -> tuple[int, int]:
    """Index of the first row of the table and of the first row behind it."""
    head, tail = 0, len(band)
    while head < tail and (len(band[head]) == 1 or (head + 1 < tail and len(band[head]) < len(band[head + 1]) and _labelled(band[head]))):
        head += 1
    covered = max((t.last_row for row in band for t in row if t.last_row > t.row and t.last_column == t.column), default=0)
    while tail > head and band[tail - 1][0].row > covered and _is_note(band[tail - 1], band[head]):
        tail -= 1
    return head, tail


def _labelled(row: Row) -> bool:
    return all(_LABELLED.fullmatch(t.text.strip()) for t in row)


def _is_note(row: Row, header: Row) -> bool:
    """Whether a row below a table is a note: one text from the first column on, or labels such as 填表人：."""
    if len(row) > 1:
        return len(row) < len(header) and _labelled(row) and bool(_NOTE.match(row[0].text.strip()))
    text = row[0]
    wide = text.last_column > text.column or len(text.text) >= _NOTE_LENGTH
    return text.column <= header[0].column and (wide or bool(_NOTE.match(text.text.strip())))


def _paragraphs(row: Row, name: str, builder: Builder) -> None:
    for text in row:
        for line in text.text.splitlines():
            builder.paragraph(line.strip(), Where(sheet=name, cell=text.home))


def _side_by_side(body: list[Row]) -> Iterator[list[Row]]:
    """Tables beside each other: the same headings on both sides of an empty column; else the one table."""
    used = sorted({c for row in body for t in row for c in range(t.column, min(t.last_column, t.column + 99) + 1)})
    gaps = [a for a, b in pairwise(used) if b > a + 1]
    for gap in gaps:
        left, right = ({one_line(t.text) for t in body[0] if (t.column <= gap) == side} for side in (True, False))
        if len(left & right) >= 2:
            yield [part for row in body if (part := [t for t in row if t.column <= gap])]
            yield from _side_by_side([part for row in body if (part := [t for t in row if t.column > gap])])
            return
    yield body


def _table(body: Sequence[Row], name: str, builder: Builder) -> None:
    """A table of the rows and columns that hold texts; empty places keep their cell for who reads on."""
    rows = [row[0].row for row in body]
    columns = sorted({t.column for row in body for t in row})
    builder.budget.check("cells", len(rows) * len(columns), f"places in a table of the sheet {name}")
    cells: list[Place] = []
    covered: set[tuple[int, int]] = set()
    for at, row in enumerate(body, 1):
        texts = {t.column: t for t in row}
        for across, column in enumerate(columns, 1):
            text = texts.get(column)
            if text is None:
                if (at, across) not in covered:
                    cells.append(Place("", at, across, where=Where(sheet=name, cell=f"{letters(column)}{rows[at - 1]}")))
                continue
            down = max(bisect_left(rows, text.last_row + 1) - at + 1, 1)
            wide = max(bisect_left(columns, text.last_column + 1) - across + 1, 1)
            if down * wide > 1:
                covered |= {(at + i, across + j) for i in range(down) for j in range(wide)}
            cells.append(Place(one_line(text.text), at, across, down, wide, Where(sheet=name, cell=text.home)))
    builder.table(cells)
