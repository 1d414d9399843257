"""From what a person says to a decision: checked, read by the program's own rules, with what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pipeline.corrections.anchors import Span
from pipeline.corrections.cases import Case, anchor, cases
from pipeline.corrections.kinds import FIELDS, SLOTS, CorrectionError, Decision, Values
from pipeline.corrections.matching import Reading, spans_of
from pipeline.corrections.reading import checked, dated, implied, measured, said_by
from pipeline.corrections.records import STATED, differing, folded, number, record_of, same, words
from pipeline.evidence import key
from pipeline.measured import kind_of
from schemas.types import Slot

Pointed = Mapping[str, Sequence[Sequence[int]]]
_REPEATED = {"accept": "accepted", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a decision says and rests on, before it has a number."""

    subject: str
    target_id: str
    evidence_id: str
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    anchor: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a person sees of a target: the record, the program's reading under it, where its slots stand."""

    case: Case | None
    record: Values
    without: Values  # the record but for what a changed reading of the program would make of it
    base: Values | None
    places: Mapping[str, list[Span]]
    beside: list[list[Any]]


def draft_decision(
    reading: Reading,
    now: Mapping[str, list[Values]],
    known: Sequence[Decision],
    action: str,
    author: str,
    target_id: str,
    changes: Mapping[str, Any],
    spans: Pointed,
) -> Drafted:
    """A decision on a target that stands or was rejected. Raises CorrectionError."""
    seen = _seen(reading, now, known, target_id)
    case = seen.case
    last = case.last if case else None
    conflict = next((row["conflict"] for row in now["reviewed"] if row["target_id"] == target_id), None)
    if last and action in _REPEATED and (last.action, last.author) == (action, author) and conflict in (None, "agreed"):
        raise CorrectionError(f"nothing changed: you have {_REPEATED[action]} this target already")
    said: dict[str, tuple[Any, Any]] = {}
    if action != "reject":  # what stands against a changed reading of the program is said again by whoever confirms it
        said = {name: (seen.without[name], seen.record[name]) for name in differing(seen.without, seen.record)}
    pointed: dict[str, tuple[Span, ...]] = {}
    if action == "correct":
        pointed = places(spans, reading.text)
        wanted = implied(seen.record, {**_read(pointed, reading, changes), **checked(changes)})
        new = {name: value for name, value in wanted.items() if not same(name, seen.record[name], value)}
        if not new and not pointed:
            raise CorrectionError("nothing changed: every value is as it stands; accept the target if it is right")
        said |= {name: (seen.record[name], value) for name, value in new.items()}
    rests = anchor(reading.text, reading.sha, seen.base, seen.record, seen.places, pointed) | {"beside": seen.beside}
    subject = case.subject if case else target_id
    return Drafted(subject, target_id, _evidence_id(target_id, seen.places), said, pointed, rests)


def _seen(reading: Reading, now: Mapping[str, list[Values]], known: Sequence[Decision], target_id: str) -> _Seen:
    one = next((row for row in now["reviewed"] if row["target_id"] == target_id), None)
    case = next((case for case in cases(known) if one and case.subject == one["subject"]), None)
    row = next((row for row in now["target"] if row["id"] == target_id), None)
    standing = [e for e in now["evidence"] if e["row_table"] == "target" and e["row_id"] == target_id]
    machine: Values | None = None
    if one is None:
        machine = {"target": row, "evidence": standing}
    elif one["machine"]:
        machine = json.loads(one["machine"])
    base = machine or (dict(case.base) if case and case.base else None)
    changes = case.changes() if case else {}
    without = {**(record_of(base["target"]) if base else dict.fromkeys(FIELDS)), **changes}
    record = record_of(row) if row else without
    at = spans_of(machine["evidence"] if machine else standing or (base or {}).get("evidence", ()))
    if not at and case:  # an added target that was rejected
        at = {slot: spans for slot, spans in case.pointed(reading.text, reading.sha).items() if spans}
    mine = machine["target"]["id"] if machine else None
    beside = [[o["indicator"], o["scope"]] for o in reading.at(at.get("value") or at["quote"]) if o["id"] != mine]
    return _Seen(case, record, without, _kept(base), at, beside)


def _kept(base: Values | None) -> Values | None:
    """A reading to be kept in a decision: without its place among the others."""
    if base is None:
        return None
    return {"target": {k: v for k, v in base["target"].items() if k not in ("position", "review")}, "evidence": base["evidence"]}


def places(spans: Pointed, text: str) -> dict[str, tuple[Span, ...]]:
    """The places that a person points at, checked and in their order: inside the text, not empty, blanks at their edges left out."""
    found: dict[str, tuple[Span, ...]] = {}
    for slot, some in spans.items():
        if slot not in SLOTS:
            raise CorrectionError(f"spans: “{slot}” is no slot; there are: {', '.join(SLOTS)}")
        mine = [_place(slot, span, text) for span in some]
        if any(b[0] < a[1] for a, b in pairwise(mine)):
            raise CorrectionError(f"spans.{slot}: the places overlap or are not in the order of the text")
        if mine:
            found[slot] = tuple(mine)
    return found


def _place(slot: str, span: Sequence[int], text: str) -> Span:
    whole = len(span) == 2 and all(isinstance(at, int) and not isinstance(at, bool) for at in span)
    if not whole or not 0 <= span[0] < span[1] <= len(text):
        raise CorrectionError(f"spans.{slot}: {list(span)!r} is no place of this document, which has {len(text)} characters")
    start, end = span
    words_there = text[start:end]
    start, end = start + len(words_there) - len(words_there.lstrip()), end - len(words_there) + len(words_there.rstrip())
    if start >= end:
        raise CorrectionError(f"spans.{slot}: there are only blanks at {span[0]}–{span[1]}")
    return start, end


def _read(pointed: Mapping[str, Sequence[Span]], reading: Reading, changes: Mapping[str, Any]) -> Values:
    """What stands where a person points, for the fields that are not said otherwise."""
    found: Values = {}
    for slot, spans in pointed.items():
        if slot == "value" and "value" not in changes:
            measure = measured(folded(reading.text, spans))
            if measure is not None and measure.quantity.value is not None:
                found |= {"value": number(measure.quantity.value), "operator": measure.quantity.operator, **said_by(measure)}
        elif slot == "deadline" and "deadline" not in changes:
            found["deadline"] = dated(words(reading.text, spans))
        elif slot in ("indicator", "scope", "unit", "baseline") and slot not in changes:
            found |= checked({slot: words(reading.text, spans)})
    return found


def draft_add(reading: Reading, now: Mapping[str, list[Values]], identity: str, changes: Mapping[str, Any], spans: Pointed) -> Drafted:
    """A target that the program has missed. Raises CorrectionError where it has no place, no name, or no value."""
    pointed = places(spans, reading.text)
    if "value" not in pointed:
        raise CorrectionError("spans.value: an added target needs the place where its value stands")
    pointed["quote"] = _quote(pointed)
    said = {**_read(pointed, reading, changes), **checked(changes)}
    if not said.get("indicator"):
        raise CorrectionError("indicator: an added target needs a name; point at it or write it")
    said.setdefault("status", "target")
    if "kind" not in said:
        if said.get("value") is None:
            text = words(reading.text, pointed["value"])
            raise CorrectionError(f"value: “{text}” is not read as a number; write the number, or say the kind ({', '.join(STATED)}, grade)")
        said["kind"] = kind_of(Slot(said["unit"], ()) if said.get("unit") else None, said["indicator"])
    record = {**dict.fromkeys(FIELDS), **said}
    said = {**said, **implied(record, said)}
    record |= said
    _unheard(record, pointed, now)
    target_id = key("added", identity)
    beside = [[row["indicator"], row["scope"]] for row in reading.touching(pointed["value"])]
    rests = anchor(reading.text, reading.sha, None, None, {}, pointed) | {"beside": beside}
    changed = {name: (None, record[name]) for name in FIELDS if record[name] is not None}
    return Drafted(target_id, target_id, _evidence_id(target_id, pointed), changed, pointed, rests)


def _quote(pointed: Mapping[str, Sequence[Span]]) -> tuple[Span, ...]:
    """The quote of an added target: what was marked, made to hold the value, else from the name to the value."""
    value = pointed["value"]
    quote = pointed.get("quote") or sorted((*pointed.get("indicator", ()), *value))
    if all(any(a <= s and e <= b for a, b in quote) for s, e in value):
        return tuple(quote)
    return ((min(quote[0][0], value[0][0]), max(quote[-1][1], value[-1][1])),)


def _unheard(record: Values, pointed: Mapping[str, Sequence[Span]], now: Mapping[str, list[Values]]) -> None:
    """Raises CorrectionError where the same target stands there already."""
    at = [(e["row_id"], e["start"], e["end"]) for e in now["evidence"] if e["row_table"] == "target" and e["slot"] == "value"]
    here = {row_id for row_id, start, end in at if any(start < b and a < end for a, b in pointed["value"])}
    for row in now["target"]:
        if row["id"] in here and not differing(record_of(row), record):
            raise CorrectionError(f"“{row['indicator']}” with this value is there already; accept or correct it instead")


def _evidence_id(target_id: str, places: Mapping[str, Sequence[Span]]) -> str:
    return key(target_id, "value" if places.get("value") else "quote", "0")
