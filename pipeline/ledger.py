"""The coverage ledger: for every number-bearing sentence or cell without a record, the reason.

Two passes. `loose_numbers` looks at one text while it is read, when the reasons are known. `complete` looks at the whole document
when it has been read, and lists what no pass has seen: nothing with a number is left out because a stage forgot it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter

from extractors.findings import Finding, Rejection, dimension
from extractors.period import find_periods
from extractors.quantity import Measure, find_quantities
from pipeline.heads import NUMBER, levels, role_of
from pipeline.official import Official
from schemas.folded import Folded, fold
from schemas.reasons import REASONS, UNEXPLAINED
from schemas.structs import struct
from schemas.types import Block, Cell, Document, Extraction, Mention, Segment, Slot, Span, Uncovered

_SENTENCE = re.compile(r"[。;!?]")
_CLAUSE = re.compile(r"[,。;!?]")
_DIGIT = re.compile(r"\d")
_NUMERAL = re.compile(r"[一二两三四五六七八九十百千万亿]")
_COUNTED = re.compile(rf"[\d{_NUMERAL.pattern[1:-1]}]")  # what holds no number holds none of these
_PART = re.compile(r"[一二三四五六七八九十百千]分之[一二三四五六七八九十]|一半|半数|多半|过半")
_ARTICLE = ("", "times", "duration", "months", "years")  # 一个, 一次, 一年
_LABEL = re.compile(r"(?:附[件表图录]|[图表])\d+(?:[-.]\d+)*[:、.]?")
_OUTLINE = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})+(?=[一-龥“])|[(\[](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)\]]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、](?!\d))"
)
_PAGE = re.compile(r"(?:[.…]{2,}\d{0,4})?$")
_LONGEST_NUMBER = 8
_PLACE, _SPAN = itemgetter(0, 1), attrgetter("start", "end")
_NOTE = re.compile(r"(?:注释?|说明|备注|资料来源|数据来源)[:\d①(]")
_ROLE_REASON = {"deadline": "deadline", "note": "note"}
_READ_AS_TEXT = ("text", "task", "indicator")


@struct(frozen=True, slots=True)
class Reading:
    """What was found in one folded text. `masked`: its characters in which no number is a quantity, `why`: stretches of them with their reasons."""

    text: str
    findings: Sequence[Finding]
    rejections: Sequence[Rejection]
    quantities: Sequence[Mention]
    why: Sequence[tuple[int, int, str]]
    closed: Sequence[tuple[int, int]]
    dates: Sequence[Mention]


@lru_cache(maxsize=1024)  # cells are asked when they are read, and for the ledger
def holds_number(text: str) -> bool:
    """Whether a folded text holds a digit or a Chinese numeral with a unit; 一 before a measure word is an article.

    "森林覆盖率达到30%", "改造三公里步道" and "三分之一的村庄" do, "形成一个整体" and "三明市" do not.
    """
    if _DIGIT.search(text) or _PART.search(text):
        return True
    return bool(_NUMERAL.search(text)) and not all(_is_article(q.value) for q in find_quantities(text, bytearray(len(text))))


def _is_article(measure: Measure) -> bool:
    return measure.quantity.value == 1 and (measure.count or dimension(measure.unit) in _ARTICLE)


def loose_numbers(reading: Reading) -> Iterator[tuple[int, int, list[str]]]:
    """Stretches of a text with a number that gave no target, with all reasons, those that a person should look at first: sentences without a
    target, and beside a target every clause with such a number.

    "给予最高50万元奖励。" → support; "森林覆盖率达到40%,乡镇医疗机构人员2.16名。" → the second clause, no_verb.
    """
    if not (reading.rejections or reading.quantities or reading.why or _COUNTED.search(reading.text)):
        return
    values = _Marks((f.value[0], f.value[0] + 1, "") for f in reading.findings)
    others: tuple[_Marks, ...] = ()
    at = 0
    for stop in (*(m.end() for m in _SENTENCE.finditer(reading.text)), len(reading.text)):
        stated = bool(values.within(at, stop))
        if not stated and not holds_number(reading.text[at:stop]):
            at = stop
            continue
        others = others or _reasons(reading)
        *numbers, masked, dates, units = others
        if stated:
            for low, high in _clauses(reading.text, at, stop):
                loose = [reason for marks in numbers for reason in marks.within(low, high)]
                loose += [reason for reason in masked.within(low, high) if REASONS[reason].rank is not None]
                if values.within(low, high):  # beside a value in the same clause only what a person should look at
                    loose = [reason for reason in loose if REASONS[reason].rank is not None]
                if loose:
                    yield low, high, sorted(loose, key=_urgency)
        else:
            reasons = [reason for marks in (*numbers, masked, dates, units) for reason in marks.within(at, stop)]
            yield at, stop, sorted(reasons, key=_urgency) or [UNEXPLAINED]
        at = stop


def _reasons(reading: Reading) -> tuple[_Marks, ...]:
    """Numbers that were rejected, numbers that nothing speaks of, masked stretches without a target, dates, and lists of units with a digit."""
    read = _Cover(Span(*f.value) for f in reading.findings)
    return (
        _Marks((r.start, r.start + 1, r.reason) for r in reading.rejections),
        _Marks(_unseen(reading)),
        _Marks(mark for mark in reading.why if not read.touches([Span(*mark[:2])])),
        _Marks((d.start, d.start + 1, "date") for d in reading.dates),
        _Marks((a, b, "units") for a, b in reading.closed if _DIGIT.search(reading.text[a:b])),
    )


def _clauses(text: str, at: int, stop: int) -> Iterator[tuple[int, int]]:
    clause = at
    for hit in _CLAUSE.finditer(text, at, stop):
        yield clause, hit.start()
        clause = hit.end()
    yield clause, stop


def _urgency(reason: str) -> int:
    """What a person should look at first; the others last."""
    rank = REASONS[reason].rank
    return len(REASONS) if rank is None else rank


def _unseen(reading: Reading) -> Iterator[tuple[int, int, str]]:
    """Numbers that no finding and no rejection speaks of; those in the statement of a state (3个断面全部达标) are what it is said of."""
    told = [Span(r.start, r.end) for r in reading.rejections]
    for f in reading.findings:
        told += [Span(*s) for s in (f.value, *f.name.parts, f.scope, f.base) if s]
    spoken, stated = _Cover(told), _Cover(Span(*f.quote) for f in reading.findings if f.quantity is None)
    for q in reading.quantities:
        at = [Span(q.start, q.end)]
        if not spoken.touches(at):
            yield q.start, q.start + 1, "state" if stated.touches(at) else UNEXPLAINED


class _Marks:
    """Stretches of a text with their reasons, that can be asked for those that lie in a part of it."""

    def __init__(self, marks: Iterable[tuple[int, int, str]]) -> None:
        self.marks = sorted(marks, key=_PLACE)
        self.starts = [start for start, _, _ in self.marks]
        self.longest = max((end - start for start, end, _ in self.marks), default=0)

    def within(self, at: int, stop: int) -> list[str]:
        """The reasons of the stretches that share a character with a part of the text."""
        if not self.starts:  # most often
            return []
        first = bisect_left(self.starts, at - self.longest)
        return [reason for _, end, reason in self.marks[first : bisect_left(self.starts, stop, first)] if end > at]


# --- the whole document ------------------------------------------------------------------------------------------------


def complete(document: Document, official: Official, extraction: Extraction) -> tuple[Uncovered, ...]:
    """The ledger in text order, with the sentences and cells of the plan that hold a number and that nothing has covered."""
    ledger = list(extraction.uncovered)
    covered = _Cover(_evidence(extraction, official))
    seen: set[tuple[int, int]] = set()
    held: list[Span] = []
    headers: set[str] = set()
    for segment in extraction.segments:
        for cell in segment.cells:
            headers.update(levels(cell.header))
            if not cell.text.text or (key := (cell.text.starts[0], cell.text.ends[-1])) in seen:
                continue
            seen.add(key)
            held += cell.text.spans(0, len(cell.text))
            ledger += _missed(segment, cell, covered)
    ledger += _outside(document, official, _Cover(held), covered, headers)
    return tuple(sorted(ledger, key=lambda u: u.spans[0].start if u.spans else 0))


def _missed(segment: Segment, cell: Cell, covered: _Cover) -> Iterator[Uncovered]:
    """Sentences of a cell with a number that nothing covers; the number of a row is its name."""
    if cell.role in ("number", "caption") or not _COUNTED.search(cell.text.text):
        return
    for start, end in _sentences(cell.text.text):
        if not covered.touches(spans := cell.text.spans(start, end)) and holds_number(cell.text.text[start:end]):
            reason = _ROLE_REASON.get(cell.role, UNEXPLAINED if cell.role in _READ_AS_TEXT else "column")
            yield Uncovered(segment.path or "正文", cell.text.plain[start:end], spans, reason)


def _outside(document: Document, official: Official, held: _Cover, covered: _Cover, headers: set[str]) -> Iterator[Uncovered]:
    """Sentences of paragraphs and cells of the plan that are in no segment."""
    numbering: set[tuple[int | None, int | None]] = set()
    for block in _blocks(document, official):
        if held.touches((Span(block.start, block.end),)):
            continue
        column = (block.where.table, block.where.column)
        if block.kind == "cell" and block.end - block.start <= _LONGEST_NUMBER:
            word = document.text[block.start : block.end].strip()
            if role_of(word) == "number":
                numbering.add(column)
            elif column in numbering and NUMBER.fullmatch(word):
                continue  # of a row that is no task
        text = fold(document.text, [(block.start, block.end)])
        text = _bare(text) if block.kind == "paragraph" else text
        if not _COUNTED.search(text.text):
            continue
        for start, end in _sentences(text.text):
            spans = text.spans(start, end)
            if covered.touches(spans) or not holds_number(text.text[start:end]):
                continue
            if reason := _place_reason(block, text, headers):
                yield Uncovered("正文", text.plain[start:end], spans, reason)


def _bare(text: Folded) -> Folded:
    """A heading without its number, and without the number of its page in a table of contents."""
    start = 0
    for pattern in (_LABEL, _OUTLINE):
        hit = pattern.match(text.text, start)
        start = hit.end() if hit else start
    end = _PAGE.search(text.text, start)
    return text.cut(start, end.start() if end else len(text))


def _place_reason(block: Block, text: Folded, headers: set[str]) -> str | None:
    """Why the numbers of a place that is in no segment gave no record; None for the years of a table's header, which are read."""
    header = block.kind == "cell" and text.plain in headers
    dates = find_periods(text.text, None)
    if dates and not holds_number("。".join(_apart(text.text, dates))):
        return None if header else "date"
    return "header" if header else "note" if _NOTE.match(text.text) else "outside"


def _apart(text: str, mentions: Sequence[Mention]) -> Iterator[str]:
    """What stands between some mentions."""
    at = 0
    for mention in mentions:
        yield text[at : mention.start]
        at = mention.end
    yield text[at:]


def _blocks(document: Document, official: Official) -> Iterator[Block]:
    """The paragraphs of the official text, and the cells of the tables behind its title."""
    begin = official.lines[official.first - 1].block.end if official.first else 0
    for block in document.blocks:
        if block.kind == "cell" and block.start >= begin and block.where.table not in official.sheets:
            yield block
    for line in official.lines[official.first : official.last]:
        yield line.block


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for hit in _SENTENCE.finditer(text):
        yield at, hit.end()
        at = hit.end()
    if at < len(text):
        yield at, len(text)


def _evidence(extraction: Extraction, official: Official) -> Iterator[Span]:
    """Where the records stand, and the lines of the ledger."""
    slots: list[Slot | None] = list(official.metadata.values())
    for target in extraction.targets:
        slots += [target.indicator, target.scope, target.value, target.unit, target.baseline, target.deadline_slot, target.quote]
    for task in extraction.tasks:
        slots += [task.deadline_slot, *(slot for bodies in task.bodies.values() for slot in bodies)]
    for slot in slots:
        yield from slot.spans if slot else ()
    for entry in extraction.uncovered:
        yield from entry.spans


class _Cover:
    """Stretches of the source, joined where they touch, that can be asked whether they touch others."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for span in sorted(spans, key=_SPAN):
            if self.ends and span.start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], span.end)
            else:
                self.starts.append(span.start)
                self.ends.append(span.end)

    def touches(self, spans: Sequence[Span]) -> bool:
        """Whether any of some stretches shares a character with these."""
        for span in spans:
            at = bisect_right(self.ends, span.start)
            if at < len(self.starts) and self.starts[at] < span.end:
                return True
        return False
