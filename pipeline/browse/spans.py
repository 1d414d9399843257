"""A text as it is shown: lines, paragraphs and rows of cells, cut where something that was read begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

PART = 60_000  # characters of a long text that are shown at once


class _Shown(dict[int, str]):
    """Characters that cannot be shown, or that would turn what stands around them (U+202E), as visible ones; one for one, so that offsets stay."""

    def __missing__(self, code: int) -> str:
        hidden = code in _TURNING or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE
        self[code] = found = chr(0x2400 + code) if code < 32 else "\ufffd" if hidden else chr(code)
        return found


_TURNING = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029))
_SHOWN = _Shown({9: "\t", 10: "\n"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters that say something: a field of a record (`value`, `deadline` …) or what else (`quote`, `ledger`).

    `targets` and `tasks`: numbers of the records on the page that it belongs to; `entry`: that of an entry of the ledger.
    """

    start: int
    end: int
    field: str
    targets: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters that the same marks cover. `anchor`: their offset, where a mark begins with them."""

    text: str
    start: int
    fields: tuple[str, ...] = ()
    targets: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    anchor: bool = False

    @property
    def size(self) -> int:
        """The number of its characters."""
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text: one cell, or the cells of a table row. `number` counts from 1; `head`: a row of headings."""

    number: int
    start: int
    cells: tuple[tuple[Piece, ...], ...]
    head: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow one another: one of running text, or the rows of a table."""

    kind: str
    lines: tuple[Line, ...]
    width: int = 1


def shown(text: str) -> str:
    """A text with what cannot be shown, and what would turn the direction of writing, replaced one for one."""
    return text.translate(_SHOWN)


def parts(text: str, size: int = PART) -> list[tuple[int, int]]:
    """The text cut into parts of about `size` characters, at the ends of lines where there are any near."""
    found: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > size:
        end = text.rfind("\n", start + size // 2, start + size) + 1 or start + size
        found.append((start, end))
        start = end
    return [*found, (start, len(text))]


def pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """The characters `start` to `end` of a text, cut at every begin and end of the marks (all of which must touch them)."""
    if not marks:
        return (Piece(shown(text[start:end]), start),) if start < end else ()
    cuts = sorted({start, end, *(at for m in marks for at in (m.start, m.end) if start < at < end)})
    found = []
    for low, high in pairwise(cuts):
        here = [m for m in marks if m.start < high and m.end > low]
        found.append(
            Piece(
                shown(text[low:high]),
                low,
                tuple(dict.fromkeys(m.field for m in here)),
                tuple(sorted({k for m in here for k in m.targets})),
                tuple(sorted({k for m in here for k in m.tasks})),
                tuple(m.entry for m in here if m.entry is not None),
                any(m.start == low for m in here),
            )
        )
    return tuple(found)


def blocks(text: str, start: int, end: int, marks: Iterable[Mark], rows: Sequence[tuple[int, int]] = ()) -> list[Block]:
    """The part of a text between two ends of lines, as paragraphs and tables.

    A line with a tab between other characters is a row of a table. `rows`: the first and last offset of the rows that gave segments:
    those of a table before them are its headings.
    """
    waiting = sorted(marks, key=lambda m: m.start, reverse=True)
    active: list[Mark] = []
    ends = {high for _, high in rows}
    number = text.count("\n", 0, start)
    found: list[Block] = []
    table: list[Line] = []
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        number += 1
        while waiting and waiting[-1].start < stop:
            active.append(waiting.pop())
        active = [m for m in active if m.end > at]
        if "\t" in text[at:stop].strip("\t ") or (table and "\t" in text[at:stop]):
            head = all(line.head for line in table) and not any(at < high <= stop for high in ends)
            table.append(Line(number, at, _cells(text, at, stop, active), head))
        else:
            _close(table, found)
            if text[at:stop].strip():
                found.append(Block("text", (Line(number, at, (pieces(text, at, stop, active),)),)))
        at = stop + 1
    _close(table, found)
    return found


def _cells(text: str, start: int, stop: int, marks: Sequence[Mark]) -> tuple[tuple[Piece, ...], ...]:
    found = []
    at = start
    for cell in text[start:stop].split("\t"):
        end = at + len(cell)
        found.append(pieces(text, at, end, [m for m in marks if m.start < end and m.end > at]))
        at = end + 1
    return tuple(found)


def _close(table: list[Line], found: list[Block]) -> None:
    """A table ends; one without any row of records has no headings that are known for certain."""
    if table:
        lines = table if not all(line.head for line in table) else [Line(x.number, x.start, x.cells) for x in table]
        found.append(Block("table", tuple(lines), max(len(line.cells) for line in lines)))
        table.clear()
