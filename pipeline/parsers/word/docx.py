"""DOCX: paragraphs with the numbers Word computes, tables with merged cells, text boxes, in the order of the body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.celltext import join_lines
from pipeline.content import Builder, Content, Place
from pipeline.parsers.ooxml import Element, Package, as_int, open_package
from pipeline.parsers.word import tables
from pipeline.parsers.word.numbering import Numbering, W, is_on, read_numbering, value
from pipeline.parsers.word.tables import GridCell
from pipeline.parsers.word.text import TextReader, flat, mark_gone, merge_of
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue, Where

_TICK = 500
_STYLES = 16  # styles based on each other: further than any real file goes, so that a circle ends
_ODD = {
    "picture": ("info", "picture_not_read", "pictures are not read: what is written in them is missing; save a scan as PDF to have it recognised"),
    "drawing": ("warning", "drawing_not_read", "charts or diagrams are not read: what is written in them is missing"),
    "embedded": ("warning", "embedded_not_read", "embedded files are not read: save them by themselves and run zhibiao on them too"),
    "symbol": ("warning", "symbol_unknown", "characters of a symbol font have no known meaning and are left out: compare with the file"),
    "field": ("warning", "field_not_read", "formulas kept as field codes are not read: compare with the file"),
    "superscript": ("warning", "superscript", "raised digits follow digits (a power or the mark of a note): compare with the file"),
    "merged": ("warning", "merged_cell_text", "cells hidden below a merged cell hold text of their own, which is added to the merged cell"),
    "struck": ("info", "struck_text", "struck out passages are left out"),
    "nested": ("info", "nested_table", "tables inside cells of tables are read as text of those cells"),
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text (what a break divides are two); `line` counts the paragraphs of the file from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of two columns or more."""

    cells: tuple[Place, ...]


Item = Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style gives: the style it is based on, its list and level, whether its text is hidden."""

    based: str | None
    number: str | None
    level: str | None
    hidden: bool | None


@dataclass(slots=True)
class Reader:
    """Reads the body; keeps what reaches over paragraphs: counters of lists, fields, the text of a paragraph whose mark was deleted."""

    budget: Budget
    numbering: Numbering
    styles: dict[str, Style]
    default: str | None
    text: TextReader
    odd: Counter[str] = field(default_factory=Counter)
    line: int = 0
    _pending: str = ""
    _silent: bool = False
    _cells: int = 0

    def body(self, container: Element) -> Iterator[Item]:
        """Paragraphs and tables of the body, a cell or a text box."""
        for child in flat(container):
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self._table(child)
            elif child.tag == f"{W}altChunk":
                self.odd["embedded"] += 1
        if self._pending:
            yield Paragraph(self._pending, self.line)
            self._pending = ""

    def _paragraph(self, element: Element) -> Iterator[Item]:
        self.line += 1
        line = self.line
        if line % _TICK == 0:
            self.budget.tick()
        properties = element.find(f"{W}pPr")
        style = value(properties, "pStyle") if properties is not None else None
        text, boxes = ("", []) if self._hidden(style) else self.text.read(element)
        text = self._pending + text
        if mark_gone(properties):
            self._pending = text
        else:
            self._pending = ""
            blank = not text.strip()
            text = self._numbered(properties, style or self.default, text)
            if blank and not self._cells:
                text = ""  # it counts, but a number without text is no item; in a cell it is the row's number
            for part in text.split("\n"):
                if part.strip():
                    yield Paragraph(part.strip(" \t"), line)
        for box in boxes:
            outer, self.text.fields = (self._pending, self.text.fields), []
            self._pending = ""
            yield from self.body(box)
            self._pending, self.text.fields = outer

    def _hidden(self, style: str | None) -> bool:
        return bool(style and style in self.text.hidden)

    def _numbered(self, properties: Element | None, style: str | None, text: str) -> str:
        """The text behind the number that Word puts before it."""
        number, level = self._list(properties, style)
        if self._silent or number in (None, "0"):
            return text
        label, suffix = self.numbering.advance(number or "", as_int(level))
        if not label:
            return text
        text = text.lstrip(" \t")
        if text[:1].isdigit() and (label[-1].isdigit() or label[-1] in ".．"):
            return label.rstrip(".．") + "、" + text  # "1." before "5个" must not become 1.5
        return label + ("" if suffix == "nothing" or label[-1] in "、，。）)：" else " ") + text

    def _list(self, properties: Element | None, style: str | None) -> tuple[str | None, str | None]:
        """List and level: the paragraph's own, else its style's."""
        number = value(properties, "numPr/numId") if properties is not None else None
        level = value(properties, "numPr/ilvl") if properties is not None else None
        own = style
        for _ in range(_STYLES):
            if number is not None or style not in self.styles:
                break
            found = self.styles[style]
            number, style = found.number, found.based
            level = found.level if level is None and number is not None else level
        named = self.numbering.level_of_style(number, own) if number is not None and own else None
        return number, str(named) if named is not None and (level is None or number != self._direct(properties)) else level

    @staticmethod
    def _direct(properties: Element | None) -> str | None:
        return value(properties, "numPr/numId") if properties is not None else None

    def _table(self, table: Element) -> Iterator[Item]:
        """A table; one of a single column is a frame around running text and gives that."""
        rows: list[list[GridCell]] = []
        contents: list[Item] = []
        for row in flat(table):
            if row.tag != f"{W}tr":
                continue
            properties = row.find(f"{W}trPr")
            if properties is not None and (properties.find(f"{W}del") is not None or is_on(properties, "hidden")):
                self.line += sum(1 for _ in row.iter(f"{W}p"))
                continue
            rows.append(self._row(row, properties, contents))
        widths = [as_int(c.get(f"{W}w")) for c in table.findall(f"{W}tblGrid/{W}gridCol")]
        places = tables.place_cells(rows, widths)
        height, width = tables.size(places)
        self.budget.check("cells", height * width, "places in a table")
        if width <= 1:
            yield from contents
        elif any(p.text.strip() for p in places):
            self.odd["nested"] += sum(isinstance(item, Grid) for item in contents)
            yield Grid(tuple(places))

    def _row(self, row: Element, properties: Element | None, contents: list[Item]) -> list[GridCell]:
        """The cells of a row; their paragraphs and tables are added to `contents`."""
        cells: list[GridCell] = []
        at = as_int(value(properties, "gridBefore")) if properties is not None else 0
        at = max(at, 0)
        for cell in flat(row):
            if cell.tag != f"{W}tc":
                continue
            own = cell.find(f"{W}tcPr")
            if own is not None and own.find(f"{W}cellDel") is not None:
                self.line += sum(1 for _ in cell.iter(f"{W}p"))
                continue
            span = max(as_int(value(own, "gridSpan"), 1), 1) if own is not None else 1
            down, across = (merge_of(own, name) for name in ("vMerge", "hMerge"))
            first = self.line + 1
            self._silent, before = self._silent or down == "continue", self._silent
            self._cells += 1
            items = list(self.body(cell))
            self._silent, self._cells = before, self._cells - 1
            contents += items
            text, line = cell_text(items), next((i.line for i in items if isinstance(i, Paragraph)), first)
            self.odd["merged"] += bool(text) and down == "continue"
            if across == "continue" and cells:
                cells[-1].end = at + span
                cells[-1].text += text
            else:
                cells.append(GridCell(text, at, at + span, down == "continue", Where(line=line)))
            at += span
        return cells


def cell_text(items: Sequence[Item]) -> str:
    """The text of a cell."""
    return join_lines(item.text if isinstance(item, Paragraph) else _inner(item.cells) for item in items)


def _inner(cells: Sequence[Place]) -> str:
    """The text of a table inside a cell: a blank between its cells, ； between its rows."""
    rows: dict[int, list[str]] = {}
    for cell in cells:
        if cell.text:
            rows.setdefault(cell.row, []).append(cell.text.rstrip("；;。"))
    return "；".join(" ".join(texts) for _, texts in sorted(rows.items()))


def read_items(data: bytes, budget: Budget) -> tuple[list[Item], list[str], list[Issue]]:
    """Paragraphs and tables, the texts of notes, and what was odd. Raises ParseError and LimitError."""
    package = open_package(data, budget)
    main = package.main("word/document.xml")
    parts = {r.kind: r.target for r in package.relations(main).values() if not r.external and package.has(r.target)}
    body = package.xml(main).find(f"{W}body")
    if body is None:
        raise ParseError(f"{main} has no body: this is no Word document; open it in Word or WPS, save it as .docx and run again")
    reader = _reader(package, parts, budget)
    try:
        items = list(reader.body(body))
    except RecursionError as error:
        raise ParseError("the document nests tables or text boxes too deeply to be read: save it as PDF and run again") from error
    notes = [text for kind in ("footnotes", "endnotes") if kind in parts for text in _notes(package.xml(parts[kind]), reader)]
    odd = reader.odd + reader.text.odd
    issues = [Issue(*_ODD[name][:2], "document", f"{odd[name]} × {_ODD[name][2]}") for name in _ODD if odd[name]]  # type: ignore[arg-type]
    return items, notes, issues


def _reader(package: Package, parts: dict[str, str], budget: Budget) -> Reader:
    """A reader with the styles and lists of a package."""
    root = package.xml(parts["styles"]) if "styles" in parts else None
    lists = read_numbering(package.xml(parts["numbering"]) if "numbering" in parts else None, root)
    styles: dict[str, Style] = {}
    default = None
    for style in root.findall(f"{W}style") if root is not None else ():
        name = style.get(f"{W}styleId", "")
        number, level = value(style, "pPr/numPr/numId"), value(style, "pPr/numPr/ilvl")
        styles[name] = Style(value(style, "basedOn"), number, level, is_on(style.find(f"{W}rPr"), "vanish"))
        if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
            default = name
    hidden = frozenset(name for name in styles if _hides(name, styles))
    return Reader(budget, lists, styles, default, TextReader(hidden))


def _hides(name: str | None, styles: dict[str, Style]) -> bool:
    """Whether a style, or one it is based on, hides its text."""
    for _ in range(_STYLES):
        if name not in styles:
            return False
        if styles[name].hidden is not None:
            return bool(styles[name].hidden)
        name = styles[name].based
    return False


def _notes(root: Element, reader: Reader) -> Iterator[str]:
    """The texts of footnotes or endnotes."""
    for note in root:
        if note.get(f"{W}type") in (None, "normal"):
            text = cell_text(list(reader.body(note)))
            if text:
                yield text


def build(items: Sequence[Item], notes: Sequence[str], issues: Sequence[Issue], budget: Budget) -> Content:
    """The content of a document; notes keep their place behind the text and are not read."""
    builder = Builder(budget)
    for item in items:
        if isinstance(item, Paragraph):
            builder.paragraph(item.text, Where(line=item.line))
        else:
            builder.table(item.cells)
    for note in notes:
        builder.aside(note)
    for issue in issues:
        builder.issue(issue.level, issue.code, issue.where, issue.message)
    return builder.content()


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a DOCX or DOCM file. Raises ParseError and LimitError."""
    items, notes, issues = read_items(data, budget)
    return build(items, notes, issues, budget)
