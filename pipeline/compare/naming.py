"""The normal form of an indicator's name: what is measured, whether its change is meant, how it is counted, in which scope."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from pipeline.canonical import squashed
from schemas import vocab

_ABBREVIATION = regex.compile(r"[(（][A-Za-z0-9.]+[)）]")


@dataclass(frozen=True, slots=True)
class Name:
    """`base`: what is measured; `change`: increase, decrease where its change is meant; `statistic`: average, cumulative, increment."""

    base: str
    change: str | None
    statistic: str | None


@dataclass(frozen=True, slots=True)
class _Words:
    same: regex.Pattern[str]
    forms: dict[str, str]
    tails: regex.Pattern[str]
    heads: regex.Pattern[str]
    change: tuple[tuple[str, regex.Pattern[str]], ...]
    statistic: tuple[tuple[str, regex.Pattern[str]], ...]
    adding: regex.Pattern[str]
    acts: tuple[tuple[str, regex.Pattern[str], regex.Pattern[str]], ...]
    better: tuple[tuple[str, str], ...]
    verbs: tuple[tuple[str, regex.Pattern[str]], ...]
    contrast: tuple[frozenset[str], ...]
    scopes: dict[str, str]


def _either(words: Sequence[str]) -> str:
    return "|".join(regex.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def _words() -> _Words:
    data = vocab.read("wording")
    forms = {squashed(form): squashed(line[0]) for line in data["same"] for form in line[1:]}
    return _Words(
        same=regex.compile(_either([*forms, *forms.values()])),
        forms=forms,
        tails=regex.compile(f"(?<=..)(?:{_either(data['tails'])})$(?<![指倍系分天次]数)"),
        heads=regex.compile(f"^(?:{_either([w for w in data['scopes']['whole'] if len(w) > 1])})(?=...)"),
        change=tuple((way, regex.compile(f"(?<=..)(?:{_either(data[way])})$")) for way in ("increase", "decrease")),
        statistic=tuple((name, regex.compile(_either(words))) for name, words in data["statistic"].items()),
        adding=regex.compile(_either(data["adding"])),
        acts=tuple((act, regex.compile(_either(words)), regex.compile(f"(?<=..)(?:{_either(words)})$")) for act, words in data["acts"].items()),
        better=tuple((word, way) for way, words in data["better"].items() for word in words),
        verbs=tuple((bound, regex.compile(_either(data["verbs"][way]))) for bound, way in (("ceiling", "down"), ("floor", "up"))),
        contrast=tuple(frozenset(line) for line in data["contrast"]),
        scopes={form: name for name, forms in data["scopes"].items() for form in forms},
    )


@lru_cache(maxsize=1 << 17)
def parse_name(text: str) -> Name:
    """The normal form of a name.

    `parse_name("规模以上工业增加值增速") == parse_name("规上工业增加值增长率") == Name("规上工业增加值", "increase", None)`.
    """
    words = _words()
    bare = words.heads.sub("", squashed(_ABBREVIATION.sub("", unicodedata.normalize("NFKC", text))))
    statistic = next((name for name, pattern in words.statistic if pattern.search(bare)), None)
    for name, pattern in words.statistic:
        if name == statistic:
            bare = pattern.sub("", bare) or bare
    bare = words.same.sub(lambda hit: words.forms.get(hit[0], hit[0]), bare)
    change = next((way for way, pattern in words.change if pattern.search(bare)), None)
    for way, pattern in words.change:
        if way == change:
            bare = pattern.sub("", bare)
    return Name(words.tails.sub("", bare), change, statistic)


@lru_cache(maxsize=1 << 15)
def parse_scope(scope: str | None, region: str | None) -> str:
    """The normal form of a scope: "" is all that the region governs: 全市, 我市, 驻马店市 in a plan of 驻马店市, or none."""
    if not scope:
        return ""
    bare = squashed(scope)
    if region:
        own = squashed(region)
        bare = bare.removeprefix(own) or "全市"
        if len(own) > 2 and len(bare) > len(own):
            bare = bare.removeprefix(own[:-1])
    name = _words().scopes.get(bare, bare)
    return "" if name == "whole" else name


def scope_forms(scope: str) -> tuple[str, ...]:
    """The ways to write a scope in its normal form: 建成区, 城市建成区."""
    return (scope, *sorted(squashed(form) for form, name in _words().scopes.items() if name == scope and form != scope))


def better(name: str) -> str | None:
    """The better direction that the words of a name tell: 漏损率 is lower_better; None where they tell nothing."""
    found = max(((at, len(word), way) for word, way in _words().better if (at := name.rfind(word)) >= 0), default=None)
    return found[2] if found else None


def bound_of(quote: str) -> str | None:
    """floor or ceiling by the verb of a sentence: 达到95% is a floor, 降至5% a ceiling; None where no verb tells it (a table's cell)."""
    return next((bound for bound, pattern in _words().verbs if pattern.search(quote)), None)


def verbs() -> tuple[list[str], list[str]]:
    """The words that `bound_of` finds: those of floors, those of ceilings."""
    data = vocab.read("wording")["verbs"]
    return data["up"], data["down"]


def counted(quote: str, indicator: str) -> str | None:
    """How a sentence counts, by its words beside the indicator's name: `counted("工业投资年均增长12%", "工业投资") == "average"`."""
    rest = quote.replace(indicator, "", 1)
    return next((name for name, pattern in _words().statistic if pattern.search(rest)), None)


def acts_of(text: str | None) -> int:
    """What words before a name do, as a set of bits in the order of `acts`: 新建 is 1, 改造 2, 新建改造 3; 0 where they do nothing told apart."""
    return sum(1 << bit for bit, (_, pattern, _) in enumerate(_words().acts) if text and pattern.search(text))


def act_of_name(base: str) -> tuple[str, int]:
    """A normal form without the act that ends it, and the act: `act_of_name("污水管网改造") == ("污水管网", 2)`."""
    for bit, (_, _, end) in enumerate(_words().acts):
        if end.search(base):
            return end.sub("", base), 1 << bit
    return base, 0


def adds_up(quote: str) -> bool:
    """Whether a sentence is of things that are added up over time (新建, 培训), not of a level that is reached."""
    return bool(_words().adding.search(quote))


def contrasting(one: str, other: str) -> bool:
    """Whether two names hold different words of one line of `contrast`: 城镇污水处理率, 农村污水处理率."""
    for line in _words().contrast:
        mine, its = ({word for word in line if word in name} for name in (one, other))
        if mine and its and mine != its:
            return True
    return False
