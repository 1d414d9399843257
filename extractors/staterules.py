"""The rules for targets without a number that may find something in a text, and the first that does: 全覆盖 asks only the rules that say so.

A pattern is searched only where one of its literals stands: most sentences state nothing of the kind.
"""

from __future__ import annotations

from functools import cache

import regex

from extractors import rules
from extractors.sentence import Sentence

Possible = tuple[rules.Rule, tuple[str, ...]]  # a rule, and those of its literals that a text holds


@cache
def _literals() -> dict[str, dict[str, list[int]]]:
    """The literals of all rules by their first character, each with the places of the rules in their file."""
    found: dict[str, dict[str, list[int]]] = {}
    for i, rule in enumerate(rules.load("state").values()):
        for word in rule.literals:
            found.setdefault(word[0], {}).setdefault(word, []).append(i)
    return found


@cache
def _listed() -> tuple[tuple[rules.Rule, ...], frozenset[str], frozenset[int]]:
    """The rules, the first characters of their literals, and the places of rules that have none."""
    known = tuple(rules.load("state").values())
    return known, frozenset(_literals()), frozenset(i for i, rule in enumerate(known) if not rule.literals)


def known_in(text: str) -> list[Possible]:
    """The rules that may find something in a text, by their literals, each with those of them that the text holds."""
    known, heads, always = _listed()
    said: dict[int, tuple[str, ...]] = dict.fromkeys(always, ())
    for head in heads.intersection(text):
        for word, places in _literals()[head].items():
            if word in text:
                for i in places:
                    said[i] = (*said.get(i, ()), word)
    return [(known[i], said[i]) for i in sorted(said)]


def holds(text: str, words: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a stretch holds one of some words; also where there are none to look for."""
    for word in words:  # a plain loop: this is asked often
        if text.find(word, start, end) >= 0:
            return True
    return not words


def first_hit(possible: list[Possible], text: str, at: int, end: int, sentence: Sentence) -> tuple[rules.Rule, regex.Match[str]] | None:
    """The possible rule that matches first in a stretch (file order settles ties)."""
    best: tuple[rules.Rule, regex.Match[str]] | None = None
    for rule, words in possible:
        limit = sentence.end if rule.name == "by_order" else end
        hit = rule.pattern.search(text, at, limit) if holds(text, words, at, limit) else None
        if hit and (best is None or hit.start() < best[1].start()) and hit.start() < end:
            best = (rule, hit)
    return best
