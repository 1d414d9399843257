"""What a parser gives: the text of a file, its blocks, and what was odd; `Builder` puts it together piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from schemas.limits import Budget
from schemas.types import Block, Issue, Piece, Where


@dataclass(frozen=True, slots=True)
class Content:
    """Text, blocks in text order without overlap, where the characters stand on pages, and issues."""

    text: str
    blocks: tuple[Block, ...]
    issues: tuple[Issue, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a table: its text, the row and column (from 1) of its upper left corner, the places it takes, where it stands.

    Offsets of `pieces` count in `text`.
    """

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    where: Where = field(default_factory=Where)
    pieces: tuple[Piece, ...] = ()


@dataclass(slots=True)
class Builder:
    """Collects paragraphs and tables in reading order; offsets and numbers of tables follow from that order."""

    budget: Budget = field(default_factory=Budget)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _tables: int = 0
    _blocks: list[Block] = field(default_factory=list)
    _pieces: list[Piece] = field(default_factory=list)
    _issues: list[Issue] = field(default_factory=list)

    def paragraph(self, text: str, where: Where | None = None, pieces: Sequence[Piece] = ()) -> None:
        """A paragraph; text that is blank gives no block. Offsets of `pieces` count in `text`."""
        if text.strip():
            self._block("paragraph", text, where or Where(), pieces)
        self._put("\n")

    def aside(self, text: str) -> None:
        """Text that belongs to the file but not to what is read: it keeps its place in the offsets and gives no block."""
        self._put(text + "\n")

    def table(self, cells: Iterable[Place]) -> int:
        """A table, row by row; places that a merged cell covers become empty cells, so that every row has all columns. Returns its number."""
        self._tables += 1
        placed = {(c.row, c.column): c for c in cells}
        width = max((c.column + c.colspan - 1 for c in placed.values()), default=0)
        height = max((c.row for c in placed.values()), default=0)
        self.budget.cells(width * height)
        for row in range(1, height + 1):
            for column in range(1, width + 1):
                place = placed.get((row, column)) or Place("", row, column)
                self._cell(place)
                self._put("\n" if column == width else "\t")
        return self._tables

    def _cell(self, place: Place) -> None:
        text, limit = place.text, self.budget.limits.cell_chars
        where = replace(place.where, table=self._tables, row=place.row, column=place.column, rowspan=place.rowspan, colspan=place.colspan)
        if len(text) > limit:
            at = f"表{self._tables} row {place.row} column {place.column}"
            message = f"the cell has {len(text):,} characters; those over the limit are left out (raise it with --limit cell_chars={len(text)})"
            self.issue("warning", "cell_cut", at, message)
            text = text[:limit]
        self._block("cell", text, where, [p for p in place.pieces if p.end <= len(text)])

    def issue(self, level: str, code: str, where: str, message: str) -> None:
        """Something odd that does not stop the reading."""
        self._issues.append(Issue(level, code, where, message))  # type: ignore[arg-type]

    def content(self) -> Content:
        """What was collected."""
        return Content("".join(self._parts), tuple(self._blocks), tuple(self._issues), tuple(self._pieces))

    def _block(self, kind: str, text: str, where: Where, pieces: Sequence[Piece]) -> None:
        start = self._length
        self._put(text)
        self._blocks.append(Block(len(self._blocks), kind, start, self._length, where))  # type: ignore[arg-type]
        self._pieces += [p.moved(start) for p in pieces]

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def shifted(content: Content, text: int, block: int, table: int, file: str) -> Content:
    """A member of an archive: its offsets, block and table numbers moved behind those of the members before it, its file named."""
    blocks = tuple(
        replace(
            b,
            id=b.id + block,
            start=b.start + text,
            end=b.end + text,
            where=replace(b.where, file=file, table=b.where.table + table if b.where.table else None),
        )
        for b in content.blocks
    )
    pieces = tuple(p.moved(text) for p in content.pieces)
    issues = tuple(replace(i, where=f"{file}: {i.where}") for i in content.issues)
    return Content(content.text, blocks, issues, pieces)
