"""Whether a page's edge cut a table row in two, and its cells joined again."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from pipeline.celltext import gap_between
from pipeline.content import Place
from schemas.types import Box, Piece

NUMBER = regex.compile(r"[(（\[]?\d{1,4}(?:\.\d{1,3}){0,2}[)）\]]?[.、．]?")
_END = regex.compile(r"[。；！？;!?]$")
_BEGIN = regex.compile(r"[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、．](?!\d)|[①-⑳]")
UNIT = regex.compile(r"[（《〈【(]*(?:[“”‘’]*(?:[A-Za-z0-9.,%≥≤+-]+|.)[。，、；：！？）》〉】,.;:!?)]*)(?:[“”‘’]+.)*")  # what no line break parts
_FIGURE = regex.compile(r"[≥≤><＞＜±+－-]{0,2}(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％‰]?")
_NEEDED = 2.0  # votes that make a cut row


@dataclass(frozen=True, slots=True)
class Habits:
    """What the rows above have in common: the column of running numbers (0 without), columns (nearly) always filled, columns with merged cells.

    `listed`: columns whose cells hold lists, with lines that end before the cell's edge.
    """

    number: int
    filled: frozenset[int]
    merged: frozenset[int]
    listed: frozenset[int] = frozenset()


def habits(cells: Sequence[Place], header: int) -> Habits:
    """Habits of the rows below the header."""
    body = [c for c in cells if c.row > header]
    columns = {c.column for c in body}
    texts = {j: [c.text for c in body if c.column == j and c.colspan == 1] for j in columns}
    numbers = [j for j in sorted(columns)[:2] if _numbers(texts[j])]
    filled = frozenset(j for j, t in texts.items() if t and sum(map(bool, t)) >= 0.9 * len(t))
    lists = Counter(c.column for c in body if _is_list(c))
    merged = frozenset(c.column for c in body if c.rowspan > 1)
    return Habits(numbers[0] if numbers else 0, filled, merged, frozenset(j for j, n in lists.items() if n > 1))


def _is_list(cell: Place) -> bool:
    """Whether some line of a cell but its last leaves much of its width free."""
    lines = [p for p in _lines(cell) if p.edges]
    widths: dict[int, float] = {}
    for p in lines:
        widths[round(p.top)] = widths.get(round(p.top), 0.0) + max(p.edges) - min(p.edges)
    if len(widths) < 2:
        return False
    size, box = lines[0].bottom - lines[0].top, cell.where.boxes[-1]
    return any(box.x1 - box.x0 - width > 5 * size for top, width in widths.items() if top < max(widths))


def _numbers(texts: Sequence[str]) -> bool:
    """Whether a column holds running numbers: most cells are whole numbers that grow."""
    values = [t for t in texts if t]
    hits = [int(t.strip("()（）[].、．")) for t in values if NUMBER.fullmatch(t) and "." not in t.rstrip(".")]
    return bool(hits) and len(hits) >= 0.7 * len(values) and all(a <= b for a, b in itertools.pairwise(hits))


def is_cut(above: Mapping[int, Place], below: Mapping[int, Place], known: Habits, open_edge: bool) -> bool:
    """Whether two rows (column → cell), the last of a page and the first of the next, are parts of one row."""
    if {(j, c.colspan) for j, c in above.items()} != {(j, c.colspan) for j, c in below.items()}:
        return False
    number = known.number
    if number in below and NUMBER.fullmatch(below[number].text) and (above[number].text or not open_edge):
        return False
    score = 1.5 if open_edge else 0.0
    if number in below:
        score += (3 if number in known.filled - known.merged else 1) if not below[number].text else -1
    score += sum(_vote(above[j], below[j], j in known.merged, j in known.listed) for j in below if j != number)
    missing = [j for j in known.filled - known.merged - {number} if j in below and not below[j].text and above[j].text]
    if missing and any(c.text for c in below.values()):
        score += min(1.5 * len(missing), 3)
    return score >= _NEEDED


def _vote(above: Place, below: Place, merged: bool, listed: bool) -> float:
    """Votes of one column for a row being cut."""
    if not below.text:
        return 0
    if not above.text:
        return 0 if merged else -2
    if free_lines(above) > 1.2:
        return -3  # there was room for more above
    if not ends_full(above, below):
        return 0 if listed else -3
    if _FIGURE.fullmatch(above.text) and _FIGURE.fullmatch(below.text):
        return 0 if _FIGURE.fullmatch(above.text + below.text) else -3
    ended = bool(_END.search(above.text))
    if ended or _BEGIN.match(below.text):
        return -0.5
    return 2  # it goes on in mid-sentence


def free_lines(cell: Place) -> float:
    """Lines of text for which the lower or only part of a cell still has room."""
    lines = _lines(cell)
    if not lines:
        return 99.0
    box = cell.where.boxes[-1]
    height = min(p.bottom - p.top for p in lines)
    tops = sorted({round(p.top, 1) for p in lines})
    step = min((b - a for a, b in itertools.pairwise(tops) if b - a > 0.8 * height), default=1.35 * height)
    used = max(p.bottom for p in lines) - min(p.top for p in lines)
    padding = min(max(min(p.top for p in lines) - box.top, 0.0), 8.0)
    return (box.bottom - box.top - used - 2 * padding) / step


def ends_full(above: Place, below: Place, slack: float = 0.3) -> bool:
    """Whether what must stay together at the head of the cell below (a character with its marks, a number, a word) had no room above.

    `slack`: ems of white that justified text and blanks between scripts take.
    """
    lines, next_ = _lines(above), below.pieces[:1]
    if not lines or not next_:
        return False
    box = above.where.boxes[-1]
    foot = max(p.bottom for p in lines)
    last = [p for p in lines if p.bottom > foot - 0.6 * (p.bottom - p.top)]
    used = max(max(p.edges) for p in last) - min(min(p.edges) for p in last)
    padding = min(max(min(min(p.edges) for p in lines) - box.x0, 1.0), 8.0)
    unit = UNIT.match(below.text)
    size = min(unit.end() if unit else 1, len(next_[0].edges) // 2)
    need = next_[0].edges[2 * size - 1] - next_[0].edges[0]
    return used + need > box.x1 - box.x0 - 2 * padding - slack * (last[0].bottom - last[0].top)


def _lines(cell: Place) -> list[Piece]:
    """The pieces of a cell on its last page."""
    return [p for p in cell.pieces if len(p.edges) and p.page == cell.where.boxes[-1].page] if cell.where.boxes else []


def goes_on(above: Place, below: Place, merged: bool) -> bool:
    """Whether a merged cell that reaches the foot of a page goes on below, though the rows beside it are not cut."""
    spans = merged or above.rowspan > 1 or below.rowspan > 1
    if not below.text:
        return spans
    if not above.text:
        return above.rowspan > 1
    if not spans or free_lines(above) > 0.9 or not ends_full(above, below, 0.0) or _END.search(above.text):
        return False
    heights = len({round(p.top) for p in _lines(above)})
    # that a group's name just fills its cell is likely where a line holds few characters
    return heights >= 3 or len(above.text) >= 6 * heights or above.text[-1] in "、，,"


def together(above: Place, below: Place, rowspan: int) -> Place:
    """One cell of the parts of it that stand on two pages."""
    full = ends_full(above, below)
    text = above.text + (gap_between(above.text, below.text, full) if above.text and below.text else "")
    pieces = (*above.pieces, *(p.moved(len(text)) for p in below.pieces))
    boxes: tuple[Box, ...] = (*above.where.boxes, *below.where.boxes)
    return replace(above, text=text + below.text, rowspan=rowspan, pieces=pieces, where=replace(above.where, boxes=boxes))
