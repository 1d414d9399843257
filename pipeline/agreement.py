"""The second reader beside the rules: what both read, what they read differently, and what only one of them reads.

The rules' targets stand as they are. Each is told who read it; a value that only the second reader takes for a target is put on the coverage
ledger as a proposal, for a person to decide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from extractors.reader import Claim, Proposal, claims, passages
from schemas.folded import Folded
from schemas.reasons import UNEXPLAINED
from schemas.structs import struct
from schemas.types import Extraction, Proposed, Segment, Slot, Span, Target, Uncovered

_NAME = 500  # characters of a row's name, from its end, that are read before each of its values
Propose = Callable[[Sequence[str]], list[list[Proposal]]]


@struct(frozen=True, slots=True)
class Heard:
    """A claim with its places in the source, and the passage it was made in."""

    where: str
    passage: Folded
    names: tuple[Span, ...]
    proposed: Proposed


def agree(segments: Sequence[Segment], extraction: Extraction, propose: Propose) -> Extraction:
    """The extraction with the readers of each target, and with the second reader's proposals on the ledger."""
    read = list(_passages(segments))
    proposed = propose([part.text for _, part in read])
    heard = [h for (where, part), found in zip(read, proposed, strict=True) for h in _heard(where, part, found)]
    seen = _marked(s for _, part in read for s in part.spans(0, len(part)))
    values: dict[int, list[Heard]] = {}
    for h in heard:
        for span in h.proposed.value.spans:
            for at in range(span.start, span.end):
                values.setdefault(at, []).append(h)
    targets = tuple(_read_by(target, values, seen) for target in extraction.targets)
    known = _marked(s for t in targets for s in t.value.spans)
    loose = [h for h in heard if not any(any(known[s.start : s.end]) for s in h.proposed.value.spans)]
    return replace(extraction, targets=targets, uncovered=_proposing(extraction.uncovered, loose))


def _passages(segments: Sequence[Segment]) -> Iterator[tuple[str, Folded]]:
    """Each passage with the path of the segment it stands in; what rows share (a merged name, a name before each of its values) comes once."""
    texts: set[tuple[int, int, int]] = set()
    seen: set[tuple[int, int, int]] = set()
    for one in segments:
        for text in readable_cells(one):
            for part in _parts(text) if _at(text) not in texts else ():
                if _at(part) not in seen:
                    yield one.path or "正文", part
                seen.add(_at(part))
            texts.add(_at(text))


def _at(text: Folded) -> tuple[int, int, int]:
    """Where a text stands: two of one document that begin and end together and are as long are the same."""
    return (text.starts[0], text.ends[-1], len(text)) if len(text) else (0, 0, 0)


def _marked(spans: Iterable[Span]) -> bytearray:
    """A byte for each character of the document up to the last span, 1 inside a span."""
    found = list(spans)
    marks = bytearray(max((s.end for s in found), default=0))
    for s in found:
        marks[s.start : s.end] = b"\1" * (s.end - s.start)
    return marks


# --- what is read ----------------------------------------------------------------------------------------------------


def readable_cells(segment: Segment) -> Iterator[Folded]:
    """The texts of a segment that the second reader reads: running text, cells of names and tasks, and a row's name with each of its values."""
    name = next((c for c in segment.cells if c.role in ("indicator", "task")), None)
    for cell in segment.cells:
        if segment.kind == "clause" or cell.role in ("indicator", "task", "text"):
            yield cell.text
        elif name is not None and cell.role in ("value", "current", "growth"):
            yield name.text.cut(max(len(name.text) - _NAME, 0), len(name.text)) + cell.text


def passages_of(segment: Segment) -> Iterator[Folded]:
    """The sentences of a segment that may hold a value."""
    for text in readable_cells(segment):
        yield from _parts(text)


def _parts(text: Folded) -> Iterator[Folded]:
    return (text.cut(low, high) for low, high in passages(text.text))


def _heard(where: str, part: Folded, found: Sequence[Proposal]) -> Iterator[Heard]:
    for claim in claims(part.text, found):
        names = tuple(s for n in claim.names for s in part.spans(*n))
        yield Heard(where, part, names, _proposed(part, claim))


def _proposed(part: Folded, claim: Claim) -> Proposed:
    value = Slot(part.plain[slice(*claim.value)], part.spans(*claim.value), "reader.value")
    name = "、".join(part.plain[a:b] for a, b in claim.names)
    return Proposed(name, value, claim.measure.quantity if claim.measure else None, claim.measure.unit if claim.measure else None, claim.score)


# --- agreement -------------------------------------------------------------------------------------------------------


def _read_by(target: Target, values: Mapping[int, Sequence[Heard]], seen: bytearray) -> Target:
    """The target with its readers; states without a number are not read by the second reader."""
    if target.quantity is None or not any(any(seen[s.start : s.end]) for s in target.value.spans):
        return target
    heard = [h for s in target.value.spans for at in range(s.start, s.end) for h in values.get(at, ())]
    if not heard:
        return replace(target, readers="rules")
    if any(_agrees(target, h) for h in heard):
        return replace(target, readers="both")
    return replace(target, readers="differs", second=heard[0].proposed)


def _agrees(target: Target, h: Heard) -> bool:
    """Whether a claim says of the target's value what the target says: the same number, and a name that shares characters with its name.

    A claim without a name agrees where the target's own name stands outside the passage (in a heading, an earlier sentence).
    """
    mine, other = target.quantity, h.proposed.quantity
    if mine and other and (mine.value, mine.value_max) != (other.value, other.value_max):
        return False
    if h.names:
        return _meet(h.names, target.indicator.spans)
    return not _meet(h.passage.spans(0, len(h.passage)), target.indicator.spans)


def _meet(some: Sequence[Span], others: Sequence[Span]) -> bool:
    """Whether two sets of source ranges share a character."""
    return any(a.start < b.end and b.start < a.end for a in some for b in others)


# --- what only the second reader takes for a target ------------------------------------------------------------------


def _proposing(uncovered: Sequence[Uncovered], loose: Sequence[Heard]) -> tuple[Uncovered, ...]:
    """The ledger with the proposals: on the entry that holds the number; where none does, on one of their own."""
    entries = list(uncovered)
    said = _marked(s for entry in entries if entry.reason == "repeat" for s in entry.spans)  # stated elsewhere, as a target
    loose = [h for h in loose if not any(any(said[s.start : s.end]) for s in h.proposed.value.spans)]
    starts = sorted((s.start, s.end, i) for i, entry in enumerate(entries) for s in entry.spans)
    for h in {h.proposed.value.spans: h for h in loose}.values():
        first = h.proposed.value.spans[0]
        at = bisect_right(starts, (first.start, first.start + 10**9, 0)) - 1
        held = next((i for low, high, i in reversed(starts[max(0, at - 3) : at + 1]) if low <= first.start < high), None)
        if held is None and h.proposed.quantity is not None:  # the ledger is one of numbers: a grade has no line of its own
            entries.append(Uncovered(h.where, h.passage.plain, h.passage.spans(0, len(h.passage)), UNEXPLAINED, (h.proposed,)))
        elif held is not None:
            entries[held] = replace(entries[held], proposals=(*entries[held].proposals, h.proposed))
    return tuple(entries)
