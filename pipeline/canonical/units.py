"""Units and dimensions: a value in its canonical unit, and back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import regex

from schemas import vocab
from schemas.indicators import Indicator


def find_unit(text: str, label: str, indicator: Indicator | None) -> tuple[vocab.Unit | None, str | None]:
    """The unit of a spelling; 平方米 of a 人均 indicator is 平方米/人, as its official unit says."""
    found = vocab.units().find(text)
    if found is None:
        return None, None
    official = vocab.units().find(indicator.unit) if indicator else None
    if official and "/" in official.dimension and official.dimension.startswith(f"{found.dimension}/") and regex.search(r"人均|每|单位|万元", label):
        return official, "unit.from_indicator"
    return found, "unit.spelling"


def to_canonical(value: Decimal | None, unit: vocab.Unit) -> float | None:
    """A value in the unit's base: 30.61 万亩 → 204066666.67 平方米. `from_canonical` takes it back."""
    return None if value is None else float(Fraction(value) * unit.factor)


def from_canonical(value: float, unit: vocab.Unit) -> float:
    """The inverse of `to_canonical`, up to the rounding of a float."""
    return float(Fraction(value) / unit.factor)
