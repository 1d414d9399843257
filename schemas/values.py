"""Value types: a threshold and a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Operator = Literal[">=", ">", "<=", "<", "=", "~", "range"]
PeriodKind = Literal["by", "during", "annual", "continuous"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An interval: operator and number as written. `value_max` only with `range`; a grade has no number."""

    operator: Operator
    value: Decimal | None
    value_max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A deadline: kind, first and last day (ISO dates, the end inclusive), and the date words as written."""

    kind: PeriodKind
    start: str | None
    end: str | None
    raw: str
