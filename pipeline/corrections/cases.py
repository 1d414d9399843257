"""All decisions on one target, in their order: which are in force, what they change together, whether people disagree."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.corrections import anchors
from pipeline.corrections.anchors import Span
from pipeline.corrections.kinds import FIELDS, Decision, Values
from pipeline.corrections.records import differing, record_of

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Case:
    """What was decided on one target and is in force, at least one decision."""

    subject: str
    decisions: tuple[Decision, ...]

    @property
    def last(self) -> Decision:
        """The decision that tells what stands."""
        return self.decisions[-1]

    @property
    def added(self) -> bool:
        """Whether a person added the target."""
        return self.decisions[0].action == "add"

    @property
    def rejected(self) -> bool:
        """Whether the target is none."""
        return self.last.action == "reject"

    @property
    def base(self) -> Mapping[str, Any] | None:
        """The rows as the program read them at the last decision, or last before it."""
        return self.last.anchor.get("base")

    def changes(self) -> Values:
        """What people say of each field that they changed; of one that several changed, what was said last."""
        return {name: after for decision in self.decisions for name, (_, after) in decision.changes.items()}

    def pointed(self, text: str, sha: str) -> dict[str, list[Span] | None]:
        """Slot → where people pointed, in this text; None where that is no longer there."""
        return {slot: spans for decision in self.decisions for slot, spans in relocated(decision, "pointed", text, sha).items()}

    def disputed(self) -> bool:
        """Whether the people who decided, each by the last word, do not say the same."""
        said = list({decision.author: statement(decision) for decision in self.decisions}.values())
        return any(not agree(said[0], other) for other in said[1:])


def cases(decisions: Iterable[Decision]) -> list[Case]:
    """The cases in which something is in force, in the order of their first decision."""
    found: dict[str, list[Decision]] = defaultdict(list)
    undone: set[str | None] = set()
    for decision in sorted(decisions, key=lambda d: d.number):
        if decision.action == "undo":
            undone.add(decision.undoes)
        else:
            found[decision.subject].append(decision)
    some = ((subject, tuple(d for d in mine if d.id not in undone)) for subject, mine in found.items())
    return [Case(subject, mine) for subject, mine in some if mine]


def statement(decision: Decision) -> Values | str:
    """What a person said of the whole target by a decision: the record as it then stood, or that it is none."""
    if decision.action == "reject":
        return REJECTED
    seen = decision.anchor.get("seen") or dict.fromkeys(FIELDS)
    return {**seen, **{name: after for name, (_, after) in decision.changes.items()}}


def agree(one: Values | str, other: Values | str) -> bool:
    """Whether two statements say the same."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return not differing(one, other)


def verdict(decision: Decision) -> str:
    """What a person made of the program's reading: accepted, corrected, rejected, or added where there was none."""
    said, base = statement(decision), decision.anchor.get("base")
    if isinstance(said, str):
        return said
    if base is None:
        return "added"
    return "corrected" if differing(record_of(base["target"]), said) else "accepted"


def text_hash(text: str) -> str:
    """Tells one text from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def anchor(
    text: str, sha: str, base: Values | None, seen: Values | None, standing: Mapping[str, Sequence[Span]], pointed: Mapping[str, Sequence[Span]]
) -> Values:
    """What a decision rests on: the passage that holds quote and value, where each slot stands and what a person points at, with their words."""
    held = [span for slot in ("quote", "value") for span in (*standing.get(slot, ()), *pointed.get(slot, ()))]
    low, high = min(start for start, _ in held), max(end for _, end in held)

    def places(some: Mapping[str, Sequence[Span]]) -> Values:
        return {slot: [_place(text, start, end, low, high) for start, end in spans] for slot, spans in some.items()}

    return {
        "text": sha,
        "passage": anchors.place(text, low, high),
        "places": places(standing),
        "pointed": places(pointed),
        "base": base,
        "seen": seen,
    }


def _place(text: str, start: int, end: int, low: int, high: int) -> Values:
    """A place; inside the passage its surroundings are known."""
    if low <= start and end <= high:
        return {"start": start, "end": end, "text": text[start:end]}
    return anchors.place(text, start, end)


def passage(decision: Decision, text: str, sha: str) -> Span | None:
    """Where the passage of a decision stands in a text; None where it is not there, or cannot be told from others."""
    at = decision.anchor["passage"]
    return (at["start"], at["end"]) if decision.anchor["text"] == sha else anchors.found(at, text)


def relocated(decision: Decision, which: str, text: str, sha: str) -> dict[str, list[Span] | None]:
    """Slot → places of a decision (`places` or `pointed`) in a text; None for a slot of which one is not there."""
    there = passage(decision, text, sha)
    found: dict[str, list[Span] | None] = {}
    for slot, places in decision.anchor.get(which, {}).items():
        spans = [_moved(decision, at, there, text, sha) for at in places]
        found[slot] = [span for span in spans if span] if all(spans) else None
    return found


def _moved(decision: Decision, at: Mapping[str, Any], there: Span | None, text: str, sha: str) -> Span | None:
    if decision.anchor["text"] == sha:
        return at["start"], at["end"]
    whole = decision.anchor["passage"]
    if "before" in at:
        return anchors.found(at, text)
    return anchors.inside(whole, there, at, text) if there else None
