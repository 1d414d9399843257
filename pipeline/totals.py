"""Totals rows of a table whose parts do not add up: 全市 100公里 beside 甲县 40公里, 乙县 50公里."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.normalise import Rows
from schemas.types import Issue

_TOTAL = regex.compile(r"^(?:合计|总计|共计|小计|总和|全市|全省|全县|全区|全州|全域|市域|全国)(?:合计|总计|共计|小计)?$")
_SUBTOTAL = regex.compile(r"小计$")
# said of amounts that stand beside each other without being parts of a whole
_LEVELS = regex.compile(r"率$|比例$|比重$|占比$|指数$|强度$|浓度$|密度$|水平$|人均|户均|平均|最高|最低|温度|排名|次序|年限|面积比")
_FEWEST = 2  # parts: one part alone beside a total says that others are not named
_KINDS = ("count", "level")


def odd_totals(rows: Rows) -> Iterator[Issue]:
    """An issue for each totals row of a document whose parts do not add up: the text may be wrong, or a cell was misread."""
    values = {e["row_id"]: e for e in rows.tables["evidence"] if e["slot"] == "value" and e["position"] == 0 and e["table"] is not None}
    targets = {t["id"]: t for t in rows.tables["target"] if t["id"] in values}
    for found in unequal(_stated(rows.document["name"], target, values[identity]) for identity, target in targets.items()):
        first = next(t for identity, t in targets.items() if values[identity]["id"] == found.evidence[0])
        parts = f"{len(found.evidence) - 1} parts add up to {found.parts:,.10g} {found.unit}"
        message = (
            f"“{found.indicator}” of {_scope(first)}: {found.total:,.10g} {found.unit} is stated, its {parts}; compare the table with the source"
        )
        yield Issue("warning", "total_differs", f"table {values[first['id']]['table']}, row {values[first['id']]['row']}", message)


def _scope(target: Mapping[str, Any]) -> str | None:
    """The scope; 合计 of the line of a table that belongs to no part (its own word is no scope: it says no place)."""
    return target["scope"] or ("合计" if target["task_id"] is None else None)


def _stated(document: str, target: Mapping[str, Any], value: Mapping[str, Any]) -> Stated:
    return Stated(
        document,
        value["id"],
        target["indicator"],
        _scope(target),
        value["table"],
        value["row"],
        value["column"],
        target["kind"],
        target["operator"],
        target["canonical_value"],
        target["canonical_unit"],
        target["dimension"],
        target["deadline_end"],
        target["status"],
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """A target as far as totals are told by it: `value` in the canonical `unit`; `table`, `row`, `column` of its value's cell, `scope` as written."""

    document: str
    evidence: str
    indicator: str
    scope: str | None
    table: int | None
    row: int | None
    column: int | None
    kind: str
    operator: str | None
    value: float | None
    unit: str | None
    dimension: str | None
    deadline: str | None = None
    status: str = "target"


@dataclass(frozen=True, slots=True)
class Unequal:
    """A total that its parts do not add up to: evidence of the total, then of its parts; both values in the canonical unit."""

    document: str
    indicator: str
    evidence: tuple[str, ...]
    total: float
    parts: float
    unit: str


def unequal(targets: Iterable[Stated]) -> list[Unequal]:
    """The totals rows of documents' tables whose parts, in the same table and column, do not add up, in the order of tables and rows.

    Parts are the rows of one indicator, deadline and unit with scopes of their own; a total is a row whose scope is 合计, 总计, 全市 … Only amounts
    add up: no rates, averages, ranks, no values with a bound of the other direction (at least 100 of which 40 and 50 at least: nothing is
    wrong), none that strive. A 小计 is the sum of the rows above it, back to the one before; where a table has any, its other totals are not judged.
    """
    columns: dict[tuple[object, ...], list[Stated]] = defaultdict(list)
    for one in targets:
        if _adds_up(one):
            key = (one.document, one.table, one.column, one.indicator, one.deadline, one.unit, one.dimension, one.status)
            columns[key].append(one)
    found = [x for rows in columns.values() for x in _column(sorted(rows, key=lambda r: (r.row or 0, r.evidence)))]
    return sorted(found, key=lambda x: (x.document, x.evidence))


def _adds_up(one: Stated) -> bool:
    """Whether a target is an amount in a cell of a table."""
    placed = one.table is not None and one.row is not None and one.column is not None
    exact = one.operator in ("=", ">=", None) and one.value is not None and one.unit is not None and bool(one.scope)
    return (
        placed
        and exact
        and one.kind in _KINDS
        and not (one.dimension or "").startswith("ratio")
        and "/" not in (one.unit or "")
        and not _LEVELS.search(one.indicator)
    )


def _column(rows: list[Stated]) -> list[Unequal]:
    totals = [r for r in rows if _TOTAL.search(r.scope or "")]
    parts = [r for r in rows if r not in totals]
    if len({r.scope for r in parts}) < len(parts) or len({r.operator for r in rows}) > 1:
        return []  # a place said twice (by kinds, by years) is no part of a plain sum
    subtotals = [r for r in totals if _SUBTOTAL.search(r.scope or "")]
    if subtotals:
        edges = [0, *(r.row or 0 for r in subtotals)]
        blocks = [(r, [p for p in parts if edges[i] < (p.row or 0) < edges[i + 1]]) for i, r in enumerate(subtotals)]
    else:
        blocks = [(r, parts) for r in totals] if len(totals) == 1 else []
    return [x for total, mine in blocks for x in _judged(total, mine)]


def _judged(total: Stated, parts: list[Stated]) -> list[Unequal]:
    if len(parts) < _FEWEST or total.value is None:
        return []
    values = [p.value for p in parts if p.value is not None]
    added = math.fsum(values)
    if math.isclose(added, total.value, rel_tol=_rounding([total.value, *values]), abs_tol=1e-9):
        return []
    return [Unequal(total.document, total.indicator, (total.evidence, *(p.evidence for p in parts)), total.value, added, total.unit or "")]


def _rounding(values: list[float]) -> float:
    """What rounding explains: whole numbers are exact; of others each may be off by half of its last written place, about a hundredth of the sum."""
    return 1e-9 if all(float(v).is_integer() for v in values) else 0.01
