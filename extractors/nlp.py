"""Word boundaries and parts of speech. The only importer of jieba; characters stay the coordinates."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from typing import Any

from schemas import vocab


@cache
def _tagger() -> Any:
    """jieba's tagger with the words of our vocabularies, loaded at the first question."""
    import jieba  # heavy: only when a clause needs it
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    for word in (
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
    ):
        jieba.add_word(word, 10**6, "n")
    for indicator in vocab.indicators():
        if len(indicator.name) <= 6:
            jieba.add_word(indicator.name, 10**5, "n")
    return jieba.posseg.dt


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Words of a folded text as (start, end, part of speech): `words("全市森林覆盖率")[0] == (0, 2, "n")`."""
    found, at = [], 0
    for word in _tagger().lcut(text):
        found.append((at, at + len(word.word), word.flag))
        at += len(word.word)
    return tuple(found)


def is_boundary(text: str, at: int) -> bool:
    """Whether a word begins at `at` (or the text ends there)."""
    return at in (0, len(text)) or any(start == at for start, _, _ in words(text))


def verb_ends_at(text: str, at: int) -> tuple[int, int] | None:
    """The verb that ends at `at`, if the tagger sees one there."""
    return next(((s, e) for s, e, flag in words(text) if e == at and flag.startswith("v")), None)
