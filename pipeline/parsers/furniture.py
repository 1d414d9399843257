"""What a page leaves in text copied from it: its number, set before the first line of each page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

_NUMBER = re.compile(r"\s*(\d{1,3})(?=[一-鿿“”《（(、，。；]|\s*$)")
_ENDED = re.compile(r"[。；：！？;:!?]\s*$")
_FEWEST = 5  # numbers of a series
_LINES = (12, 70)  # of a page
_STEP = 3  # a page whose number is not found in between is no end of the series


def page_numbers(lines: Sequence[str]) -> dict[int, int]:
    """Index of a line → how many of its first characters are the number of a page, where a series of such numbers runs through the text.

    `12本一致` is 本一致 where a page before it began with 11 and one behind it with 13, each as many lines away. Numbered items are not
    touched: their lines begin where a sentence ended, those of pages do so only by chance.
    """
    found = [(i, int(hit[1]), hit.end(1)) for i, line in enumerate(lines) if (hit := _NUMBER.match(line)) and int(hit[1])]
    cut: dict[int, int] = {}
    for series in _series(found):
        if _is_regular(series) and _breaks_sentences(series, lines):
            cut |= {i: end for i, _, end in series} | _between(series, lines)
    return cut


def _between(series: Sequence[tuple[int, int, int]], lines: Sequence[str]) -> dict[int, int]:
    """The numbers that a series leaves out, where the line on which such a page must begin does so: 425.1.3 is page 42 and heading 5.1.3."""
    found = {}
    for (line, number, _), (below, after, _) in pairwise(series):
        page = (below - line) / (after - number)
        for missing in range(number + 1, after):
            at = line + round(page * (missing - number))
            if page.is_integer() and lines[at].startswith(str(missing)):
                found[at] = len(str(missing))
    line, number, _ = series[-1]
    page = round(median((b[0] - a[0]) / (b[1] - a[1]) for a, b in pairwise(series)))
    while line + page < len(lines) and lines[line + page].startswith(str(number + 1)):
        line, number = line + page, number + 1
        found[line] = len(str(number))
    return found


def _series(found: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """The runs of rising numbers, each a page or two behind the one before; a line belongs to the longest run that it can go on."""
    before: list[int | None] = []
    length: list[int] = []
    for k, (line, number, _) in enumerate(found):
        best = None
        for j in range(k - 1, -1, -1):
            gap, step = line - found[j][0], number - found[j][1]
            if gap > _STEP * _LINES[1]:
                break
            if 1 <= step <= _STEP and _LINES[0] <= gap / step <= _LINES[1] and (best is None or length[j] > length[best]):
                best = j
        before.append(best)
        length.append(1 + (length[best] if best is not None else 0))
    runs, used = [], set[int]()
    for k in sorted(range(len(found)), key=lambda k: (-length[k], k)):
        run = []
        at: int | None = k
        while at is not None and at not in used:
            run.append(at)
            at = before[at]
        used.update(run)
        if len(run) >= _FEWEST:
            runs.append([found[i] for i in reversed(run)])
    return runs


def _is_regular(series: Sequence[tuple[int, int, int]]) -> bool:
    """Whether nearly all pages have as many lines as the middle one."""
    pages = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in pairwise(series)]
    middle = median(pages)
    return sum(abs(p - middle) <= 0.25 * middle for p in pages) >= 0.8 * len(pages)


def _breaks_sentences(series: Sequence[tuple[int, int, int]], lines: Sequence[str]) -> bool:
    """Whether many of the numbers stand where the line above has not ended its sentence."""
    above = [next((lines[k] for k in range(i - 1, -1, -1) if lines[k].strip()), "") for i, _, _ in series]
    return 3 * sum(bool(text) and not _ENDED.search(text) for text in above) >= len(series)


__all__ = ["page_numbers"]
