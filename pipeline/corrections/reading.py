"""What people type, checked and read by the program's own rules; every message names the field, what is wrong and what is allowed."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import regex

from extractors.numerals import parse_number
from extractors.period import find_periods
from extractors.quantity import Measure, find_quantities
from pipeline.corrections.kinds import FIELDS, CorrectionError, Values
from pipeline.corrections.records import NUMERIC, STATED, number

_ALLOWED = {
    "kind": (*NUMERIC, "grade", *STATED),
    "operator": (">=", ">", "<=", "<", "=", "~", "range"),
    "change_direction": ("increase", "decrease"),
    "status": ("target", "current"),
}
_REQUIRED = frozenset({"indicator", "kind", "status"})
_BOUND = frozenset({"kind", "operator", "value", "value_max", "change_direction"})  # fields that ask something of each other
_PERIODS = ("by", "during", "annual", "continuous")
_LONGEST = {"indicator": 200, "scope": 100, "unit": 40, "baseline": 60, "strength": 20}
_DECIMAL = regex.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_MOST = Decimal(10) ** 15  # as of numbers that are read: a double holds no more exactly


def checked(changes: Mapping[str, Any]) -> Values:
    """Changes as they are stored. A value may be a number, a numeral or a quantity with its unit (“30.61万亩”, “百分之三十”, “5至10个”), a deadline
    an object or words (“2025年底前”); what such words say beside their number is taken over where nothing else is said of it.

    Raises CorrectionError for a field that is none, or a value that it cannot have.
    """
    unknown = [name for name in changes if name not in FIELDS]
    if unknown:
        raise CorrectionError(f"{unknown[0]}: no field of a target that can be corrected; there are: {', '.join(FIELDS)}")
    found: Values = {}
    said: Values = {}
    for name, value in changes.items():
        if isinstance(value, str):
            value = value.strip() or None
        if value is None:
            if name in _REQUIRED:
                raise CorrectionError(f"{name}: a target needs one; {_choice(name)}")
            found[name] = None
        elif name in ("value", "value_max"):
            read, more = _number(name, value)
            found[name] = number(read)
            said |= more
        elif name == "deadline":
            found[name] = _deadline(value)
        else:
            found[name] = _code(name, value) if name in _ALLOWED else _text(name, value)
    return {**said, **found}


def _choice(name: str) -> str:
    return f"one of {', '.join(_ALLOWED[name])}" if name in _ALLOWED else f"text of at most {_LONGEST.get(name, 200)} characters"


def _code(name: str, value: Any) -> str:
    if value not in _ALLOWED[name]:
        raise CorrectionError(f"{name}: “{value}” is not allowed; {_choice(name)}")
    return str(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise CorrectionError(f"{name}: {value!r} is no line of text; {_choice(name)}")
    if len(value) > _LONGEST[name]:
        raise CorrectionError(f"{name}: {len(value)} characters are too many; {_choice(name)}")
    return value


def _number(name: str, value: Any) -> tuple[Decimal, Values]:
    """A number, and what its words say beside it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)) or (isinstance(value, float) and not math.isfinite(value)):
        raise CorrectionError(f"{name}: {value!r} is no number; write for example 12.5, 三十 or 30.61万亩")
    plain = unicodedata.normalize("NFKC", str(value)).strip()
    more: Values = {}
    try:
        if not _DECIMAL.fullmatch(plain.replace("−", "-")):  # 9,5 is neither 95 nor 9.5
            raise InvalidOperation
        read = Decimal(plain.replace("−", "-").replace(",", ""))
    except InvalidOperation:
        spoken = parse_number(plain)
        if spoken is not None:
            read = spoken
        else:
            measure = measured(plain)
            if measure is None or measure.quantity.value is None or name == "value_max":
                raise CorrectionError(f"{name}: “{value}” cannot be read as a number; write for example 12.5, 三十 or 30.61万亩") from None
            read, more = measure.quantity.value, said_by(measure)
    if not read.is_finite() or abs(read) >= _MOST:
        raise CorrectionError(f"{name}: “{value}” is too large; numbers below 10^15 can be stored exactly")
    return read, more


def measured(text: str) -> Measure | None:
    """The one quantity that a folded text is made of; None where it is none, or more than that."""
    found = find_quantities(text, bytearray(len(text)))
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(text)):
        return None
    measure: Measure = found[0].value
    return measure


def said_by(measure: Measure) -> Values:
    """What a quantity says beside its number: unit and second number, and the operator where words or a dash say it."""
    quantity = measure.quantity
    said: Values = {"unit": measure.unit} if measure.unit else {}
    if measure.said or quantity.operator == "range":
        said["operator"] = quantity.operator
    return said | ({"value_max": number(quantity.value_max)} if quantity.value_max is not None else {})


def _deadline(value: Any) -> Values:
    if isinstance(value, str):
        return dated(value)
    if not isinstance(value, Mapping) or value.get("kind") not in _PERIODS or set(value) - {"raw", "kind", "start", "end"}:
        allowed = f"2025年底前, 2025-12-31, or raw, kind, start and end with a kind of {', '.join(_PERIODS)}"
        raise CorrectionError(f"deadline: {value!r} is none; write {allowed}")
    start, end = _day("start", value.get("start")), _day("end", value.get("end"))
    kind, raw = value["kind"], value.get("raw") or None
    if raw is not None and (not isinstance(raw, str) or len(raw) > 200):
        raise CorrectionError("deadline.raw: the date words as written, of at most 200 characters")
    if kind in ("by", "during") and end is None:
        raise CorrectionError(f"deadline.end: a deadline of kind {kind} needs its last day, as 2025-12-31")
    if kind == "during" and start is None:
        raise CorrectionError("deadline.start: a deadline of kind during needs its first day, as 2021-01-01")
    if start and end and start > end:
        raise CorrectionError(f"deadline: its first day {start} is later than its last day {end}")
    return {"raw": raw or "—".join(filter(None, (start, end))) or None, "kind": kind, "start": start, "end": end}


def _day(name: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CorrectionError(f"deadline.{name}: “{value}” is no day of the calendar; write for example 2025-12-31") from None
    if str(day) != value:
        raise CorrectionError(f"deadline.{name}: write “{value}” as {day}")
    return str(day)


def dated(words: str) -> Values:
    """The deadline that words say: an ISO day, or what the rules read of them. Raises CorrectionError where they read none or several."""
    plain = unicodedata.normalize("NFKC", words).strip()
    try:
        day = date.fromisoformat(plain)
    except ValueError:
        found = [hit.value for hit in find_periods("".join(plain.split()), None)]
        if len(found) != 1:
            raise CorrectionError(f"deadline: “{words}” is read as {len(found) or 'no'} dates; write 2025年底前, 2025-12-31 or 2024—2025年") from None
        return {"raw": words, "kind": found[0].kind, "start": found[0].start, "end": found[0].end}
    return {"raw": plain, "kind": "by", "start": None, "end": str(day)}


def implied(record: Values, changes: Values) -> Values:
    """The changes with what follows from them: a state has no number, a single number no upper bound, only a change a direction.

    Raises CorrectionError where they contradict each other.
    """
    stands = {**record, **changes}
    more: Values = {}
    if not _BOUND & set(changes):
        return changes

    def follow(name: str, value: Any, why: str) -> None:
        if changes.get(name) is not None and name in changes and changes[name] != value:
            raise CorrectionError(f"{name}: {why}; leave it empty or change the other field")
        if stands[name] != value:
            more[name] = stands[name] = value

    if stands["kind"] in STATED:
        for name in ("operator", "value", "value_max"):
            follow(name, None, f"a target of kind {stands['kind']} has no number and no operator")
    elif stands["kind"] == "grade":
        for name in ("value", "value_max"):
            follow(name, None, "a grade has no number")
    _interval(stands, changes, follow)
    if stands["kind"] != "change":
        follow("change_direction", None, "only a target of kind change has a direction")
    elif stands["change_direction"] is None and {"kind", "change_direction"} & set(changes):
        raise CorrectionError("change_direction: a target of kind change needs one of increase, decrease")
    if stands["kind"] in NUMERIC and stands["value"] is None and {"kind", "value"} & set(changes):
        raise CorrectionError(f"value: a target of kind {stands['kind']} needs a number; without one it is qualitative, milestone or grade")
    return {**changes, **more}


def _interval(stands: Values, changes: Values, follow: Callable[[str, Any, str], None]) -> None:
    """What operator and numbers ask of each other."""
    if changes.get("value_max") is not None and "operator" not in changes:
        follow("operator", "range", "two numbers are a range")
    if stands["operator"] != "range":
        follow("value_max", None, "only a range has a second number")
    elif stands["value_max"] is None:
        raise CorrectionError("value_max: a range needs its upper number")
    if stands["value_max"] is not None and (stands["value"] is None or stands["value"] >= stands["value_max"]):
        raise CorrectionError(f"value_max: {stands['value_max']} must be above value, {stands['value']}")
    if stands["value"] is not None and stands["operator"] is None:
        follow("operator", "=", "a number has an operator")
