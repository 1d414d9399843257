"""Headings numbered 1.1, 2.3.1: which lines begin with such a number, and which with a quantity (2.5万亩) that a line break put there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import regex

from extractors import rules
from extractors.numerals import parse_number
from extractors.quantity import find_quantities
from pipeline.labels import Line

_ENDED = regex.compile(r"[。;:!?…)\]”》]$")
_AMOUNT = regex.compile(r"左右|以[上下内]|多|余|倍|成|至|到")
_CHAPTERS = ("part", "chapter", "cn", "arabic")
_MANY = 4
_SKIPPED = 2  # a heading that a converter lost does not end the series

Number = tuple[int, ...]


def decimal_lines(lines: Sequence[Line]) -> set[int]:
    """Ids of the blocks that begin with a number of a decimal outline: each number follows the one before it (1.1, 1.1.1, 1.1.2, 1.2).

    A number with two parts that begins a quantity counts only where the line above has ended. One number alone is no outline. An excerpt may
    begin anywhere (14.3), but then several must follow.
    """
    whole = _series(lines, excerpt=False)
    if len(whole) > 1:
        return whole
    part = _series(lines, excerpt=True)
    return part if len(part) >= _MANY else set()


def _series(lines: Sequence[Line], excerpt: bool) -> set[int]:
    found: set[int] = set()
    last: Number | None = None
    chapter = 0
    for i, line in enumerate(lines):
        chapter = _chapter(line) or chapter
        hit = rules.words("outline", "decimal").match(line.text.text)
        if hit is None or (i and lines[i - 1].block.where.file != line.block.where.file and chapter > 0 and not found):
            continue
        number = tuple(map(int, hit["n"].split(".")))
        fresh = len(found) < 2 or number[0] == chapter
        begins = fresh and (excerpt or follows(None, number))
        if not (follows(last, number) or begins):
            continue
        if len(number) == 2 and _is_amount(line.text.text, hit) and not (i and _ENDED.search(lines[i - 1].text.text)):
            continue
        if excerpt and not follows(last, number):
            found = set()
        found.add(line.block.id)
        last = number
    return found


def follows(last: Number | None, number: Number) -> bool:
    """Whether a number may come next: `follows((1, 1, 2), (1, 2))`; not (2, 4) behind (1, 1)."""
    if last is None:
        return all(n == 1 for n in number[1:])
    at = next((k for k, (a, b) in enumerate(zip(last, number, strict=False)) if a != b), None)
    if at is None:
        return len(number) > len(last) and all(n == 1 for n in number[len(last) :])
    step = number[at] - last[at]
    return step > 0 and (at == 0 or step <= _SKIPPED) and all(n == 1 for n in number[at + 1 :])


@cache
def _chapters() -> rules.Openings:
    return rules.Openings(rules.load("outline")[name] for name in _CHAPTERS)


def _chapter(line: Line) -> int:
    """The number of the chapter that a line begins (第三章, 三、, 3.), else 0."""
    for rule in _chapters().at(line.text.text, 0):
        if hit := rule.pattern.match(line.text.text):
            return int(parse_number(hit["n"]) or 0)
    return 0


def _is_amount(text: str, hit: regex.Match[str]) -> bool:
    """Whether a line begins with a quantity: 2.5万亩, 1.3倍."""
    head = text[: hit.end("n") + 12]
    measured = any(q.start == 0 and q.value.unit for q in find_quantities(head, bytearray(len(head))))
    return measured or bool(_AMOUNT.match(text, hit.end()))


__all__ = ["decimal_lines", "follows"]
