"""The rules for targets without a number that may find something in a text, and the first that does: 全覆盖 asks only the rules that say so.

A pattern is searched only where one of its literals stands: most sentences state nothing of the kind.
"""

from __future__ import annotations

from functools import cache

import regex

from extractors import rules
from extractors.sentence import Sentence


@cache
def _worded() -> rules.Worded:
    return rules.Worded(rules.load("state").values())


def known_in(text: str) -> list[rules.Spoken]:
    """The rules that may find something in a text, each with the places of its literals."""
    return _worded().within(text)


def first_hit(possible: list[rules.Spoken], text: str, at: int, end: int, sentence: Sentence) -> tuple[rules.Rule, regex.Match[str]] | None:
    """The possible rule that matches first in a stretch (file order settles ties)."""
    best: tuple[rules.Rule, regex.Match[str]] | None = None
    for rule, places in possible:
        limit = sentence.end if rule.name == "by_order" else end
        hit = rule.pattern.search(text, at, limit) if rules.spoken_in(places, at, limit) else None
        if hit and (best is None or hit.start() < best[1].start()) and hit.start() < end:
            best = (rule, hit)
    return best
