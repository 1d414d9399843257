"""A page as every format with pages gives it: characters in runs, ruled lines, a size. Points, from the upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.content import Place
from schemas.types import Piece


@dataclass(slots=True)
class Run:
    """Neighbouring characters of one line, in reading order, set in one size.

    `lefts` and `rights` are the edges of each character; `top` and `bottom` the line's height (the em box, not the ink);
    `base` the baseline, `size` the font's size.
    """

    text: str
    lefts: list[float]
    rights: list[float]
    top: float
    bottom: float
    base: float
    size: float
    confidence: float = 1.0

    @property
    def x0(self) -> float:
        """Left edge of the first character."""
        return self.lefts[0]

    @property
    def x1(self) -> float:
        """Right edge of the last character."""
        return self.rights[-1]

    @property
    def centres(self) -> list[float]:
        """The middle of each character, from left to right."""
        return [(left + right) / 2 for left, right in zip(self.lefts, self.rights, strict=True)]

    def cut(self, start: int, end: int) -> Run:
        """The characters from `start` to `end`."""
        return Run(self.text[start:end], self.lefts[start:end], self.rights[start:end], self.top, self.bottom, self.base, self.size, self.confidence)

    def split(self, owners: Sequence[int | None]) -> list[tuple[int | None, Run]]:
        """Stretches of characters that have the same of `owners` (one for each character), each with it."""
        stretches, start = [], 0
        for owner, group in groupby(owners):
            end = start + len(list(group))
            stretches.append((owner, self.cut(start, end)))
            start = end
        return stretches


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, horizontal or vertical, as the thin rectangle it covers (the edges of a frame are four of them)."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        """Whether it is wider than high."""
        return self.x1 - self.x0 >= self.bottom - self.top


@dataclass(slots=True)
class Page:
    """One page, turned as a reader sees it. `recognised`: its runs come from character recognition."""

    number: int
    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    recognised: bool = False


@dataclass(slots=True)
class TextLine:
    """A line of running text on a page. Offsets of `pieces` count in `text`; `column`: 0, or 1 and 2 where two columns of text stand side by side."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    text: str
    pieces: tuple[Piece, ...]
    column: int = 0


@dataclass(slots=True)
class Fragment:
    """The part of a table that stands on one page: its cells (rows and columns from 1, each with its box) and the x of its column edges.

    `open_above` and `open_below`: no ruled line closes it there, a row may be cut by the page's edge. `ruled`: vertical lines part
    its columns; where none do, `gutters` are the white strips (from, to) in which the inner edges may lie. `header`: rows above the
    first line of a table without vertical lines (0: not known), `heads` their texts, also where only an
    earlier page has them. `doubtful`: where its rows begin
    and end is not certain.
    """

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    columns: tuple[float, ...]
    cells: list[Place]
    open_above: bool = False
    open_below: bool = False
    ruled: bool = True
    gutters: tuple[tuple[float, float], ...] = ()
    header: int = 0
    heads: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(slots=True)
class Sheet:
    """What was found on a page, from top to bottom."""

    number: int
    width: float
    height: float
    items: list[TextLine | Fragment]
