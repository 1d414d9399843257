"""Heat map of the matrix: indicator × region, each cell by what its values can be set against, with sign and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.report.charts.measure import fitted, pinched
from pipeline.report.grid import Cell, Row, key, short, target_text
from pipeline.report.words import say, tone, vocabulary

NAME, ROW, HEAD, PAGE = 300, 22, 30, 28
SIGNS = {
    "comparable": "●",
    "undetermined": "◐",
    "not_comparable": "○",
    "nothing_to_compare": "·",
    "unparsed": "？",
    "not_stated": "",
    "not_processed": "╱",
    "missing": "",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell: place, colour, sign with the number of values, evidence of its first value."""

    x: float
    y: float
    width: float
    tone: str
    code: str
    sign: str
    key: str | None
    title: str


@dataclass(slots=True)
class Page:
    """Some rows of the map with the regions above them."""

    regions: list[tuple[float, str]]
    width: int
    height: float = 0
    names: list[tuple[float, str]] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    left: int = NAME
    row: int = ROW


def pages(rows: Sequence[Row], regions: Sequence[str], lang: str) -> list[Page]:
    """The map in pieces of 28 rows, so that none is cut by the edge of a page."""
    across = max(34.0, min(150.0, (900 - NAME) / max(len(regions), 1)))
    return [_page(rows[i : i + PAGE], regions, across, lang) for i in range(0, len(rows), PAGE)]


def _page(rows: Sequence[Row], regions: Sequence[str], across: float, lang: str) -> Page:
    heads = [(NAME + (j + 0.5) * across, pinched(short(region), 13, across - 6)) for j, region in enumerate(regions)]
    page = Page(heads, round(NAME + across * len(regions) + 4), HEAD + ROW * len(rows) + 6)
    for i, row in enumerate(rows):
        y = HEAD + i * ROW
        page.names.append((y + 15, fitted(row.name, 12, NAME - 14)))
        for j, region in enumerate(regions):
            page.tiles.append(_tile(row, row.cells[region], NAME + j * across, y, across, lang))
    return page


def _tile(row: Row, cell: Cell, x: float, y: float, across: float, lang: str) -> Tile:
    code = cell.verdict or cell.state or "missing"
    word = vocabulary("verdict" if cell.verdict else "state", lang).get(code, say("missing", lang))
    count = f" {len(cell.entries)}" if len(cell.entries) > 1 else ""
    first = key(cell.entries[0]) if cell.entries else None
    title = "\n".join([f"{row.name} {cell.region} {word}", *(target_text(e, lang) for e in cell.entries[:8])])
    return Tile(x, y, across, tone(code) or "quiet", code, f"{SIGNS[code]}{count}", first, title)
