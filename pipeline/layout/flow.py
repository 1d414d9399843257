"""Pages → paragraphs and logical tables, handed to a `Builder` in reading order."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.content import Builder
from pipeline.layout.fragments import join
from pipeline.layout.lines import read_lines
from pipeline.layout.page import Fragment, Page, Sheet, TextLine
from pipeline.layout.tables import find_tables
from schemas.types import Where


def lay_out(pages: Iterable[Page], builder: Builder) -> None:
    """Read pages one by one (none is kept), then join what their edges cut and give it to the builder."""
    sheets = []
    for page in pages:
        builder.budget.tick()
        tables, rest = find_tables(page, _open_table(sheets))
        items: list[TextLine | Fragment] = sorted([*tables, *read_lines(rest)], key=lambda item: item.top)
        sheets.append(Sheet(page.number, page.width, page.height, items))
    for issue in join(sheets):
        builder.issue(issue.level, issue.code, issue.where, issue.message)
    for sheet in sheets:
        for item in sheet.items:
            if isinstance(item, TextLine):
                builder.paragraph(item.text, Where(), item.pieces)
            else:
                builder.table(item.cells)


def _open_table(sheets: list[Sheet]) -> Fragment | None:
    """The table that ends the last page read so far, whose columns may go on."""
    items = [i for i in sheets[-1].items if isinstance(i, Fragment)] if sheets else []
    return items[-1] if items else None
