"""The canonical layer: which indicator, unit and dimension a target has, which functions and level a unit."""

from __future__ import annotations

import unicodedata
from typing import Any

from pipeline.canonical.bodies import normalise_body
from pipeline.canonical.indicators import Match, Refusal, match_indicator
from pipeline.canonical.units import find_unit, from_canonical, to_canonical
from schemas import vocab
from schemas.names import squashed
from schemas.types import Issue, Target

__all__ = ["Match", "Refusal", "canonical", "from_canonical", "looked_up", "match_indicator", "normalise_body", "squashed", "to_canonical"]
Values = dict[str, Any]


def canonical(name: str, target: Target, where: str, issues: list[Issue]) -> Values:
    """The canonical columns of a target of the document `name`; an Issue where its unit is not known or unusual for the indicator."""
    label = looked_up(name, "indicator", target.indicator.text)
    unit = target.unit.text if target.unit else None
    match = match_indicator(label, unit, target.kind)
    indicator = match.indicator if isinstance(match, Match) else None
    if isinstance(match, Refusal) and match.reason != "unknown":
        issues.append(Issue("info", "indicator_refused", where, _refused(label, unit, match)))
    values: Values = {
        "indicator_id": indicator.id if indicator else None,
        "indicator_rule": str(match) if indicator else None,
        "canonical_value": None,
        "canonical_value_max": None,
        "canonical_unit": None,
        "dimension": None,
        "unit_rule": None,
    }
    if unit is None or target.unit is None or target.quantity is None:
        return values
    found, unit_rule = find_unit(target.unit, label, indicator)
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


def _refused(label: str, unit: str | None, refusal: Refusal) -> str:
    why = {
        "negative": f"“{label}” looks like {{}}, and the vocabulary lists it as another measure",
        "weak_unit": f"“{label}” could be {{}}, which is not given in {unit or 'no unit'}",
        "ambiguous": f"“{label}” could be each of {{}}",
    }
    return why[refusal.reason].format("、".join(refusal.near)) + "; it has no canonical indicator"


def looked_up(document: str, name: str, value: str) -> str:
    """The correction of one dirty value of a field that `lookups.yaml` lists for a document, else the value as it is."""
    folded = unicodedata.normalize("NFKC", value)
    for entry in vocab.lookups():
        if entry.field == name and entry.document in (document, "*") and entry.match == folded:
            return entry.value
    return value
