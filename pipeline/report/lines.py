"""The tables of a comparison as plain lines: the columns of `TABLES` in their order, Python values, None for what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from schemas.comparison import TABLES, Column
from schemas.errors import ZhibiaoError

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

Line = dict[str, Any]
# what XML 1.0 cannot hold: control characters, halves of surrogate pairs, non-characters
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read(comparison: Comparison, table: str) -> list[Line]:
    """Lines of one table; none where the comparison did not make it (its notes say why). Integers are int, dates ISO strings.

    Raises ZhibiaoError for a table that lacks a column of `TABLES`.
    """
    frame = comparison.tables.get(table)
    if frame is None:
        return []
    columns = TABLES[table]
    lacking = [c.name for c in columns if c.name not in frame.columns]
    if lacking:
        raise ZhibiaoError(f"the table {table} of the comparison lacks {', '.join(lacking)}; see schemas/comparison.py")
    values = [_plain(column, frame[column.name].tolist()) for column in columns]
    names = [c.name for c in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _plain(column: Column, values: Iterable[Any]) -> list[Any]:
    make = _MAKE[column.type]
    return [None if _missing(value) else make(value) for value in values]


def _missing(value: Any) -> bool:
    # pandas has three more words for it: NaN, NaT and NA
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType")


def _number(value: Any) -> int | float:
    """0.95 stays, 95.0 is 95."""
    number = float(value)
    return int(number) if number.is_integer() else number


def _date(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)[:10]


_MAKE: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": _number,
    "boolean": bool,
    "date": _date,
    "list": list,
    "object": dict,
}
