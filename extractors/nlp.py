"""Word boundaries and parts of speech. The only importer of rjieba (jieba's algorithm and dictionary, compiled); characters stay the coordinates."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import regex

from schemas import vocab

# Words of plans that the dictionary lacks or splits.
_WORDS = (
    "全市",
    "全县",
    "全省",
    "全区",
    "我市",
    "我省",
    "我县",
    "市区",
    "县城",
    "建成区",
    "中心城区",
    "主城区",
    "占比",
    "比重",
    "和美乡村",
    "和谐",
)


@cache
def _tagger() -> Any:
    """The tagger with the words of our vocabularies, loaded at the first question."""
    import rjieba  # heavy: only when a clause needs it

    tagger = rjieba.Jieba()
    for word in _WORDS:
        tagger.add_word(word, 10**6, "n")
    for indicator in vocab.indicators():
        if len(indicator.name) <= 6:
            tagger.add_word(indicator.name, 10**5, "n")
    return tagger


# The tagger reads each of these stretches on its own; one longer than any sentence is read in pieces, so that it stays affordable.
_BLOCK = regex.compile(r"[\u4E00-\u9FD5A-Za-z0-9+#&._]{1,200}|[^\u4E00-\u9FD5A-Za-z0-9+#&._]+")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Words of a folded text as (start, end, part of speech): `words("全市森林覆盖率")[0] == (0, 2, "n")`."""
    return tuple((hit.start() + start, hit.start() + end, flag) for hit in _BLOCK.finditer(text) for start, end, flag in _tagged(hit.group()))


@lru_cache(maxsize=16384)
def _tagged(block: str) -> tuple[tuple[int, int, str], ...]:
    found, at = [], 0
    for word, flag in _tagger().tag(block):
        found.append((at, at + len(word), flag))
        at += len(word)
    return tuple(found)


def is_boundary(text: str, at: int) -> bool:
    """Whether a word begins at `at` (or the text ends there)."""
    if at in (0, len(text)):
        return True
    block = next((hit for hit in _BLOCK.finditer(text) if hit.end() > at), None)
    return block is None or block.start() == at or any(start == at - block.start() for start, _, _ in _tagged(block.group()))


def verb_ends_at(text: str, at: int) -> tuple[int, int] | None:
    """The verb that ends at `at`, if the tagger sees one there."""
    return next(((s, e) for s, e, flag in words(text) if e == at and flag.startswith("v")), None)
