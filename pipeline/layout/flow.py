"""Pages → paragraphs and logical tables, handed to a `Builder` in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.content import Builder
from pipeline.layout.columns import between_columns
from pipeline.layout.furniture import remove_furniture
from pipeline.layout.lines import join_lines, read_lines
from pipeline.layout.page import Fragment, Page, Run, Sheet, TextLine
from pipeline.layout.paragraphs import Frames, continues, notes_of
from pipeline.layout.tables import find_tables
from pipeline.layout.tables.fragments import join
from schemas.types import Box, Where


def lay_out(pages: Iterable[Page], builder: Builder) -> None:
    """Read pages one by one (none is kept), then join what their edges cut and give it to the builder."""
    sheets: list[Sheet] = []
    for page in pages:
        builder.budget.tick()
        sheets.append(_sheet(page, _last_table(sheets)))
    remove_furniture(sheets)
    for issue in join(sheets):
        builder.issue(issue.level, issue.code, issue.where, issue.message)
    flow = _Flow(builder, Frames(sheets))
    for sheet in sheets:
        notes = notes_of(sheet)
        flow.notes([item for item in sheet.items if isinstance(item, TextLine) and id(item) in notes])
        for item in sheet.items:
            if isinstance(item, Fragment):
                flow.table(item)
            elif id(item) not in notes:
                flow.line(item)
        flow.page_ends()
    flow.end()


def _last_table(sheets: Sequence[Sheet]) -> Fragment | None:
    """The last table of the page read last, whose columns may go on."""
    return next((i for i in reversed(sheets[-1].items) if isinstance(i, Fragment)), None) if sheets else None


def _sheet(page: Page, above: Fragment | None) -> Sheet:
    """Tables and lines of a page in reading order: a table stands before the first line of its column that begins below it."""
    tables, rest = find_tables(page, above)
    items: list[TextLine | Fragment] = list(_lines(rest, tables, page))
    for table in tables:
        below = (i for i, item in enumerate(items) if item.top > table.top and item.x0 < table.x1 and item.x1 > table.x0)
        items.insert(next(below, len(items)), table)
    return Sheet(page.number, page.width, page.height, items)


def _lines(runs: Sequence[Run], tables: Sequence[Fragment], page: Page) -> Iterator[TextLine]:
    """Lines of text, those above a table that lies across the page before those below it: columns of text do not go on beside it."""
    middle = page.width / 2
    tops = sorted(t.top for t in tables if t.x0 < 0.8 * middle and t.x1 > 1.2 * middle)
    known = between_columns(runs) if tops else None
    for top, bottom in pairwise([float("-inf"), *tops, float("inf")]):
        band = [r for r in runs if top <= (r.top + r.bottom) / 2 < bottom]
        if band:
            yield from read_lines(band, page.number, known)


@dataclass(slots=True)
class _Flow:
    """Gathers lines into paragraphs. What stands between the lines of one paragraph (a table, footnotes) follows it."""

    builder: Builder
    frames: Frames
    _open: list[TextLine] = field(default_factory=list)
    _between: list[Fragment | list[TextLine]] = field(default_factory=list)
    _notes: list[list[TextLine]] = field(default_factory=list)

    def line(self, line: TextLine) -> None:
        """The next line of running text."""
        cut = any(isinstance(item, Fragment) for item in self._between)
        if self._open and continues(self._open, line, self.frames, cut):
            self._open.append(line)
            return
        self.end()
        self._open = [line]

    def table(self, fragment: Fragment) -> None:
        """The next table."""
        self._between.append(fragment)

    def notes(self, lines: Sequence[TextLine]) -> None:
        """The footnotes of the page that begins."""
        self._notes = []
        for line in lines:
            if self._notes and continues(self._notes[-1], line, self.frames, False):
                self._notes[-1].append(line)
            else:
                self._notes.append([line])

    def page_ends(self) -> None:
        """Footnotes follow the paragraph that stands above them, also where it goes on over the page."""
        self._between += self._notes
        self._notes = []

    def end(self) -> None:
        """Give the builder what is complete."""
        if self._open:
            self._paragraph(self._open)
        for item in self._between:
            if isinstance(item, Fragment):
                self.builder.table(item.cells)
            else:
                self._paragraph(item)
        self._open, self._between = [], []

    def _paragraph(self, lines: Sequence[TextLine]) -> None:
        text, pieces = join_lines(lines)
        self.builder.paragraph(text, Where(boxes=boxes_of(lines)), pieces)


def boxes_of(lines: Sequence[TextLine]) -> tuple[Box, ...]:
    """A box for each page that lines stand on."""
    boxes: dict[int, Box] = {}
    for line in lines:
        old = boxes.get(line.page, Box(line.page, line.x0, line.top, line.x1, line.bottom))
        boxes[line.page] = Box(line.page, min(old.x0, line.x0), min(old.top, line.top), max(old.x1, line.x1), max(old.bottom, line.bottom))
    return tuple(boxes.values())
