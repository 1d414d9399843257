"""What is typeset: paragraphs and tables, and how to get them from a plan of raw_docs/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.parsers import parse_file
from tests.conftest import RAW


@dataclass(frozen=True)
class Cell:
    """A cell at a row and column (from 0) with the places it takes."""

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True)
class Table:
    """A table: its cells, the first `header` rows of which are header, and the relative widths of its columns."""

    cells: tuple[Cell, ...]
    widths: tuple[float, ...]
    header: int = 1

    @property
    def height(self) -> int:
        return max(c.row + c.rowspan for c in self.cells)

    def texts(self) -> list[list[str]]:
        """Rows of texts as a reader of the page sees them: a merged cell's text in every place that it takes."""
        rows = [[""] * len(self.widths) for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for column in range(cell.column, cell.column + cell.colspan):
                    rows[row][column] = cell.text
        return rows


def table_of(rows: list[list[str]], merged: tuple[int, ...] = (), header: int = 1, widths: tuple[float, ...] = ()) -> Table:
    """A table of rows of texts; in the columns `merged` an empty cell below the header belongs to the cell above it."""
    cells: list[Cell] = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            above = next((i for i, c in enumerate(cells) if c.column == column and c.row + c.rowspan == row), None)
            if column in merged and not text and row > header and above is not None:
                old = cells[above]
                cells[above] = Cell(old.text, old.row, column, old.rowspan + 1)
            else:
                cells.append(Cell(text, row, column))
    return Table(tuple(cells), widths or (1.0,) * len(rows[0]), header)


def read_plan(name: str, merged: tuple[int, ...] = ()) -> list[str | Table]:
    """Paragraphs and tables of a plan of raw_docs/ (without page numbers and the headers that page breaks repeat)."""
    document = parse_file(Path(RAW / f"{name}.txt"))
    items: list[str | list[list[str]]] = []
    row = None
    for block in document.blocks:
        text = document.text[block.start : block.end].strip()
        if block.kind == "paragraph":
            if not text.isdigit():
                items.append(text)
            continue
        if not items or isinstance(items[-1], str):
            items.append([])
        table = items[-1]
        assert isinstance(table, list)
        if (block.where.table, block.where.row) != row:
            row = (block.where.table, block.where.row)
            table.append([])
        table[-1].append(text)
    plan: list[str | Table] = []
    for item in items:
        if isinstance(item, str):
            plan.append(item)
            continue
        rows = [r for i, r in enumerate(item) if i == 0 or r != item[0]]
        widths = tuple(1 + min(sum(len(r[i]) for r in rows if i < len(r)) / len(rows), 60) ** 0.7 for i in range(len(rows[0])))
        plan.append(table_of(rows, merged, 1, widths))
    return plan
