"""The sheets of an XLSX workbook as a reader sees them: texts in their number formats, without hidden sheets, rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import regex

from pipeline.parsers.counting import letters
from pipeline.parsers.ooxml import Element, Package, as_int
from pipeline.parsers.sheets import formats
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_C, _V, _F, _IS, _ROW = f"{S}c", f"{S}v", f"{S}f", f"{S}is", f"{S}row"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = regex.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_ESCAPED = regex.compile(r"_x([0-9A-Fa-f]{4})_")
_TICK = 2000
_COLUMNS = 16384  # of a sheet
_SHOWN = 5  # places that an issue names


@dataclass(slots=True)
class SheetData:
    """A visible sheet: texts by row and column (from 1), merged ranges (first row, first column, last row, last column), what is hidden."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What was odd in a sheet: places by kind of oddity, and how much was read."""

    places: dict[str, list[str]] = field(default_factory=dict)
    cells: int = 0
    characters: int = 0

    def note(self, kind: str, place: str) -> None:
        """One more place."""
        self.places.setdefault(kind, []).append(place)

    def count(self, budget: Budget, text: str) -> None:
        """One more cell with a text: refuse early where a workbook goes beyond the limits."""
        self.cells += 1
        self.characters += len(text)
        if self.cells % _TICK == 0:
            budget.tick()
            budget.check("cells", self.cells, "table cells")
            budget.check("unpacked_mb", self.characters / 1e6, "million characters in cells")


HIDDEN = "the sheet is hidden and not read: show it in Excel or WPS and save the file if it belongs to the plan"
MESSAGES = {
    "error_value": ("warning", "cells hold errors instead of values and are read as empty"),
    "formula_without_value": (
        "warning",
        "formulas have no stored result and are read as empty: open the file in Excel or WPS, save it and run again",
    ),
    "date_out_of_range": ("warning", "dates lie outside the calendar and are shown as numbers"),
    "hidden_rows": ("info", "hidden rows are not read: show them in Excel or WPS and save the file if they belong to the plan"),
    "hidden_columns": ("info", "hidden columns are not read: show them in Excel or WPS and save the file if they belong to the plan"),
    "percent_unknown": ("warning", "numbers between 0 and 1 may be shown as percentages, which the file does not tell: compare with the file"),
}


def issues_of(name: str, tally: Tally) -> list[Issue]:
    """One issue for each kind of oddity in a sheet, naming the first places."""
    found = []
    for kind, places in tally.places.items():
        level, message = MESSAGES[kind]
        shown = "、".join(places[:_SHOWN]) + ("…" if len(places) > _SHOWN else "")
        found.append(Issue(level, kind, f"{name} {shown}", f"{len(places)} {message}"))  # type: ignore[arg-type]
    return found


@lru_cache(maxsize=_COLUMNS)
def column_of(name: str) -> int:
    """The number of a column: `column_of("AB") == 28`."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def read_workbook(package: Package, budget: Budget) -> tuple[list[SheetData], list[Issue]]:
    """The visible sheets, and an issue for each hidden one. Raises ParseError and LimitError."""
    main = package.main("xl/workbook.xml")
    relations = package.relations(main)
    root = package.xml(main)
    parts = {r.kind: r.target for r in relations.values() if not r.external}
    strings = list(_strings(package, parts["sharedStrings"], budget)) if package.has(parts.get("sharedStrings", "")) else []
    properties = root.find(f"{S}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    reader = Reader(package, budget, strings, _formats(package, parts.get("styles", "")), since_1904, Tally())
    sheets, issues = [], []
    for sheet in root.iter(f"{S}sheet"):
        name, relation = sheet.get("name", ""), relations.get(sheet.get(_ID, ""))
        if sheet.get("state", "visible") != "visible":
            issues.append(
                Issue(
                    "info",
                    "hidden_sheet",
                    name,
                    HIDDEN,
                )
            )
        elif relation is None or not package.has(relation.target):
            raise ParseError(f"the sheet {name} is missing in the file: it is damaged or incomplete; save it again in Excel or WPS and run again")
        elif relation.kind != "worksheet":
            issues.append(Issue("info", "sheet_not_read", name, f"the sheet is a {relation.kind} and holds no cells"))
        else:
            sheets.append(reader.sheet(name, relation.target))
    return sheets, issues


def _strings(package: Package, name: str, budget: Budget) -> Iterator[str]:
    """The texts that cells share; readings of characters (phonetic runs) left out."""
    for at, item in enumerate(package.stream(name, [f"{S}si"])):
        if at % _TICK == 0:
            budget.tick()
        yield _rich(item)


def _rich(item: Element) -> str:
    parts = [t.text or "" for child in item for t in ((child,) if child.tag == f"{S}t" else child.iter(f"{S}t") if child.tag == f"{S}r" else ())]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Text with _x000A_ as the character it stands for; half characters and carriage returns go."""
    return _ESCAPED.sub(lambda hit: "" if 0xD800 <= (code := int(hit[1], 16)) < 0xE000 or code in (0, 13) else chr(code), text)


def _formats(package: Package, name: str) -> list[str]:
    """The number format of every cell style."""
    if not package.has(name):
        return []
    root = package.xml(name)
    own = {f.get("numFmtId"): f.get("formatCode", "") for f in root.iter(f"{S}numFmt")}
    styles = root.find(f"{S}cellXfs")
    numbers = [x.get("numFmtId", "0") for x in styles] if styles is not None else []
    return [own[n] if n in own else formats.builtin(as_int(n)) for n in numbers]


@dataclass(slots=True)
class Reader:
    """Reads sheets one by one, row by row."""

    package: Package
    budget: Budget
    strings: list[str]
    formats: list[str]
    since_1904: bool
    total: Tally

    def sheet(self, name: str, path: str) -> SheetData:
        """One sheet."""
        data = SheetData(name)
        tally = Tally(cells=self.total.cells, characters=self.total.characters)
        number = 0
        for element in self.package.stream(path, [f"{S}col", f"{S}row", f"{S}mergeCell"]):
            if element.tag == _ROW:
                number = as_int(element.get("r"), number + 1)
                if number % _TICK == 0:
                    self.budget.tick()
                self._row(element, number, data, tally)
            elif element.tag == f"{S}mergeCell":
                found = merged_range(element.get("ref", ""))
                if found:
                    data.merged.append(found)
            elif element.get("hidden") in ("1", "true") or element.get("width") == "0":
                data.hidden_columns |= set(range(as_int(element.get("min"), 1), min(as_int(element.get("max"), 1), _COLUMNS) + 1))
        self.total.cells, self.total.characters = tally.cells, tally.characters
        note_hidden(data, tally)
        data.issues += issues_of(name, tally)
        return data

    def _row(self, element: Element, number: int, data: SheetData, tally: Tally) -> None:
        if element.get("hidden") in ("1", "true") or element.get("ht") == "0":
            data.hidden_rows.add(number)
        column = 0
        texts: dict[int, str] = {}
        for cell in element:
            if cell.tag != _C:
                continue
            name = cell.get("r", "").rstrip("0123456789")
            column = column_of(name) if name.isalpha() and name.isascii() and len(name) <= 3 else column + 1
            text = self._text(cell, tally, number, column)
            if text.strip():
                texts[column] = text
                tally.count(self.budget, text)
        if texts:
            data.rows[number] = texts

    def _text(self, cell: Element, tally: Tally, row: int, column: int) -> str:
        """What the cell shows."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inner = cell.find(_IS)
            return _rich(inner) if inner is not None else ""
        found = cell.find(_V)
        raw = found.text if found is not None else None
        if kind == "s" and raw is not None and 0 <= as_int(raw, -1) < len(self.strings):
            return self.strings[int(raw)]
        place = f"{letters(column)}{row}"
        if raw is None:
            if cell.find(_F) is not None and kind != "str":
                tally.note("formula_without_value", place)
            return ""
        if kind == "s":
            return self._broken(place)
        if kind == "e":
            tally.note("error_value", f"{place}（{raw}）")
            return ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if kind in ("str", "d"):
            return _unescaped(raw) if kind == "str" else raw
        number = formats.exact(raw)
        if number is None:
            return self._broken(place)
        style = cell.get("s", "0")
        code = self.formats[int(style)] if 0 <= as_int(style, -1) < len(self.formats) else "General"
        return shown(number, code, self.since_1904, tally, place)

    def _broken(self, place: str) -> str:
        raise ParseError(f"the value of cell {place} is damaged: save the file again in Excel or WPS and run again")


def shown(number: Decimal, code: str, since_1904: bool, tally: Tally, place: str) -> str:
    """What a cell shows for a number; dates outside the calendar are noted."""
    if code == "General":
        return formats.plain(number)
    sections = formats.read_format(code)
    if sections and sections[0].is_date and formats.moment_of(number, since_1904) is None:
        tally.note("date_out_of_range", place)
    return formats.show(number, code, since_1904)


def merged_range(reference: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of "B2:D5"."""
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return int(ends[0][2]), column_of(ends[0][1]), int(ends[1][2]), column_of(ends[1][1])


def note_hidden(data: SheetData, tally: Tally) -> None:
    """Note hidden rows and columns that hold texts (their cells are dropped when the sheet is laid out)."""
    for row in sorted(data.hidden_rows & set(data.rows)):
        tally.note("hidden_rows", str(row))
    if data.hidden_columns:
        for column in sorted({c for texts in data.rows.values() for c in texts} & data.hidden_columns):
            tally.note("hidden_columns", letters(column))
