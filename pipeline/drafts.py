"""Tasks while their segments are read: what they carry, and which of them stand as tasks in the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from pipeline.duties import assigned
from schemas.types import Cell, Mention, Segment, Slot, Task

_UNTASKED = ("talk", "goal", "past", "outlook", "support")  # sections whose items are no tasks for being there


@dataclass(slots=True)
class Draft:
    """A task while its segments are read: its first segment, title, units by role, deadline, and how many targets stand in it."""

    segment: Segment
    title: Slot
    bodies: dict[str, list[Slot]] = field(default_factory=dict)
    deadline: Mention | None = None
    deadline_slot: Slot | None = None
    targets: int = 0

    def date(self, cell: Cell, found: Mention | None, shift: int = 0) -> None:
        """Take a deadline read from a cell (`shift`: where the text that was read begins in it), unless there is one already."""
        if found and self.deadline is None:
            self.deadline = found
            low, high = found.start + shift, found.end + shift
            self.deadline_slot = Slot(cell.text.plain[low:high], cell.text.spans(low, high), found.rule)

    def stands(self) -> bool:
        """Whether it is a task, the smallest numbered unit that carries duties: rows, duty items, and leaf items with units, a date or targets."""
        if self.segment.kind == "row" or assigned(self.bodies) or self.deadline:
            return True
        if not self.segment.leaf or self.segment.section in _UNTASKED:
            return False
        return self.targets > 0 or (self.segment.numbered and not (self.segment.path or "").startswith("附件"))

    def task(self, path: str) -> Task:
        """The task as a record."""
        period = self.deadline.value if self.deadline else None
        return Task(path, self.title, {r: tuple(v) for r, v in self.bodies.items() if v}, period, self.deadline_slot)


def owner(path: str | None, known: Collection[str]) -> str | None:
    """The task that a path stands in: itself, or the nearest above it that is one."""
    while path and path not in known:
        path = path.rsplit("/", 1)[0] if "/" in path else None
    return path
