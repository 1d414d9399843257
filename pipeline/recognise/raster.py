"""Pictures of pages made ready for recognition: upright, without noise and seals; and the ruled lines on them.

Everything here counts in pixels; `pipeline.recognise` turns it into points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognise.strokes import Band, Grey, find_rules

MAX_SKEW = 5.0  # degrees: more is a page laid on the glass askew, which OCR does not promise to read
_POINTS = 60_000  # of ink that are enough to measure skew
_RED = 45  # how far red is over green and blue in the ink of a seal
_SEAL_MM = (20, 65)  # official seals are 38 to 50 mm wide; a picture without dpi may be off
_NOISE = 2e-4  # share of lone dots from which a picture is a noisy scan


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it is recognised: grey, upright; `ink`: 255 where it is dark against its surroundings; `rules`: horizontal and vertical lines."""

    grey: Grey
    ink: Grey
    horizontal: tuple[Band, ...]
    vertical: tuple[Band, ...]
    angle: float = 0.0  # degrees by which it was turned clockwise to be straight


def prepare(image: NDArray[Any], dpi: float) -> Picture:
    """The picture (height × width, or × 3 colours) turned straight, freed of dots and seals, its ruled lines found and taken out of the grey."""
    grey = _remove_dots(_grey_without_seals(image, dpi))
    angle = skew(grey)
    angle = angle if abs(angle) > 0.03 else 0.0
    if angle:
        grey = turn(grey, angle)
    ink = _ink(grey, dpi)
    horizontal, vertical, mask = find_rules(ink, dpi)
    clean = grey.copy()
    clean[mask > 0] = _paper(grey)
    ink[mask > 0] = 0
    return Picture(clean, ink, horizontal, vertical, angle)


def scaled(image: NDArray[Any], factor: float) -> NDArray[Any]:
    """The picture made larger or smaller."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=how)


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


def turn(grey: NDArray[Any], angle: float) -> NDArray[Any]:
    """Turned clockwise by `angle` degrees about its centre, on a canvas that keeps its corners; of colours likewise."""
    height, width = grey.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return cv2.warpAffine(grey, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(_paper(grey),) * 3)


def quarters(image: NDArray[Any], count: int) -> NDArray[Any]:
    """The picture turned by quarters, counter-clockwise."""
    return np.ascontiguousarray(np.rot90(image, count))


def coloured(grey: NDArray[Any]) -> NDArray[Any]:
    """Grey as the three equal channels that the models expect."""
    return np.repeat(grey[..., None], 3, axis=2)
