"""Where single lines of text stand on the picture of a page, in pixels, and the pictures of them that the recogniser gets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognise.raster import Picture, coloured
from pipeline.recognise.strokes import Band, Grey


def crop(picture: Picture, box: Band) -> NDArray[Any]:
    """The picture of one line for the recogniser, a short one with paper on both sides."""
    part = picture.grey[box[1] : box[3], box[0] : box[2]]
    side = margin(box)
    return coloured(cv2.copyMakeBorder(part, 0, 0, side, side, cv2.BORDER_CONSTANT, value=int(np.percentile(part, 80))))


def margin(box: Band) -> int:
    """Pixels of paper that `crop` adds on each side: a sign alone is read as a letter (22 of 22 ≤ of an old print right with it, 13 without)."""
    height = box[3] - box[1]
    return round(0.75 * height) if box[2] - box[0] < 2.5 * height else 0


def boxes_of_lines(picture: Picture, boxes: list[Band], dpi: float) -> tuple[list[Band], list[Band]]:
    """Boxes of single lines: those found, cut at the ruled lines that cross them and between their lines; and those around ink that was missed."""
    point = dpi / 72
    edge = round(point)
    wider = [(b[0] - edge, b[1], b[2] + edge, b[3]) for b in boxes]
    found = [line for box in wider for part in _cut(box, picture, point) for line in _lines(picture.ink, part, point)]
    found = _apart(found)
    high = float(np.median([b[3] - b[1] for b in found])) if found else 12 * point
    found = [_as_high(box, high, picture, point) for box in found]
    missed = [_as_high(part, high, picture, point) for box in _missed(picture.ink, found, point) for part in _cut(box, picture, point)]
    return found, missed


def _apart(boxes: list[Band]) -> list[Band]:
    """Boxes of which none reads what another reads: those mostly inside another fall away, overlapping ends are cut."""
    kept: list[Band] = []
    for box in sorted(boxes, key=lambda b: b[0] - b[2]):
        x0, top, x1, bottom = box
        for other in kept:
            if min(bottom, other[3]) - max(top, other[1]) < 0.6 * (bottom - top):
                continue
            if other[0] <= x0 < other[2]:
                x0 = other[2]
            elif other[0] < x1 <= other[2]:
                x1 = other[0]
        if x1 - x0 >= 0.3 * (bottom - top):
            kept.append((x0, top, x1, bottom))
    return kept


def _as_high(box: Band, high: float, picture: Picture, point: float) -> Band:
    """A low box (a dash, ≤) as high as the lines of the page, as far as ruled lines leave room: a sign that fills its crop is read as a letter."""
    x0, top, x1, bottom = box
    if bottom - top >= 0.85 * high:
        return box
    upper = max([h[3] for h in picture.horizontal if h[0] <= x0 and x1 <= h[2] and h[3] <= top + point], default=0)
    lower = min([h[1] for h in picture.horizontal if h[0] <= x0 and x1 <= h[2] and h[1] >= bottom - point], default=picture.grey.shape[0])
    more = round((high - (bottom - top)) / 2)
    ink = picture.ink
    while more > 0 and (
        top - more < upper or bottom + more > lower or ink[top - more : top, x0:x1].any() or ink[bottom : bottom + more, x0:x1].any()
    ):
        more -= 1
    return x0, top - more, x1, bottom + more


def _lines(ink: Grey, box: Band, point: float) -> list[Band]:
    """The lines of a box that is much higher than one line is wide: characters set one below the other in a narrow column."""
    x0, top, x1, bottom = box
    if bottom - top < 1.5 * (x1 - x0):
        return [box]
    rows = np.asarray((ink[top:bottom, x0:x1] > 0).any(axis=1))
    starts, ends = _stretches(rows)
    merged: list[list[int]] = []
    for start, end in zip(starts, ends, strict=True):
        # the parts of one character lie closer together than two lines
        if merged and end - merged[-1][0] <= 1.15 * (x1 - x0) and start - merged[-1][1] < 2.5 * point:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    pad = round(1.5 * point)
    return [(x0, max(top + a - pad, 0), x1, top + b + pad) for a, b in merged if b - a >= 2 * point] or [box]


def _stretches(marks: NDArray[Any]) -> tuple[list[int], list[int]]:
    """Where stretches of True begin and end."""
    steps = np.diff(np.concatenate(([0], marks.astype(np.int8), [0])))
    return np.nonzero(steps == 1)[0].tolist(), np.nonzero(steps == -1)[0].tolist()


def rows_of_ink(ink: Grey, box: Band) -> tuple[int, int]:
    """First and last row of a box that has more ink than a dot; the box where there is none."""
    rows = np.nonzero((ink[box[1] : box[3], box[0] : box[2]] > 0).sum(axis=1) >= 2)[0]
    return (box[1] + int(rows[0]), box[1] + int(rows[-1]) + 1) if len(rows) else (box[1], box[3])


def _cut(box: Band, picture: Picture, point: float) -> Iterator[Band]:
    """The parts of a box between vertical, then between horizontal lines; parts too small for a character fall away."""
    x0, top, x1, bottom = box
    middle, height, width = (top + bottom) / 2, bottom - top, picture.grey.shape[1]
    xs = sorted((v[0], v[2]) for v in picture.vertical if v[1] < middle < v[3] and x0 < (v[0] + v[2]) / 2 < x1)
    edges = [(0, max(x0, 0)), *xs, (min(x1, width), 0)]
    for (_, left), (right, _) in pairwise(edges):
        if right - left < 2 * point:
            continue
        centre = (left + right) / 2
        ys = sorted(
            (h[1], h[3]) for h in picture.horizontal if h[0] < centre < h[2] and top + 0.1 * height < (h[1] + h[3]) / 2 < bottom - 0.1 * height
        )
        levels = [(0, max(top, 0)), *ys, (min(bottom, picture.grey.shape[0]), 0)]
        for (_, upper), (lower, _) in pairwise(levels):
            part = (left, upper, right, lower)
            if lower - upper >= 4 * point and ((not xs and not ys) or _has_ink(picture.ink, part, point)):
                yield part


def _has_ink(ink: Grey, box: Band, point: float) -> bool:
    return int((ink[box[1] : box[3], box[0] : box[2]] > 0).sum()) > 1.5 * point**2


def _missed(ink: Grey, boxes: list[Band], point: float) -> list[Band]:
    """Boxes of ink as large as a character or a dash that stands in no box."""
    left = ink.copy()
    edge = round(1.5 * point)
    for x0, top, x1, bottom in boxes:
        left[max(top - edge, 0) : bottom + edge, max(x0 - edge, 0) : x1 + edge] = 0
    near = max(round(3 * point), 3)
    joined = cv2.dilate(left, np.ones((round(point), 2 * near + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for x, y, width, height, _ in stats[1:]:
        wide, high = width - 2 * near, height - point
        if not (4 * point <= high <= 40 * point or (3 * point <= wide <= 20 * point and high >= 0.5 * point)):
            continue
        pad = max(round(2 * point), round((9 * point - height) / 2))
        box = (max(x + near - pad, 0), max(y - pad, 0), x + width - near + pad, y + height + pad)
        if _has_ink(left, box, point):
            found.append((int(box[0]), int(box[1]), int(box[2]), int(box[3])))
    return found
