"""What stands for a target after decisions: its row and its evidence, and what is in conflict with what the program reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.acts import act
from pipeline.corrections.anchors import Span
from pipeline.corrections.cases import Case, relocated
from pipeline.corrections.kinds import FIELDS, Values
from pipeline.corrections.matching import Reading, Row, spans_of
from pipeline.corrections.records import RULE, as_target, differing, evidence_rows, quoted, record_of, same, stored, with_record, words
from pipeline.evidence import key
from schemas import tables
from schemas.types import Document, Slot
from schemas.types import Span as Place

_SAID = ("indicator", "scope", "unit", "baseline", "deadline")  # slots whose field a person may change to other words
_ORDER = ("indicator", "scope", "value", "unit", "baseline", "deadline", "quote", "act")
# the raw and parsed layer, which is as people saw it as long as the text is the same
_SEEN = (
    *("indicator", "scope", "value_text", "unit", "baseline", "deadline_raw", "quote", "kind", "operator", "value", "value_max"),
    *("change_direction", "deadline_kind", "deadline_start", "deadline_end", "status", "strength", "act"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decisions on one target come to: the row that stands (None: none does) with its evidence, the conflict, the fields it is about."""

    row: Values | None
    evidence: list[Values] = field(default_factory=list)
    conflict: str | None = None
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def stand(case: Case, machine: Values | None, why: str | None, reading: Reading) -> Standing:
    """What stands. `machine`: the target as the program reads it now; `why` it reads none: unread, lost or ambiguous."""
    if case.rejected:
        return _rejected(case, machine, why)
    if why in ("lost", "ambiguous"):
        return Standing(None, [], why)
    if case.added:
        return _added(case, machine, reading)
    same_text = case.last.anchor["text"] == reading.sha
    if machine is None:
        row, evidence = _kept(case, reading)
        return _finish(case, row, evidence, reading, "unread", {})
    now = record_of(machine)
    base = case.base
    before = record_of(base["target"]) if base else now
    changed = case.changes()
    news = differing(before, now)
    if same_text and news and base:
        row, evidence = _frozen(base, machine, reading)
    else:
        row, evidence = dict(machine), [dict(e) for e in reading.evidence.get(machine["id"], ())]
    record = {**record_of(row), **changed}
    conflict = _conflict(news, changed, now, record)
    fields = {name: (now[name], record[name]) for name in news} if conflict == "differs" else {}
    if news and not changed and not same_text:  # another edition says something else: nobody has accepted that
        return Standing(stored(row), evidence, "differs", {name: (now[name], before[name]) for name in news})
    return _finish(case, row, evidence, reading, conflict, fields)


def _conflict(news: Sequence[str], changed: Values, now: Values, record: Values) -> str | None:
    """What to say where the program reads otherwise than when people decided."""
    if any(not same(name, now[name], record[name]) for name in news):
        return "differs"
    return "agreed" if changed and not differing(now, record) else None


def _rejected(case: Case, machine: Values | None, why: str | None) -> Standing:
    base = case.base
    if machine is None:
        return Standing(None, [], "ambiguous" if why == "ambiguous" else None if case.added else "agreed")
    if base is None:
        return Standing(None)
    now, before = record_of(machine), record_of(base["target"])
    fields = {name: (now[name], before[name]) for name in differing(before, now)}
    return Standing(None, [], "differs" if fields else None, fields)


def _frozen(base: Mapping[str, Any], machine: Values, reading: Reading) -> tuple[Values, list[Values]]:
    """The reading that people decided on, in the place of what the program reads now of the same text."""
    row = {**machine, **{name: base["target"][name] for name in _SEEN}, "unit_rule": base["target"]["unit_rule"]}
    return with_record(row, record_of(row), reading.document["name"]), _rekeyed(base["evidence"], row["id"], reading.document["id"])


def _rekeyed(rows: Sequence[Row], target_id: str, document_id: str) -> list[Values]:
    return [{**row, "id": key(target_id, row["slot"], str(row["position"])), "row_id": target_id, "document_id": document_id} for row in rows]


def _kept(case: Case, reading: Reading) -> tuple[Values, list[Values]]:
    """The reading that people decided on, where the program reads no target any more but the text is still there."""
    base = case.base
    assert base is not None
    target_id, document_id = case.last.target_id, reading.document["id"]
    if any(row["id"] == target_id for row in reading.targets):
        target_id = key(case.subject, document_id)
    row = {**base["target"], "id": target_id, "document_id": document_id}
    if case.last.anchor["text"] == reading.sha:
        evidence = _rekeyed(base["evidence"], target_id, document_id)
    else:
        places = relocated(case.last, "places", reading.text, reading.sha)
        evidence = [
            one for slot, spans in places.items() if spans for one in evidence_rows(target_id, document_id, slot, spans, reading.text, reading.known)
        ]
    row |= _where(spans_of(evidence), reading)
    return with_record(row, record_of(row), reading.document["name"]), evidence


def _added(case: Case, machine: Values | None, reading: Reading) -> Standing:
    """A target that a person added; the program may read it by now."""
    target_id, document_id, text = case.subject, reading.document["id"], reading.text
    pointed = relocated(case.decisions[0], "pointed", text, reading.sha)
    if not pointed.get("quote") or not pointed.get("value"):
        return Standing(None, [], "lost")
    spans = {slot: some for slot, some in pointed.items() if some}
    evidence = [one for slot, some in spans.items() for one in evidence_rows(target_id, document_id, slot, some, text, reading.known)]
    record = {**dict.fromkeys(FIELDS), **case.changes()}
    row: Values = {c.name: None for c in tables.target.c}
    row |= {"id": target_id, "document_id": document_id, "readers": "unread", "rule": RULE, "confidence": 1.0}
    row |= {"value_text": words(text, spans["value"]), "quote": quoted(text, spans["quote"]), "indicator": record["indicator"]}
    row |= _where(spans, reading)
    if (done := _act(text, spans)) is not None:
        row["act"] = done.text
        evidence += evidence_rows(target_id, document_id, "act", [(s.start, s.end) for s in done.spans], text, reading.known)
    conflict = None
    if machine is not None:
        conflict = "agreed" if not differing(record_of(machine), record) else "differs"
        row |= {name: machine[name] for name in ("task_id", "segment_id", "readers", "second")}
    fields = {name: (record_of(machine)[name], record[name]) for name in differing(record_of(machine), record)} if machine else {}
    return _finish(case, row, evidence, reading, conflict, fields, record)


def _act(text: str, spans: Mapping[str, Sequence[Span]]) -> Slot | None:
    """The verb before the quote of an added target."""
    quote, value = (Slot("", tuple(Place(*span) for span in spans[slot])) for slot in ("quote", "value"))
    return act(Document("", "", "", "", text, ()), as_target("", "level", None, None, value, quote))


def _where(spans: Mapping[str, Sequence[Span]], reading: Reading) -> Values:
    """The segment and the task in which a target stands: the shortest segment that holds its value, and the task of its path."""
    at = (spans.get("value") or spans["quote"])[0][0]
    holding = [one for one in reading.segments if one["start"] <= at < one["end"]]
    if not holding:
        return {"task_id": None, "segment_id": None}
    segment = min(holding, key=lambda one: (one["end"] - one["start"], one["position"]))
    task = next((one["id"] for one in reading.tasks if one["path"] == segment["path"]), None) if segment["path"] else None
    return {"task_id": task, "segment_id": segment["id"]}


def _finish(
    case: Case, row: Values, evidence: list[Values], reading: Reading, conflict: str | None, fields: Mapping[str, Any], whole: Values | None = None
) -> Standing:
    """The row with what people changed, and the evidence of the slots that they changed or pointed at."""
    was = record_of(row) if whole is None else dict.fromkeys(FIELDS)
    record = whole or {**was, **case.changes()}
    pointed = {slot: spans for slot, spans in case.pointed(reading.text, reading.sha).items() if spans}
    if not differing(was, record) and not pointed:
        return Standing(stored(row) | {"confidence": 1.0, "review": "accepted"}, evidence, conflict, fields)
    text = reading.text
    if "value" in pointed:
        row = {**row, "value_text": words(text, pointed["value"])}
    if "quote" in pointed:
        row = {**row, "quote": quoted(text, pointed["quote"])}
    row = with_record(row, record, reading.document["name"]) | {"review": "added" if case.added else "corrected"}
    by_slot: dict[str, list[Values]] = {}
    for one in evidence:
        by_slot.setdefault(one["slot"], []).append(one)
    for slot in _SAID:
        if slot not in pointed and not same(slot, was[slot], record[slot]):
            by_slot[slot] = _evidence_of(slot, record[slot], row, by_slot, reading)
    for slot, spans in pointed.items():
        by_slot[slot] = evidence_rows(row["id"], row["document_id"], slot, spans, text, reading.known)
    return Standing(row, [one for slot in _ORDER for one in by_slot.get(slot, ())], conflict, fields)


def _evidence_of(slot: str, said: Any, row: Values, by_slot: Mapping[str, list[Values]], reading: Reading) -> list[Values]:
    """Evidence of words that a person gave without pointing: where the quote says them, else where the slot was read, else the quote."""
    if said is None:
        return []
    quote = by_slot["quote"]
    shown = (said["raw"] or "") if slot == "deadline" else said
    for piece in quote:
        at = reading.text.find(shown, piece["start"], piece["end"]) if shown else -1
        if at >= 0:
            return evidence_rows(row["id"], row["document_id"], slot, [(at, at + len(shown))], reading.text, reading.known)
    if by_slot.get(slot):
        return by_slot[slot]
    return _rekeyed([{**piece, "slot": slot} for piece in quote], row["id"], row["document_id"])
