"""A target as a reader writes it, everywhere alike: with its sign and unit, and with the number that a person put in place of the one read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.compare.items import DECIDED, written
from pipeline.compare.items import shown as _shown

# the columns of `target` that it is told from
COLUMNS = ("kind", "operator", "value_text", "value", "value_max", "unit", "change_direction", "status", "review")


def shown(target: Mapping[str, Any]) -> str:
    """The value of a row of `target` that has COLUMNS: ≥95%, 提高≥5个百分点, 前110名."""
    text = target["value_text"]
    if target["review"] in DECIDED:
        text = written(text, target["value"], target["value_max"], target["unit"])
    return _shown([(target["kind"], target["operator"], text, target["unit"], target["change_direction"], target["status"])])[0]
