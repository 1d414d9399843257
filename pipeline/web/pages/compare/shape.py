"""The matrix as it is shown: which rows and columns, in which order, on which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.grid import Cell, Row
from pipeline.report.lines import Line
from pipeline.report.shown import search_text
from pipeline.web.pages.compare.asked import View
from pipeline.web.pages.compare.kept import Made

ACROSS = 40  # columns on one page
_CELLS, _FEWEST, _ROWS = 1600, 20, 60  # cells and rows on one page


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, how many of the rows it states something on, how many sentences were not read, and how it is sorted by (or "")."""

    name: str
    stated: int
    unread: int
    sorted: str


@dataclass(frozen=True, slots=True)
class Page:
    """`rows`: all rows that are shown, in order; `here`: those of this page; `heads`: the columns of this page; `columns`: all that are shown."""

    rows: list[Row]
    here: list[Row]
    heads: list[Head]
    columns: list[str]
    total: int
    page: int
    pages: int
    across: int
    wide: int


def shown_rows(made: Made, view: View) -> list[Row]:
    """The rows that the filters of the page let through, in the order asked for."""
    assert made.whole is not None
    words = view.find.lower().split()
    rows = [row for row in made.whole.rows if _passes(row, view) and all(word in search_text(row).lower() for word in words)]
    if view.view != "matrix":  # the order that the address asks for is that of another table
        return rows
    if view.column is not None and view.column in made.whole.regions:
        rows = _by_column(rows, view.column, view.order == "desc")
    elif view.order == "desc":
        rows.reverse()
    if view.group:
        order = {domain: i for i, domain in enumerate(dict.fromkeys(row.domain for row in rows))}
        rows.sort(key=lambda row: (not row.domain, order[row.domain]))
    return rows


def shown_columns(made: Made, view: View) -> list[str]:
    """The columns that are not hidden."""
    assert made.whole is not None
    return [name for name in made.whole.regions if name not in view.hide]


def _passes(row: Row, view: View) -> bool:
    return {"": True, "shared": row.stated > 1, "comparable": row.comparable, "differing": row.differs}[view.only]


def _by_column(rows: Sequence[Row], column: str, down: bool) -> list[Row]:
    """Rows by the values of a column: numbers by size, then what is said in words, then what is not stated (these last in either order)."""
    numbers, words, rest = [], [], []
    for row in rows:
        entry = first(row.cells[column])
        value = None if entry is None else entry["canonical_value"] if entry["canonical_value"] is not None else entry["value"]
        if entry is None:
            rest.append(row)
        elif value is None:
            words.append((entry["shown"] or "", row))
        else:
            numbers.append((value, row))
    numbers.sort(key=lambda pair: pair[0], reverse=down)
    words.sort(key=lambda pair: pair[0], reverse=down)
    return [row for _, row in (*numbers, *words)] + rest


def first(cell: Cell) -> Line | None:
    """The first stated value of a cell."""
    return next((entry for entry in cell.entries if entry["state"] == "stated"), None)


def page_of(made: Made, view: View) -> Page:
    """The page that a view asks for; the last where it asks for one behind."""
    rows, columns = shown_rows(made, view), shown_columns(made, view)
    assert made.whole is not None
    wide = max(1, -(-len(columns) // ACROSS))
    across = min(view.across, wide)
    mine = columns[(across - 1) * ACROSS : across * ACROSS]
    size = max(_FEWEST, min(_ROWS, _CELLS // max(len(mine), 1)))
    pages = max(1, -(-len(rows) // size))
    page = min(view.page, pages)
    here = rows[(page - 1) * size : page * size]
    heads = [_head(name, rows, view) for name in mine]
    return Page(rows, here, heads, columns, len(made.whole.rows), page, pages, across, wide)


def _head(name: str, rows: Sequence[Row], view: View) -> Head:
    states = [row.cells[name].state for row in rows]
    direction = ("descending" if view.order == "desc" else "ascending") if view.column == name else ""
    return Head(name, states.count("stated"), states.count("unparsed"), direction)
