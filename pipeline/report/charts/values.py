"""Dot plot: each numeric indicator that two regions state comparably, on an axis of its own, with the standard's value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.report.charts.measure import Scale, fitted, level, number, pinched, scale, width, wrapped
from pipeline.report.grid import Grid, Row, column, key, short, when
from pipeline.report.lines import Line
from pipeline.report.words import say, vocabulary

WIDTH, LEFT, RIGHT = 440, 18, 422
_SIZE, _LEVEL, _DOT, _NAME = 12, 18, 5, 130
_WORDS = ("qualitative", "milestone", "grade")  # kinds whose values are no numbers
_NUMBER = re.compile(r"\D{0,3}?(\d+(?:\.\d+)?)\D*")


@dataclass(frozen=True, slots=True)
class Dot:
    """One value: where it stands, how far a range goes, its label, whose it is, whether it is set against others."""

    x: float
    x_max: float | None
    y: float
    label: str
    label_x: float
    anchor: str
    region: int
    hollow: bool
    key: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The standard's value: a dashed line with a label."""

    x: float
    label: str
    label_x: float
    anchor: str
    y: float


@dataclass(slots=True)
class Strip:
    """One indicator's axis with its dots."""

    name: list[str]
    unit: str
    width: int = WIDTH
    height: float = 0
    base: float = 0
    top: float = 0
    ticks: list[tuple[float, str]] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


def strips(whole: Grid, standards: Sequence[Line], lang: str) -> list[Strip]:
    """A strip for each indicator with comparable numbers of two regions or more, in the order of the matrix."""
    found = []
    for row in whole.rows:
        for entries in alike(row, whole.by):
            mine = [s for s in standards if s["indicator_id"] and s["indicator_id"] == row.indicator_id]
            found.append(_strip(row, entries, mine, whole, lang))
    return found


def alike(row: Row, by: str) -> list[list[Line]]:
    """Numbers of a row that can stand on one axis: same kind, unit and way of change; two regions at least state them comparably."""
    axes: dict[tuple[object, ...], list[Line]] = {}
    for entry in row.entries:
        if entry["state"] == "stated" and entry["value"] is not None and entry["kind"] not in _WORDS:
            # an index has no unit and so no canonical one: such values stand beside those with the same unit as written
            unit = entry["canonical_unit"] if entry["canonical_value"] is not None else ("", entry["unit"])
            axes.setdefault((entry["kind"], unit, entry["change_direction"]), []).append(entry)
    return [entries for entries in axes.values() if len({column(e, by) for e in entries if e["verdict"] == "comparable"}) > 1]


def _strip(row: Row, entries: list[Line], standards: Sequence[Line], whole: Grid, lang: str) -> Strip:
    units = {e["unit"] for e in entries}
    written = len(units) == 1
    unit = (units.pop() if written else entries[0]["canonical_unit"]) or ""
    numbers = [(e, *numbers_of(e, written)) for e in entries]
    limits = thresholds(standards, unit, lang)
    every = [v for _, low, high in numbers for v in (low, high) if v is not None] + [v for v, _ in limits]
    axis = scale(every, LEFT, RIGHT, unit == "%")
    taken: list[list[tuple[float, float]]] = []
    several = len({when(e["deadline"], lang) for e in entries}) > 1
    numbers.sort(key=lambda n: (n[0]["verdict"] != "comparable", n[1]))
    placed = [_dot(e, low, high, axis, taken, whole, several, lang) for e, low, high in numbers]
    strip = Strip(wrapped(row.name, 13, WIDTH - 20, 2), unit)
    strip.marks = _marks(limits, axis, len(taken))
    levels = len(taken) + len(strip.marks)
    strip.top = 14 + 17 * len(strip.name)
    strip.base = strip.top + _LEVEL * levels
    strip.dots = [Dot(d.x, d.x_max, strip.base - d.y, *_rest(d)) for d in placed]
    strip.marks = [Mark(m.x, m.label, m.label_x, m.anchor, strip.base - m.y) for m in strip.marks]
    strip.ticks = [(axis(t), number(t)) for t in axis.ticks()]
    strip.height = strip.base + 26
    return strip


def _rest(dot: Dot) -> tuple[str, float, str, int, bool, str | None, str]:
    return dot.label, dot.label_x, dot.anchor, dot.region, dot.hollow, dot.key, dot.title


def numbers_of(entry: Line, written: bool) -> tuple[float, float | None]:
    """Lower and upper value of an entry in the axis's unit."""
    return (entry["value"], entry["value_max"]) if written else (entry["canonical_value"], entry["canonical_value_max"])


def _dot(
    entry: Line, low: float, high: float | None, axis: Scale, taken: list[list[tuple[float, float]]], whole: Grid, several: bool, lang: str
) -> Dot:
    """A dot with its label at the right, or at the left where the right has no room, on the lowest free level (`y` above the axis)."""
    where = column(entry, whole.by)
    x, far = axis(low), axis(high) if high is not None else None
    right = max(x, far or x)
    said = "".join(f" {part}" for part in (entry["shown"], when(entry["deadline"], lang) if several else "") if part)
    name = pinched(short(where), _SIZE, _NAME)
    to_left = right + width(name + said, _SIZE) + _DOT + 5 > WIDTH and x > WIDTH - right
    space = (x if to_left else WIDTH - right) - _DOT - 5
    label = fitted(pinched(name, _SIZE, max(space - width(said, _SIZE), 40)) + said, _SIZE, space)
    room = width(label, _SIZE) + _DOT + 5
    box = (x - room - 4, right + _DOT + 4) if to_left else (x - _DOT - 4, right + room + 4)
    y = _LEVEL * level(taken, *box) + 11
    hollow = entry["verdict"] != "comparable"
    word = vocabulary("verdict", lang).get(entry["verdict"] or "", "")
    about = (f"{where}{said} {word}", *(entry[name] for name in ("scope", "quote", "document", "place")))
    title = "\n".join(str(part) for part in about if part)
    label_x = x - _DOT - 4 if to_left else right + _DOT + 4
    return Dot(x, far, y, label, label_x, "end" if to_left else "start", whole.regions.index(where), hollow, key(entry), title)


def thresholds(standards: Sequence[Line], unit: str, lang: str) -> list[tuple[float, str]]:
    """Values of the standard in the axis's unit with their labels; a threshold of two numbers or of another unit is no line."""
    found: dict[tuple[float, str], None] = {}
    for line in standards:
        hit = _NUMBER.fullmatch(line["threshold"] or "")
        if hit and (line["unit"] or "") == unit:
            certainty = vocabulary("certainty", lang).get(line["certainty"] or "", say("missing", lang))
            found[
                float(hit[1]), say("orientation" if line["binding"] is False else "threshold", lang, value=line["threshold"], certainty=certainty)
            ] = None
    return list(found)


def _marks(limits: Sequence[tuple[float, str]], axis: Scale, levels: int) -> list[Mark]:
    """Labels of the standard above all dots, one level each."""
    marks = []
    for i, (value, label) in enumerate(limits):
        x = axis(value)
        to_left = x + width(label, 11) + 8 > WIDTH
        marks.append(Mark(x, label, x - 4 if to_left else x + 4, "end" if to_left else "start", _LEVEL * (levels + i) + 9))
    return marks
