"""Which canonical indicator a name means, by which rule, or why none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Literal

import regex

from schemas import vocab
from schemas.indicators import Indicator, indicators
from schemas.names import normal, squashed
from schemas.structs import struct

Reason = Literal["negative", "weak_unit", "ambiguous", "unknown"]
# how far a rule is to be trusted: a name that only resembles by its spelling, or needs its unit to be known, less than one written out
SCORES = {"name": 1.0, "alias": 1.0, "normal": 0.95, "weak": 0.8}
# units in which anything may change or be placed: 下降10%, 提高5个百分点, 增长2倍, 前110名
_CHANGES = {"ratio", "ratio_difference", "multiple", "doubling", "rank", "rank_difference"}
_RATIOS = {"ratio", "ratio_difference"}
_PER = regex.compile(r"人均|每|单位|万元|亿元")


@struct(frozen=True, slots=True)
class Match:
    """A name's indicator, the entry of the vocabulary that it met, the rule and how far it is to be trusted (0–1)."""

    indicator: Indicator
    alias: str
    rule: str
    score: float

    def __str__(self) -> str:
        return f"{self.rule}:{self.alias}"


@struct(frozen=True, slots=True)
class Refusal:
    """Why a name has no indicator, and the ids of those it could be taken for.

    negative: a label listed as not that indicator; weak_unit: the name is known, but not in this unit; ambiguous: it means several; unknown.
    """

    reason: Reason
    near: tuple[str, ...] = ()


Named = list[tuple[Indicator, str]]


@struct(frozen=True, slots=True)
class _Index:
    """Entries of the vocabulary by the form in which a rule compares them."""

    name: dict[str, Named] = field(default_factory=dict)
    alias: dict[str, Named] = field(default_factory=dict)
    normal: dict[str, Named] = field(default_factory=dict)
    weak: dict[str, Named] = field(default_factory=dict)
    negative: dict[str, Named] = field(default_factory=dict)


def _add(table: dict[str, Named], form: str, one: Indicator, written: str) -> None:
    if one.id not in {known.id for known, _ in table.get(form, ())}:
        table.setdefault(form, []).append((one, written))


@cache
def _index(files: tuple[Path, ...]) -> _Index:
    index = _Index()
    for one in indicators():
        weak = {normal(name) for name in one.weak}
        for written in (one.name, *one.aliases):
            if normal(written) not in weak:
                _add(index.name if written == one.name else index.alias, squashed(written), one, written)
                _add(index.normal, normal(written), one, written)
        for written in one.weak:
            _add(index.weak, normal(written), one, written)
        for written in one.negative:
            _add(index.negative, squashed(written), one, written)
    return index


def match_indicator(name: str, unit: str | None, kind: str | None = None) -> Match | Refusal:
    """The canonical indicator of a name as written with its unit, or the reason why none: no match is forced.

    Rules in order: the official name, an alias, either in general normal form, a weak alias whose unit fits. With the `kind` "level" a unit of
    change is refused too. `str(match_indicator("城镇污水处理率", "%")) == "name:城镇污水处理率"`;
    `match_indicator("农药利用率", "吨").reason == "weak_unit"`.
    """
    index = _index(vocab.user_files())
    plain, general = squashed(name), normal(name)
    barred = {one.id for one, _ in index.negative.get(plain, ())}
    unfit: dict[str, None] = {}
    steps: Iterable[tuple[str, Mapping[str, Named], str]] = (
        ("name", index.name, plain),
        ("alias", index.alias, plain),
        ("normal", index.normal, general),
        ("weak", index.weak, general),
    )
    for rule, table, form in steps:
        known = [(one, written) for one, written in table.get(form, ()) if one.id not in barred]
        fit = [(one, written) for one, written in known if (_fits if rule == "weak" else _bears)(one, unit, name, kind)]
        if len(fit) == 1:
            return Match(*fit[0], rule, SCORES[rule])
        if fit:
            return Refusal("ambiguous", tuple(one.id for one, _ in fit))
        unfit |= dict.fromkeys(one.id for one, _ in known)
    if unfit:
        return Refusal("weak_unit", tuple(unfit))
    return Refusal("negative", tuple(sorted(barred))) if barred else Refusal("unknown")


def _fits(one: Indicator, unit: str | None, name: str, kind: str | None) -> bool:
    """Whether a unit is the indicator's own: its dimension, percentage points of a percentage, 平方米 of 人均…平方米."""
    if unit is None:
        return one.dimension == "index"
    found = vocab.units().find(unit)
    if found is None or one.dimension is None:
        return False
    if found.dimension == one.dimension or {found.dimension, one.dimension} <= _RATIOS or (one.dimension == "rank" and found.count):
        return True
    return one.dimension.startswith(f"{found.dimension}/") and _PER.search(name) is not None


def _bears(one: Indicator, unit: str | None, name: str, kind: str | None) -> bool:
    """Whether an indicator known by its full name can be stated in a unit: 森林覆盖率 not in 万亩, 绿色工厂 not in 万千瓦, a state in none."""
    found = vocab.units().find(unit) if unit else None
    if found is None or _fits(one, unit, name, kind):
        return True
    if one.dimension == "state":
        return False
    if found.dimension in _CHANGES:
        return kind != "level" or one.dimension in ("index", "rank")
    if found.count:
        return _counted(one)
    return (
        one.dimension not in ("ratio", "index", "rank", "grade") and not _counted(one) and ("/" in found.dimension) == ("/" in (one.dimension or ""))
    )


def _counted(one: Indicator) -> bool:
    official = vocab.units().find(one.unit)
    return official is not None and official.count
