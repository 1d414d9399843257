"""The rules for targets without a number that may find something in a text, and the first that does: 全覆盖 asks only the rules that say so.

A pattern is searched only where one of its literals stands: most sentences state nothing of the kind.
"""

from __future__ import annotations

from functools import cache, lru_cache

import regex

from extractors import rules
from extractors.sentence import Sentence


@cache
def _worded() -> rules.Worded:
    return rules.Worded(rules.load("state").values())


@lru_cache(maxsize=16)  # a text is asked whether it states anything, then what
def known_in(text: str) -> rules.Spoken:
    """Where the words stand in a text without which no rule finds anything."""
    return _worded().within(text)


def first_hit(known: rules.Spoken, text: str, at: int, end: int, sentence: Sentence) -> tuple[rules.Rule, regex.Match[str]] | None:
    """The rule that matches first in a stretch of a text (file order settles ties)."""
    best: tuple[rules.Rule, regex.Match[str]] | None = None
    for rule in known.within(at, end):
        limit = sentence.end if rule.name == "by_order" else end  # its word opens what it finds
        hit = rule.pattern.search(text, at, limit)
        if hit and (best is None or hit.start() < best[1].start()) and hit.start() < end:
            best = (rule, hit)
    return best
