"""Records → rows: canonical indicator, unit, body and region beside the raw and parsed layers; evidence for every field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from extractors import rules
from extractors.confidence import probability
from pipeline.acts import act
from pipeline.canonical import canonical, looked_up, normalise_body
from pipeline.canonical.regions import region_code
from pipeline.evidence import Evidence, key
from pipeline.following import followed
from pipeline.validity import validity_rows
from pipeline.versions import parser_version
from schemas import vocab
from schemas.types import Document, Extraction, Issue, Proposed, Segment, Slot, Target, Task
from schemas.values import Period

Values = dict[str, Any]
# a double holds whole numbers exactly up to 2^53 (9·10^15), SQLite integers up to 2^63; the largest figures of plans are near 10^14 (GDP in 元)
_TOO_LARGE = Decimal(10) ** 15
ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one document by table, ready for the store."""

    document: Values
    tables: Mapping[str, list[Values]]
    issues: tuple[Issue, ...]


def normalise(document: Document, extraction: Extraction, given: Mapping[str, str]) -> Rows:
    """All rows of one document. `given` holds what a user says of it in the sources list; it stays apart from what was read."""
    document_id = key(document.name, document.id)
    evidence = Evidence(document, document_id)
    issues = list(document.issues) + list(extraction.issues)
    segments = [_segment(i, s, document_id) for i, s in enumerate(extraction.segments)]
    known = {s["path_id"]: s["id"] for s in segments}
    code, _ = region_code(extraction.metadata, document.text)
    tasks, task_bodies, bodies = _tasks(extraction.tasks, document, document_id, evidence, code)
    targets = _targets(extraction.targets, document, document_id, evidence, known, issues)
    coverage = [
        {
            "id": key(document_id, "coverage", str(i)),
            "document_id": document_id,
            "position": i,
            "where": u.where,
            "start": u.spans[0].start if u.spans else 0,
            "end": u.spans[-1].end if u.spans else 0,
            "text": u.text,
            "reason": u.reason,
            "proposals": json.dumps([_proposed(p) for p in u.proposals], ensure_ascii=False) if u.proposals else None,
        }
        for i, u in enumerate(extraction.uncovered)
    ]
    validity = validity_rows(extraction.validity, document_id, evidence)
    row = _document(document, document_id, extraction, given, evidence, issues)
    for s in segments:
        del s["path_id"]
    return Rows(
        row,
        {
            "segment": segments,
            "body": bodies,
            "task": tasks,
            "task_body": task_bodies,
            "target": targets,
            "evidence": evidence.rows,
            "coverage": coverage,
            "validity": validity,
        },
        tuple(issues),
    )


def _document(
    document: Document, document_id: str, extraction: Extraction, given: Mapping[str, str], evidence: Evidence, issues: list[Issue]
) -> Values:
    metadata = extraction.metadata
    for name, slot in metadata.items():
        evidence.add("document", document_id, name, slot)
    code, unsettled = region_code(metadata, document.text)
    issues += [unsettled] if unsettled else []
    standard, reason, words = followed(document, metadata, code, given)
    evidence.add("document", document_id, "follows", words)
    return {
        "id": document_id,
        "name": document.name,
        "sha256": document.id,
        "path": document.path,
        "format": document.format,
        "text": document.text,
        **{name: slot.text if slot else None for name, slot in metadata.items()},
        "draft": extraction.draft,
        "region_code": code,
        "given": dict(given),
        "source": given.get("source"),
        "follows": standard,
        "follows_reason": reason,
        "parser_version": parser_version(),
        "rules_version": rules.version(),
        "vocab_version": vocab.version(),
    }


def _segment(position: int, segment: Segment, document_id: str) -> Values:
    spans = [s for c in segment.cells for s in c.text.spans(0, len(c.text))]
    return {
        "id": key(document_id, "segment", str(position)),
        "path_id": segment.id,
        "document_id": document_id,
        "position": position,
        "kind": segment.kind,
        "path": segment.path,
        "headings": " / ".join(segment.headings),
        "start": min((s.start for s in spans), default=0),
        "end": max((s.end for s in spans), default=0),
    }


def _tasks(
    tasks: Sequence[Task], document: Document, document_id: str, evidence: Evidence, code: str | None
) -> tuple[list[Values], list[Values], list[Values]]:
    rows: list[Values] = []
    links: list[Values] = []
    bodies: dict[str, Values] = {}
    known: dict[str, Values] = {}  # by the words of the text
    for position, task in enumerate(tasks):
        task_id = key(document_id, "task", task.path)
        rows.append(
            {
                "id": task_id,
                "document_id": document_id,
                "position": position,
                "path": task.path,
                "title": task.title.text,
                "deadline_raw": task.deadline_slot.text if task.deadline_slot else None,
                **_dates(task.deadline),
            }
        )
        evidence.add("task", task_id, "title", task.title)
        evidence.add("task", task_id, "deadline", task.deadline_slot)
        for role in ROLES:
            for place, slot in enumerate(task.bodies.get(role, ())):
                body = known.get(slot.text)
                if body is None:
                    body = known[slot.text] = normalise_body(looked_up(document.name, "body", slot.text), code)
                    bodies.setdefault(body["id"], body)
                link = key(task_id, role, str(place), slot.text)
                links.append(
                    {
                        "id": link,
                        "document_id": document_id,
                        "task_id": task_id,
                        "body_id": body["id"],
                        "role": role,
                        "position": place,
                        "text": slot.text,
                        "rule": slot.rule,
                    }
                )
                evidence.add("task_body", link, "body", slot)
    return rows, links, list(bodies.values())


def _targets(
    targets: Iterable[Target], document: Document, document_id: str, evidence: Evidence, segments: Mapping[str, str], issues: list[Issue]
) -> list[Values]:
    rows = []
    for position, target in enumerate(targets):
        where = target.task or "正文"
        target = _storable(target, where, issues)
        row_id = _target_id(document_id, target)
        quantity, done = target.quantity, act(document, target)
        rows.append(
            {
                "id": row_id,
                "document_id": document_id,
                "task_id": key(document_id, "task", target.task) if target.task else None,
                "segment_id": segments.get(target.segment),
                "position": position,
                "indicator": target.indicator.text,
                "scope": target.scope.text if target.scope else None,
                "value_text": target.value.text,
                "unit": target.unit.text if target.unit else None,
                "baseline": target.baseline.text if target.baseline else None,
                "deadline_raw": target.deadline.raw if target.deadline else None,
                "quote": _quote(document, target.quote),
                "kind": target.kind,
                "operator": quantity.operator if quantity else None,
                "value": _number(quantity.value) if quantity else None,
                "value_max": _number(quantity.value_max) if quantity else None,
                "change_direction": target.change_direction,
                **_dates(target.deadline),
                "status": target.status,
                "strength": target.strength,
                "act": done.text if done else None,
                **canonical(document.name, target, where, issues),
                "rule": target.rule,
                "confidence": _confidence(document, target),
                "readers": target.readers,
                "second": json.dumps(_proposed(target.second), ensure_ascii=False) if target.second else None,
            }
        )
        for slot in ("indicator", "scope", "value", "unit", "baseline", "deadline_slot", "quote"):
            evidence.add("target", row_id, slot.removesuffix("_slot"), getattr(target, slot))
        evidence.add("target", row_id, "act", done)
    return rows


def _dates(period: Period | None) -> Values:
    return {f"deadline_{part}": getattr(period, part) if period else None for part in ("kind", "start", "end")}


def _target_id(document_id: str, target: Target) -> str:
    """The same for the same words at the same place with the same reading."""
    return key(
        document_id,
        "target",
        str(target.task),
        target.indicator.text,
        target.value.text,
        target.scope.text if target.scope else "",
        str(target.quote.spans[0].start),
        str(target.value.spans[0].start if target.value.spans else ""),
        str(target.quantity),
        target.status,
        target.deadline.end or "" if target.deadline else "",
    )


def _proposed(proposed: Proposed) -> Values:
    """What the second reader makes of a value, as it is stored and exported."""
    quantity, spans = proposed.quantity, proposed.value.spans
    return {
        "indicator": proposed.indicator,
        "value_text": proposed.value.text,
        "operator": quantity.operator if quantity else None,
        "value": _number(quantity.value) if quantity else None,
        "value_max": _number(quantity.value_max) if quantity else None,
        "unit": proposed.unit,
        "start": spans[0].start,
        "end": spans[-1].end,
        "score": proposed.score,
    }


def _confidence(document: Document, target: Target) -> float:
    """How likely the record is right; of a value that was read from a picture, times the recogniser's confidence for it."""
    return round(probability(target) * min((document.confidence(s.start, s.end) for s in target.value.spans), default=1.0), 4)


def _quote(document: Document, quote: Slot) -> str:
    """The continuous source text; for a row, from its first cell to its last; pieces of a rejoined cell are joined."""
    start, end = quote.spans[0].start, quote.spans[-1].end
    between = document.text[start:end]
    if "\n" in between and len(quote.spans) > 1 and "\t" in between:
        return "".join(document.text[s.start : s.end] for s in quote.spans)
    return between


def _storable(target: Target, where: str, issues: list[Issue]) -> Target:
    """The target; without its number, and with an Issue, where the number is too long to be stored exactly (garbage such as 九九九…)."""
    quantity = target.quantity
    if quantity is None or all(value is None or abs(value) < _TOO_LARGE for value in (quantity.value, quantity.value_max)):
        return target
    shown = target.value.text if len(target.value.text) <= 40 else target.value.text[:40] + "…"
    issues.append(
        Issue(
            "warning",
            "number_too_large",
            where,
            f"“{target.indicator.text}”: “{shown}” is too long a number and is kept as text only; see the source",
        )
    )
    return replace(target, quantity=replace(quantity, value=None, value_max=None))


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
