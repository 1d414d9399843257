"""Ruled lines on the picture of a page, in pixels."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[Any]  # 8 bits
Band = tuple[int, int, int, int]  # x0, top, x1, bottom

_COVERED, _COVERED_MEETING = 0.95, 0.75  # share of a ruled line's length that has ink: faint copies of borders break, feet of characters do too
_CHARACTER = 66  # points: the largest characters of a red head
_WORN, _TRACE = 0.25, 0.1  # share of the way on, and of each row on the way, that still shows a worn border


def find_rules(ink: Grey, dpi: float) -> tuple[tuple[Band, ...], tuple[Band, ...], Grey]:
    """Horizontal lines, vertical lines, and the mask of what they cover.

    A line is long and thin; a short one counts where it meets others at its ends, as borders of cells do and strokes of characters do not.
    """
    point = dpi / 72
    across = _strokes(ink, point, True)
    down = _strokes(ink, point, False)
    horizontal, vertical = _settle(across, down, ink, point), _settle(down, across, ink, point)
    vertical = tuple(_extended(v, horizontal, ink, point) for v in vertical)
    horizontal, vertical = _without_characters(horizontal, vertical, point)
    mask = np.zeros_like(ink)
    for x0, top, x1, bottom in (*horizontal, *vertical):
        mask[max(top - 1, 0) : bottom + 1, max(x0 - 1, 0) : x1 + 1] = 255
    return horizontal, vertical, mask


def _strokes(ink: Grey, point: float, horizontal: bool) -> list[Band]:
    """Straight thin strokes of one direction, pieces of one line joined over small gaps."""
    gap, length = max(round(2 * point), 3), round(13 * point)
    across = (gap, 1) if horizontal else (1, gap)
    kernel = (length, 1) if horizontal else (1, length)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(across[::-1], np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(kernel[::-1], np.uint8))
    # a line that is off by a pixel over its length falls into steps: they are one line
    joined = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones(((3, 2 * gap) if horizontal else (2 * gap, 3)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for x, y, width, height, area in stats[1:]:
        long, thick = (width, height) if horizontal else (height, width)
        if long >= length and area / long <= 4 * point and thick <= max(6 * point, 0.02 * long):
            found.append((int(x), int(y), int(x + width), int(y + height)))
    return found


def _settle(own: list[Band], others: list[Band], ink: Grey, point: float) -> tuple[Band, ...]:
    """The strokes that are ruled lines: they meet others at both ends, or are long and without the gaps of a row of characters."""
    reach = 3 * point
    firm = [o for o in others if max(o[2] - o[0], o[3] - o[1]) >= 20 * point]
    kept = []
    for x0, top, x1, bottom in own:
        lying = x1 - x0 > bottom - top
        covered = float((ink[top:bottom, x0:x1] > 0).any(axis=0 if lying else 1).mean())
        ends = ((x0, (top + bottom) / 2), (x1, (top + bottom) / 2)) if lying else (((x0 + x1) / 2, top), ((x0 + x1) / 2, bottom))
        meets = all(any(_near(end, other, reach) for other in firm) for end in ends)
        if covered >= (_COVERED_MEETING if meets else _COVERED) and (meets or max(x1 - x0, bottom - top) >= 60 * point):
            kept.append((x0, top, x1, bottom))
    return tuple(kept)


def _without_characters(horizontal: tuple[Band, ...], vertical: tuple[Band, ...], point: float) -> tuple[tuple[Band, ...], tuple[Band, ...]]:
    """The lines without those that together are no larger than a character of a title: the frame of 国 is no table."""
    bands, reach = [*horizontal, *vertical], round(2 * point)
    left, kept = set(range(len(bands))), set()
    while left:
        group = [left.pop()]
        for i in group:
            x0, top, x1, bottom = bands[i]
            near = {j for j in left if _overlap(bands[j], (x0 - reach, top - reach, x1 + reach, bottom + reach))}
            left -= near
            group += near
        wide = max(bands[i][2] for i in group) - min(bands[i][0] for i in group)
        high = max(bands[i][3] for i in group) - min(bands[i][1] for i in group)
        if max(wide, high) > _CHARACTER * point:
            kept |= set(group)
    return tuple(b for i, b in enumerate(horizontal) if i in kept), tuple(b for i, b in enumerate(vertical, len(horizontal)) if i in kept)


def _extended(rule: Band, others: tuple[Band, ...], ink: Grey, point: float) -> Band:
    """A vertical line lengthened to the horizontal lines above and below while worn dashes lead there: what is left of a border reads like a 1."""
    x0, top, x1, bottom = rule
    crossing = sorted((o[1] + o[3]) // 2 for o in others if o[0] - point <= (x0 + x1) / 2 <= o[2] + point)
    below = [level for level in crossing if level > bottom]
    above = [level for level in crossing[::-1] if level < top]
    return x0, _walk(top, above, ink, (x0, x1), point), x1, _walk(bottom, below, ink, (x0, x1), point)


def _walk(end: int, levels: list[int], ink: Grey, columns: tuple[int, int], point: float) -> int:
    """The farthest of the lines `levels` that worn dashes lead to from `end`, some in every row; short steps are taken with the next."""
    reached, last = end, end
    for level in levels:
        if _worn(ink[min(last, level) : max(last, level)], *columns, point) < _TRACE:
            if abs(level - last) > 6 * point:
                break
            continue
        if _worn(ink[min(end, level) : max(end, level)], *columns, point) >= _WORN:
            reached = level
        last = level
    return reached


def _worn(strip: Grey, x0: int, x1: int, point: float) -> float:
    """The share of rows in which ink stands between two columns of a strip; 0 where it also stands beside them, as that of text does."""
    edge, side = round(point), round(3 * point)
    here = (strip[:, max(x0 - edge, 0) : x1 + edge] > 0).any(axis=1)
    beside = (strip[:, max(x0 - side, 0) : max(x0 - edge, 0)] > 0).any(axis=1) | (strip[:, x1 + edge : x1 + side] > 0).any(axis=1)
    return float((here & ~beside).mean()) if (here & beside).mean() < 0.1 else 0.0


def _overlap(a: Band, b: Band) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _near(end: tuple[float, float], band: Band, reach: float) -> bool:
    return band[0] - reach <= end[0] <= band[2] + reach and band[1] - reach <= end[1] <= band[3] + reach
