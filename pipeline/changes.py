"""What a change of rules, vocabulary or model does to the records: two readings of the same documents → gained, lost and altered records.

A record is a dict: `record` names its kind (document, task, target, ledger), `at` its place in the text, the rest are its fields as exported.
Records of the two readings are paired by their evidence first, so that a renamed indicator is an alteration and not a loss and a gain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Record = dict[str, Any]
Way = Literal["gained", "lost", "altered"]
Key = Callable[[Record], Hashable]
_SIGNS: dict[Way, str] = {"gained": "+", "lost": "-", "altered": "~"}
KINDS = ("document", "task", "target", "ledger")
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One record that the two readings have differently; `fields` are those that differ where both have it."""

    document: str
    way: Way
    old: Record | None
    new: Record | None
    fields: tuple[str, ...] = ()

    @property
    def record(self) -> Record:
        """The record as it is now, or as it was where it is lost."""
        found = self.new or self.old
        assert found is not None
        return found


def _at(record: Record) -> tuple[int, ...] | None:
    return tuple(record["at"]) if record.get("at") else None


def _by(*fields: str) -> Key:
    """A key of some fields; None, which pairs nothing, where a record has none of them."""

    def key(record: Record) -> Hashable:
        values = tuple(_at(record) if f == "at" else record.get(f) for f in fields)
        return values if any(v is not None for v in values) else None

    return key


# by which two readings of one record are known: the first key that fits pairs them
_ROUNDS: dict[str, tuple[Key | None, ...]] = {
    "document": (lambda record: record["record"],),
    "task": (_by("task", "title"), _by("task"), _by("title")),
    # None: places that overlap
    "target": (_by("at", "task", "indicator"), _by("at", "indicator"), _by("at", "task"), _by("at"), None, _by("task", "indicator")),
    "ledger": (_by("at", "where"), _by("at"), None),
}


def compare(document: str, old: Sequence[Record], new: Sequence[Record]) -> list[Change]:
    """The changes from one reading of a document to another, by kind and in text order; the order of records is no difference.

    森林覆盖率 30% read as 全市森林覆盖率 30% at the same place is one altered record, field `indicator`.
    """
    changes: list[Change] = []
    for kind in KINDS:
        before = [r for r in old if r["record"] == kind]
        after = [r for r in new if r["record"] == kind]
        pairs = _pairs(before, after, _ROUNDS[kind])
        changed = [Change(document, "altered", before[i], after[j], fields) for i, j in pairs if (fields := _differing(before[i], after[j]))]
        first, second = {i for i, _ in pairs}, {j for _, j in pairs}
        changed += [Change(document, "lost", r, None) for i, r in enumerate(before) if i not in first]
        changed += [Change(document, "gained", None, r) for j, r in enumerate(after) if j not in second]
        changes += sorted(changed, key=lambda c: _at(c.record) or ())
    return changes


def _differing(old: Record, new: Record) -> tuple[str, ...]:
    """The fields in which two records differ; what is absent is null."""
    return tuple(f for f in dict.fromkeys([*new, *old]) if old.get(f) != new.get(f))


def _pairs(old: Sequence[Record], new: Sequence[Record], rounds: Sequence[Key | None]) -> list[tuple[int, int]]:
    """Indexes of records that are two readings of one: those that are equal, then round by round those alike, the least different first."""
    pairs: list[tuple[int, int]] = []
    first, second = set(range(len(old))), set(range(len(new)))

    def take(candidates: Iterator[tuple[int, int]]) -> None:
        ordered = sorted(candidates, key=lambda p: (len(_differing(old[p[0]], new[p[1]])), -_shared(old[p[0]], new[p[1]]), p))
        for i, j in ordered:
            if i in first and j in second:
                pairs.append((i, j))
                first.discard(i)
                second.discard(j)

    for key in (_whole, *rounds):
        take(_alike(old, new, first, second, key) if key else _overlapping(old, new, first, second))
    return pairs


def _whole(record: Record) -> Hashable:
    return repr(sorted((k, v) for k, v in record.items() if v is not None))


def _alike(old: Sequence[Record], new: Sequence[Record], first: set[int], second: set[int], key: Key) -> Iterator[tuple[int, int]]:
    """Pairs, of those that are left, with the same key."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for j in sorted(second):
        groups[key(new[j])].append(j)
    for i in sorted(first):
        if (name := key(old[i])) is not None:
            yield from ((i, j) for j in groups.get(name, ()))


def _overlapping(old: Sequence[Record], new: Sequence[Record], first: set[int], second: set[int]) -> Iterator[tuple[int, int]]:
    """Pairs, of those that are left, whose places share characters."""
    for i in sorted(first):
        yield from ((i, j) for j in sorted(second) if _shared(old[i], new[j]) > 0)


def _shared(old: Record, new: Record) -> int:
    """How many characters the places of two records share."""
    a, b = _at(old), _at(new)
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) if a and b else 0


# --- the gold's verdict ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure of a gold document before and after: F1 and the number of records that are right."""

    document: str
    figure: str
    before: float
    after: float
    right_before: int
    right_after: int

    @property
    def falls(self) -> bool:
        """Whether the change makes the document's reading worse."""
        return self.after < self.before - 1e-9


def judge(before: Mapping[str, Any], after: Mapping[str, Any], documents: Sequence[str]) -> list[Verdict]:
    """The figures of the scorer that differ, by document. `before` and `after` are its reports."""
    found = []
    for name in documents:
        for figure, was in before.get(name, {}).items():
            now = after.get(name, {}).get(figure)
            if figure != "fields" and now is not None and (was["f1"], was["right"]) != (now["f1"], now["right"]):
                found.append(Verdict(name, figure, was["f1"], now["f1"], was["right"], now["right"]))
    return found


# --- for people --------------------------------------------------------------------------------------------------------


def lines(changes: Sequence[Change], verdicts: Sequence[Verdict], documents: Sequence[str]) -> Iterator[str]:
    """The changes by document, one line each, then a line for each document with what it gains and loses, then the gold's verdict."""
    by_document: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_document[change.document].append(change)
    fresh = {name for name, found in by_document.items() if any(c.way == "gained" and c.record["record"] == "document" for c in found)}
    for name in documents:
        if name in by_document and name not in fresh:
            yield name
            yield from (f"  {_SIGNS[c.way]} {_shown(c)}" for c in by_document[name])
            yield ""
    for name in documents:
        counts = Counter((c.record["record"], c.way) for c in by_document[name])
        told = [f"{kind} {' '.join(_SIGNS[w] + str(counts[kind, w]) for w in _SIGNS if counts[kind, w])}" for kind in KINDS if _any(counts, kind)]
        yield f"{name}: {'no earlier reading; ' if name in fresh else ''}{', '.join(told) or 'no change'}"
    for v in verdicts:
        yield f"{v.document}: {v.figure} {v.before:.3f} -> {v.after:.3f}, right {v.right_before} -> {v.right_after}{'  FALLS' if v.falls else ''}"


def _any(counts: Mapping[tuple[str, Way], int], kind: str) -> bool:
    return any(counts.get((kind, way)) for way in _SIGNS)


def _shown(change: Change) -> str:
    """One change: what it is of, the fields that differ, the words it was read from."""
    record = change.record
    parts = [record["record"], _name(record)]
    if change.old is not None and change.new is not None:
        parts.append("; ".join(_difference(f, change.old.get(f), change.new.get(f)) for f in change.fields))
    if (words := record.get("quote")) and words not in parts[1]:
        parts.append(f"“{_short(words)}”")
    return "  ".join(parts)


def _name(record: Record) -> str:
    """What a record is of, in a few words: [24] 全市 森林覆盖率 >= 30% by 2025-12-31."""
    place = f"[{record.get('task') or record.get('where') or '正文'}]"
    if record["record"] == "target":
        said = [record.get(k) for k in ("scope", "indicator", "operator", "value_text")] + [_value(record.get("deadline"))]
        return " ".join([place, *(s for s in said if s and s != "-")])
    if record["record"] == "ledger":
        return f"{place} {record['reason']} “{_short(record['text'])}”"
    return f"{place} {_short(record['title'] or '')}" if record["record"] == "task" else ""


def _difference(field: str, old: Any, new: Any) -> str:
    if isinstance(old, list) and isinstance(new, list) and field != "at":
        gone, come = [x for x in old if x not in new], [x for x in new if x not in old]
        if gone or come:
            return f"{field}: " + " ".join([*(f"-{x}" for x in gone), *(f"+{x}" for x in come)])
    return f"{field}: {_value(old)} -> {_value(new)}"


def _value(value: Any) -> str:
    """A field's value for people; a deadline by its kind and days."""
    if isinstance(value, dict):
        days = "—".join(d for d in (value.get("start"), value.get("end")) if d)
        return f"{value.get('kind')} {days}".strip()
    if isinstance(value, list):
        return "、".join(map(str, value)) or "-"
    return "-" if value is None else _short(str(value))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else text[:_WIDTH] + "…"
