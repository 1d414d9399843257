"""Functions of government, forms and sets of bodies, and what reforms made of earlier ones: `vocab/bodies.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import regex

from schemas.errors import RuleError
from schemas.vocab import read

Pattern = regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Named:
    """What an office's name says a thing by: `stems` where an organ's word (局, 委员会, 中心) ends the name behind them, `pattern` as it stands.

    `heads`: the first two characters of the stems, without which none of them is there.
    """

    stems: Pattern | None
    pattern: Pattern | None
    heads: frozenset[str]

    def find(self, name: str, known: Seen | None = None) -> Iterator[tuple[int, int, str]]:
        """Places in a name without place and level, each with the pattern that found it: 科技 and 经信 of 科技经信局 for two functions.

        `known`: what is known of the name when many are asked for the same.
        """
        if self.pattern is not None and (known is None or known.patterned):
            for hit in self.pattern.finditer(name):
                yield *hit.span(), self.pattern.pattern
        if self.stems is not None and (known is None or not self.heads.isdisjoint(known.pairs)):
            for hit in self.stems.finditer(name):
                if _organs().match(name, hit.end()):
                    yield *hit.span(), self.stems.pattern

    def begins(self, name: str) -> bool:
        """Whether a name begins so: 教育部 does for 教育."""
        if self.pattern is not None and self.pattern.match(name):
            return True
        hit = self.stems.match(name) if self.stems is not None and name[:2] in self.heads else None
        return hit is not None and _organs().match(name, hit.end()) is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """The pairs of neighbouring characters of a name, and whether any function's pattern finds something in it."""

    pairs: frozenset[str]
    patterned: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function of government.

    `named` finds it in the name of an office; one that is `whole` is told by the body's form alone, at one of `levels` where they are given.
    `forms`: the forms of bodies, beside those that hold offices' functions, that may have it.
    """

    id: str
    function: str
    kind: str | None
    named: Named
    forms: frozenset[str]
    whole: bool
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """What a reform made of a body: 环境保护局 → ecology_environment. `valid_from`: the national decision, None where no day is certain.

    `of` is a function that still has an id of its own and whose tasks went to `new`; else `named` finds the earlier name.
    """

    id: str
    valid_from: date | None
    new: tuple[str, ...]
    of: str | None
    named: Named
    note: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form of bodies, told by the end of the name: `offices` whether offices' functions count in it, `kind` what such a body is."""

    form: str
    kind: str | None
    pattern: Pattern
    offices: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A word that begins a name and gives its level: 市 of 市财政局."""

    word: str
    level: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Members:
    """What a set of bodies consists of, and the function that every one of them holds, if there is one.

    `within`: the levels of the documents in which it is that (`regions.level`), empty for all.
    """

    members: str
    kind: str
    function: str | None
    pattern: Pattern
    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shapes:
    """How names are built: the patterns of `bodies.yaml` that belong to no single function."""

    before: Pattern
    zone: Pattern
    after_place: Pattern
    national: Pattern
    parents: Pattern
    cue: Pattern
    scope: Pattern
    functionless: Pattern


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read("bodies")
    return data


@cache
def _organs() -> Pattern:
    return regex.compile(rf"[^()]{{0,14}}?{_data()['organs']}")


def _named(stems: Iterable[str], pattern: str | None) -> Named:
    words = "|".join(regex.escape(stem) for stem in sorted(stems, key=lambda s: (-len(s), s)))
    heads = frozenset(stem[:2] for stem in stems)
    return Named(regex.compile(words) if words else None, regex.compile(pattern) if pattern else None, heads)


@cache
def functions() -> tuple[Function, ...]:
    """The functions of `bodies.yaml`."""
    return tuple(
        Function(
            e["id"],
            e["function"],
            e["kind"],
            _named(e["stems"], e["pattern"]),
            frozenset(e.get("forms", ())),
            not e["stems"] and e["pattern"] is None,
            frozenset(e.get("levels", ())),
        )
        for e in _data()["functions"]
    )


def seen(name: str) -> Seen:
    """What a name shows of all functions at once."""
    return Seen(frozenset(name[at : at + 2] for at in range(len(name) - 1)), _any_pattern().search(name) is not None)


@cache
def _any_pattern() -> Pattern:
    return regex.compile("|".join(f"(?:{f.named.pattern.pattern})" for f in functions() if f.named.pattern is not None))


@cache
def function(id: str) -> Function:
    """The function of an id. Raises RuleError for an unknown one."""
    found = next((f for f in functions() if f.id == id), None)
    if found is None:
        raise RuleError(f"bodies.yaml: {id} is no function")
    return found


@cache
def reorganisations() -> tuple[Reorganisation, ...]:
    """The reforms of `bodies.yaml`."""
    return tuple(
        Reorganisation(e["id"], e["valid_from"], tuple(function(i).id for i in e["new"]), e["of"], _named(e["stems"], None), e["note"])
        for e in _data()["reorganisations"]
    )


@cache
def forms() -> tuple[Form, ...]:
    """The forms of bodies, the first that fits counts."""
    return tuple(Form(e["form"], e["kind"], regex.compile(e["pattern"]), e["offices"]) for e in _data()["forms"])


@cache
def levels() -> tuple[Level, ...]:
    """The words of levels, the longest first."""
    entries = sorted(_data()["levels"], key=lambda e: -len(e["word"]))
    return tuple(Level(e["word"], e["level"], regex.compile(e["word"] + (f"(?!{e['not']})" if e["not"] else ""))) for e in entries)


@cache
def members() -> tuple[Members, ...]:
    """What sets of bodies may consist of, the first that fits counts."""
    return tuple(
        Members(e["members"], e["kind"], e["function"], regex.compile(e["pattern"]), frozenset(e.get("within", ())))
        for e in _data()["groups"]["members"]
    )


@cache
def shapes() -> Shapes:
    """The remaining patterns of `bodies.yaml`."""
    data = _data() | _data()["groups"]
    return Shapes(**{name: regex.compile(data[name]) for name in Shapes.__dataclass_fields__})


def begins_as_authority(name: str) -> bool:
    """Whether a name without level begins as an office's does, of today or before a reform: 教育部, 市场监管总局, 环境保护部."""
    kinds = ("department", "party", "mass", "vertical", "judicial")
    return any(f.named.begins(name) for f in functions() if f.kind in kinds) or any(
        r.named.begins(name) for r in reorganisations() if function(r.new[0]).kind in kinds
    )
