"""What stands on a page for the page's sake: running heads, footers, page numbers, the lines that browsers print around a page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from pipeline.layout.marks import PRINTED
from pipeline.layout.page import Sheet, TextLine

_EDGE = 3  # lines from the top and from the bottom of a page that may be furniture
_HEAD, _FOOT = 0.13, 0.82  # shares of the height above and below which it stands
_NEAR = 4.0  # points by which the places of repeated lines differ
_DASH = "[-－—–―─~～·•.｡﹣一\\s]"
_NUMBERED = re.compile(
    rf"{_DASH}+[\d０-９]{{1,4}}{_DASH}+|第?[\d０-９]{{1,4}}页?[,，/／]?\s?共[\d０-９]{{1,4}}页?|第[\d０-９]{{1,4}}页|[Pp]age\s?\d+(?:\s?of\s?\d+)?"
    r"|[\d０-９]{1,4}\s?[/／]\s?[\d０-９]{1,4}"
)
_BARE = re.compile(r"[\d０-９]{1,4}|[ivxlcIVXLC]{1,6}")
_KEPT = re.compile(r"[(（]?(?:计量)?单位\s?[:：]")  # what a caption says of its table counts on every page
_DIGITS = re.compile(r"[\d０-９]+")


def remove_furniture(sheets: Sequence[Sheet]) -> None:
    """Take running heads, footers and page numbers out of sheets.

    A line goes where it stands at the page's edge and is a page number, a browser's line, or stands there in the same words (but for digits)
    on three or more pages (two, if in small letters). A heading that merely repeats in the text stays.
    """
    edges = [_edge_lines(sheet) for sheet in sheets]
    repeated = _repeated(edges, _small(sheets, edges))
    series = _series(sheets, edges)
    for sheet, lines in zip(sheets, edges, strict=True):
        gone = {id(line) for line in lines if id(line) in repeated or id(line) in series or _is_number(line, sheet) or _is_printed(line, sheet)}
        gone |= {id(line) for line in sheet.items if isinstance(line, TextLine) and _is_ornament(line.text)}
        if gone:
            sheet.items = [item for item in sheet.items if id(item) not in gone]


def _edge_lines(sheet: Sheet) -> list[TextLine]:
    """The first and last lines of a page, as far as they stand at its edge."""
    head, foot = _HEAD * sheet.height, _FOOT * sheet.height
    lines = sorted((item for item in sheet.items if isinstance(item, TextLine)), key=lambda line: line.top)
    return [line for i, line in enumerate(lines) if (i < _EDGE and line.bottom < head) or (i >= len(lines) - _EDGE and line.top > foot)]


def _is_number(line: TextLine, sheet: Sheet) -> bool:
    """A page number that says so: between dashes, 第3页, 3/12."""
    return bool(_NUMBERED.fullmatch(line.text.strip())) and (line.bottom < _HEAD * sheet.height or line.top > _FOOT * sheet.height)


def _is_printed(line: TextLine, sheet: Sheet) -> bool:
    """The address or date that a browser prints at the very edge."""
    return bool(PRINTED.fullmatch(line.text)) and (line.bottom < 0.06 * sheet.height or line.top > 0.94 * sheet.height)


def _is_ornament(text: str) -> bool:
    """A ruled line that is set with a character, whatever the font calls it."""
    return len(text) >= 8 and len(set(text)) == 1 and not text[0].isdigit()


def _repeated(edges: Sequence[Sequence[TextLine]], small: set[int]) -> set[int]:
    """Lines that stand at the same height in the same words, but for digits, on three or more pages; `small` ones on two."""
    places: dict[str, list[TextLine]] = defaultdict(list)
    for lines in edges:
        for line in lines:
            places[_DIGITS.sub("0", line.text.replace(" ", ""))].append(line)
    found = set()
    for key, lines in places.items():
        if key == "0" or _KEPT.match(key):
            continue  # bare numbers must count up with the pages
        heights: dict[int, set[int]] = defaultdict(set)
        for line in lines:
            heights[round(line.top / _NEAR)].add(line.page)
        for line in lines:
            at = round(line.top / _NEAR)
            if len(heights[at] | heights.get(at - 1, set()) | heights.get(at + 1, set())) >= (2 if id(line) in small else 3):
                found.add(id(line))
    return found


def _small(sheets: Sequence[Sheet], edges: Sequence[Sequence[TextLine]]) -> set[int]:
    """Lines at the very edge in letters smaller than the page's: two of them are enough (left and right pages, papers of two pages)."""
    found = set()
    for sheet, lines in zip(sheets, edges, strict=True):
        sizes = [line.size for line in sheet.items if isinstance(line, TextLine) for _ in line.text]
        body = median(sizes) if sizes else 0.0
        found |= {id(n) for n in lines if n.size < 0.95 * body and (n.bottom < 0.1 * sheet.height or n.top > 0.9 * sheet.height)}
    return found


def _series(sheets: Sequence[Sheet], edges: Sequence[Sequence[TextLine]]) -> set[int]:
    """Bare numbers at the edge that count up with the pages; on a single page a bare number at the very foot."""
    found = [(sheet, line) for sheet, lines in zip(sheets, edges, strict=True) for line in lines]
    bare = [(sheet, line) for sheet, line in found if _BARE.fullmatch(line.text)]
    if len(sheets) == 1:
        return {id(line) for sheet, line in bare if line.top > 0.9 * sheet.height and line.text.isdigit()}
    shifts: dict[int, set[int]] = defaultdict(set)
    for sheet, line in found:
        if _BARE.fullmatch(line.text) or _is_number(line, sheet):
            digits = _DIGITS.search(line.text)
            if digits:
                shifts[int(digits[0]) - sheet.number].add(sheet.number)
    series = {id(line) for sheet, line in bare if line.text.isdigit() and len(shifts[int(line.text) - sheet.number]) >= 2}
    return series | {id(line) for _, line in bare if not line.text.isdigit() and len(bare) >= 3}
