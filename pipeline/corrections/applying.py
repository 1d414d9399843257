"""Rows as the program reads them + decisions of people → rows as they stand, and what decisions come to. Pure: the database is elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.corrections.cases import Case, cases
from pipeline.corrections.kinds import Decision, Values
from pipeline.corrections.matching import Reading, Row, match, spans_of
from pipeline.corrections.records import stored
from pipeline.corrections.standing import Standing, stand
from pipeline.evidence import key


@dataclass(frozen=True, slots=True)
class Applied:
    """The targets of a document as they stand, their evidence by target, and what decisions come to."""

    targets: list[Values]
    evidence: dict[str, list[Values]]
    reviewed: list[Values]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place in the order of targets: a target that is read, or what stands for a case."""

    start: int
    row: Values | None
    subject: str | None


def apply(reading: Reading, decisions: Sequence[Decision]) -> Applied:
    """The targets of a document with the decisions in force."""
    some = cases(decisions)
    matched = match(some, reading)
    done = {case.subject: stand(case, *matched[case.subject], reading) for case in some}
    targets: list[Values] = []
    evidence: dict[str, list[Values]] = {}
    places: dict[str, int] = {}
    for position, entry in enumerate(_order(reading, some, matched, done)):
        if entry.subject is not None:
            places[entry.subject] = position
            standing = done[entry.subject]
            row, mine = standing.row, standing.evidence
        else:
            assert entry.row is not None
            row, mine = stored(entry.row), list(reading.evidence.get(entry.row["id"], ()))
        if row is not None:
            targets.append(row | {"position": position})
            evidence[row["id"]] = mine
    reviewed = [_reviewed(case, matched[case.subject][0], done[case.subject], places.get(case.subject), reading) for case in some]
    return Applied(targets, evidence, reviewed)


def _order(
    reading: Reading, some: Sequence[Case], matched: Mapping[str, tuple[Values | None, str | None]], done: Mapping[str, Standing]
) -> list[_Entry]:
    """The targets in the order of the text: as they are read, those that only people see behind the last that begins no later."""
    subjects = {row["id"]: subject for subject, (row, _) in matched.items() if row is not None}
    order = [_Entry(_start(reading.evidence[row["id"]]), row, subjects.get(row["id"])) for row in reading.targets]
    for case in some:
        standing = done[case.subject]
        if matched[case.subject][0] is None and standing.row is not None:
            start = _start(standing.evidence)
            at = max((i for i, entry in enumerate(order, 1) if entry.start <= start), default=0)
            order.insert(at, _Entry(start, None, case.subject))
    return order


def _start(evidence: Sequence[Row]) -> int:
    return min(start for start, _ in spans_of(evidence)["quote"])


def _reviewed(case: Case, machine: Values | None, standing: Standing, position: int | None, reading: Reading) -> Values:
    """The row that says what the decisions on a target come to."""
    row = standing.row
    state = "rejected" if case.rejected else "added" if case.added else "corrected" if row and row["review"] == "corrected" else "accepted"
    if row is None and not case.rejected and not case.added and case.changes():
        state = "corrected"
    target_id = row["id"] if row else machine["id"] if machine else case.subject if case.added and case.rejected else None
    return {
        "id": key(reading.document["id"], "reviewed", case.subject),
        "document_id": reading.document["id"],
        "subject": case.subject,
        "target_id": target_id,
        "position": position,
        "state": state,
        "conflict": standing.conflict,
        "fields": json.dumps(standing.fields, ensure_ascii=False) if standing.fields else None,
        "decision": case.last.id,
        "author": case.last.author,
        "made": case.last.made,
        "disputed": case.disputed(),
        "machine": _machine(machine, reading) if machine else None,
    }


def _machine(row: Values, reading: Reading) -> str:
    """The rows as the program read them, to be put back whole."""
    kept: dict[str, Any] = {"target": without(row), "evidence": list(reading.evidence.get(row["id"], ()))}
    return json.dumps(kept, ensure_ascii=False)


def without(row: Row) -> Values:
    """A target as it is read, apart from its place among the others, which moves."""
    return {name: value for name, value in stored(row).items() if name not in ("position", "review")}
