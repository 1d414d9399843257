"""% or ‰: the rings of the sign counted on its picture.

The models know no ‰ and read it as %, %0 or %。, mostly with high confidence, which makes a number ten times too large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognise.strokes import Band, Grey

_FINER = 4  # times as many pixels: the hole of a ring of 9 points is three pixels wide
_DARK = (0.3, 0.45, 0.6, 0.75)  # shares of the way from paper to ink: blurred rings close at low ones, worn rings break at high ones
_WIDE, _HIGH = (0.04, 0.4), (0.06, 0.42)  # ems: the hole of a ring
_FULL = 0.55  # at least the share of its box that a hole fills
_RISE = (0.22, 0.65)  # ems from the lower to the upper ring
_LEAN = (0.08, 0.75)  # ems that the upper ring stands left of the lower one
_APART = 0.22  # ems at most between the outer edges of two rings of one sign
_AWAY = 0.75  # ems at most from where a sign was read to where its rings stand


@dataclass(frozen=True, slots=True)
class Sign:
    """The sign found: its lower rings (1: %, 2: ‰, 0: the picture does not decide) and its right edge in pixels of the page."""

    lower: int
    right: float


@dataclass(frozen=True, slots=True)
class _Ring:
    """The hole of a ring, in pixels of the enlarged picture, and how thick the ring is below it."""

    x0: int
    top: int
    x1: int
    bottom: int
    stroke: int

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    def like(self, other: _Ring) -> bool:
        """Whether both are as large, as the rings of one sign are."""
        wide, high = (self.x1 - self.x0) / (other.x1 - other.x0), (self.bottom - self.top) / (other.bottom - other.top)
        return 0.55 <= wide <= 1.8 and 0.65 <= high <= 1.55

    def beside(self, other: _Ring) -> bool:
        """Whether the other stands at the same height: the full stop 。 and the holes of 6 and 口 do not."""
        slack = 0.3 * (self.bottom - self.top)
        return self.like(other) and abs(self.top - other.top) <= slack and abs(self.bottom - other.bottom) <= slack


def sign_at(grey: Grey, line: Band, x: float, em: float) -> Sign:
    """The sign read at column `x` of a line (its box, around its ink) of characters of `em` pixels.

    It is ‰ if two equal rings stand side by side under one, and % if there is one and nothing ring-like beside it: at no darkness may the
    picture say the other.
    """
    left, top = max(round(x - 1.5 * em), 0), max(line[1] - 1, 0)
    part = grey[top : line[3] + 1, left : round(x + 1.9 * em)]
    if part.shape[0] < 4 or part.shape[1] < 4:
        return Sign(0, x)
    fine = cv2.resize(part, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
    paper, ink = float(np.percentile(fine, 80)), float(np.percentile(fine, 3))
    masks = [fine < paper - share * (paper - ink) for share in _DARK]
    found = [sign for mask in masks for sign in _found(mask, (x - left) * _FINER, em * _FINER)]
    counts = {sign.lower for sign in found}
    if not found or len(counts) > 1:
        return Sign(0, x)
    return Sign(counts.pop(), left + max(sign.right for sign in found) / _FINER)


def _found(mask: NDArray[Any], x: float, em: float) -> Iterator[Sign]:
    """The sign nearest to `x`, if its rings are closed at this darkness."""
    rings = list(_rings(mask, em))
    pairs = [(upper, lower) for upper in rings for lower in rings if _over(upper, lower, em)]
    pairs = [pair for pair in pairs if abs(_centre(pair) - x) <= _AWAY * em]
    if not pairs:
        return
    # of the rings over a lower one the nearest is its own: 9% has the hole of the 9 farther away
    upper, lower = min(pairs, key=lambda pair: (abs(_centre(pair) - x) > 0.4 * em, pair[1].middle[0] - pair[0].middle[0]))
    beside = [r for r in rings if r is not lower and lower.beside(r) and abs(r.middle[0] - lower.middle[0]) <= _pitch(lower, r, em)]
    if not beside:
        blank = not _ring_like(mask, upper, lower, em)
        yield Sign(1 if blank else 0, lower.x1 + lower.stroke)
    else:
        last = max([lower, *beside], key=lambda r: r.x0)
        alone = len(beside) == 1 and not _inked(mask, last.x0, last.x1, upper.top, last.top - 2 * last.stroke)
        yield Sign(2 if alone else 0, last.x1 + last.stroke)


def _rings(mask: NDArray[Any], em: float) -> Iterator[_Ring]:
    """The holes in the ink that are as large as those of a %."""
    contours, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
        x, y, wide, high = cv2.boundingRect(contour)
        if parent < 0 or not (_WIDE[0] <= wide / em <= _WIDE[1] and _HIGH[0] <= high / em <= _HIGH[1]):
            continue
        if cv2.contourArea(contour) >= _FULL * (wide - 1) * (high - 1):
            below = mask[y + high - 1 :, x + wide // 2]
            yield _Ring(x, y, x + wide, y + high, int(np.argmin(below)) if not below.all() else len(below))


def _over(upper: _Ring, lower: _Ring, em: float) -> bool:
    """Whether two rings stand to each other as those of a % do."""
    (x, y), (right, below) = upper.middle, lower.middle
    return upper.like(lower) and _RISE[0] <= (below - y) / em <= _RISE[1] and _LEAN[0] <= (right - x) / em <= _LEAN[1]


def _centre(pair: tuple[_Ring, _Ring]) -> float:
    return (pair[0].middle[0] + pair[1].middle[0]) / 2


def _pitch(one: _Ring, other: _Ring, em: float) -> float:
    """The farthest that the middles of neighbouring rings may stand from each other."""
    return (one.x1 - one.x0 + other.x1 - other.x0) / 2 + one.stroke + other.stroke + _APART * em


def _ring_like(mask: NDArray[Any], upper: _Ring, lower: _Ring, em: float) -> bool:
    """Whether ink as high as the lower ring, with none over it, follows it: a ring whose hole is filled or whose border is broken.

    A comma and 。 do not reach its top, a dash not its foot, and most characters reach over it.
    """
    stroke, hole = max(lower.stroke, 1), lower.x1 - lower.x0
    start, wide, high = lower.x1 + stroke + 1, hole + 2 * stroke, lower.bottom - lower.top + 2 * stroke
    ceiling, roof, foot = max(upper.top - stroke, 0), lower.top - stroke, lower.bottom + stroke
    strip = mask[ceiling : foot + high // 4, start : start + round(_APART * em) + wide]
    inked = np.nonzero(strip.any(axis=0))[0]
    if not len(inked) or _inked(mask, start + int(inked[0]), start + int(inked[0]) + round(0.8 * wide), ceiling, roof - high // 4):
        return False
    first = np.argmax(strip, axis=0) + ceiling
    last = foot + high // 4 - 1 - np.argmax(strip[::-1], axis=0)
    whole = strip.any(axis=0) & (np.abs(first - roof) <= 0.25 * high) & (np.abs(last - foot) <= 0.25 * high)
    return int(whole.sum()) >= 0.5 * hole


def _inked(mask: NDArray[Any], x0: int, x1: int, top: int, bottom: int) -> bool:
    part = mask[max(top, 0) : max(bottom, 0), x0:x1]
    return bool(part.mean() > 0.05) if part.size else False
