"""Parts of tables on consecutive pages → logical tables.

A text between two parts, another header or other columns forbid a join; what is left is voted on, and a close call that is not
joined is an Issue. Every cell keeps the boxes of all its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.content import Place
from pipeline.layout.marks import AGAIN, CONTINUED, FOLIO, MARK
from pipeline.layout.page import Fragment, Sheet, TextLine
from pipeline.layout.tables.cut import goes_on, habits, is_cut, together
from pipeline.layout.tables.votes import NEEDED, Alignment, Situation, align, bare, header_rows, other_header, repeated, votes
from schemas.types import Issue

_FOOT = 0.82  # share of a page's height above which its text does not end


@dataclass(slots=True)
class _Open:
    """A logical table that may go on. `last`: its part on the last page; `start`: where the cells of that part begin in the table's.

    `merged`: columns that have merged cells below the header.
    """

    table: Fragment
    sheet: Sheet
    last: Fragment
    height: int
    header: int
    captions: frozenset[str]
    start: int = 0
    merged: frozenset[int] = frozenset()


def join(sheets: Sequence[Sheet]) -> list[Issue]:
    """Join the parts of tables over pages: later parts move into the first one, repeated headers and captions go. Gives notes for people."""
    issues = [_doubt(i) for s in sheets for i in s.items if isinstance(i, Fragment) and i.doubtful]
    foot = max((i.bottom for s in sheets for i in s.items if not _is_folio(i)), default=0.0)
    open_: _Open | None = None
    for sheet in sheets:
        at = _first_part(sheet, open_) if open_ is not None and sheet.number == open_.sheet.number + 1 else None
        if open_ is not None and at is not None and _join(open_, sheet, at, foot, issues):
            if all(_is_folio(i) for i in sheet.items):
                continue
        elif not sheet.items:
            continue
        open_ = _last_part(sheet)
    return issues


def _doubt(part: Fragment) -> Issue:
    """The note on a part whose rows are not certain."""
    message = "no lines part the rows of the table, and its running numbers do not agree with the white between them: compare it with the page"
    return Issue("warning", "rows_uncertain", f"page {part.page}", message)


def _is_folio(item: TextLine | Fragment) -> bool:
    """Whether a line is a page number."""
    return isinstance(item, TextLine) and bool(FOLIO.fullmatch(item.text))


def _first_part(sheet: Sheet, open_: _Open | None) -> int | None:
    """Where the table stands that begins a page: only page numbers and captions of the open table may stand before it."""
    for i, item in enumerate(sheet.items):
        if isinstance(item, Fragment):
            return i
        text = bare(item.text)
        known = open_ is not None and len(text) < 60 and MARK.sub("", text) in open_.captions
        if not (_is_folio(item) or AGAIN.fullmatch(text) or known):
            return None
    return None


def _last_part(sheet: Sheet) -> _Open | None:
    """The table that ends a page, as an open one."""
    items = [i for i in sheet.items if not _is_folio(i)]
    if not items or not isinstance(items[-1], Fragment):
        return None
    table = items[-1]
    captions: set[str] = set()
    for item in reversed(items[:-1]):
        if isinstance(item, Fragment) or len(item.text) > 60 or len(captions) > 3:
            break
        captions.add(MARK.sub("", bare(item.text)))
    height = max(c.row + c.rowspan - 1 for c in table.cells)
    return _Open(table, sheet, replace(table), height, table.header or header_rows(table.cells), frozenset(captions))


def _join(open_: _Open, sheet: Sheet, at: int, foot: float, issues: list[Issue]) -> bool:
    """Join the part that begins a page to the open table if the votes say so."""
    part = sheet.items[at]
    assert isinstance(part, Fragment)
    aligned = align(open_.last, part)
    if aligned is None:
        return False
    body = [_moved(c, aligned.above) for c in open_.table.cells[open_.start :]]
    head = [_moved(c, aligned.above) for c in open_.table.cells if c.row <= open_.header + 3]
    below = replace(part, cells=[_moved(c, aligned.below) for c in part.cells])
    again = repeated(head, below.cells)
    if not again and other_header([c for c in body if c.row > open_.header], below.cells):
        return False
    marked = any(isinstance(i, TextLine) and bool(CONTINUED.search(bare(i.text))) for i in sheet.items[:at])
    known = habits(body, open_.header if open_.start == 0 else 0)
    edge = open_.last.open_below or (part.open_above and not again)
    room = max(foot, _FOOT * open_.sheet.height) - open_.last.bottom
    situation = Situation(body, below, known, again, marked, edge, open_.last.ruled == part.ruled, room, sheet.height)
    cast = [(aligned.score, aligned.reason), *votes(situation)]
    score = sum(points for points, _ in cast)
    if score < NEEDED:
        reasons = "; ".join(f"{why} ({points:+g})" for points, why in cast)
        message = f"its columns are those of the table on page {open_.sheet.number}, but it has {score:g} votes of {NEEDED:g}: {reasons}"
        issues.append(Issue("info", "table_not_joined", f"page {sheet.number}", message))
        return False
    _append(open_, below, aligned, again, edge)
    sheet.items[: at + 1] = [i for i in sheet.items[:at] if _is_folio(i)]
    open_.sheet = sheet
    open_.last = replace(part, columns=aligned.edges, gutters=part.gutters if part.ruled else open_.last.gutters)
    return True


def _moved(cell: Place, edges: Sequence[int]) -> Place:
    """A cell in the columns of the joined table."""
    left, right = edges[cell.column - 1], edges[cell.column - 1 + cell.colspan]
    if (left + 1, right - left) == (cell.column, cell.colspan):
        return cell
    return replace(cell, column=left + 1, colspan=right - left)


def _append(open_: _Open, below: Fragment, aligned: Alignment, again: int, edge: bool) -> None:
    """Put the rows of a part below those of the table; what the page's edge cut becomes whole."""
    table = open_.table
    if aligned.above != tuple(range(len(aligned.above))):
        table.cells = [_moved(c, aligned.above) for c in table.cells]
        table.columns = aligned.edges
    cells = table.cells
    feet = {c.column: i for i, c in enumerate(cells) if c.row + c.rowspan - 1 == open_.height}
    heads = {c.column: c for c in below.cells if c.row == again + 1}
    known = habits(cells[open_.start :], open_.header if open_.start == 0 else 0)
    open_.merged |= known.merged | {c.column for c in below.cells if c.row > again and c.rowspan > 1}
    known = replace(known, merged=open_.merged)
    cut = is_cut({j: cells[i] for j, i in feet.items()}, heads, known, edge)
    offset = open_.height - again - cut
    open_.start = len(cells)
    for cell in below.cells:
        if cell.row <= again:
            continue
        i = feet.get(cell.column) if cell.row == again + 1 else None
        if i is not None and cells[i].colspan == cell.colspan and (cut or goes_on(cells[i], cell, cell.column in known.merged)):
            cells[i] = together(cells[i], cell, cells[i].rowspan + cell.rowspan - cut)
        else:
            cells.append(replace(cell, row=cell.row + offset))
    open_.height += max((c.row + c.rowspan - 1 for c in below.cells), default=again) - again - cut
