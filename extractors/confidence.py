"""How likely a record is right: a probability from who read it and which rule made it, fitted on documents the readers had not seen.

`model/confidence.json` holds the numbers, `tests/reader/calibrate.py` makes it; the rules' own scores are only an input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any

from schemas.types import Target

FILE = Path(__file__).with_name("model") / "confidence.json"
FAMILIES = ("cell", "level", "count", "count_before", "change", "grade")
FIRM = 0.7  # the rules' score below which a state is one of mere direction: 稳步提升
READERS = ("differs", "rules", "unread")  # what is below "both"


def family(rule: str) -> str:
    """The kind of rule in which records fare alike: `measured.cell` → cell, `linking.count_before` → count_before."""
    name = rule.rpartition(".")[2]
    if name in ("rank", "from_value", "coverage"):
        return "change" if name == "rank" else "level"
    return name if name in FAMILIES else "level"


def features(target: Target) -> list[float]:
    """What is known of a record with a number: a one, its rule's score (log odds), its family, its readers, whether a sign or verb said the value."""
    score = min(max(target.confidence, 0.02), 0.98)
    mine = family(target.rule)
    return [1.0, log(score / (1 - score)), *(float(mine == f) for f in FAMILIES), *(float(target.readers == r) for r in READERS)]


@cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return table


def probability(target: Target) -> float:
    """The probability that indicator and value of a record are right: of a state, the share that was right in unseen documents."""
    if target.quantity is None:
        return float(_table()["states"][target.confidence >= FIRM])
    odds = sum(w * x for w, x in zip(_table()["weights"], features(target), strict=True))
    return round(1 / (1 + exp(-odds)), 4)
