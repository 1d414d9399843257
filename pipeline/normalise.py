"""Records → rows: canonical indicator, unit, body and region beside the raw and parsed layers; evidence for every field."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import regex

from extractors import rules
from extractors.confidence import probability
from schemas import vocab
from schemas.types import Block, Document, Extraction, Issue, Proposed, Segment, Slot, Span, Target, Task, Where

Values = dict[str, Any]
# a double holds whole numbers exactly up to 2^53 (9·10^15), SQLite integers up to 2^63; the largest figures of plans are near 10^14 (GDP in 元)
_NO_NAME = regex.compile(r"[的\W_]")
_TOO_LARGE = Decimal(10) ** 15
ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_LEVELS = tuple(
    (level, regex.compile(pattern))
    for level, pattern in (
        ("group", r"^(?:各|所有|相关|有关|《|市直|涉)"),
        ("national", r"^国家|^国务院|部$|总局$"),
        ("province", r"^(?:省|自治区|[一-龥]{2,3}省)"),
        ("city", r"^(?:市|州|盟|[一-龥]{2,4}市)"),
        ("county", r"^(?:县|区|旗|[一-龥]{2,4}[县区旗])"),
        ("town", r"^(?:镇|乡|街道)"),
    )
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one document by table, ready for the store."""

    document: Values
    tables: Mapping[str, list[Values]]
    issues: tuple[Issue, ...]


@dataclass(slots=True)
class _Evidence:
    """Collects evidence rows; refuses one whose source text is not what the slot says it stands on."""

    document: Document
    document_id: str
    rows: list[Values] = field(default_factory=list)

    def add(self, table: str, row: str, slot: str, found: Slot | None) -> None:
        if found is None:
            return
        for position, span in enumerate(found.spans):
            block = self._block(span.start)
            self.rows.append(
                {
                    "id": key(row, slot, str(position)),
                    "document_id": self.document_id,
                    "row_table": table,
                    "row_id": row,
                    "slot": slot,
                    "position": position,
                    "block": block.id if block else -1,
                    "start": span.start,
                    "end": span.end,
                    **_place(self.document, span, block.where if block else Where()),
                    "text": self.document.text[span.start : span.end],
                }
            )

    def _block(self, start: int) -> Block | None:
        """The block that holds a place of the text; blocks stand in text order, without overlap."""
        blocks = self.document.blocks
        at = bisect_right(blocks, start, key=lambda b: b.start) - 1
        return blocks[at] if at >= 0 and start < max(blocks[at].end, blocks[at].start + 1) else None


def _place(document: Document, span: Span, where: Where) -> Values:
    """Where a reader finds a span: `box` lists [page, x0, top, x1, bottom] for each of its lines, in points from the upper left corner."""
    boxes = document.boxes(span.start, span.end)
    return {
        "file": where.file,
        "page": boxes[0].page if boxes else None,
        "box": json.dumps([[b.page, *(round(x, 2) for x in (b.x0, b.top, b.x1, b.bottom))] for b in boxes]) if boxes else None,
        "line": where.line,
        "table": where.table,
        "row": where.row,
        "column": where.column,
        "sheet": where.sheet,
        "cell": where.cell,
    }


def key(*parts: str) -> str:
    """A short id derived from content."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def normalise(document: Document, extraction: Extraction, given: Mapping[str, str]) -> Rows:
    """All rows of one document. `given` holds what a user says of it in the sources list; it stays apart from what was read."""
    document_id = key(document.name, document.id)
    evidence = _Evidence(document, document_id)
    issues = list(document.issues) + list(extraction.issues)
    segments = [_segment(i, s, document_id) for i, s in enumerate(extraction.segments)]
    known = {s["path_id"]: s["id"] for s in segments}
    tasks, task_bodies, bodies = _tasks(extraction.tasks, document, document_id, evidence)
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
    row = _document(document, document_id, extraction, given, evidence)
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
        },
        tuple(issues),
    )


def _document(document: Document, document_id: str, extraction: Extraction, given: Mapping[str, str], evidence: _Evidence) -> Values:
    metadata = extraction.metadata
    for name, slot in metadata.items():
        evidence.add("document", document_id, name, slot)
    region = metadata.get("region")
    found = vocab.find_regions(region.text) if region else ()
    return {
        "id": document_id,
        "name": document.name,
        "sha256": document.id,
        "path": document.path,
        "format": document.format,
        "text": document.text,
        **{name: slot.text if slot else None for name, slot in metadata.items()},
        "draft": extraction.draft,
        "region_code": found[0].code if len(found) == 1 else None,
        "given": dict(given),
        "source": given.get("source"),
        "plan": None,
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


def _tasks(tasks: Sequence[Task], document: Document, document_id: str, evidence: _Evidence) -> tuple[list[Values], list[Values], list[Values]]:
    rows: list[Values] = []
    links: list[Values] = []
    bodies: dict[str, Values] = {}
    for position, task in enumerate(tasks):
        task_id = key(document_id, "task", task.path)
        period = task.deadline
        rows.append(
            {
                "id": task_id,
                "document_id": document_id,
                "position": position,
                "path": task.path,
                "title": task.title.text,
                "deadline_raw": task.deadline_slot.text if task.deadline_slot else None,
                "deadline_kind": period.kind if period else None,
                "deadline_start": period.start if period else None,
                "deadline_end": period.end if period else None,
            }
        )
        evidence.add("task", task_id, "title", task.title)
        evidence.add("task", task_id, "deadline", task.deadline_slot)
        for role in ROLES:
            for place, slot in enumerate(task.bodies.get(role, ())):
                name = _looked_up(document.name, "body", slot.text)
                body = normalise_body(name)
                bodies[body["id"]] = body
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


def normalise_body(name: str) -> Values:
    """Function, kind and level of a unit: 市科技经信局 → 工业和信息化 + 科学技术, department, city."""
    return dict(_body(name))


@lru_cache(maxsize=4096)
def _body(name: str) -> Values:
    folded = unicodedata.normalize("NFKC", name)
    found = [f for f in vocab.functions() if f.pattern.search(folded)]
    level = next((level for level, pattern in _LEVELS if pattern.search(folded)), None)
    return {
        "id": key("body", folded),
        "name": name,
        "function": "、".join(f.function for f in found) or None,
        "function_ids": ",".join(f.id for f in found) or None,
        "kind": found[0].kind if found else None,
        "level": level,
        "region_code": None,
    }


def _targets(
    targets: Iterable[Target], document: Document, document_id: str, evidence: _Evidence, segments: Mapping[str, str], issues: list[Issue]
) -> list[Values]:
    rows = []
    for position, target in enumerate(targets):
        where = target.task or "正文"
        target = _storable(target, where, issues)
        row_id = key(
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
        period, quantity = target.deadline, target.quantity
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
                "deadline_raw": period.raw if period else None,
                "quote": _quote(document, target.quote),
                "kind": target.kind,
                "operator": quantity.operator if quantity else None,
                "value": _number(quantity.value) if quantity else None,
                "value_max": _number(quantity.value_max) if quantity else None,
                "change_direction": target.change_direction,
                "deadline_kind": period.kind if period else None,
                "deadline_start": period.start if period else None,
                "deadline_end": period.end if period else None,
                "status": target.status,
                "strength": target.strength,
                **_canonical(document.name, target, where, issues),
                "rule": target.rule,
                "confidence": _confidence(document, target),
                "readers": target.readers,
                "second": json.dumps(_proposed(target.second), ensure_ascii=False) if target.second else None,
            }
        )
        for slot in ("indicator", "scope", "value", "unit", "baseline", "deadline_slot", "quote"):
            evidence.add("target", row_id, slot.removesuffix("_slot"), getattr(target, slot))
    return rows


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


# --- canonical layer --------------------------------------------------------------------------------------------------


def _canonical(name: str, target: Target, where: str, issues: list[Issue]) -> Values:
    label = _looked_up(name, "indicator", target.indicator.text)
    unit = target.unit.text if target.unit else None
    indicator, rule = match_indicator(label, unit)
    values: Values = {
        "indicator_id": indicator.id if indicator else None,
        "indicator_rule": rule,
        "canonical_value": None,
        "canonical_value_max": None,
        "canonical_unit": None,
        "dimension": None,
        "unit_rule": None,
    }
    if unit is None or target.quantity is None:
        return values
    found, unit_rule = _unit(unit, label, indicator)
    if found is None:
        issues.append(Issue("warning", "unknown_unit", where, f"the unit “{unit}” of “{label}” is not in units.yaml; its value is not converted"))
        return values
    if (
        indicator
        and indicator.unit != "-"
        and (official := vocab.units().find(indicator.unit))
        and official.dimension != found.dimension
        and target.kind == "level"
    ):
        issues.append(Issue("info", "unusual_unit", where, f"“{label}” is given in {unit}, its official unit is {indicator.unit}"))
    values |= {
        "canonical_value": to_canonical(target.quantity.value, found),
        "canonical_value_max": to_canonical(target.quantity.value_max, found),
        "canonical_unit": found.base,
        "dimension": found.dimension,
        "unit_rule": unit_rule,
    }
    return values


def _unit(text: str, label: str, indicator: vocab.Indicator | None) -> tuple[vocab.Unit | None, str | None]:
    """The unit of a spelling; 平方米 of a 人均 indicator is 平方米/人, as its official unit says."""
    found = vocab.units().find(text)
    if found is None:
        return None, None
    official = vocab.units().find(indicator.unit) if indicator else None
    if official and "/" in official.dimension and official.dimension.startswith(f"{found.dimension}/") and regex.search(r"人均|每|单位|万元", label):
        return official, "unit.from_indicator"
    return found, "unit.spelling"


def to_canonical(value: Decimal | None, unit: vocab.Unit) -> float | None:
    """A value in the unit's base: 30.61 万亩 → 204066666.67 平方米. `from_canonical` takes it back."""
    return None if value is None else float(Fraction(value) * unit.factor)


def from_canonical(value: float, unit: vocab.Unit) -> float:
    """The inverse of `to_canonical`, up to the rounding of a float."""
    return float(Fraction(value) / unit.factor)


def _looked_up(document: str, name: str, value: str) -> str:
    folded = unicodedata.normalize("NFKC", value)
    for entry in vocab.lookups():
        if entry.field == name and entry.document in (document, "*") and entry.match == folded:
            return entry.value
    return value


def squashed(text: str) -> str:
    """A name for comparison: NFKC, no 的, no punctuation."""
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text))


@cache
def _aliases() -> tuple[dict[str, vocab.Indicator], dict[str, vocab.Indicator]]:
    strong: dict[str, vocab.Indicator] = {}
    weak: dict[str, vocab.Indicator] = {}
    for indicator in vocab.indicators():
        for alias in indicator.weak:
            weak.setdefault(squashed(alias), indicator)
    for indicator in vocab.indicators():
        for alias in (indicator.name, *indicator.aliases):
            if squashed(alias) not in weak:
                strong.setdefault(squashed(alias), indicator)
    return strong, weak


def match_indicator(name: str, unit: str | None) -> tuple[vocab.Indicator | None, str | None]:
    """The canonical indicator of a name and the rule that says so, or (None, None): no match is forced.

    A full name or alias matches as a whole; so does one behind a leading 城镇/新 modifier only if the vocabulary lists it. A weak alias
    matches only where the unit is the indicator's own.
    """
    strong, weak = _aliases()
    bare = squashed(name)
    if bare in strong:
        return strong[bare], "alias"
    found = weak.get(bare)
    if found and unit and found.unit != "-":
        mine, official = vocab.units().find(unit), vocab.units().find(found.unit)
        if mine and official and mine.dimension == official.dimension:
            return found, "weak_alias"
    return None, None
