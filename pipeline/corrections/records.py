"""Stored rows ↔ the record that people see and correct; the canonical layer of a corrected record, by the same code as of one that is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.canonical import canonical
from pipeline.corrections.kinds import FIELDS, Values
from pipeline.evidence import key
from schemas import tables
from schemas.folded import fold
from schemas.types import Issue, Slot, Target
from schemas.values import Quantity

NUMERIC = ("level", "count", "change", "rank")
STATED = ("qualitative", "milestone")
RULE = "review"
NOTHING = Slot("", ())
_DEADLINE = ("raw", "kind", "start", "end")
_PLAIN = tuple(name for name in FIELDS if name not in ("deadline", "value", "value_max"))
_FLOATS = tuple(c.name for c in tables.target.c if str(c.type) == "FLOAT")
_PLACE = ("block", "file", "page", "line", "table", "row", "column", "sheet", "cell")
_NOWHERE: Values = {**dict.fromkeys(_PLACE), "block": -1}


def number(value: Decimal | float | None) -> float | int | None:
    """A number as it is shown and stored in JSON: whole ones without a point."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def record_of(row: Mapping[str, Any]) -> Values:
    """The fields of a target that people see and correct."""
    found = {name: row[name] for name in _PLAIN} | {name: number(row[name]) for name in ("value", "value_max")}
    found["deadline"] = {part: row[f"deadline_{part}"] for part in _DEADLINE} if row["deadline_kind"] is not None else None
    return {name: found[name] for name in FIELDS}


def stored(row: Mapping[str, Any]) -> Values:
    """A target's row as the database gives it back: numbers of its columns of floats are floats."""
    return {c.name: float(row[c.name]) if c.name in _FLOATS and row[c.name] is not None else row.get(c.name) for c in tables.target.c}


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same; of deadlines the words do not count."""
    if name == "deadline" and one and other:
        return all(one[part] == other[part] for part in ("kind", "start", "end"))
    return bool(one == other)


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The fields in which two records differ."""
    return [name for name in FIELDS if not same(name, one[name], other[name])]


def with_record(row: Mapping[str, Any], record: Mapping[str, Any], document: str) -> Values:
    """A row with another record: raw and parsed layer as the record says, canonical layer as the program makes it of them."""
    deadline = record["deadline"] or dict.fromkeys(_DEADLINE)
    changed = {**row, **{name: record[name] for name in FIELDS if name != "deadline"}, **{f"deadline_{k}": deadline[k] for k in _DEADLINE}}
    unit = None
    if record["unit"] is not None:
        known = row.get("unit_rule") if record["unit"] == row.get("unit") else RULE
        unit = Slot(record["unit"], (), "unit.value" if known in (None, "unit.from_indicator") else known)
    quantity = Quantity(record["operator"], _exact(record["value"]), _exact(record["value_max"])) if record["operator"] else None
    issues: list[Issue] = []
    target = as_target(record["indicator"], record["kind"], quantity, unit)
    return stored({**changed, **canonical(document, target, "", issues), "rule": RULE, "confidence": 1.0})


def as_target(indicator: str, kind: str, quantity: Quantity | None, unit: Slot | None, value: Slot = NOTHING, quote: Slot = NOTHING) -> Target:
    """A target as the stages hand it to each other, with what the canonical layer looks at."""
    return Target(
        task=None,
        indicator=Slot(indicator, ()),
        scope=None,
        kind=kind,
        quantity=quantity,
        value=value,
        unit=unit,
        change_direction=None,
        baseline=None,
        deadline=None,
        deadline_slot=None,
        status="target",
        strength=None,
        quote=quote,
        rule=RULE,
        confidence=1.0,
    )


def _exact(value: float | int | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def words(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """What stands at some places, without line breaks and blanks that belong to the layout."""
    return fold(text, spans).plain


def folded(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """What stands at some places, as the extractors read it."""
    return fold(text, spans).text


def quoted(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The quote of some places: the continuous text, or the cells of a row one after the other."""
    between = text[spans[0][0] : spans[-1][1]]
    return "".join(text[start:end] for start, end in spans) if "\n" in between and len(spans) > 1 and "\t" in between else between


def evidence_rows(
    target_id: str, document_id: str, slot: str, spans: Sequence[tuple[int, int]], text: str, known: Sequence[Mapping[str, Any]]
) -> list[Values]:
    """Evidence rows of a slot that a person pointed at. Where they stand in the file is taken from evidence `known` there, whatever it is of;
    nothing is said of pages and lines that no known evidence shares."""
    rows = []
    for position, (start, end) in enumerate(spans):
        rows.append(
            {
                "id": key(target_id, slot, str(position)),
                "document_id": document_id,
                "row_table": "target",
                "row_id": target_id,
                "slot": slot,
                "position": position,
                "start": start,
                "end": end,
                **_where(start, end, text, known),
                "text": text[start:end],
            }
        )
    return [{c.name: row[c.name] for c in tables.evidence.c} for row in rows]


def _where(start: int, end: int, text: str, known: Sequence[Mapping[str, Any]]) -> Values:
    """The place in the original file: of the shortest known stretch that holds the span, else of one beside it in the same line or cell."""
    holding = [row for row in known if row["start"] <= start and end <= row["end"]]
    if holding:
        best = min(holding, key=lambda row: (row["end"] - row["start"], row["start"], row["id"]))
        return {**{name: best[name] for name in _PLACE}, "box": best["box"]}
    near = [row for row in known if abs(row["start"] - start) < _LINE and not _parted(text, row, start, end)]
    if not near:
        return {**_NOWHERE, "box": None}
    best = min(near, key=lambda row: (abs(row["start"] - start), row["start"], row["id"]))
    return {**{name: best[name] for name in _PLACE}, "box": None}


_LINE = 2000  # characters within which a line's other evidence is looked for


def _parted(text: str, row: Mapping[str, Any], start: int, end: int) -> bool:
    """Whether a line or cell ends between two stretches."""
    between = text[min(row["start"], start) : max(row["end"], end)]
    return "\n" in between or "\t" in between
