"""Tables copied a row a line: `1 森林覆盖率 % 约束性 19.5 -`, with cells of several lines above and below the line of the number."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from pipeline.parsers.flat.pieces import ATTRIBUTE, CATEGORY, VALUE, FlatTable, Head, Parts, Range, Row, Token, is_unit, read_head

_MARK = regex.compile(r"(?<=[一-鿿])\d$")  # of a footnote
_FEWEST, _TALLEST, _BROADEST = 3, 5, 60


def read_rows(parts: Parts, first: int, body: int) -> FlatTable | None:
    """The table whose header stands in lines `first` to `body`; None where its rows do not fit the header."""
    head = read_head([parts[k] for k in range(first, body)])
    if head is None:
        return None
    groups, last = _groups(parts, body, "other" in head.before)
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
    return FlatTable(first, last, _levels(head, kinds), rows)


def _groups(parts: Parts, at: int, led: bool) -> tuple[list[tuple[list[Token], list[Token], list[Token]]], int]:
    """The numbered rows 1, 2, 3 …, each with the tokens of the lines above and below that belong to it, and the line behind the last.

    A cell of several lines is set in the middle of its row, so as many lines stand above the number as below it: the lines between two
    numbers then fall to one or the other. `led`: a category (创新驱动) may stand before a number; it is not read.
    """
    found: list[tuple[list[Token], list[Token], list[Token]]] = []
    number, below = 1, 0
    while at < len(parts):
        if len(parts[at]) == 1 and CATEGORY.fullmatch(parts[at][0].text) and not below:
            found.append(([], list(parts[at]), []))
            at += 1
            continue
        line = next((k for k in range(at, min(at + 2 * _TALLEST, len(parts))) if _begins(_own(parts[k], led), number)), None)
        if line is None or line - at < below:
            break
        above = line - at - below
        if found and below:
            found[-1][2].extend(t for k in range(at, at + below) for t in parts[k])
        loose = [parts[k] for k in range(at + below, line)]
        if any(not _is_loose(piece) for piece in loose):
            break
        found.append(([t for piece in loose for t in piece], _own(parts[line], led), []))
        at, below, number = line + 1, above, number + 1
    if below and at + below <= len(parts) and all(_is_loose(parts[k]) for k in range(at, at + below)):
        found[-1][2].extend(t for k in range(at, at + below) for t in parts[k])
        at += below
    elif below:
        found.pop()
    while found and len(found[-1][1]) == 1 and not found[-1][1][0].text.isdecimal():
        found.pop()
        at -= 1
    return found, at


def _own(line: Sequence[Token], led: bool) -> list[Token]:
    """The pieces of a row from its number on."""
    skip = led and len(line) > 2 and line[1].text.isdecimal() and regex.fullmatch(r"[一-龥]{1,6}", line[0].text)
    return list(line[1:] if skip else line)


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
    marks = [i for i, t in enumerate(rest) if ATTRIBUTE.fullmatch(t.text)]
    if "attribute" in columns:
        if len(marks) != 1:
            return None
        at = marks[0]
        found[columns.index("attribute")] = [rest[at]]
        values = rest[at + 1 :] or rest[at - count : at] if at >= count else rest[at + 1 :]
        names = rest[:at] if rest[at + 1 :] else rest[: at - count]
    else:
        values, names = rest[len(rest) - count :], rest[: len(rest) - count]
    if len(values) != count or not all(VALUE.fullmatch(t.text) for t in values):
        return None
    found |= {first + i: [t] for i, t in enumerate(values)}
    around = [*above, *below]
    if "unit" in columns:
        if names and is_unit(names[-1].text):
            found[columns.index("unit")] = [names.pop()]
        elif names and around and is_unit("".join(t.text for t in around)):
            found[columns.index("unit")], around = around, []
        else:
            return None
    # a name that goes on above and below its line has no part on it: else the lines around may be those of the rows beside it
    if bool(names) == bool(around) or any(regex.search(r"\d{2}|[%。]", t.text) for t in around):
        return None
    found[1] = names or around
    return found


def _notes(parts: Parts, last: int, rows: list[Row]) -> int:
    """The line behind the footnotes of a table: those that begin with a number below its rows."""
    at, note = last, 1
    while at < len(parts) and parts[at] and parts[at][0].text == str(note) and len(parts[at]) > 1:
        stop = next((k for k in range(at, min(at + 6, len(parts))) if parts[k] and parts[k][-1].text.endswith("。")), None)
        if stop is None:
            break
        rows.append(Row({0: [parts.span(k) for k in range(at, stop + 1)]}))
        _unmark(rows, parts, str(note))
        at, note = stop + 1, note + 1
    return at


def _unmark(rows: Sequence[Row], parts: Parts, note: str) -> None:
    """Cut the number of a footnote off the names that end with it."""
    for row in rows:
        if row.fits and 1 in row.cells:
            start, end = row.cells[1][-1]
            if _MARK.search(parts.text[start:end]) and parts.text[start:end].endswith(note):
                row.cells[1][-1] = (start, end - 1)


def _levels(head: Head, kinds: Sequence[str]) -> list[dict[int, tuple[list[Range], int]]]:
    """The lines of the header: one, or two where a heading stands over those of several values."""
    upper: dict[int, tuple[list[Range], int]] = {i: (head.before[k], 1) for i, k in enumerate(kinds)}
    values = {len(kinds) + i: (v, 1) for i, v in enumerate(head.values)}
    if not head.group:
        return [upper | values]
    upper[len(kinds)] = (head.group, len(head.values))
    return [upper, values]


__all__ = ["read_rows"]
