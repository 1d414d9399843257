"""Value types: a threshold and a deadline."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from schemas.structs import struct

Operator = Literal[">=", ">", "<=", "<", "=", "~", "range"]
PeriodKind = Literal["by", "during", "annual", "continuous"]
Precision = Literal["day", "ten_days", "month", "quarter", "half", "year", "plan", "century"]


@struct(frozen=True, slots=True)
class Quantity:
    """An interval: operator and number as written. `value_max` only with `range`; a grade has no number."""

    operator: Operator
    value: Decimal | None
    value_max: Decimal | None = None


@struct(frozen=True, slots=True)
class Period:
    """A deadline: kind, first and last day (ISO dates, the end inclusive), the date words as written, and how exact they are.

    `precision` is the finest stretch that the words name: 2025年底前 a year, 8月底前 a month, 6月上旬 ten days, “十四五”末 a plan.
    """

    kind: PeriodKind
    start: str | None
    end: str | None
    raw: str
    precision: Precision | None = None
