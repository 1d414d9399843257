"""The canonical layer: which indicator, unit and dimension a target has, which functions and level a unit."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import regex

from pipeline.evidence import key
from schemas import vocab
from schemas.types import Issue, Target

Values = dict[str, Any]
_NO_NAME = regex.compile(r"[的\W_]")
_LEVELS = tuple(
    (level, regex.compile(pattern))
    for level, pattern in (
        ("group", r"^(?:各|所有|相关|有关|《|市直|涉)"),
        ("national", r"^国家|^国务院|部$|总局$"),
        ("province", r"^(?:省|自治区|[一-龥]{2,3}省)"),
        ("city", r"^(?:市|州|盟|[一-龥]{2,4}市)"),
        ("county", r"^(?:县|区|旗|[一-龥]{2,4}[县区旗])"),
        ("town", r"^(?:镇|乡|街道)"),
    )
)


def canonical(name: str, target: Target, where: str, issues: list[Issue]) -> Values:
    """The canonical columns of a target of the document `name`; an Issue where its unit is not known or unusual for the indicator."""
    label = looked_up(name, "indicator", target.indicator.text)
    unit = target.unit.text if target.unit else None
    indicator, rule = match_indicator(label, unit)
    values: Values = {
        "indicator_id": indicator.id if indicator else None,
        "indicator_rule": rule,
        "canonical_value": None,
        "canonical_value_max": None,
        "canonical_unit": None,
        "dimension": None,
        "unit_rule": None,
    }
    if unit is None or target.quantity is None:
        return values
    found, unit_rule = _unit(unit, label, indicator)
    if found is None:
        issues.append(Issue("warning", "unknown_unit", where, f"the unit “{unit}” of “{label}” is not in units.yaml; its value is not converted"))
        return values
    if (
        indicator
        and indicator.unit != "-"
        and (official := vocab.units().find(indicator.unit))
        and official.dimension != found.dimension
        and target.kind == "level"
    ):
        issues.append(Issue("info", "unusual_unit", where, f"“{label}” is given in {unit}, its official unit is {indicator.unit}"))
    values |= {
        "canonical_value": to_canonical(target.quantity.value, found),
        "canonical_value_max": to_canonical(target.quantity.value_max, found),
        "canonical_unit": found.base,
        "dimension": found.dimension,
        "unit_rule": unit_rule,
    }
    return values


def _unit(text: str, label: str, indicator: vocab.Indicator | None) -> tuple[vocab.Unit | None, str | None]:
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


def looked_up(document: str, name: str, value: str) -> str:
    """The correction of one dirty value of a field that `lookups.yaml` lists for a document, else the value as it is."""
    folded = unicodedata.normalize("NFKC", value)
    for entry in vocab.lookups():
        if entry.field == name and entry.document in (document, "*") and entry.match == folded:
            return entry.value
    return value


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


def normalise_body(name: str) -> Values:
    """Function, kind and level of a unit: 市科技经信局 → 工业和信息化 + 科学技术, department, city."""
    return dict(_body(name))


@lru_cache(maxsize=4096)
def _body(name: str) -> Values:
    folded = unicodedata.normalize("NFKC", name)
    found = [f for f in vocab.functions() if f.pattern.search(folded)]
    level = next((level for level, pattern in _LEVELS if pattern.search(folded)), None)
    return {
        "id": key("body", folded),
        "name": name,
        "function": "、".join(f.function for f in found) or None,
        "function_ids": ",".join(f.id for f in found) or None,
        "kind": found[0].kind if found else None,
        "level": level,
        "region_code": None,
    }
