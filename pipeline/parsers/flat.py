"""Indicator tables that were copied as text: a row a line (`1 森林覆盖率 % 约束性 19.5 -`), or a cell a line, back into rows and columns.

Only where the heads of the columns are known and the rows are numbered in order; a table that does not fit stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from schemas import vocab
from schemas.folded import fold

Range = tuple[int, int]

_HEAD = regex.compile(
    r"(?P<number>序号?|号)|(?P<name>(?:主要|规划|发展|具体|核心)?指标(?:名称)?|指|标|名称)|(?P<unit>计量单位|单位)|(?P<attribute>(?:指标)?(?:属性|性质|类型))"
    r"|(?P<value>(?:20\d\d年?(?:底|末)?(?:现状|基期|实际|规划|预期|目标|完成|预计)?(?:值|数)?|现状值?|基期值?|基准值?|(?:规划|预期)?目标值|远期|近期)(?:[(\[][^()\[\]\s]{1,10}[)\]])?"
    r"|(?:五年|年均|年平均|规划期)?(?:累计|增长|增速|提高|年均)(?:增长|增速)?(?:率|值|数)?(?:[(\[][^()\[\]\s]{1,8}[)\]])?(?:%|\(%\))?)"
    r"|(?P<group>[“\"]?十[三四五六]五[”\"]?(?:时期|期间)?(?:规划)?(?:目标|指标)?值?)|(?P<other>备注|类别|领域)"
)
_ATTRIBUTE = regex.compile(r"约束性?|预期性?|指导性")
_VALUE = regex.compile(
    r"[-/]|[(\[]?[≥≤<>]?-?\d[\d.,]*(?:-{1,2}\d[\d.]*|~\d[\d.]*)?[^\d\s,。;]{0,6}[)\]]?|[(\[][^\s()\[\]]{1,24}[)\]]|[^\d\s,。;]{0,4}\d[\d.]*[^\d\s,。;]{0,6}"
    r"|(?:与|完成|达到|保持|稳定|持续|全面|基本|确保|高于|低于|不低于|不高于|控制|上级|国家|省)[^\s。;]{2,20}"
)
_CATEGORY = regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十]{1,3}[)])[^\d,。;:]{2,14}(?:[(]\d+[项个][)])?")
_ROW = regex.compile(r"(\d{1,2})(?=\s|$)")
_MARK = regex.compile(r"(?<=[一-鿿])\d$")  # of a footnote
_FEWEST, _TALLEST, _BROADEST = 3, 5, 60


@dataclass(frozen=True, slots=True)
class Line:
    """A filled line: its number from 1, and the range of its text, without the number of a page."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A piece between blanks: where it stands, and its folded text."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Row:
    """A row: for each column the ranges of its text; `fits` where every column is known."""

    cells: dict[int, list[Range]]
    fits: bool = True


@dataclass(slots=True)
class FlatTable:
    """A table found in lines `first` to `last` (one past): headings (levels of them), rows, and how many columns there are."""

    first: int
    last: int
    heads: list[dict[int, tuple[list[Range], int]]]  # column → ranges and how many columns it is wide
    rows: list[Row] = field(default_factory=list)
    width: int = 0


@dataclass(slots=True)
class Head:
    """What the lines of a header say: columns before the values, headings of values, the group above them."""

    before: dict[str, list[Range]]
    values: list[list[Range]]
    group: list[Range]


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The pieces of a line."""
    found = []
    for hit in regex.finditer(r"\S+", text[start:end]):
        a, b = start + hit.start(), start + hit.end()
        found.append(Token(a, b, fold(text, [(a, b)]).text))
    return found


def find_tables(text: str, lines: Sequence[Line]) -> list[FlatTable]:
    """The tables in the filled lines of a text."""
    parts = [tokens(text, line.start, line.end) for line in lines]
    found: list[FlatTable] = []
    at = 0
    while at < len(parts):
        height = _head_height(parts, at)
        table = _read(parts, at, at + height) if height else None
        if table is not None:
            found.append(table)
        at = table.last if table else at + 1
    return found


def _head_height(parts: Sequence[Sequence[Token]], at: int) -> int:
    """How many lines from `at` on hold nothing but known headings."""
    height = 0
    while at + height < len(parts) and height < _TALLEST and _headings("".join(t.text for t in parts[at + height])):
        height += 1
    return height


def _headings(line: str) -> list[regex.Match[str]]:
    """The headings that a line consists of, none where it holds anything else."""
    found, at = [], 0
    while at < len(line):
        hit = _HEAD.match(line, at)
        if hit is None:
            return []
        found.append(hit)
        at = hit.end()
    return found


def _head(lines: Sequence[Sequence[Token]]) -> Head | None:
    """The columns that lines of headings name; None where number, indicator or values are not among them."""
    before: dict[str, list[Range]] = {}
    values: list[list[Range]] = []
    group: list[Range] = []
    for line in lines:
        whole = "".join(t.text for t in line)
        places = [(t.start + i, t.start + i + 1) for t in line for i in range(len(t.text))]
        if len(places) != sum(t.end - t.start for t in line):
            return None  # characters that fold to nothing
        for hit in _headings(whole):
            piece = _joined(places[hit.start() : hit.end()])
            kind = hit.lastgroup or ""
            if kind == "value":
                values.append(piece)
            elif kind == "group":
                group += piece
            else:
                before.setdefault(kind, []).extend(piece)
    if not values and group:
        values, group = [group], []
    if "number" not in before or "name" not in before or not values or "other" in before:
        return None
    return Head(before, values, group)


def _joined(places: Sequence[Range]) -> list[Range]:
    """Neighbouring characters as one range."""
    out: list[Range] = []
    for low, high in places:
        if out and out[-1][1] == low:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def _read(parts: Sequence[Sequence[Token]], first: int, body: int) -> FlatTable | None:
    """The table whose header stands in lines `first` to `body`; None where its rows do not fit the header."""
    head = _head(parts[first:body])
    if head is None:
        return None
    groups, last = _groups(parts, body)
    if len(groups) < _FEWEST:
        return None
    kinds = ["number", "name", *(k for k in ("unit", "attribute") if k in head.before)]
    columns = kinds + ["value"] * len(head.values)
    rows: list[Row] = []
    for above, own, below in groups:
        if len(own) == 1 and not own[0].text.isdecimal():
            rows.append(Row({0: [(own[0].start, own[0].end)]}))
            continue
        rows.append(_row(own, above, below, columns))
    real = [r for r in rows if len(r.cells) > 1 or not r.fits]
    if sum(r.fits for r in real) < 0.8 * len(real):
        return None
    last = _notes(parts, last, rows)
    return FlatTable(first, last, _levels(head, kinds), rows, len(columns) + 1)


def _groups(parts: Sequence[Sequence[Token]], at: int) -> tuple[list[tuple[list[Token], list[Token], list[Token]]], int]:
    """The numbered rows 1, 2, 3 …, each with the tokens of the lines above and below that belong to it, and the line behind the last.

    A cell of several lines is set in the middle of its row, so as many lines stand above the number as below it: the lines between two
    numbers then fall to one or the other.
    """
    found: list[tuple[list[Token], list[Token], list[Token]]] = []
    number, below = 1, 0
    while at < len(parts):
        if len(parts[at]) == 1 and _CATEGORY.fullmatch(parts[at][0].text) and not below:
            found.append(([], list(parts[at]), []))
            at += 1
            continue
        line = next((k for k in range(at, min(at + 2 * _TALLEST, len(parts))) if _begins(parts[k], number)), None)
        if line is None or line - at < below:
            break
        above = line - at - below
        if found and below:
            found[-1][2].extend(t for k in range(at, at + below) for t in parts[k])
        loose = [parts[k] for k in range(at + below, line)]
        if any(not _is_loose(p) for p in loose):
            break
        found.append(([t for p in loose for t in p], list(parts[line]), []))
        at, below, number = line + 1, above, number + 1
    if below and at + below <= len(parts) and all(_is_loose(p) for p in parts[at : at + below]):
        found[-1][2].extend(t for k in range(at, at + below) for t in parts[k])
        at += below
    elif below:
        found.pop()
    while found and len(found[-1][1]) == 1 and not found[-1][1][0].text.isdecimal():
        found.pop()
        at -= 1
    return found, at


def _begins(line: Sequence[Token], number: int) -> bool:
    """Whether a line begins the row of a number."""
    return bool(line) and line[0].text == str(number) and sum(t.end - t.start for t in line) <= _BROADEST


def _is_loose(line: Sequence[Token]) -> bool:
    """Whether a line can be part of cells."""
    return sum(len(t.text) for t in line) <= 40 and not any("。" in t.text for t in line)


def _row(own: Sequence[Token], above: Sequence[Token], below: Sequence[Token], columns: Sequence[str]) -> Row:
    """The cells of a row. One that cannot be read for certain has its number, and all else in a cell of its own behind the columns."""
    cells: dict[int, list[Range]] = {0: [(own[0].start, own[0].end)]}
    rest = list(own[1:])
    whole = _typed(rest, columns, above, below)
    if whole is None:
        cells[len(columns)] = [(t.start, t.end) for t in [*above, *rest, *below]]
        return Row(dict(sorted(cells.items())), fits=False)
    for column, pieces in whole.items():
        cells[column] = sorted((t.start, t.end) for t in pieces)
    return Row(cells)


def _typed(rest: list[Token], columns: Sequence[str], above: Sequence[Token], below: Sequence[Token]) -> dict[int, list[Token]] | None:
    """Column → tokens of the line behind its number and of the lines around it; None where they do not fit."""
    found: dict[int, list[Token]] = {}
    count = columns.count("value")
    first = len(columns) - count
    marks = [i for i, t in enumerate(rest) if _ATTRIBUTE.fullmatch(t.text)]
    if "attribute" in columns:
        if len(marks) != 1:
            return None
        at = marks[0]
        found[columns.index("attribute")] = [rest[at]]
        values = rest[at + 1 :] or rest[at - count : at] if at >= count else rest[at + 1 :]
        names = rest[:at] if rest[at + 1 :] else rest[: at - count]
    else:
        values, names = rest[len(rest) - count :], rest[: len(rest) - count]
    if len(values) != count or not all(_VALUE.fullmatch(t.text) for t in values):
        return None
    found |= {first + i: [t] for i, t in enumerate(values)}
    around = [*above, *below]
    if "unit" in columns:
        if names and _is_unit(names[-1].text):
            found[columns.index("unit")] = [names.pop()]
        elif names and around and _is_unit("".join(t.text for t in around)):
            found[columns.index("unit")], around = around, []
        else:
            return None
    # a name that goes on above and below its line has no part on it: else the lines around may be those of the rows beside it
    if bool(names) == bool(around) or any(regex.search(r"\d{2}|[%。]", t.text) for t in around):
        return None
    found[1] = names or around
    return found


def _is_unit(text: str) -> bool:
    return text in ("-", "/") or vocab.units().find(text) is not None


def _notes(parts: Sequence[Sequence[Token]], last: int, rows: list[Row]) -> int:
    """The line behind the footnotes of a table: those that begin with a number below its rows."""
    at, note = last, 1
    while at < len(parts) and parts[at] and parts[at][0].text == str(note) and len(parts[at]) > 1:
        stop = next((k for k in range(at, min(at + 6, len(parts))) if parts[k] and parts[k][-1].text.endswith("。")), None)
        if stop is None:
            break
        rows.append(Row({0: [(line[0].start, line[-1].end) for line in parts[at : stop + 1] if line]}))
        _unmark(rows, parts, str(note))
        at, note = stop + 1, note + 1
    return at


def _unmark(rows: Sequence[Row], parts: Sequence[Sequence[Token]], note: str) -> None:
    """Cut the number of a footnote off the names that end with it."""
    texts = {t.end: t.text for line in parts for t in line}
    for row in rows:
        if row.fits and 1 in row.cells:
            start, end = row.cells[1][-1]
            if _MARK.search(texts.get(end, "")) and texts[end].endswith(note):
                row.cells[1][-1] = (start, end - 1)


def _levels(head: Head, kinds: Sequence[str]) -> list[dict[int, tuple[list[Range], int]]]:
    """The lines of the header: one, or two where a heading stands over those of several values."""
    upper: dict[int, tuple[list[Range], int]] = {i: (head.before[k], 1) for i, k in enumerate(kinds)}
    values = {len(kinds) + i: (v, 1) for i, v in enumerate(head.values)}
    if not head.group:
        return [upper | values]
    upper[len(kinds)] = (head.group, len(head.values))
    return [upper, values]


__all__ = ["FlatTable", "Line", "Range", "Row", "find_tables"]
