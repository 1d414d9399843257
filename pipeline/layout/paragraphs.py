"""Lines → paragraphs, by their place in the column of text: margins, first-line indent, pitch, size, what a line had room for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.layout.page import Sheet, TextLine

_OTHER_SIZE = 1.15
_INDENT = 1.2  # ems by which the first line of a paragraph is indented at least (2 in most plans)
_ASIDE = 8.0  # ems from the edge beyond which no paragraph begins
_FINAL = re.compile(r"[。；：！？…;:!?.]['”’）)》〕】]*$")
_MARKER = re.compile(
    r"第[一二三四五六七八九十百\d]+[章节条编部]|[一二三四五六七八九十]{1,3}、|[（(〔][一二三四五六七八九十\d]{1,3}[)）〕]|\d{1,3}[.、．](?!\d)|[①-⑳]|附[件表录]|[—-]{2}"
)
_NOTE = re.compile(r"[①-⑳*＊※†]|[\[［〔(（]?\d{1,2}[\]］〕)）]?[.、．\s]?|注")
_ATTACHMENT = re.compile(r"附[件表录]\s?[\d一二三四五六七八九十]{0,3}\s?[:：]?$")
_CONTENTS = re.compile(r"[.…·．]{4,}\s*[\d０-９]*$")
_QUOTES = '“”‘’"'
_OPENING, _CLOSING = "“‘（《〈〔【［(「『", "”’）》〉〕】］)」』，。、；：！？%％,.;:!?"


@dataclass(frozen=True, slots=True)
class Frame:
    """The column of text that a line stands in: its edges, the usual distance of its lines and their usual size, in points."""

    left: float
    right: float
    pitch: float
    size: float


class Frames:
    """The columns of text of all pages; a page with few lines takes the edges of pages of its size."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._own: dict[tuple[int, int], Frame] = {}
        shared: dict[tuple[int, int], list[Frame]] = defaultdict(list)
        self._widths = {s.number: round(s.width / 10) for s in sheets}
        few: list[tuple[Sheet, int, list[TextLine]]] = []
        for sheet in sheets:
            columns: dict[int, list[TextLine]] = defaultdict(list)
            for item in sheet.items:
                if isinstance(item, TextLine):
                    columns[item.column].append(item)
            for column, lines in columns.items():
                frame = _frame(lines)
                if frame is None:
                    few.append((sheet, column, lines))
                else:
                    self._own[sheet.number, column] = frame
                    shared[self._widths[sheet.number], column].append(frame)
        for sheet, column, lines in few:
            alike = shared.get((self._widths[sheet.number], column))
            self._own[sheet.number, column] = _shared(alike) if alike else _rough(lines, sheet.width)

    def of(self, line: TextLine) -> Frame:
        """The column that a line stands in."""
        return self._own[line.page, line.column]


def _frame(lines: Sequence[TextLine]) -> Frame | None:
    """The column of one page, where enough of its lines reach the edges."""
    size = _size(lines)
    ends = [line.x1 for line in lines if line.text[-1] not in _CLOSING]  # a mark may hang out over the edge
    right = _edge(sorted(ends, reverse=True), 0.6 * size, max(3, len(ends) // 6))
    left = _edge(sorted(line.x0 for line in lines), 0.6 * size, max(2, len(lines) // 8))
    steps = [b.top - a.top for a, b in pairwise(lines) if 0 < b.top - a.top < 4 * size]
    if right is None or left is None or len(steps) < 3 or sum(line.x1 > right + size for line in lines) > 0.1 * len(lines):
        return None
    if sum(line.x1 > right + 2 * size for line in lines) > 1:
        return None  # lines that end together by chance: others are much longer
    return Frame(left, right, _common(steps), size)


def _edge(values: Sequence[float], near: float, need: int) -> float | None:
    """The outermost value that enough others come near to."""
    for i, value in enumerate(values):
        if i + need <= len(values) and abs(values[i + need - 1] - value) <= near:
            return value
    return None


def _common(steps: Sequence[float]) -> float:
    """The least of the common distances of lines, to half a point: where paragraphs are short, those between them may be more."""
    counts = Counter(round(2 * s) for s in steps)
    return min(step for step, count in counts.items() if count >= 0.3 * max(counts.values())) / 2


def _shared(frames: Sequence[Frame]) -> Frame:
    return Frame(*(median(values) for values in zip(*((f.left, f.right, f.pitch, f.size) for f in frames), strict=True)))


def _rough(lines: Sequence[TextLine], width: float) -> Frame:
    """Of a page alone with few lines: what they span; where no two end together, a right margin as wide as the left one."""
    steps = [b.top - a.top for a, b in pairwise(lines) if b.top > a.top]
    size = _size(lines)
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    if sum(line.x1 > right - 0.6 * size for line in lines) < 2:
        right = max(right, width - left)
    return Frame(left, right, min(steps, default=2 * size), size)


def _size(lines: Iterable[TextLine]) -> float:
    """The size that most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def notes_of(sheet: Sheet) -> set[int]:
    """The lines of a page's footnotes (by id): small lines at its foot, the first of which bears a mark."""
    lines = [item for item in sheet.items if isinstance(item, TextLine)]
    body, small = _size(lines), len(lines)
    while small and lines[small - 1].size < 0.88 * body:
        small -= 1
    if not small or not any(abs(line.size - body) < 0.1 * body for line in lines[:small]):
        return set()
    while small < len(lines) and not _NOTE.match(lines[small].text):
        small += 1
    return {id(line) for line in lines[small:]}


def continues(paragraph: Sequence[TextLine], below: TextLine, frames: Frames, cut: bool) -> bool:
    """Whether a line goes on with a paragraph. `cut`: a table stands between them, so the sentence must be plainly unfinished."""
    above = paragraph[-1]
    here, there = frames.of(above), frames.of(below)
    if not 1 / _OTHER_SIZE < below.size / above.size < _OTHER_SIZE or _CONTENTS.search(above.text):
        return False
    same = above.page == below.page and above.column == below.column
    pitch = here.pitch * max(1.0, above.size / here.size)
    if same and not -0.5 * above.size < below.top - above.top <= 1.4 * max(pitch, above.size):
        return False
    if here.right - above.x1 > _first_width(below) + 0.6 * above.size:
        return False  # the line had room for what follows: its writer ended it
    final = bool(_FINAL.search(above.text))
    if _ATTACHMENT.match(below.text) or (len(paragraph) == 1 and above.x0 - here.left > _ASIDE * above.size and below.x0 < above.x0 - above.size):
        return False  # behind a signature or date at the right nothing goes on
    if (cut and (final or same or _MARKER.match(below.text))) or ((final or above.text[-1] in ")）") and _MARKER.match(below.text)):
        return False
    if _is_centred(above, here) or _is_centred(below, there):
        return False
    indent = (below.x0 - there.left) / below.size
    if indent < _INDENT:
        return True
    if cut or _MARKER.match(below.text):
        return False
    if len(paragraph) > 1 and same:
        return abs(below.x0 - above.x0) < 0.3 * below.size  # a paragraph that is indented as a whole
    return same and not final and below.x0 > above.x0 + 0.5 * below.size and here.right - below.x1 > 0 and indent < 8


def _first_width(line: TextLine) -> float:
    """How much room the first part of a line needs that cannot be broken: a Latin word or number, a character with its brackets."""
    edges, text = line.pieces[0].edges, line.text
    end = 0
    while end < len(text) - 1 and text[end] in _OPENING:
        end += 1
    if text[end].isascii() and text[end].isalnum():
        while end < len(text) - 1 and text[end + 1].isascii() and text[end + 1] not in " -":
            end += 1
    while end < len(text) - 1 and text[end + 1] in _CLOSING + _QUOTES:
        # browsers break neither before nor behind a quotation mark
        end = min(end + (2 if text[end + 1] in _QUOTES else 1), len(text) - 1)
    return edges[2 * end + 1] - edges[0]


def _is_centred(line: TextLine, frame: Frame) -> bool:
    """A line that stands in the middle, away from both edges; of a title in larger letters a little is enough."""
    before, behind = line.x0 - frame.left, frame.right - line.x1
    inset = 0.25 if line.size > _OTHER_SIZE * frame.size else 2.5
    return min(before, behind) > inset * line.size and abs(before - behind) < max(0.06 * (frame.right - frame.left), line.size)
