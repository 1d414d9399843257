"""What is drawn on a page of an OFD file: text objects → runs, path objects → ruled lines, pictures with their places."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pipeline.layout.page import Rule, Run
from schemas.errors import ParseError

POINT = 72 / 25.4  # points of a millimetre
_ASCENT = 0.86  # share of the em above the baseline
_LINE = 0.353  # millimetres: the line width where none is given
_SMALLEST = 0.05  # millimetres: text below it is not seen, and has no lines
_THIN = 1.2  # millimetres: a filled shape as thin as this is a line
_DEPTH = 16  # blocks and graphic units inside one another: more is a circle
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
Matrix = tuple[float, float, float, float, float, float]
Position = tuple[float, float]


def children(element: Any, name: str) -> Iterator[Any]:
    """Child elements of a name, whatever their prefix."""
    if element is not None:
        for child in element:
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == name:
                yield child


def only(element: Any, name: str) -> Any:
    """The first child element of a name, None where there is none."""
    return next(children(element, name), None)


def numbers(text: str | None) -> list[float]:
    """The numbers of an attribute. Raises ParseError where something else stands in it."""
    try:
        found = [float(word) for word in (text or "").replace(",", " ").split()]
    except ValueError as error:
        raise ParseError(f"“{(text or '')[:40]}” is no list of numbers: the file is damaged, fetch it again") from error
    if not all(math.isfinite(n) and abs(n) < 1e6 for n in found):
        raise ParseError(f"“{(text or '')[:40]}” has numbers out of range: the file is damaged, fetch it again")
    return found


def offsets(text: str | None, count: int) -> list[float]:
    """DeltaX or DeltaY: steps from each character to the next, "g 3 5.2" meaning three steps of 5.2; never more than `count`."""
    found: list[float] = []
    words = (text or "").split()
    i = 0
    while i < len(words) and len(found) < count:
        if words[i] == "g":
            times, step = numbers(" ".join(words[i + 1 : i + 3])) if i + 2 < len(words) else (0.0, 0.0)
            found += [step] * min(int(times), count - len(found))
            i += 3
        else:
            found += numbers(words[i])
            i += 1
    return found[:count]


@dataclass(slots=True)
class Drawing:
    """Collects the objects of a page. `origin`: of its box, in millimetres; `units`: graphic units by id. Results are in points.

    `images`: resource ids with their places (x0, top, x1, bottom); `odd`: characters without Unicode value;
    `sizeless`: text objects that are too small to be seen, or say no size.
    """

    origin: Position
    units: dict[str, Any]
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    images: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)
    odd: int = 0
    sizeless: int = 0
    _marks: set[tuple[str, int, int]] = field(default_factory=set)

    def add(self, layer: Any) -> None:
        """Everything in a layer."""
        self._add(layer, (1, 0, 0, 1, -self.origin[0], -self.origin[1]), 0)
        self.runs = [run for run in self.runs if run.text.strip()]

    def _add(self, container: Any, outer: Matrix, depth: int) -> None:
        for element in container:
            if not isinstance(element.tag, str) or element.get("Visible", "true").lower() == "false" or element.get("Alpha") == "0":
                continue
            kind = element.tag.rpartition("}")[2]
            if kind == "PageBlock" and depth < _DEPTH:
                self._add(element, outer, depth + 1)
            elif kind in ("TextObject", "PathObject", "ImageObject", "CompositeObject"):
                matrix = _product(_matrix(element), outer)
                if kind == "TextObject":
                    if element.get("Fill", "true").lower() != "false" or element.get("Stroke", "false").lower() == "true":
                        self._text(element, matrix)
                elif kind == "PathObject":
                    self._path(element, matrix)
                elif kind == "ImageObject":
                    self.images.append((element.get("ResourceID", ""), _bounds([_apply(matrix, p) for p in ((0, 0), (1, 0), (0, 1), (1, 1))])))
                elif (unit := self.units.get(element.get("ResourceID", ""))) is not None and depth < _DEPTH:
                    self._add(unit, matrix, depth + 1)

    def _text(self, element: Any, matrix: Matrix) -> None:
        size = (numbers(element.get("Size")) or [0.0])[0]
        stretch = (numbers(element.get("HScale")) or [1.0])[0]
        if size * math.hypot(matrix[2], matrix[3]) < _SMALLEST:
            self.sizeless += any("".join(code.itertext()).strip() for code in children(element, "TextCode"))
            return
        x, y = 0.0, 0.0
        for code in children(element, "TextCode"):
            x, y = (numbers(code.get("X")) or [x])[0], (numbers(code.get("Y")) or [y])[0]
            text = "".join(code.itertext())
            self.odd += sum(unicodedata.category(c) in ("Co", "Cn") or c == "\ufffd" for c in text)
            spots = _spots(code, text, (x, y), size, stretch)
            self._runs(text, spots, matrix, size, stretch)

    def _runs(self, text: str, spots: list[Position], matrix: Matrix, size: float, stretch: float) -> None:
        """Runs of the characters that stand on one baseline; text that runs down the page gives runs of single characters."""
        a, b, c, d, _, _ = matrix
        height, turned = size * math.hypot(c, d) * POINT, abs(b) > abs(a)
        width = size * stretch * math.hypot(a, b) * POINT
        run: Run | None = None
        for char, spot in zip(text, spots, strict=True):
            if char in "\r\n\t\0":
                char = " "
            left, base = (v * POINT for v in _apply(matrix, spot))
            mark = (char, round(2 * left), round(2 * base))
            if mark in self._marks:
                continue  # bold made by printing twice
            self._marks.add(mark)
            if run is None or turned or abs(base - run.base) > 0.1 * height or left < run.lefts[-1]:
                top = base - _ASCENT * height
                run = Run("", [], [], top, top + height, base, height)
                self.runs.append(run)
            run.text += char
            run.lefts.append(left)
            run.rights.append(left + width * _advance(char))

    def _path(self, element: Any, matrix: Matrix) -> None:
        data = only(element, "AbbreviatedData")
        if data is None or not data.text:
            return
        paths = [[_apply(matrix, p) for p in path] for path in subpaths(data.text)]
        if element.get("Stroke", "true").lower() != "false" and not _is_white(only(element, "StrokeColor")):
            half = (numbers(element.get("LineWidth")) or [_LINE])[0] * math.hypot(matrix[0], matrix[1]) / 2
            for path in paths:
                for p, q in pairwise(path):
                    if abs(p[0] - q[0]) < 0.1 or abs(p[1] - q[1]) < 0.1:
                        self._rule(_bounds([p, q], 1.0), half)
        elif element.get("Fill", "false").lower() == "true" and not _is_white(only(element, "FillColor")):
            for path in paths:
                box = _bounds(path, 1.0)
                if path and min(box[2] - box[0], box[3] - box[1]) <= _THIN:
                    self._rule(box, 0.0)

    def _rule(self, box: tuple[float, float, float, float], half: float) -> None:
        x0, top, x1, bottom = box
        if max(x1 - x0, bottom - top) * POINT < 2:
            return
        if x1 - x0 >= bottom - top:
            top, bottom = top - half, bottom + half
        else:
            x0, x1 = x0 - half, x1 + half
        self.rules.append(Rule(x0 * POINT, top * POINT, x1 * POINT, bottom * POINT))


def _spots(code: Any, text: str, start: Position, size: float, stretch: float) -> list[Position]:
    """Where each character of a TextCode stands. Steps that are not written are as wide as the characters."""
    x, y = start
    across, down = offsets(code.get("DeltaX"), len(text)), offsets(code.get("DeltaY"), len(text))
    spots = []
    for i, char in enumerate(text):
        spots.append((x, y))
        if i < len(across):
            x += across[i]
        elif not down:
            x += size * stretch * _advance(char)
        y += down[i] if i < len(down) else 0.0
    return spots


def subpaths(data: str) -> list[list[Position]]:
    """The corners of each part of a path in AbbreviatedData; of curves only the ends, for no table is ruled with them.

    Raises ParseError for commands that OFD does not have.
    """
    found: list[list[Position]] = []
    words = _TOKEN.findall(data)
    i = 0
    while i < len(words):
        command = words[i]
        count = _ARGUMENTS.get(command)
        if count is None or i + count >= len(words) + (count == 0):
            raise ParseError(f"“{data[:40]}” is no path: the file is damaged, fetch it again")
        values = numbers(" ".join(words[i + 1 : i + 1 + count]))
        i += 1 + count
        if command in "SM":
            found.append([(values[0], values[1])])
        elif not found:
            raise ParseError(f"“{data[:40]}” begins without a point: the file is damaged, fetch it again")
        elif command == "C":
            found[-1].append(found[-1][0])
        elif command == "L":
            found[-1].append((values[0], values[1]))
        else:
            found.append([(values[-2], values[-1])])  # a curve: what follows starts at its end
    return found


def _advance(char: str) -> float:
    """Width of a character in ems."""
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5


def _matrix(element: Any) -> Matrix:
    """From the object's coordinates to those around it: its CTM, then the corner of its boundary."""
    boundary, ctm = numbers(element.get("Boundary")), numbers(element.get("CTM"))
    x, y = (boundary[0], boundary[1]) if len(boundary) >= 2 else (0.0, 0.0)
    a, b, c, d, e, f = ctm if len(ctm) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    if not ctm and element.tag.endswith("ImageObject") and len(boundary) == 4:
        a, d = boundary[2], boundary[3]
    return a, b, c, d, e + x, f + y


def _product(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _apply(matrix: Matrix, point: Position) -> Position:
    a, b, c, d, e, f = matrix
    return a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f


def _bounds(points: list[Position], scale: float = POINT) -> tuple[float, float, float, float]:
    xs, ys = [p[0] * scale for p in points], [p[1] * scale for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _is_white(colour: Any) -> bool:
    """Whether something is painted in white, or not at all."""
    if colour is None:
        return False
    value = numbers(colour.get("Value"))
    return colour.get("Alpha") == "0" or (len(value) == 3 and min(value) >= 250) or (len(value) == 4 and max(value) == 0)
