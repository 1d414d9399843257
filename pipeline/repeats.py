"""Targets that one task states more than once."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Hashable, Sequence
from heapq import merge
from operator import itemgetter

from pipeline.canonical import squashed
from schemas.structs import struct
from schemas.types import Segment, Target


@struct(frozen=True, slots=True)
class Said:
    """A target with the segment and the column role it was said in."""

    segment: Segment
    role: str
    target: Target

    @property
    def row(self) -> str | None:
        """The task, without the sub-row of a table row."""
        path = self.segment.path
        return path.rpartition(".")[0] if path and self.segment.kind == "row" and "." in path else path


@struct(frozen=True, slots=True)
class _Label:
    """A name without 的 and punctuation; `letters` is a cheap sketch of its characters, one bit for each."""

    text: str
    letters: int

    @classmethod
    def of(cls, name: str) -> _Label:
        text = squashed(name)
        letters = 0
        for char in text:
            letters |= 1 << ord(char) % 256
        return cls(text, letters)


def without_repeats(said: Sequence[Said]) -> list[Said]:
    """A value said twice in one task is one target; a sub-row's own statement wins over the indicator cell's."""
    kept: list[Said] = []
    # by what two statements must share; measured cells by themselves, for they never repeat each other: long tables stay cheap
    groups: dict[Hashable, tuple[list[tuple[int, _Label]], list[tuple[int, _Label]]]] = {}
    for new in said:
        if new.row is None:
            kept.append(new)  # in no task, it repeats nothing
            continue
        label = _Label.of(new.target.indicator.text)
        measured = new.target.rule == "measured.cell"
        said_of, in_cells = groups.setdefault(_key(new), ([], []))
        alike = said_of if measured else merge(said_of, in_cells, key=itemgetter(0))
        before = next(((i, old) for i, old in alike if _repeats(kept[i], new, old, label)), None)
        own = in_cells if measured else said_of
        if before is None:
            own.append((len(kept), label))
            kept.append(new)
        elif new.target.deadline is not None and kept[before[0]].target.deadline is None:
            (said_of if before in said_of else in_cells).remove(before)
            insort(own, (before[0], label), key=itemgetter(0))
            kept[before[0]] = new  # the one that adds a date
    return kept


def _key(said: Said) -> Hashable:
    """What repeated statements have in common: the task, the status, the number and its unit."""
    target = said.target
    number = (target.quantity, target.unit and target.unit.text) if target.quantity is not None else None
    return (said.row, target.status, number)


def _repeats(old: Said, new: Said, old_label: _Label, new_label: _Label) -> bool:
    """Whether two statements with the same key are the same target."""
    common = old_label.letters & new_label.letters
    if common not in (old_label.letters, new_label.letters):
        return False  # neither name can lie within the other
    first, again = old.target, new.target
    if again.deadline and first.deadline and first.deadline != again.deadline:
        return False
    if first.scope and again.scope and first.scope.text != again.scope.text:
        return False
    same_name = old_label.text == new_label.text
    elsewhere = (old.segment.id, old.role) != (new.segment.id, new.role)
    if first.quantity is None:
        if same_name and first.value.text == again.value.text:
            return True
        return first.kind == again.kind == "milestone" and elsewhere and _within(old_label.text, new_label.text)
    if first.kind == "grade" and first.value.text != again.value.text:
        return False
    return same_name or (elsewhere and _within(old_label.text, new_label.text))


def _within(first: str, again: str) -> bool:
    """Whether all characters of the shorter name are in the longer one, and make up most of it."""
    short, long = sorted((first, again), key=len)
    return len(short) > 0.55 * len(long) and Counter(short) <= Counter(long)
