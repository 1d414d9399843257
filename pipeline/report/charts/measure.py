"""Small geometry for charts: how wide a text is, where ticks stand, which of several boxes are free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDE = "\u1100"  # from here on a character is as wide as it is high


def width(text: str, size: float) -> float:
    """About how wide a text is, in the unit of `size`: a Chinese character is as wide as high, others a good half."""
    return sum(size if c >= _WIDE else size * 0.58 for c in text)


def fitted(text: str, size: float, room: float) -> str:
    """The text, shortened with … where it is wider than `room`."""
    if width(text, size) <= room + 0.1:  # a sum of widths may be a hair more than its parts
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def pinched(text: str, size: float, room: float) -> str:
    """The text, shortened in its middle where it is wider than `room`: names of documents differ at their ends."""
    if width(text, size) <= room:
        return text
    kept = len(text) - 1
    while kept > 2 and width(text[: kept - kept // 2] + "…" + text[-(kept // 2) :], size) > room:
        kept -= 1
    return text[: kept - kept // 2] + "…" + text[-(kept // 2) :]


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """The text in at most `most` lines, each no wider than `room`, the last one shortened."""
    lines: list[str] = []
    while text and len(lines) < most - 1 and width(text, size) > room:
        cut = len(text)
        while cut > 1 and width(text[:cut], size) > room:
            cut -= 1
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, fitted(text, size, room)]


def number(value: float) -> str:
    """A number as a tick shows it: 0.5, 80, 12000."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e6 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on pixels from `left` to `right`."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Where a value stands, in pixels."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Round numbers inside the scale, at most six."""
        step = _step((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        return [round(i * step, 10) for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def scale(values: Sequence[float], left: float, right: float, percent: bool) -> Scale:
    """A scale that holds all values with some air; a share does not go beyond 100, nothing that is not negative below 0."""
    low, high = min(values), max(values)
    air = (high - low) * 0.12 or max(abs(high) * 0.1, 0.5)
    bottom = max(low - air, 0.0) if low >= 0 else low - air
    top = min(high + air, 100.0) if percent and high <= 100 else high + air
    return Scale(bottom, top if top > bottom else bottom + 1, left, right)


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9))


def level(taken: list[list[tuple[float, float]]], left: float, right: float) -> int:
    """The lowest level on which nothing stands between left and right; it is taken from then on."""
    for i, boxes in enumerate(taken):
        if all(right <= a or left >= b for a, b in boxes):
            boxes.append((left, right))
            return i
    taken.append([(left, right)])
    return len(taken) - 1
