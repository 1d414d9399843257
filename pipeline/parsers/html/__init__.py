"""Web pages: any encoding, saved (also MHT), pasted from Word, JSP. The text of the document is what a browser shows of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.content import Builder, Content
from pipeline.parsers.html.flow import Line, TableAt, flow
from pipeline.parsers.html.main import Item, choose
from pipeline.parsers.html.source import read_markup
from pipeline.parsers.html.tables import Grid, Tables
from pipeline.parsers.html.tree import Tree, read_tree
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue, Where

_LITTLE = 100  # characters of text below which a page is looked through for text that its scripts would show
_SHORTEST = 6  # characters of a title
_SPACE = re.compile(r"[\s\u3000]+")
_FRONT = re.compile(r"\A\s*---[ \t]*\r?\n((?:[\w-]+[ \t]*:.*\r?\n)+)---[ \t]*\r?\n")  # of a page's source in a site generator
_FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.M)
_SITE = re.compile(r"\s*[-_|–—]+\s*[^-_|–—]{2,30}$")


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a web page. The whole visible text is there; blocks stand only where the page's own text stands.

    Raises ParseError where the bytes are no text or the page shows nothing.
    """
    pages = [_read(markup, issues, budget) for markup, issues in read_markup(data, budget)]
    page = pages[0]
    if page.length < _LITTLE:
        page = max(pages, key=lambda p: p.length)  # the first part of an archive may be a frameset
    if not page.items:
        raise ParseError("the page shows no text: if scripts load it, open the page in a browser and save it as shown (or print it to PDF)")
    return page.content(budget)


@dataclass(slots=True)
class _Page:
    """The items of a page in order; `front`: the title in what stands above the markup."""

    tree: Tree
    items: list[Item]
    issues: list[Issue]
    front: str = ""

    @property
    def length(self) -> int:
        """Characters of its lines and tables."""
        return sum(len(i.text) if isinstance(i, Line) else i.length for i in self.items)

    def content(self, budget: Budget) -> Content:
        """Blocks for what belongs to the text, the rest as offsets only."""
        out = _Out(Builder(budget))
        for issue in self.issues:
            out.builder.issue(issue.level, issue.code, issue.where, issue.message)
        kept = choose(self.tree, self.items)
        if not any(kept):
            kept = [True] * len(kept)
        for line in self._titles([i for i, k in zip(self.items, kept, strict=True) if k]):
            out.line(line, True)
        for item, keep in zip(self.items, kept, strict=True):
            if isinstance(item, Line):
                out.line(item.text, keep)
            else:
                out.table(item, keep)
        if self.tree.struck:
            out.builder.issue("info", "struck_text", "page", f"{self.tree.struck} struck out passages are left out")
        return out.builder.content()

    def _titles(self, shown: Sequence[Item]) -> list[str]:
        """The title that the page states out of sight, where no line of its text holds it (it may be shown as a picture or by script)."""
        lines = "\n".join(_SPACE.sub("", i.text) for i in shown if isinstance(i, Line)) + "\n".join(
            _SPACE.sub("", t) for i in shown if isinstance(i, Grid) for t in [*i.above, *(c.text for c in i.cells[:40])]
        )
        head = self.tree.head
        stated = next((head[name] for name in ("articletitle", "og:title") if head.get(name)), "") or self.front
        if not stated and not any(self.tree.tags[i.node] in ("h1", "h2") for i in shown if isinstance(i, Line)):
            stated = _SITE.sub("", head.get("title", ""))
        stated = " ".join(stated.split())
        return [stated] if len(stated) >= _SHORTEST and _SPACE.sub("", stated) not in lines else []


@dataclass(slots=True)
class _Out:
    """The builder, and the number of the line that comes next (each is a line of the document's text)."""

    builder: Builder
    next: int = 1

    def line(self, text: str, keep: bool) -> None:
        """A line of the page."""
        if keep:
            self.builder.paragraph(text, Where(line=self.next))
        else:
            self.builder.aside(text)
        self.next += 1

    def table(self, grid: Grid, keep: bool) -> None:
        """A table with the lines above and below it."""
        for text in grid.above:
            self.line(text, keep)
        if keep:
            self.builder.table(grid.cells)
            self.next += grid.height
        else:
            rows: dict[int, list[str]] = {}
            for cell in grid.cells:
                rows.setdefault(cell.row, []).append(cell.text)
            for row in range(1, grid.height + 1):
                self.line("\t".join(rows.get(row, ())), False)
        for text in grid.below:
            self.line(text, keep)


def _read(markup: str, issues: list[Issue], budget: Budget) -> _Page:
    """Lines and tables of a page; where it shows next to nothing, those that it keeps out of sight for its scripts."""
    front = _FRONT.match(markup)
    title = _FRONT_TITLE.search(front[1]) if front else None
    body = markup[front.end() :] if front else markup
    page = _page(body, issues, budget, False)
    if page.length < _LITTLE:
        hidden = _page(body, issues, budget, True)
        if hidden.length > 2 * page.length + _LITTLE:
            page = hidden
            message = "the page shows its text only through scripts; what it keeps out of sight is read"
            page.issues.append(Issue("warning", "hidden_text", "page", message))
    page.front = title[1] if title else ""
    return page


def _page(markup: str, issues: list[Issue], budget: Budget, hidden: bool) -> _Page:
    tree = read_tree(markup, budget, hidden)
    grids = Tables(tree, budget).read()
    items: list[Item] = [grids[i.node] if isinstance(i, TableAt) else i for i in flow(tree, 0, len(tree.tags), grids, budget)]
    return _Page(tree, items, issues)
