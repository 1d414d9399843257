"""What the linking of a paragraph starts from and ends with."""

from __future__ import annotations

from bisect import bisect_left

from extractors.indicator import Name, Stretch
from schemas import vocab
from schemas.structs import struct
from schemas.types import Mention
from schemas.values import Quantity


@struct(frozen=True, slots=True)
class Finding:
    """A target in offsets of one folded text."""

    name: Name
    scope: Stretch | None
    kind: str
    quantity: Quantity | None
    value: Stretch
    unit: str | None
    way: str | None
    base: Stretch | None
    deadline: Mention | None
    status: str
    strength: str | None
    quote: Stretch
    rule: str
    confidence: float


@struct(frozen=True, slots=True)
class Rejection:
    """A number that is no target, and why."""

    start: int
    end: int
    reason: str


@struct(frozen=True, slots=True)
class Context:
    """What a paragraph or cell brings along: dates and numbers in it, its heading as a fallback subject.

    `year` is the year the document was issued in (earlier deadlines are past); `cell` names the column role of a table
    cell, in which a bare "name number" is a target; `results` tells that the section reports what was achieved, `outside` that the
    paragraph stands before an outline begins (a page's own words, a notice), `aimed` that only goals
    stand there: in a cell of a table of tasks, a heading, a planning stage.
    """

    dates: list[Mention]
    quantities: list[Mention]
    title: str = ""
    year: int | None = None
    cell: str = ""
    results: bool = False
    support: bool = False
    goal: bool = False
    outside: bool = False
    aimed: bool = False


def between(mentions: list[Mention], start: int, end: int) -> list[Mention]:
    """The mentions that begin between two places; they stand in text order."""
    low = bisect_left(mentions, start, key=lambda m: m.start)
    return mentions[low : bisect_left(mentions, end, low, key=lambda m: m.start)]


def dimension(unit: str | None) -> str:
    """The dimension of a unit as written, "" where it is none or unknown."""
    known = vocab.units().find(unit) if unit else None
    return known.dimension if known else ""


def end_year(deadline: Mention | None) -> int | None:
    """The year in which a deadline ends, if it ends."""
    return int(deadline.value.end[:4]) if deadline and deadline.value.end else None
