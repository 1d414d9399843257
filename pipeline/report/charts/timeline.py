"""Timeline: for each region a column of squares for each year, one square for each target that is due, in the order of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.report.grid import NOWHERE, Grid, short
from pipeline.report.lines import Line
from pipeline.report.words import say, vocabulary

WIDTH, LEFT = 900, 12
_SQUARE, _GAP, _MOST_ROWS, _MOST_YEARS = 10, 2, 12, 14


@dataclass(frozen=True, slots=True)
class Square:
    """One target that is due."""

    x: float
    y: float
    due: str
    key: str | None
    title: str


@dataclass(slots=True)
class Lane:
    """One region: its squares, years with the number of targets, and where the given day stands (`today`: left edge and width of its year)."""

    name: str
    width: int = WIDTH
    height: float = 0
    base: float = 0
    years: list[tuple[float, str, str]] = field(default_factory=list)
    squares: list[Square] = field(default_factory=list)
    today: tuple[float, float] = (0, 0)
    size: int = _SQUARE
    left: int = LEFT
    empty: str = ""


def lanes(lines: Sequence[Line], whole: Grid, as_of: date, lang: str) -> list[Lane]:
    """A lane for each region, also one that states no deadline; all lanes share the years (the nearest 14, where there are more)."""
    due: dict[str, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in sorted((x for x in lines if x["date"]), key=lambda x: (x["date"], x["indicator"] or "", x["target"] or "")):
        due[line["region" if whole.by == "year" else whole.by] or NOWHERE][int(line["date"][:4])].append(line)
    years = sorted({year for found in due.values() for year in found})
    if len(years) > _MOST_YEARS:
        years = sorted(sorted(years, key=lambda y: (abs(y - as_of.year), y))[:_MOST_YEARS])
    ordered = list(dict.fromkeys([*(whole.regions if whole.by != "year" else ()), *due])) if due else []
    return [_lane(region, due[region], years, as_of, lang) for region in ordered]


def _lane(region: str, due: dict[int, list[Line]], years: Sequence[int], as_of: date, lang: str) -> Lane:
    step = (WIDTH - LEFT - 10) / len(years)
    across = max(1, int((step - 14) // (_SQUARE + _GAP)))
    rows = min(max((-(-len(due.get(y, [])) // across) for y in years), default=1), _MOST_ROWS)
    lane = Lane(short(region), empty=say("no_deadlines", lang))
    lane.base = 30 + max(rows, 1) * (_SQUARE + _GAP)
    lane.height = lane.base + 24
    for i, year in enumerate(years):
        left = LEFT + i * step
        found = due.get(year, [])
        shown = found[: across * rows]
        more = len(found) - len(shown)
        count = str(len(found)) + (f" ({say('of_them', lang, n=len(shown))})" if more else "")
        lane.years.append((left, say("year", lang, year=year), count if found else ""))
        lane.squares += [_square(line, left, lane.base, k, across, lang) for k, line in enumerate(shown)]
    lane.today = _today(as_of, years, step)
    return lane


def _square(line: Line, left: float, base: float, k: int, across: int, lang: str) -> Square:
    x, y = left + (k % across) * (_SQUARE + _GAP), base - (k // across + 1) * (_SQUARE + _GAP)
    word = vocabulary("due", lang).get(line["due"] or "", "")
    what = f"{line['indicator'] or ''} {line['shown'] or ''}"
    parts = (f"{line['date']} {word}", what, line["scope"], "、".join(line["lead"] or []), line["document"])
    return Square(x, y, line["due"] or "later", line["target"], "\n".join(str(p) for p in parts if p))


def _today(as_of: date, years: Sequence[int], step: float) -> tuple[float, float]:
    """Its year's column; a line (width 0) on the border before the first later year where no target is due in the year of the day.

    Squares of a year stand in the order of days but not on a scale of days: a line between them would say what is not so.
    """
    left = LEFT - 6 + sum(year < as_of.year for year in years) * step
    return (left, step - 4) if as_of.year in years else (left, 0)
