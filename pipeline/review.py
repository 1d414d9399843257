"""The review queue: what a person should look at first, one item for each place of a document."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.exporters.frames import Frames, Line
from schemas.reasons import REASONS, UNEXPLAINED, explain

LOW_CONFIDENCE = 0.8  # below it: states that a verb of direction gives, counts that a verb outside the lists governs, values read badly from pictures
# what the queue begins with, and goes on with
GROUPS = ("document", "unexplained", "number", "confidence", "proposal", "table", "deadline", "column")
_ISSUES = {
    "table_not_read": ("table", "no heading of the table names tasks or indicators"),
    "table_without_header": ("table", "the columns are read by what their cells look like"),
    "unknown_column": ("table", "the cells of this column are not read"),
    "rows_uncertain": ("table", "where one row ends and the next begins is uncertain"),
}
_WIDTH = 90


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: its group (one of GROUPS), where it stands, the text, why it is here.

    `start` and `end` count characters of the document's text; None for what has no place in it. `confidence` is that of a target.
    """

    group: str
    document: str
    where: str
    reason: str
    text: str
    says: str
    start: int | None = None
    end: int | None = None
    confidence: float | None = None


def queue(frames: Frames) -> list[Item]:
    """What a person should look at, the most urgent first: documents that failed, numbers that nothing explains, numbers that may be
    targets, targets of low confidence, proposals of the second reader, tables and deadlines that are not read, and cells
    of columns that no rule reads."""
    return sorted(_items(frames), key=order)


def most_urgent(frames: Frames, limit: int | None) -> tuple[list[Item], int]:
    """The first items of the queue, and how many it has; only these are held in memory. No limit: all."""
    if limit is None:
        items = queue(frames)
        return items, len(items)
    groups: Counter[str] = Counter()
    first = heapq.nsmallest(max(limit, 1), _counted(_items(frames), groups), key=order)
    return first[:limit], groups.total()


def _counted(items: Iterable[Item], groups: Counter[str]) -> Iterator[Item]:
    for item in items:
        groups[item.group] += 1
        yield item


def _items(frames: Frames) -> Iterator[Item]:
    yield from _numbers(frames["coverage"])
    yield from _targets(frames["targets"])
    yield from _issues(frames["issues"])


def order(item: Item) -> tuple[int, int, float, str, int]:
    """The key by which the queue is sorted: the group, the rank of the reason, how sure the reading is, the place."""
    rank = REASONS[item.reason].rank if item.reason in REASONS else None
    return GROUPS.index(item.group), rank or 0, item.confidence or 0.0, item.document, item.start or 0


def lines(items: Sequence[Item]) -> Iterator[str]:
    """The items for people, one line each."""
    for item in items:
        text = " ".join(item.text.split())
        text = text if len(text) <= _WIDTH else text[:_WIDTH] + "…"
        sure = f" {item.confidence:.2f}" if item.confidence is not None else ""
        yield f"{item.document}\t{item.where}\t{item.reason}{sure}\t“{text}”\t{item.says}"


def _numbers(coverage: Iterable[Line]) -> Iterator[Item]:
    """Lines of the ledger whose reason a person should look at."""
    for line in coverage:
        reason = line["reason"]
        if reason in REASONS and REASONS[reason].rank is not None:
            group = reason if reason in (UNEXPLAINED, "deadline", "column") else "number"
            yield Item(group, line["document"], line["where"], reason, line["text"], explain(reason), line["start"], line["end"])
        elif line.get("proposals"):
            says = "the second reader takes for a target: " + ", ".join(_second(p) for p in line["proposals"])
            yield Item("proposal", line["document"], line["where"], reason, line["text"], says, line["start"], line["end"])


def _second(proposed: Line) -> str:
    return f"{proposed['indicator'] or '(no name)'} {proposed['value_text']}"


def _targets(targets: Iterable[Line]) -> Iterator[Item]:
    """Targets that were read with low confidence, or by one reader, or by the two under different names."""
    for line in targets:
        if line["confidence"] < LOW_CONFIDENCE or line.get("readers") in ("rules", "differs"):
            name = " ".join(str(line[k]) for k in ("scope", "indicator", "operator", "value_text") if line[k])
            where = line["task"] or "正文"
            says = f"read as {name}" + _doubt(line)
            yield Item("confidence", line["document"], where, line["rule"], line["quote"], says, line["start"], line["end"], line["confidence"])


def _doubt(line: Line) -> str:
    """What the second reader makes of a target's value, where it does not agree."""
    if line.get("readers") == "differs":
        return f"; the second reader has {_second(line['second'])}"
    return "; the second reader takes the number for no target" if line.get("readers") == "rules" else ""


def _issues(issues: Iterable[Line]) -> Iterator[Item]:
    """Documents that failed, and tables that are not read or not for certain."""
    for line in issues:
        if line["level"] == "error":
            yield Item("document", line["document"], line["where"], line["code"], line["message"], "nothing of this document was stored")
        elif line["code"] in _ISSUES:
            group, says = _ISSUES[line["code"]]
            yield Item(group, line["document"], line["where"], line["code"], line["message"], says)
