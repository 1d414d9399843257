"""Which canonical indicator a name means."""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

from schemas import vocab

_NO_NAME = regex.compile(r"[的\W_]")


def squashed(text: str) -> str:
    """A name for comparison: NFKC, no 的, no punctuation."""
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text))


@cache
def _aliases() -> tuple[dict[str, vocab.Indicator], dict[str, vocab.Indicator]]:
    strong: dict[str, vocab.Indicator] = {}
    weak: dict[str, vocab.Indicator] = {}
    for indicator in vocab.indicators():
        for alias in indicator.weak:
            weak.setdefault(squashed(alias), indicator)
    for indicator in vocab.indicators():
        for alias in (indicator.name, *indicator.aliases):
            if squashed(alias) not in weak:
                strong.setdefault(squashed(alias), indicator)
    return strong, weak


def match_indicator(name: str, unit: str | None) -> tuple[vocab.Indicator | None, str | None]:
    """The canonical indicator of a name and the rule that says so, or (None, None): no match is forced.

    A full name or alias matches as a whole; so does one behind a leading 城镇/新 modifier only if the vocabulary lists it. A weak alias
    matches only where the unit is the indicator's own.
    """
    strong, weak = _aliases()
    bare = squashed(name)
    if bare in strong:
        return strong[bare], "alias"
    found = weak.get(bare)
    if found and unit and found.unit != "-":
        mine, official = vocab.units().find(unit), vocab.units().find(found.unit)
        if mine and official and mine.dimension == official.dimension:
            return found, "weak_alias"
    return None, None
