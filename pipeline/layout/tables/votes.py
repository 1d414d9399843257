"""Whether the table that begins a page goes on the one that ends the page before: columns, headers and scored votes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from pipeline.content import Place
from pipeline.heads import role_of
from pipeline.layout.page import Fragment
from pipeline.layout.tables.cut import NUMBER, Habits

NEEDED = 4.0  # votes that join two parts
_SAME = 2.5  # points by which column edges of two pages may differ
_LOOSE = 15.0  # points by which the outer edges of a table without vertical lines may differ
_BLANK = regex.compile(r"\s+")
_DATA = regex.compile(r"[≥≤><＞＜±+\-－−]?\d[\d.,，]*\s*(?:%|‰|[\p{Han}/\w]{0,4})")

_HAN = regex.compile(r"\p{Han}")


@dataclass(frozen=True, slots=True)
class Alignment:
    """Columns of two parts as columns of one table: for each edge of either part its number among `edges`."""

    edges: tuple[float, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    score: float
    reason: str


def align(above: Fragment, below: Fragment) -> Alignment | None:
    """Columns of both parts as columns of one table; None where they differ. The part below may be moved sideways as a whole."""
    old, new = _ranges(above), _ranges(below)
    for move in (0.0, above.columns[0] - below.columns[0], above.columns[-1] - below.columns[-1]):
        pairs = _match(old, [(low + move, high + move) for low, high in new])
        if len(pairs) == len(old) == len(new):
            same = tuple(range(len(old)))
            return Alignment(above.columns, same, same, 2 if move else 3, f"same columns{f', moved by {-move:.1f} points' if move else ''}")
        outer = (0, 0) in pairs and (len(old) - 1, len(new) - 1) in pairs
        if outer and len(pairs) == min(len(old), len(new)) >= 3 and above.ruled and below.ruled:
            return _subset(above, below, pairs)
    return None


def _ranges(part: Fragment) -> list[tuple[float, float]]:
    """From where to where each column edge may lie."""
    if part.ruled:
        return [(x - _SAME / 2, x + _SAME / 2) for x in part.columns]
    first, last = part.columns[0], part.columns[-1]
    return [(first - _LOOSE, first + _LOOSE), *part.gutters, (last - _LOOSE, last + _LOOSE)]


def _match(old: Sequence[tuple[float, float]], new: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Pairs of edges that may be one, in order."""
    pairs, j = [], 0
    for i, (low, high) in enumerate(old):
        while j < len(new) and new[j][1] < low:
            j += 1
        if j < len(new) and new[j][0] <= high:
            pairs.append((i, j))
            j += 1
    return pairs


def _subset(above: Fragment, below: Fragment, pairs: Sequence[tuple[int, int]]) -> Alignment:
    """One part lacks edges that merged cells hide on its page."""
    if len(above.columns) >= len(below.columns):
        return Alignment(above.columns, tuple(range(len(above.columns))), tuple(i for i, _ in pairs), 1, "its columns are some of the same")
    return Alignment(below.columns, tuple(j for _, j in pairs), tuple(range(len(below.columns))), 1, "same columns and more")


def bare(text: str) -> str:
    """A text without blanks."""
    return _BLANK.sub("", text)


def looks_header(row: Sequence[Place]) -> bool:
    """Whether a row reads like a header: short texts, half of which are known headings."""
    texts = [bare(c.text) for c in sorted(row, key=lambda c: c.column) if c.text]
    known = [t for t in texts if role_of(t)]
    return len(known) >= 2 and 2 * len(known) >= len(texts) and all(len(t) <= 30 for t in texts) and not NUMBER.fullmatch(texts[0])


def header_rows(cells: Sequence[Place]) -> int:
    """Rows of the header at the head of a table: the first row whose words are known headings and the rows its merged cells cover."""
    first = [c for c in cells if c.row == 1]
    if not looks_header(first):
        return 0
    rows = max((c.rowspan for c in first), default=1)
    return rows if rows <= 4 else 1


def repeated(head: Sequence[Place], below: Sequence[Place]) -> int:
    """How many rows at the head of a part repeat the head of the table (which may begin with a title of its own)."""
    old, new = _signatures(head), _signatures(below)
    for skip in range(min(3, len(old))):
        count = 0
        while count < min(len(new), len(old) - skip, 4) and new[count] and new[count] == old[skip + count]:
            if count and any(NUMBER.fullmatch(text) for _, _, _, text in new[count][:1]):
                break
            count += 1
        while count and any(c.row <= count < c.row + c.rowspan - 1 for c in below):
            count -= 1
        filled = max((sum(1 for _, _, _, text in row if text) for row in new[:count]), default=0)
        if count and filled >= 2 and not any(NUMBER.fullmatch(text) for _, _, _, text in new[0][:1]):
            return count
    return 0


def _signatures(cells: Sequence[Place]) -> list[list[tuple[int, int, int, str]]]:
    """The first rows as comparable values."""
    rows: dict[int, list[tuple[int, int, int, str]]] = {}
    for c in cells:
        if c.row <= 6:
            rows.setdefault(c.row, []).append((c.column, c.rowspan, c.colspan, bare(c.text)))
    return [sorted(rows.get(r, [])) for r in range(1, max(rows, default=0) + 1)]


def other_header(body: Sequence[Place], below: Sequence[Place]) -> bool:
    """Whether a part begins with a header of its own: known headings, or words above figures in columns that hold only figures."""
    first = [c for c in below if c.row == 1]
    if looks_header(first):
        return True
    if any(_DATA.fullmatch(c.text) for c in first) or not any(_HAN.search(c.text) for c in first if c.column == 1):
        return False  # a row of data, or the rest of a row
    changes = 0
    for cell in first:
        old = [c.text for c in body if c.column == cell.column and c.text]
        new = [c.text for c in below if c.column == cell.column and c.text and c.row > 1]
        figures = [t for t in old if _DATA.fullmatch(t)]
        if len(old) >= 3 and len(figures) >= 0.8 * len(old) and cell.text and not any(map(str.isdigit, cell.text)):
            changes += bool(new) and sum(bool(_DATA.fullmatch(t)) for t in new) >= 0.8 * len(new)
    filled = [c.text for c in first if c.text]
    return changes >= 1 and len(filled) >= 0.8 * len(first) and all(len(t) <= 20 for t in filled)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the votes look at: cells of the last part above, the part below, its repeated header rows, marks and room."""

    body: Sequence[Place]
    below: Fragment
    habits: Habits
    repeated: int
    marked: bool
    open_edge: bool
    same_style: bool
    room: float
    page_height: float


def votes(s: Situation) -> Iterator[tuple[float, str]]:
    """Points and their reasons."""
    if s.repeated:
        yield 3, "the header stands again"
    if s.marked:
        yield 4, "marked as continued"
    if s.open_edge:
        yield 1.5, "no line closes the table at the page's edge"
    yield (1, "same style") if s.same_style else (-2, "other style")
    yield (1, "begins at the head of the page") if s.below.top < 0.3 * s.page_height else (-2, "begins low on the page")
    first = [c for c in s.below.cells if c.row == s.repeated + 1]
    need = max((c.where.boxes[0].bottom - c.where.boxes[0].top for c in first if c.rowspan == 1 and c.where.boxes), default=0.0)
    if s.room <= need + 4:
        yield 1, "no room was left for the next row"
    elif s.room > need + 40 and not s.marked:
        yield -2, f"{s.room:.0f} points were left"
    yield from _numbering(s, first)


def _numbering(s: Situation, first: Sequence[Place]) -> Iterator[tuple[float, str]]:
    """What the column of running numbers says."""
    if not s.habits.number:
        return
    above = [_whole(c.text) for c in s.body if c.column == s.habits.number and c.text]
    below = [_whole(c.text) for c in s.below.cells if c.column == s.habits.number and c.row > s.repeated and c.text]
    last, next_ = (above[-1] if above else None), (below[0] if below else None)
    if last is None:
        return
    if next_ == last + 1:
        yield 3, f"number {next_} follows {last}"
    elif next_ is not None and next_ <= last and any(c.text for c in first if c.column == s.habits.number):
        yield -6, f"number {next_} after {last}"
    if first and not any(c.text for c in first if c.column == s.habits.number):
        yield 1, "its first row has no number"


def _whole(text: str) -> int | None:
    """A running number."""
    digits = text.strip("()（）[].、．")
    return int(digits) if digits.isdigit() and NUMBER.fullmatch(text) else None
