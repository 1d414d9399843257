"""What a person enters about a target: texts of a form or JSON values → values of fields, or what is wrong with each."""

from __future__ import annotations

import calendar
import math
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import regex

Line = dict[str, Any]
KINDS = ("level", "count", "change", "rank", "grade", "qualitative", "milestone")
OPERATORS = (">=", ">", "<=", "<", "=", "~", "range")
DIRECTIONS = ("increase", "decrease")
STATUSES = ("target", "current")
DEADLINES = ("by", "during", "annual", "continuous")
NUMERIC = ("level", "count", "change", "rank")
FIELDS = ("indicator", "scope", "kind", "operator", "value", "value_max", "unit", "change_direction", "baseline", "deadline", "status", "strength")
# the inputs of the form: the deadline in its parts
INPUTS = (*(name for name in FIELDS if name != "deadline"), "deadline_kind", "deadline_start", "deadline_end")
LONGEST = 500  # characters of a text
_CHOICES = {"kind": KINDS, "operator": OPERATORS, "change_direction": DIRECTIONS, "status": STATUSES}
_MUST = ("indicator", "kind", "status")
_WIDE = str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+")
_NUMBER = regex.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_DAY = regex.compile(r"(?P<year>(?:19|20|21)\d\d)(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?|月)?|年)?")
_MOST = 10**15  # beyond it a float of the database is not exact


def read(given: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> tuple[Line, dict[str, str]]:
    """Values of the fields that were given, and field → code of what is wrong with it (words `review.wrong_…`).

    `before`: what the other fields are; the whole must fit together. The deadline is given as one object or None, or in its parts
    `deadline_kind`, `deadline_start`, `deadline_end`, `deadline_raw` as a form does; days may be given as years or months.
    """
    found: Line = {}
    wrong: dict[str, str] = {}
    for name in FIELDS:
        if name == "deadline":
            if "deadline" in given or "deadline_kind" in given:
                found[name] = _deadline(given, (before or {}).get("deadline"), wrong)
        elif name in given:
            found[name] = _value(name, given[name], wrong)
    if not wrong:
        was: dict[str, str] = {}
        if before is not None:
            _together(before, FIELDS, was)  # what was read so is not this person's mistake: one field may be corrected without the others
        _together({**(before or {}), **found}, changed(found, before or {}), wrong)
        wrong = {name: code for name, code in wrong.items() if was.get(name) != code}
    return found, wrong


def changed(found: Mapping[str, Any], before: Mapping[str, Any]) -> Line:
    """The fields that differ from what they were."""
    return {name: value for name, value in found.items() if value != before.get(name)}


def as_inputs(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as the texts of a form."""
    deadline = fields.get("deadline") or {}
    found = {name: shown(fields.get(name)) for name in INPUTS if not name.startswith("deadline_")}
    return found | {f"deadline_{part}": shown(deadline.get(part)) for part in ("raw", "kind", "start", "end")}


def shown(value: Any) -> str:
    """A value as the text of a form: 95.0 is 95, 0.000001 is no 1e-06."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _value(name: str, given: Any, wrong: dict[str, str]) -> Any:
    if name in ("value", "value_max"):
        return _number(name, given, wrong)
    if given is not None and not isinstance(given, str):
        wrong[name] = "text"
        return None
    text = " ".join((given or "").split())
    if not text and name in _MUST:
        wrong[name] = "empty"
    elif len(text) > LONGEST:
        wrong[name] = "long"
    elif text and name in _CHOICES and text not in _CHOICES[name]:
        wrong[name] = "choice"
    return text or None


def _number(name: str, given: Any, wrong: dict[str, str]) -> int | float | None:
    """A decimal as text (１２,000.5 too), or a JSON number."""
    text = str(given).strip().translate(_WIDE) if given is not None and not isinstance(given, bool) else ""
    if not text:
        if isinstance(given, bool):
            wrong[name] = "number"
        return None
    if isinstance(given, float) and not math.isfinite(given):
        wrong[name] = "number"
        return None
    if isinstance(given, str) and not _NUMBER.fullmatch(text):
        wrong[name] = "number"
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        wrong[name] = "number"
        return None
    if abs(number) > _MOST:
        wrong[name] = "large"
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _deadline(given: Mapping[str, Any], before: Any, wrong: dict[str, str]) -> Line | None:
    told = given["deadline"] if "deadline" in given else {part: given.get(f"deadline_{part}") for part in ("raw", "kind", "start", "end")}
    if told is None:
        return None
    if not isinstance(told, Mapping) or any(value is not None and not isinstance(value, str) for value in told.values()):
        wrong["deadline"] = "choice"
        return None
    kind = (told.get("kind") or "").strip()
    if not kind:
        if any((told.get(part) or "").strip() for part in ("start", "end")):
            wrong["deadline_kind"] = "empty"
        return None
    if kind not in DEADLINES:
        wrong["deadline_kind"] = "choice"
        return None
    start, end = _day("start", told.get("start"), wrong), _day("end", told.get("end"), wrong)
    if not wrong:
        if kind in ("by", "during") and not end:
            wrong["deadline_end"] = "empty"
        elif kind == "during" and not start:
            wrong["deadline_start"] = "empty"
        elif start and end and start > end:
            wrong["deadline_end"] = "order"
    raw = (told.get("raw") or "").strip() or None
    if raw is None and isinstance(before, Mapping):
        raw = before.get("raw")
    return {"raw": raw, "kind": kind, "start": start, "end": end}


def _day(part: str, given: str | None, wrong: dict[str, str]) -> str | None:
    """A day; of a year or month its first or last: `2025` as an end is 2025-12-31."""
    text = (given or "").strip().translate(_WIDE)
    if not text:
        return None
    hit = _DAY.fullmatch(text)
    try:
        if hit is None:
            raise ValueError(text)
        year, month = int(hit["year"]), int(hit["month"] or (1 if part == "start" else 12))
        day = int(hit["day"] or (1 if part == "start" else calendar.monthrange(year, month)[1]))
        return date(year, month, day).isoformat()
    except (ValueError, calendar.IllegalMonthError):
        wrong[f"deadline_{part}"] = "day"
        return None


def _together(whole: Mapping[str, Any], said: Collection[str], wrong: dict[str, str]) -> None:
    """What fields say of each other. What nobody said (`said`) follows from what was: a target that becomes a state loses its number."""
    kind, operator = whole.get("kind"), whole.get("operator")
    if kind in NUMERIC:
        if whole.get("value") is None:
            wrong["value"] = "needed"
        if not operator:
            wrong["operator"] = "needed"
    elif whole.get("value") is not None and "value" in said:
        wrong["value"] = "no_number"
    if operator == "range":
        if whole.get("value_max") is None:
            wrong["value_max"] = "needed_range"
        elif whole.get("value") is not None and whole["value_max"] <= whole["value"]:
            wrong["value_max"] = "order"
    elif whole.get("value_max") is not None and "value_max" in said:
        wrong["value_max"] = "only_range"
    if kind == "change" and not whole.get("change_direction"):
        wrong["change_direction"] = "needed"
    elif kind != "change" and whole.get("change_direction") and "change_direction" in said:
        wrong["change_direction"] = "only_change"
