"""What a document says about validity, read from the whole of it: the official text, the notice, and the page around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import regex

from extractors import rules
from extractors.repeals import find_repeals
from extractors.standing import find_labelled, find_lines, find_marks, find_told
from extractors.validity import Basis, Known, Stated, dated, find_valid
from pipeline.evidence import Evidence, key
from pipeline.labels import Line
from pipeline.official import Official
from pipeline.paragraphs import paragraphs
from schemas.folded import Folded, fold
from schemas.types import Document, Slot, Validity

Values = dict[str, Any]
Read = tuple[Stated, Folded]
ENDED = ("repealed", "expired", "void")  # values of a state that is no longer in force
_PAGE_DATES = ("validity.date_label", "validity.date_line")
_FINAL = regex.compile(r"[。;:!?…)\]”》]$")
_RUNNING = regex.compile(r"[。,;、]")
_BROKEN = 18  # characters from which a line of running text without a full stop goes on in the next
_TOP = 5  # lines among which a mark may stand where no title is known
_HEADING = 30
_LABEL = 16  # characters of the longest label


def read_validity(document: Document, official: Official) -> tuple[Validity, ...]:
    """All statements of a document on its own validity, on what it repeals and revises, and on whether it still stands, in text order.

    What the official text leaves out (a table of 有效性 above the title, the notice, a line 此件已废止 at the foot) is read too: in the text and
    the notice every statement counts, at the foot only those on the state. A statement that the page repeats is given once, from the text.
    """
    known = _known(official)
    body, inside = list(_paragraphs(official)), {line.block.id for line in official.lines[official.first : official.last]}
    outside = [line for line in official.page if line.block.id not in inside]
    read: list[Read] = []
    for text, heading in body:
        one = replace(known, heading=heading)
        read += [(found, text) for found in (*find_valid(text.text, one), *find_repeals(text.text, one), *find_told(text.text))]
    for text in _joined(outside if not body else [line for line in outside if line.block.start < body[0][0].starts[0]]):
        read += [(found, text) for found in (*find_valid(text.text, known), *find_repeals(text.text, known))]
    for number, line in enumerate(official.page):
        if number < _TOP or line.block.id not in inside:
            read += [(found, line.text) for found in find_marks(line.text.text, known)]
    for line in outside:
        read += [(found, line.text) for found in (*find_told(line.text.text), *find_lines(line.text.text))]
    read += _labelled(document, official, outside)
    read += _edition(official)
    return _statements(document, read, known)


def _known(official: Official) -> Known:
    title, number = official.metadata.get("title"), official.metadata.get("doc_number")
    basis: Basis = "issue_date" if official.metadata.get("issue_date") else "publish_date"
    shown = fold(title.text, [(0, len(title.text))]).text if title else None
    return Known(shown, number.text if number else None, official.issued, basis)


def _paragraphs(official: Official) -> Iterator[tuple[Folded, str]]:
    """The paragraphs of the official text, each with the heading that it stands under."""
    heading = ""
    for line, marker in paragraphs(official):
        yield line.text, heading
        if marker is not None and len(line.text) <= _HEADING:
            heading = line.text.text


def _joined(lines: Sequence[Line]) -> Iterator[Folded]:
    """Texts of lines, those of running text that a page broke joined again."""
    pending: Folded | None = None
    for line in lines:
        if pending is not None and len(pending) >= _BROKEN and _RUNNING.search(pending.text) and not _FINAL.search(pending.text):
            pending = pending + line.text
            continue
        if pending is not None:
            yield pending
        pending = line.text
    if pending is not None:
        yield pending


def _labelled(document: Document, official: Official, outside: Sequence[Line]) -> Iterator[Read]:
    """Labels with their values in the next cell of the row, or in the next line, where no task or target is read."""
    lines = {line.block.id for line in outside}
    first = official.lines[official.first].block.start if official.first < len(official.lines) else len(document.text)
    about = [
        b
        for b in document.blocks
        if b.end > b.start and (b.id in lines if b.kind == "paragraph" else b.where.table in official.sheets or b.end <= first)
    ]
    for label, value in pairwise(about):
        if label.end - label.start > _LABEL or (label.where.table, label.where.row) != (value.where.table, value.where.row):
            continue
        text, beside = (fold(document.text, [(b.start, b.end)]) for b in (label, value))
        if found := find_labelled(text.text, beside.text):
            yield found, text + beside


def _edition(official: Official) -> Iterator[Read]:
    """A title that says it is a revision: X规划（修订版）."""
    title = official.metadata.get("title")
    if title is None:
        return
    for line in official.lines[: official.first]:
        hit = rules.words("validity", "edition").search(line.text.text)
        if hit and any(a.start <= line.text.starts[hit.start()] < a.end for a in title.spans):
            yield Stated("revises", *hit.span(), "validity.edition", "edition"), line.text


def _statements(document: Document, read: Sequence[Read], known: Known) -> tuple[Validity, ...]:
    """Statements with their places in the source, each once, in text order; the day of 失效日期 is the day of a state that has none."""
    whole = list(dated([found for found, _ in read], known))
    made: dict[tuple[Any, ...], Validity] = {}
    for found, (_, text) in zip(whole, read, strict=True):
        spans = text.spans(found.start, found.end)
        raw = Slot(document.text[spans[0].start : spans[-1].end], spans, found.rule)
        title, number = (_slot(text, part, found.rule) for part in (found.title, found.number))
        one = Validity(found.kind, raw, found.value, found.date_start, found.date_end, found.term, found.basis, title, number)
        says = (one.kind, one.value, one.date_start, one.date_end, one.term, title and title.text, number and number.text)
        made.setdefault(says, one)
    ordered = sorted(made.values(), key=lambda v: (v.raw.spans[0].start, v.title.spans[0].start if v.title else 0))
    days = {v.date_end for v in ordered if v.kind == "valid" and v.raw.rule in _PAGE_DATES and v.date_end}
    if len(days) != 1:
        return tuple(ordered)
    return tuple(replace(v, date_end=min(days)) if v.value in ENDED and v.kind == "status" and v.date_end is None else v for v in ordered)


def _slot(text: Folded, part: tuple[int, int] | None, rule: str) -> Slot | None:
    return Slot(text.plain[slice(*part)], text.spans(*part), rule) if part else None


def validity_rows(statements: Sequence[Validity], document_id: str, evidence: Evidence) -> list[Values]:
    """Rows of the table `validity`, with evidence for the words of each statement, and for the title and 文号 that it names."""
    rows = []
    for position, one in enumerate(statements):
        row_id = key(document_id, "validity", str(position))
        rows.append(
            {
                "id": row_id,
                "document_id": document_id,
                "position": position,
                "kind": one.kind,
                "value": one.value,
                "date_start": one.date_start,
                "date_end": one.date_end,
                "term": one.term,
                "basis": one.basis,
                "title": one.title.text if one.title else None,
                "doc_number": one.number.text if one.number else None,
                "rule": one.raw.rule,
                "raw": one.raw.text,
                "start": one.raw.spans[0].start,
                "end": one.raw.spans[-1].end,
            }
        )
        for slot, found in (("raw", one.raw), ("title", one.title), ("doc_number", one.number)):
            evidence.add("validity", row_id, slot, found)
    return rows


def valid_until(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The last day (ISO) on which a document holds by its `validity` rows; None where none is told, or where they contradict each other.

    The day of a repeal goes before a written last day, and that before a counted one: 废止日期 2023-05-01, 有效期至2025年12月31日, 有效期5年.
    """
    ended = {r["date_end"] for r in rows if r["kind"] == "status" and r["value"] in ENDED}
    written = {r["date_end"] for r in rows if r["kind"] == "valid" and r["basis"] == "stated"}
    counted = {r["date_end"] for r in rows if r["kind"] == "valid"}
    for days in (ended, written, counted):
        if days := days - {None}:
            return next(iter(days)) if len(days) == 1 else None
    return None
