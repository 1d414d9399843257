"""Units and dimensions: a value in its canonical unit, and back; what gave the unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import regex

from schemas import vocab
from schemas.indicators import Indicator
from schemas.types import Slot

# 每千人口, 人均, 亩均, 万元GDP: what an indicator's name puts below the line
_EACH = regex.compile(r"每(?P<each>.{1,8})|(?P<mean>[人亩户生])均|(?P<money>[万亿]元)")


def find_unit(said: Slot, label: str, indicator: Indicator | None) -> tuple[vocab.Unit | None, str | None]:
    """The unit of a spelling, and what gave it: unit.value, unit.column, unit.header, unit.name or unit.caption, as its evidence says.

    unit.from_indicator where the indicator's name completes what is written, and never in place of it: 3.5 人 of 每千人口医师数 are 3.5 人/千人,
    32 立方米 of 万元GDP用水量 are 32 立方米/万元, 5000 P of 算力 are PFLOPS. (None, None) for a spelling that is not known.
    """
    found = vocab.units().find(said.text)
    if found is None:
        return None, None
    official = vocab.units().find(indicator.unit) if indicator else None
    if indicator and official and "/" in official.dimension and "/" not in found.dimension:
        for below in _below(label, indicator.unit):
            whole = vocab.units().find(f"{said.text}/{below}")
            if whole and whole.dimension == official.dimension:
                return whole, "unit.from_indicator"
    if (prefixed := _meant(found, label)) is not None:
        return prefixed, "unit.from_indicator"
    return found, said.rule


def _below(label: str, official: str) -> Iterator[str]:
    """What a name puts below the line, the longest spelling first; 单位GDP leaves open of how much it is: as the official unit says."""
    for hit in _EACH.finditer(label):
        words = hit["each"] or hit["mean"] or hit["money"]
        yield from (words[:end] for end in range(len(words), 0, -1))
    if "单位" in label:
        yield official.partition("/")[2]


@cache
def _completed() -> tuple[dict[str, Any], ...]:
    return tuple(vocab.read("units")["completed"])


def _meant(found: vocab.Unit, label: str) -> vocab.Unit | None:
    """The unit that a prefix alone stands for under a name: P of 算力 is PFLOPS; None where the name does not tell."""
    for entry in _completed():
        prefix = vocab.units().by_form[entry["unit"]]
        if found.id.endswith(prefix.id) and found.dimension == prefix.dimension and any(word in label for word in entry["words"]):
            return vocab.units().find(found.id.removesuffix(prefix.id) + entry["as"])
    return None


def to_canonical(value: Decimal | None, unit: vocab.Unit) -> float | None:
    """A value in the unit's base: 30.61 万亩 → 204066666.67 平方米. `from_canonical` takes it back."""
    return None if value is None else float(Fraction(value) * unit.factor)


def from_canonical(value: float, unit: vocab.Unit) -> float:
    """The inverse of `to_canonical`, up to the rounding of a float."""
    return float(Fraction(value) / unit.factor)
