"""What a run did: counted while it runs, stored with it, shown by `zhibiao runs`."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from pipeline.store import Stored
from pipeline.work import Outcome

_SLOWEST, _LISTED = 10, 1000  # entries that the stored report keeps; the rest is counted
_DROP, _FEW = 0.5, 4  # a document that had more than a few targets and has lost half of them is named


@dataclass(slots=True)
class Report:
    """Counts are documents unless they say otherwise. `seconds`: of the clock; `stages`: seconds of work by stage, over all workers.

    `dropped`: documents that have far fewer targets than before: name, before, now. `stored`: what the database holds afterwards.
    """

    number: int = 0
    status: str = "running"
    seconds: float = 0.0
    found: int = 0
    documents: int = 0
    unchanged: int = 0
    tasks: int = 0
    targets: int = 0
    failed: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    pruned: int = 0
    changed: bool = False
    engine: str = ""
    issues: Counter[str] = field(default_factory=Counter)
    uncovered: Counter[str] = field(default_factory=Counter)
    stages: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    dropped: list[tuple[str, int, int]] = field(default_factory=list)
    growth_mb: float = 0.0
    stored: dict[str, Any] = field(default_factory=dict)
    stopped: str | None = None
    _slowest: list[tuple[float, str]] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether something could not be read, or the run had to stop."""
        return bool(self.failed or self.quarantined) or self.status != "done"

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """Seconds and name of the documents that took longest, the slowest first."""
        return sorted(self._slowest, reverse=True)

    def count(self, outcome: Outcome, stored: Stored) -> None:
        """Count a document that was read and stored."""
        assert outcome.rows is not None
        self.documents += 1
        self.changed = self.changed or not stored.skipped
        self.tasks += len(outcome.rows.tables["task"])
        self.targets += stored.targets
        self.issues.update(issue.code for issue in outcome.rows.issues)
        self.uncovered.update(row["reason"] for row in outcome.rows.tables["coverage"])
        if stored.before is not None and stored.before > _FEW and stored.targets <= stored.before * _DROP:
            self.dropped.append((stored.name, stored.before, stored.targets))
        self.time(outcome)

    def time(self, outcome: Outcome) -> None:
        """Count what an outcome took."""
        for stage, seconds in outcome.seconds.items():
            self.stages[stage] += seconds
        self.growth_mb = max(self.growth_mb, outcome.growth_mb)
        keep = heapq.heappush if len(self._slowest) < _SLOWEST else heapq.heappushpop
        keep(self._slowest, (round(sum(outcome.seconds.values()), 3), outcome.job.name))

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON; long lists are cut, their lengths stand beside."""
        lists = {name: getattr(self, name) for name in ("failed", "quarantined", "gone", "dropped")}
        plain = ("number", "status", "found", "documents", "unchanged", "tasks", "targets", "pruned", "changed", "engine", "stored", "stopped")
        return {
            **{name: getattr(self, name) for name in plain},
            "seconds": round(self.seconds, 3),
            "documents_per_second": round(self.documents / self.seconds, 2) if self.seconds else None,
            "counts": {name: len(found) for name, found in lists.items()},
            **{name: found[:_LISTED] for name, found in lists.items()},
            "issues": dict(self.issues.most_common()),
            "uncovered": dict(self.uncovered.most_common()),
            "stages": {name: round(seconds, 3) for name, seconds in self.stages.items()},
            "growth_mb": round(self.growth_mb, 1),
            "slowest": self.slowest,
        }
