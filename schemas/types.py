"""What things are: the types that the stages hand to each other. All are immutable; offsets count characters."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Literal

from schemas.structs import struct
from schemas.values import Period, Quantity

if TYPE_CHECKING:
    from schemas.folded import Folded


@struct(frozen=True, slots=True)
class Span:
    """A half-open range of characters of the document's text."""

    start: int
    end: int


@struct(frozen=True, slots=True)
class Box:
    """A rectangle on a page (counted from 1), in points from the upper left corner of the page as it is read."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@struct(frozen=True, slots=True)
class Where:
    """Where a block stands for a reader; all counted from 1, None where the format has no such thing.

    `file`: the member of an archive or folder. `line`: of a text file, or the paragraph of a document without pages.
    `boxes`: one for each page the block stands on. `table`, `row`, `column`: of the logical table, joined over pages; a merged
    cell stands at its first row and column and takes `rowspan` × `colspan` places. `sheet`, `cell` ("B7"): of a workbook.
    """

    line: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    rowspan: int = 1
    colspan: int = 1
    file: str | None = None
    boxes: tuple[Box, ...] = ()
    sheet: str | None = None
    cell: str | None = None


@struct(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a text as they stand on one line of a page.

    `edges` holds the left and the right edge of each character, in points (2 × (end - start) numbers). `confidence` (0 to 1)
    is the recogniser's, 1 for text that the file holds as text.
    """

    start: int
    end: int
    page: int
    top: float
    bottom: float
    edges: array[float]
    confidence: float = 1.0

    def moved(self, by: int) -> Piece:
        """The same characters in a text that has `by` characters more before them."""
        return replace(self, start=self.start + by, end=self.end + by)

    def cut(self, start: int, end: int) -> Piece | None:
        """Those of its characters that lie between two offsets of the text; None where none do."""
        low, high = max(start, self.start), min(end, self.end)
        if (low, high) == (self.start, self.end):
            return self
        if low >= high:
            return None
        return replace(self, start=low, end=high, edges=self.edges[2 * (low - self.start) : 2 * (high - self.start)])

    def box(self, start: int, end: int) -> Box:
        """The box around those of its characters that lie between two offsets of the text (at least one must)."""
        low, high = 2 * (max(start, self.start) - self.start), 2 * (min(end, self.end) - self.start)
        return Box(self.page, min(self.edges[low:high]), self.top, max(self.edges[low:high]), self.bottom)


@struct(frozen=True, slots=True)
class Block:
    """A paragraph or table cell: the characters `start` to `end` of the document's text."""

    id: int
    kind: Literal["paragraph", "cell"]
    start: int
    end: int
    where: Where


@struct(frozen=True, slots=True)
class Issue:
    """Something odd that did not stop the run. `where` is read by people: "line 12", "表/8.2"."""

    level: Literal["error", "warning", "info"]
    code: str
    where: str
    message: str


@struct(frozen=True, slots=True)
class Document:
    """A file as text and blocks. `id` is the hash of its bytes; offsets of everything count in `text`.

    `pieces` (in text order) say where the characters stand on their pages, for the formats that have pages.
    """

    id: str
    name: str
    path: str
    format: str
    text: str
    blocks: tuple[Block, ...]
    issues: tuple[Issue, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where the characters `start` to `end` stand: a box for each line of each page."""
        return tuple(piece.box(start, end) for piece in self._pieces(start, end))

    def confidence(self, start: int, end: int) -> float:
        """How sure the reading of the characters `start` to `end` is: the lowest confidence of the pieces they stand in, 1 without pieces."""
        return min((piece.confidence for piece in self._pieces(start, end)), default=1.0)

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        at = max(bisect_right(self.pieces, start, key=lambda p: p.start) - 1, 0)
        while at < len(self.pieces) and self.pieces[at].start < end:
            if self.pieces[at].end > start:
                yield self.pieces[at]
            at += 1


@struct(frozen=True, slots=True)
class Cell:
    """A piece of text with its column role (`text` for running text) and, in a table, its header."""

    role: str
    header: str
    text: Folded
    where: Where = Where()


@struct(frozen=True, slots=True)
class Segment:
    """A paragraph (one cell) or a table row (a cell per column).

    `path` is the number path of the task it stands in (`24`, `四/(一)/1`, `表/8.2`) or None; `title` that task's title;
    `section` what the enclosing headings make of it (`goal`, `talk`, `past`, `outlook`, `support` or `work`); `stage` the dates
    that a heading or a lead-in sentence gives to what follows. `numbered`: its number is of the kind that measures have (24., 1.2.3, 一是).
    """

    id: str
    kind: Literal["clause", "row"]
    path: str | None
    title: str
    headings: tuple[str, ...]
    section: str
    cells: tuple[Cell, ...]
    number: Span | None = None
    heading: bool = False
    leaf: bool = True
    stage: Slot | None = None
    first_of_row: bool = True
    numbered: bool = False


@struct(frozen=True, slots=True)
class Slot:
    """Text of one field, where it stands in the source, and the rule that found it."""

    text: str
    spans: tuple[Span, ...]
    rule: str = ""


@struct(frozen=True, slots=True)
class Mention:
    """A stretch of a cell's folded text that means something: `value` is its parsed form."""

    kind: str
    start: int
    end: int
    text: str
    value: Any
    rule: str


@struct(frozen=True, slots=True)
class Task:
    """A numbered measure, duty item or table row, and the units that answer for it (role → slots)."""

    path: str
    title: Slot
    bodies: Mapping[str, tuple[Slot, ...]]
    deadline: Period | None
    deadline_slot: Slot | None


Readers = Literal["both", "differs", "rules", "unread"]
"""Who read a value: `both` readers under one name; `differs`: the second reader puts it under another, or reads another number; `rules`: the
second reader takes the number for no target; `unread`: it does not read such statements (states without a number), or was not asked."""


@struct(frozen=True, slots=True)
class Proposed:
    """What the second reader takes for a target: the value as written, and the name as written that it ties it to ("" where it saw none)."""

    indicator: str
    value: Slot
    quantity: Quantity | None
    unit: str | None
    score: float


@struct(frozen=True, slots=True)
class Target:
    """One commitment: an indicator, a threshold and a deadline, as written and as parsed."""

    task: str | None
    indicator: Slot
    scope: Slot | None
    kind: str
    quantity: Quantity | None
    value: Slot
    unit: Slot | None
    change_direction: str | None
    baseline: Slot | None
    deadline: Period | None
    deadline_slot: Slot | None
    status: str
    strength: str | None
    quote: Slot
    rule: str
    confidence: float
    segment: str = ""
    readers: Readers = "unread"
    second: Proposed | None = None  # what the second reader makes of the value, where it differs


@struct(frozen=True, slots=True)
class Uncovered:
    """An entry of the coverage ledger: a number that gave no target, and why not; and what the second reader makes of it, if anything."""

    where: str
    text: str
    spans: tuple[Span, ...]
    reason: str
    proposals: tuple[Proposed, ...] = ()


@struct(frozen=True, slots=True)
class Validity:
    """What a document says of its own validity (`valid`, `status`), or of the documents that it `repeals` or `revises`; dates are ISO, inclusive.

    `value`: of a status in_force, repealed, expired, amended, pending or void; of a repeal whole, part or conflict; of a revision amends,
    replaces or edition. `term` is an ISO duration (P5Y), `basis` what `date_end` rests on: stated, start, issue_date or publish_date.
    """

    kind: Literal["valid", "repeals", "status", "revises", "extends"]
    raw: Slot
    value: str | None = None
    date_start: str | None = None
    date_end: str | None = None
    term: str | None = None
    basis: str | None = None
    title: Slot | None = None
    number: Slot | None = None


@struct(frozen=True, slots=True)
class Extraction:
    """Everything read from one document, before normalising."""

    metadata: Mapping[str, Slot | None]
    draft: bool
    tasks: tuple[Task, ...]
    targets: tuple[Target, ...]
    uncovered: tuple[Uncovered, ...]
    issues: tuple[Issue, ...]
    segments: tuple[Segment, ...] = field(default=())
    validity: tuple[Validity, ...] = ()
