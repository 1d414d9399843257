"""What decisions of people are: a decision, what decisions come to for a target, and the error that is told to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.errors import ZhibiaoError

Values = dict[str, Any]
Action = Literal["accept", "correct", "reject", "add", "undo"]
Verdict = Literal["accepted", "corrected", "rejected", "added"]
Conflict = Literal["lost", "unread", "ambiguous", "differs", "agreed"]
"""What becomes of a decision when a document is read anew. `differs`: the program now reads something else; what people said stands. `unread`: it
reads no target at the place any more; what people said stands. `lost`: the text is not in the document any more, nothing stands. `ambiguous`:
several targets could be meant, none is touched. `agreed`: the program now reads what people said. All but `agreed` wait for a person."""
Spans = Mapping[str, tuple[tuple[int, int], ...]]

ACTIONS = ("accept", "correct", "reject", "add", "undo")
SLOTS = ("indicator", "scope", "value", "unit", "baseline", "deadline", "quote")  # fields whose text stands somewhere
FIELDS = (
    *("indicator", "scope", "kind", "operator", "value", "value_max", "unit", "change_direction", "baseline", "deadline", "status", "strength"),
)


class CorrectionError(ZhibiaoError):
    """A decision cannot be applied; the text says which field, what is wrong with it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `number` orders all of them; `changes`: field → what stood before, what the person says; `spans`: slot → places pointed at.

    `subject` stays the same for one target however often the program reads it otherwise; `target_id` is the target's id at the decision.
    """

    id: str
    number: int
    action: Action
    document: str
    target_id: str
    changes: Mapping[str, tuple[Any, Any]]
    spans: Spans
    reason: str | None
    author: str
    made: str
    undoes: str | None = None
    subject: str = ""
    sha256: str = ""
    evidence_id: str = ""
    anchor: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def as_dict(self) -> Values:
        """For JSON: without what only the program needs."""
        return {
            **{name: getattr(self, name) for name in ("id", "number", "action", "document", "target_id")},
            "changes": {name: list(pair) for name, pair in self.changes.items()},
            "spans": {slot: [list(span) for span in spans] for slot, spans in self.spans.items()},
            **{name: getattr(self, name) for name in ("reason", "author", "made", "undoes")},
        }


@dataclass(frozen=True, slots=True)
class State:
    """What decisions come to for a target: by whom and when it was decided last, whether people disagree, what is in conflict.

    `fields` of a conflict: field → what the program reads now, what stands.
    """

    state: Verdict
    author: str
    made: str
    decision: str
    disputed: bool
    conflict: Conflict | None
    fields: Mapping[str, tuple[Any, Any]]
    subject: str = ""

    @property
    def waits(self) -> bool:
        """Whether a person should look at it again."""
        return self.disputed or self.conflict not in (None, "agreed")
