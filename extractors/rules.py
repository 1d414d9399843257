"""Patterns as data: `rules/<kind>.yaml` compiled once.

A rule file has `fragments` (named pieces, written ${name} in patterns) and `rules`: name, pattern, examples (texts in
which the rule must find something, or `[text, what it finds]`), and `not` (texts in which it must find nothing). `literals` are
words of which a text must hold one for the rule to find anything: they are looked for first.
tests/test_rules.py holds every rule to its examples.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

import regex
import yaml

from schemas.errors import RuleError
from schemas.structs import struct

_FOLDER = Path(__file__).with_name("rules")
_TOGETHER = 3  # so many literals are found faster by one pattern than one after the other
_FRAGMENT = regex.compile(r"\$\{(\w+)\}")


@struct(frozen=True, slots=True)
class Rule:
    """A compiled pattern with its name, its free attributes and its examples."""

    name: str
    pattern: regex.Pattern[str]
    attributes: dict[str, str]
    examples: tuple[str | tuple[str, str], ...]
    counter_examples: tuple[str, ...]
    literals: tuple[str, ...] = ()

    words: re.Pattern[str] | None = None  # the literals, where they are looked for together

    def possible(self, text: str, start: int, end: int) -> bool:
        """Whether the rule can find anything in a stretch of a text, by its literals."""
        if self.words is not None:
            return self.words.search(text, start, end) is not None
        for word in self.literals:  # a plain loop: this is asked often
            if text.find(word, start, end) >= 0:
                return True
        return not self.literals

    def match(self, text: str, start: int, end: int) -> regex.Match[str] | None:
        """The hit of the rule that begins a stretch of a text, its literals looked for first."""
        return self.pattern.match(text, start, end) if self.possible(text, start, end) else None

    def search(self, text: str, start: int, end: int) -> regex.Match[str] | None:
        """The first hit of the rule in a stretch of a text, its literals looked for first."""
        return self.pattern.search(text, start, end) if self.possible(text, start, end) else None

    def finditer(self, text: str, start: int, end: int) -> Iterator[regex.Match[str]]:
        """All hits of the rule in a stretch of a text, its literals looked for first."""
        return self.pattern.finditer(text, start, end) if self.possible(text, start, end) else iter(())


@struct(frozen=True, slots=True)
class Spoken:
    """The literals of some rules that a text holds: where they stand, in order, and the number of the rule of each."""

    rules: tuple[Rule, ...]
    places: list[int]
    numbers: list[int]

    def within(self, start: int, end: int) -> list[Rule]:
        """The rules, in their order, with a literal that begins in a stretch of the text: no other can find anything there."""
        low = bisect_left(self.places, start)
        high = bisect_left(self.places, end, low)
        return [self.rules[i] for i in sorted({*self.numbers[low:high]})] if low < high else []


class Worded:
    """Rules that are looked for by their literals (each has some): once in a text, and then in its parts by where they stand in it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._words: dict[str, list[tuple[str, int]]] = {}  # the literals by their first character, each with the number of its rule
        for i, rule in enumerate(self._rules):
            for word in rule.literals:
                self._words.setdefault(word[0], []).append((word, i))
        self._heads = re.compile(f"[{re.escape(''.join(self._words))}]")

    def within(self, text: str) -> Spoken:
        """Where the literals of the rules stand in a text."""
        places: list[int] = []
        numbers: list[int] = []
        for head in self._heads.finditer(text):
            at = head.start()
            for word, i in self._words[head[0]]:
                if text.startswith(word, at):
                    places.append(at)
                    numbers.append(i)
        return Spoken(self._rules, places, numbers)


class Openings:
    """Rules that are asked in turn at one place of a text: only those that may begin with the character that stands there are.

    Which may is asked of the patterns themselves, by a partial match: whether the character could be the head of a match.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._by_char: dict[str, tuple[Rule, ...]] = {}
        self._always = sum(1 << i for i, rule in enumerate(self._rules) if _looks_back(rule.pattern))
        self._begun: dict[str, int] = {}  # characters that some other rule may begin with → those rules, a bit for each
        self._table = _Beginnings(self)
        self._of = lru_cache(maxsize=4096)(self._rules_of)

    def at(self, text: str, start: int) -> tuple[Rule, ...]:
        """The rules, in their order, that may match at a place; a superset of those that do."""
        char = text[start : start + 1]
        found = self._by_char.get(char)
        if found is None:
            found = self._by_char[char] = tuple(rule for rule in self._rules if _may_begin(rule.pattern, char))
        return found

    def begun(self, char: str) -> int:
        """The rules that a character may begin, a bit for each; without those that are always asked."""
        found = self._begun.get(char)
        if found is None:
            names = {rule.name for rule in self.at(char, 0)}
            bits = sum(1 << i for i, rule in enumerate(self._rules) if rule.name in names)
            found = self._begun[char] = bits & ~self._always
        return found

    def within(self, text: str) -> tuple[Rule, ...]:
        """The rules, in their order, that may find anything in a text."""
        bits = self._always if text else 0
        for char in text.translate(self._table):
            bits |= self._begun[char]
        return self._of(bits)

    def _rules_of(self, bits: int) -> tuple[Rule, ...]:
        return tuple(rule for i, rule in enumerate(self._rules) if bits >> i & 1)


class _Beginnings(dict[int, int | None]):
    """A table for `translate` that leaves only the characters of a text that some rule may begin with; it learns each when it meets it."""

    def __init__(self, openings: Openings) -> None:
        self._openings = openings

    def __missing__(self, code: int) -> int | None:
        return self.setdefault(code, code if self._openings.begun(chr(code)) else None)


def _looks_back(pattern: regex.Pattern[str]) -> bool:
    """Whether a pattern looks at what stands before it: it is always asked."""
    return "(?<=" in pattern.pattern or "\\b" in pattern.pattern


def _may_begin(pattern: regex.Pattern[str], char: str) -> bool:
    return _looks_back(pattern) or pattern.match(char, partial=True) is not None


@cache
def load(kind: str) -> dict[str, Rule]:
    """Rules of `rules/<kind>.yaml` by name, in file order. Raises RuleError naming the file and the rule."""
    path = _FOLDER / f"{kind}.yaml"
    data = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    fragments = {name: _expand(text, data["fragments"], f"{path.name}: fragment {name}") for name, text in data.get("fragments", {}).items()}
    rules: dict[str, Rule] = {}
    for entry in data["rules"]:
        name = entry["name"]
        if name in rules:
            raise RuleError(f"{path.name}: rule {name} stands twice")
        pattern = _expand(entry["pattern"], fragments, f"{path.name}: rule {name}")
        try:
            compiled = regex.compile(pattern, regex.VERBOSE)
        except regex.error as error:
            raise RuleError(f"{path.name}: rule {name}: {error}") from error
        examples = tuple(e if isinstance(e, str) else (e[0], e[1]) for e in entry["examples"])
        extra = {k: v for k, v in entry.items() if k not in ("name", "pattern", "examples", "not", "literals")}
        literals = tuple(entry.get("literals", ()))
        words = re.compile("|".join(map(re.escape, literals))) if len(literals) >= _TOGETHER else None
        rules[name] = Rule(name, compiled, extra, examples, tuple(entry.get("not", ())), literals, words)
    return rules


def _expand(text: str, fragments: dict[str, str], where: str) -> str:
    def piece(hit: regex.Match[str]) -> str:
        if hit[1] not in fragments:
            raise RuleError(f"{where}: unknown fragment {hit[1]}")
        return f"(?:{_expand(fragments[hit[1]], fragments, where)})"

    return _FRAGMENT.sub(piece, text)


@cache
def version() -> str:
    """A hash over all rule files, extractor sources and the trained model: part of what a document's rows depend on."""
    digest = hashlib.sha256()
    model = [p for p in _FOLDER.parent.glob("model/**/*") if p.is_file() and p.suffix not in (".pyc", ".md")]
    for path in sorted([*_FOLDER.glob("*.yaml"), *_FOLDER.parent.glob("*.py"), *model]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def fragment(kind: str, name: str) -> str:
    """A fragment of a rule file, expanded, for callers that build a larger pattern around it."""
    data = yaml.load((_FOLDER / f"{kind}.yaml").read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return _expand(data["fragments"][name], data["fragments"], f"{kind}.yaml: fragment {name}")


@cache
def words(kind: str, name: str) -> regex.Pattern[str]:
    """The pattern of one rule, for callers that need just that one."""
    return load(kind)[name].pattern
