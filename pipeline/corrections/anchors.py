"""Where a decision belongs in a text: the place as it was, its words and what stands around them; and the same place in another text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_AROUND = 80  # characters on each side that tell one of several like places
Span = tuple[int, int]


def place(text: str, start: int, end: int) -> dict[str, Any]:
    """A stretch of a text with its words and surroundings, to be found again by `found`."""
    around = {"before": text[max(0, start - _AROUND) : start], "after": text[end : end + _AROUND]}
    return {"start": start, "end": end, "text": text[start:end], **around}


def found(at: Mapping[str, Any], text: str) -> Span | None:
    """Where a place stands in a text: where it stood if nothing has moved, else its only occurrence or the one whose surroundings agree best.

    White space does not count: another reading of the same page may break its lines elsewhere. None where the words are not there, or stand
    at several places whose surroundings agree alike: no guess is made.
    """
    start, end = at["start"], at["end"]
    if text[start:end] == at["text"] and text[max(0, start - _AROUND) : start] == at["before"] and text[end : end + _AROUND] == at["after"]:
        return start, end
    plain, offsets = _squeezed(text)
    words = "".join(at["text"].split())
    if not words:
        return None
    hits = list(_occurrences(plain, words))
    if len(hits) > 1:
        before, after = "".join(at["before"].split()), "".join(at["after"].split())
        scored = sorted(((_alike(plain, hit, len(words), before, after), hit) for hit in hits), reverse=True)
        hits = [scored[0][1]] if scored[0][0] > scored[1][0] else []
    return (offsets[hits[0]], offsets[hits[0] + len(words) - 1] + 1) if hits else None


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _alike(text: str, at: int, length: int, before: str, after: str) -> int:
    """How many characters before and behind a place are as expected, counted from the place."""
    score = 0
    for n, char in enumerate(reversed(before), 1):
        if at - n < 0 or text[at - n] != char:
            break
        score += 1
    for n, char in enumerate(after):
        if text[at + length + n : at + length + n + 1] != char:
            break
        score += 1
    return score


@lru_cache(maxsize=4)
def _squeezed(text: str) -> tuple[str, list[int]]:
    """A text without white space, and the offset of each of its characters."""
    offsets = [i for i, char in enumerate(text) if not char.isspace()]
    return "".join([text[i] for i in offsets]), offsets


def inside(passage: Mapping[str, Any], there: Span, at: Mapping[str, Any], text: str) -> Span | None:
    """Where a part of a passage stands, once the passage is found `there`: so many characters that are no white space after its begin."""
    skip = len("".join(passage["text"][: at["start"] - passage["start"]].split()))
    length = len("".join(at["text"].split()))
    offsets = [i for i in range(*there) if not text[i].isspace()][skip : skip + length]
    return (offsets[0], offsets[-1] + 1) if len(offsets) == length > 0 else None
