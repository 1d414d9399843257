"""Ruled lines of a PDF page, through pdfium: straight strokes and thin filled shapes, also inside forms; and what else its objects tell."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2.raw as raw

from pipeline.layout.page import Rule
from pipeline.parsers.pdf.view import View

_THIN = 3.0  # points: a filled shape thinner than this is a ruled line
_SLOPE = 0.02  # a stroke that leaves its direction by more than this share of its length is no ruled line
_PALE = 250  # of 255: a line as pale as this cannot be seen
_SEGMENTS = 200_000  # of one page; drawings with more are no tables
_OBJECTS = 500_000  # of one page, those in its forms as often as they are shown
_DEPTH = 8  # forms within forms
Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class Drawing:
    """What the objects of a page are: ruled lines (in user space as x0, y0, x1, y1), the share that pictures cover, invisible and visible texts."""

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    pictures: float = 0.0
    hidden: int = 0
    texts: int = 0
    segments: int = 0
    objects: int = 0

    def rules(self, view: View) -> list[Rule]:
        """The ruled lines on the page as it is read."""
        rules = []
        for x0, y0, x1, y1 in self.lines:
            (left, top), (right, bottom) = view.point(x0, y0), view.point(x1, y1)
            left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
            if right < 0 or bottom < 0 or left > view.width or top > view.height:
                continue
            rules.append(Rule(max(left, 0.0), max(top, 0.0), min(right, view.width), min(bottom, view.height)))
        return rules


def read_drawing(page: object) -> Drawing:
    """The objects of a page."""
    drawing = Drawing()
    things = [raw.FPDFPage_GetObject(page, i) for i in range(raw.FPDFPage_CountObjects(page))]
    for thing in things:
        _object(thing, _UNIT, drawing, 0)
    return drawing


def _object(thing: object, outer: Matrix, drawing: Drawing, depth: int) -> None:
    drawing.objects += 1
    if drawing.objects > _OBJECTS:
        return
    kind = raw.FPDFPageObj_GetType(thing)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        drawing.texts += 1
        drawing.hidden += raw.FPDFTextObj_GetTextRenderMode(thing) in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    elif kind == raw.FPDF_PAGEOBJ_PATH and drawing.segments < _SEGMENTS:
        _path(thing, outer, drawing)
    elif kind == raw.FPDF_PAGEOBJ_IMAGE:
        a, b, c, d, _, _ = _times(_matrix(thing), outer)
        drawing.pictures += abs(a * d - b * c)
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
        inner = _times(_matrix(thing), outer)
        for i in range(raw.FPDFFormObj_CountObjects(thing)):
            _object(raw.FPDFFormObj_GetObject(thing, i), inner, drawing, depth + 1)


def _matrix(thing: object) -> Matrix:
    m = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(thing, ctypes.byref(m))
    return m.a, m.b, m.c, m.d, m.e, m.f


def _times(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _path(thing: object, outer: Matrix, drawing: Drawing) -> None:
    """Ruled lines of one path object: a path may be a single stroke or the whole grid of a table."""
    count = raw.FPDFPath_CountSegments(thing)
    drawing.segments += count
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing, fill, stroke)
    stroked = bool(stroke.value) and _seen(raw.FPDFPageObj_GetStrokeColor, thing)
    filled = bool(fill.value) and _seen(raw.FPDFPageObj_GetFillColor, thing)
    if not (stroked or filled):
        return
    matrix = _times(_matrix(thing), outer)
    width = ctypes.c_float()
    raw.FPDFPageObj_GetStrokeWidth(thing, width)
    half = width.value * abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) ** 0.5 / 2
    for points, straight in _figures(thing, count, matrix):
        if stroked:
            drawing.lines += _strokes(points, half)
        elif straight:
            drawing.lines += _thin(points)


def _seen(color_of: object, thing: object) -> bool:
    """Whether a colour shows on paper: neither transparent nor nearly white."""
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not color_of(thing, r, g, b, a):  # type: ignore[operator]
        return True  # a pattern
    return a.value > 10 and min(r.value, g.value, b.value) < _PALE


def _figures(thing: object, count: int, matrix: Matrix) -> list[tuple[list[tuple[float, float]], bool]]:
    """The subpaths of a path as points of user space, and whether each is made of straight lines only. Curves appear as a break in the points."""
    x, y = ctypes.c_float(), ctypes.c_float()
    a, b, c, d, e, f = matrix
    figures: list[tuple[list[tuple[float, float]], bool]] = []
    points: list[tuple[float, float]] = []
    straight = True
    for i in range(count):
        segment = raw.FPDFPath_GetPathSegment(thing, i)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                figures.append((points, straight))
            points, straight = [point], True
            continue
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            straight = False
            if len(points) > 1:
                figures.append((points, False))
            points = [point]
        else:
            points.append(point)
        if raw.FPDFPathSegment_GetClose(segment) and points[0] != points[-1] and straight:
            points.append(points[0])
    if len(points) > 1:
        figures.append((points, straight))
    return figures


def _strokes(points: list[tuple[float, float]], half: float) -> list[tuple[float, float, float, float]]:
    """The horizontal and vertical strokes of a line of points, as the rectangles that the pen covers."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(points):
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if max(wide, high) == 0 or min(wide, high) > max(_SLOPE * max(wide, high), 0.01):
            continue
        left, right, low, top = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        found.append((left, low - half, right, top + half) if wide >= high else (left - half, low, right + half, top))
    return found


def _thin(points: list[tuple[float, float]]) -> list[tuple[float, float, float, float]]:
    """A filled shape that is so thin that it is a line."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    wide, high = box[2] - box[0], box[3] - box[1]
    return [box] if min(wide, high) <= _THIN and max(wide, high) > 2 * min(wide, high) else []
