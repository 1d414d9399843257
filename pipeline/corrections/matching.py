"""Which target that the program reads now is the one that people decided on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.canonical import squashed
from pipeline.corrections.anchors import Span
from pipeline.corrections.cases import Case, passage, relocated
from pipeline.corrections.kinds import Values

Row = Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """What the program reads of a document: its row, its targets in order, their evidence, and what else tells where things stand."""

    document: Row
    sha: str  # of the text
    targets: Sequence[Values]
    evidence: Mapping[str, Sequence[Values]]  # by target
    known: Sequence[Row] = ()  # evidence of all kinds
    segments: Sequence[Row] = ()
    tasks: Sequence[Row] = ()
    _at: dict[tuple[Span, ...], list[Values]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The document's text."""
        text: str = self.document["text"]
        return text

    def spans(self, target_id: str) -> dict[str, list[Span]]:
        """Slot → places of a target."""
        return spans_of(self.evidence.get(target_id, ()))

    def at(self, spans: Sequence[Span]) -> list[Values]:
        """The targets whose value stands at some places; of those without a place for their value, whose quote does."""
        if not self._at:
            found = defaultdict(list)
            for row in self.targets:
                mine = self.spans(row["id"])
                found[tuple(mine.get("value") or mine["quote"])].append(row)
            self._at = dict(found)
        return self._at.get(tuple(spans), [])

    def touching(self, spans: Sequence[Span]) -> list[Values]:
        """The targets whose value (else quote) shares characters with some places."""
        found = []
        for row in self.targets:
            mine = self.spans(row["id"])
            if any(a[0] < b[1] and b[0] < a[1] for a in spans for b in mine.get("value") or mine["quote"]):
                found.append(row)
        return found


def spans_of(rows: Sequence[Row]) -> dict[str, list[Span]]:
    """Slot → places, from evidence rows of one target."""
    found: dict[str, list[Span]] = {}
    for row in sorted(rows, key=lambda r: (r["slot"], r["position"])):
        found.setdefault(row["slot"], []).append((row["start"], row["end"]))
    return found


def match(some: Sequence[Case], reading: Reading) -> dict[str, tuple[Values | None, str | None]]:
    """Subject → the target that it is now, or why there is none: unread, lost or ambiguous.

    The same words at the same place come first, then the same name, then a lone target at the place; what one case has, no other takes.
    """
    found: dict[str, tuple[Values | None, str | None]] = {}
    taken: set[str] = set()
    places = {case.subject: _spans(case, reading) for case in some}
    ambiguous: set[str] = set()
    for level in _LEVELS:
        for case in some:
            spans = places[case.subject]
            if case.subject in found or spans is None:
                continue
            here = [row for row in _candidates(case, reading, spans) if row["id"] not in taken and level(case, row)]
            if len(here) == 1:
                found[case.subject] = here[0], None
                taken.add(here[0]["id"])
                ambiguous.discard(case.subject)
            elif here:
                ambiguous.add(case.subject)
    for case in some:
        if case.subject not in found:
            why = "lost" if places[case.subject] is None else "ambiguous" if case.subject in ambiguous else "unread"
            found[case.subject] = None, why
    return found


def _spans(case: Case, reading: Reading) -> list[Span] | None:
    """Where the value that people decided on stands now: where the program read it then, or where a person pointed."""
    if passage(case.last, reading.text, reading.sha) is None:
        return None
    if case.added:
        places = relocated(case.decisions[0], "pointed", reading.text, reading.sha)
    else:
        places = relocated(case.last, "places", reading.text, reading.sha)
    return places.get("value") or places.get("quote")


def _candidates(case: Case, reading: Reading, spans: Sequence[Span]) -> list[Values]:
    return reading.touching(spans) if case.added else reading.at(spans)


def _before(case: Case) -> Mapping[str, Any]:
    """The reading that people decided on; of an added target what people say."""
    base = case.base
    return base["target"] if base and not case.added else case.changes()


def _exact(case: Case, row: Row) -> bool:
    return _alike(case, row) and (case.added or _before(case)["task_id"] == row["task_id"])


def _alike(case: Case, row: Row) -> bool:
    """The same words: name, scope, value, operator, status and deadline; of an added target name and scope."""
    if case.added:
        return _named(case, row)
    before = _before(case)
    return all(before[name] == row[name] for name in ("indicator", "scope", "value_text", "operator", "status", "deadline_end"))


def _named(case: Case, row: Row) -> bool:
    names = [(squashed(one["indicator"] or ""), squashed(one.get("scope") or "")) for one in (_before(case), row)]
    return names[0] == names[1]


def _alone(case: Case, row: Row) -> bool:
    """Whatever is read at the place, but for what stood beside it then; where a person added a target, only what has its name."""
    if [row["indicator"], row["scope"]] in (case.decisions[0] if case.added else case.last).anchor.get("beside", []):
        return False
    return not case.added or squashed(_before(case)["indicator"] or "") == squashed(row["indicator"])


_LEVELS: tuple[Callable[[Case, Row], bool], ...] = (_exact, _alike, _named, _alone)
