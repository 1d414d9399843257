"""Pictures of pages made ready for recognition: upright, without noise and seals; and the ruled lines on them.

Everything here counts in pixels; `pipeline.layout.recognise` turns it into points. The only importer of OpenCV beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Band = tuple[int, int, int, int]  # x0, top, x1, bottom

MAX_SKEW = 5.0  # degrees: more is a page laid on the glass askew, which OCR does not promise to read
_POINTS = 60_000  # of ink that are enough to measure skew
_RED = 45  # how far red is over green and blue in the ink of a seal
_SEAL_MM = (20, 65)  # official seals are 38 to 50 mm wide; a picture without dpi may be off
_COVERED, _COVERED_MEETING = 0.95, 0.75  # share of a ruled line's length that has ink: faint copies of borders break, feet of characters do too
_WORN = 0.35  # share of the way to the next line that still shows the border
_NOISE = 2e-4  # share of lone dots from which a picture is a noisy scan


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it is recognised: grey, upright; `ink`: 255 where it is dark against its surroundings; `rules`: horizontal and vertical lines."""

    grey: Grey
    ink: Grey
    horizontal: tuple[Band, ...]
    vertical: tuple[Band, ...]


def prepare(image: NDArray[Any], dpi: float) -> Picture:
    """The picture (height × width, or × 3 colours) turned straight, freed of dots and seals, its ruled lines found and taken out of the grey."""
    grey = _remove_dots(_grey_without_seals(image, dpi))
    angle = skew(grey)
    if abs(angle) > 0.03:
        grey = turn(grey, angle)
    ink = _ink(grey, dpi)
    horizontal, vertical, mask = find_rules(ink, dpi)
    clean = grey.copy()
    clean[mask > 0] = _paper(grey)
    ink[mask > 0] = 0
    return Picture(clean, ink, horizontal, vertical)


def scaled(image: NDArray[Any], factor: float) -> NDArray[Any]:
    """The picture made larger or smaller."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=how)  # type: ignore[no-any-return]


def _paper(grey: Grey) -> int:
    """The grey of the paper."""
    return int(np.percentile(grey[::4, ::4], 80))


def _grey_without_seals(image: NDArray[Any], dpi: float) -> Grey:
    """Grey values; inside a seal those of the red channel, where its ink is nearly white and print stays dark.

    Red print elsewhere (the head of an official letter) keeps its darkness.
    """
    if image.ndim == 2:
        return np.ascontiguousarray(image, dtype=np.uint8)
    colours = np.ascontiguousarray(image[..., :3], dtype=np.uint8)
    grey: Grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    red, green, blue = (colours[..., i].astype(np.int16) for i in range(3))
    mask = ((red - np.maximum(green, blue)) > _RED).astype(np.uint8)
    if not mask.any():
        return grey
    for x0, top, x1, bottom in _seals(mask, dpi):
        inside = np.zeros_like(grey[top:bottom, x0:x1])
        centre, axes = ((x1 - x0) // 2, (bottom - top) // 2), ((x1 - x0) // 2, (bottom - top) // 2)
        cv2.ellipse(inside, centre, axes, 0, 0, 360, 255, -1)
        light = np.clip(colours[top:bottom, x0:x1, 0].astype(np.float32) * 255 / 190, 0, 255).astype(np.uint8)
        grey[top:bottom, x0:x1] = np.where(inside > 0, light, grey[top:bottom, x0:x1])
    return grey


def _seals(mask: Grey, dpi: float) -> Iterator[Band]:
    """Boxes of red figures that are about as high as wide and as large as a seal."""
    low, high = (mm / 25.4 * dpi for mm in _SEAL_MM)
    near = max(round(dpi / 25.4 * 1.5), 3)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((near, near), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for x, y, width, height, _ in stats[1:]:
        if low <= width <= high and low <= height <= high and 0.6 <= width / height <= 1.7:
            yield max(x - near, 0), max(y - near, 0), x + width + near, y + height + near


def _remove_dots(grey: Grey) -> Grey:
    """Lone dots take the median of their surroundings. Only they: a median of everything would eat decimal points."""
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    dark = (cv2.erode(grey, ring).astype(np.int16) - grey) > 60
    light = (grey.astype(np.int16) - cv2.dilate(grey, ring)) > 60
    dots = dark | light
    if dots.mean() < _NOISE:
        return grey
    return np.where(dots, cv2.medianBlur(grey, 3), grey)


def _ink(grey: Grey, dpi: float) -> Grey:
    """255 where a pixel is darker than its surroundings, whatever the light of the page."""
    block = round(dpi / 72 * 12) | 1
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    return cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 25)


def skew(grey: Grey) -> float:
    """Degrees by which lines rise to the right (counter-clockwise), at most MAX_SKEW: where the profile of rows is sharpest."""
    small = scaled(grey, 0.5)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 20)
    ys, xs = np.nonzero(ink)
    if len(ys) < 200:
        return 0.0
    step = max(len(ys) // _POINTS, 1)
    xs, ys = xs[::step].astype(np.float32), ys[::step].astype(np.float32)
    best = _sharpest(xs, ys, np.arange(-MAX_SKEW, MAX_SKEW + 0.01, 0.25), 2.0)
    best = _sharpest(xs, ys, np.arange(best - 0.25, best + 0.26, 0.05), 1.0)
    return _sharpest(xs, ys, np.arange(best - 0.05, best + 0.051, 0.01), 0.5)


def _sharpest(xs: NDArray[Any], ys: NDArray[Any], angles: NDArray[Any], bin_size: float) -> float:
    scores = []
    for angle in np.radians(angles):
        rows = ((ys * np.cos(angle) + xs * np.sin(angle)) / bin_size).astype(np.int32)
        counts = np.bincount(rows - rows.min()).astype(np.float64)
        scores.append(float((counts**2).sum()))
    return float(angles[int(np.argmax(scores))])


def turn(grey: Grey, angle: float) -> Grey:
    """Turned clockwise by `angle` degrees about its centre, on a canvas that keeps its corners."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return cv2.warpAffine(grey, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=_paper(grey))  # type: ignore[no-any-return]


def find_rules(ink: Grey, dpi: float) -> tuple[tuple[Band, ...], tuple[Band, ...], Grey]:
    """Horizontal lines, vertical lines, and the mask of what they cover.

    A line is long and thin; a short one counts where it meets others at its ends, as the border of a cell does and the stroke of a character does not.
    """
    point = dpi / 72
    across = _strokes(ink, point, True)
    down = _strokes(ink, point, False)
    horizontal, vertical = _settle(across, down, ink, point), _settle(down, across, ink, point)
    vertical = tuple(_extended(v, horizontal, ink, point) for v in vertical)
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
    """The strokes that are ruled lines: they meet lines of the other direction at both ends, or are long and without the gaps of a row of characters."""
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


def _extended(rule: Band, others: tuple[Band, ...], ink: Grey, point: float) -> Band:
    """A vertical line lengthened to the horizontal lines above and below while worn dashes lead there: what is left of a border reads like a 1."""
    x0, top, x1, bottom = rule
    crossing = sorted((o[1] + o[3]) // 2 for o in others if o[0] - point <= (x0 + x1) / 2 <= o[2] + point)
    for level in (level for level in crossing if level > bottom + 3 * point):
        if not _worn(ink[bottom:level], x0, x1, point):
            break
        bottom = level
    for level in (level for level in crossing[::-1] if level < top - 3 * point):
        if not _worn(ink[level:top], x0, x1, point):
            break
        top = level
    return x0, top, x1, bottom


def _worn(strip: Grey, x0: int, x1: int, point: float) -> bool:
    """Whether dashes stand between two columns of a strip, and nothing beside them."""
    edge, side = round(point), round(3 * point)
    here = (strip[:, max(x0 - edge, 0) : x1 + edge] > 0).any(axis=1)
    beside = (strip[:, max(x0 - side, 0) : max(x0 - edge, 0)] > 0).any(axis=1) | (strip[:, x1 + edge : x1 + side] > 0).any(axis=1)
    return bool((here & ~beside).mean() >= _WORN and (here & beside).mean() < 0.1)


def _near(end: tuple[float, float], band: Band, reach: float) -> bool:
    return band[0] - reach <= end[0] <= band[2] + reach and band[1] - reach <= end[1] <= band[3] + reach


def quarters(image: NDArray[Any], count: int) -> NDArray[Any]:
    """The picture turned by quarters, counter-clockwise."""
    return np.ascontiguousarray(np.rot90(image, count))


def coloured(grey: NDArray[Any]) -> NDArray[Any]:
    """Grey as the three equal channels that the models expect."""
    return np.repeat(grey[..., None], 3, axis=2)


def crops(picture: Picture, boxes: list[Band], dpi: float) -> tuple[list[Band], list[Band]]:
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
    while more > 0 and (top - more < upper or bottom + more > lower or (ink[top - more : top, x0:x1].any() or ink[bottom : bottom + more, x0:x1].any())):
        more -= 1
    return x0, top - more, x1, bottom + more


def _lines(ink: Grey, box: Band, point: float) -> list[Band]:
    """The lines of a box that is much higher than one line is wide: characters set one below the other in a narrow column."""
    x0, top, x1, bottom = box
    if bottom - top < 1.5 * (x1 - x0):
        return [box]
    rows = (ink[top:bottom, x0:x1] > 0).any(axis=1)
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
    for (_, left), (right, _) in zip(edges, edges[1:], strict=False):
        if right - left < 2 * point:
            continue
        centre = (left + right) / 2
        ys = sorted((h[1], h[3]) for h in picture.horizontal if h[0] < centre < h[2] and top + 0.1 * height < (h[1] + h[3]) / 2 < bottom - 0.1 * height)
        levels = [(0, max(top, 0)), *ys, (min(bottom, picture.grey.shape[0]), 0)]
        for (_, upper), (lower, _) in zip(levels, levels[1:], strict=False):
            part = (left, upper, right, lower)
            if lower - upper >= 4 * point and (not xs and not ys or _has_ink(picture.ink, part, point)):
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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
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
