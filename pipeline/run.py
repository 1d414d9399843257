"""The flow: file → Document → Segments → Mentions → Records and ledger → what two readers agree on → Rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from extractors import reader
from extractors.terms import term_of
from pipeline.agreement import agree
from pipeline.assemble import assemble
from pipeline.ledger import complete
from pipeline.lookback import year_spoken_of
from pipeline.normalise import Rows, normalise
from pipeline.official import find_official
from pipeline.parsers import parse_file
from pipeline.segment import segment
from pipeline.totals import odd_totals
from pipeline.validity import read_validity
from schemas.limits import Limits
from schemas.types import Document, Extraction, Issue, Segment, Slot


@dataclass(frozen=True, slots=True)
class Result:
    """Every intermediate of one document."""

    document: Document
    segments: tuple[Segment, ...]
    extraction: Extraction
    rows: Rows


def process_file(
    path: Path, given: Mapping[str, str] | None = None, name: str | None = None, limits: Limits | None = None, second: bool = True
) -> Result:
    """All stages for one file; `name` is the document's (default: the file's, without its last ending). Raises ParseError where it cannot be read,
    ModelError where the second reader is asked for and is missing."""
    return process(parse_file(path, limits), name, given, second)


def process(document: Document, name: str | None = None, given: Mapping[str, str] | None = None, second: bool = True) -> Result:
    """All stages for one parsed document, called `name` (default: as it is); pure but for the vocabularies, rules and model it reads.

    `second`: with the second reader.
    """
    document = replace(document, name=name or document.name)
    official = find_official(document)
    today = _today(official.issued, official.metadata)
    year = year_spoken_of(official, _year(official.issued, official.metadata))
    segments, odd = segment(document, official, today, year)
    extraction = assemble(segments, today, official.issued, year, official.metadata.get("title") is not None)
    issues = list(extraction.issues) + odd
    if not extraction.tasks and not extraction.targets:
        issues.append(Issue("warning", "no_plan", document.name, "no task and no target was found: is this file a plan?"))
    extraction = replace(extraction, metadata=official.metadata, draft=official.draft, issues=tuple(issues))
    extraction = replace(extraction, uncovered=complete(document, official, extraction))
    extraction = replace(extraction, validity=read_validity(document, official))
    if second:
        extraction = agree(segments, extraction, reader.proposals)
    rows = normalise(document, extraction, given or {})
    return Result(document, tuple(segments), extraction, replace(rows, issues=rows.issues + tuple(odd_totals(rows))))


def _today(issued: date | None, metadata: Mapping[str, Slot | None]) -> date | None:
    """The date from which words such as 今年 are read: the year that the title gives, else the day of issue."""
    start, end = _years(metadata)
    return date(start, 1, 1) if start and start == end and (issued is None or issued.year != start) else issued


def _year(issued: date | None, metadata: Mapping[str, Slot | None]) -> int | None:
    """The year of the document; deadlines before it are past."""
    title = metadata.get("title")
    return issued.year if issued else _years(metadata)[0] or (term_of(title.text) if title else None)


def _years(metadata: Mapping[str, Slot | None]) -> tuple[int | None, int | None]:
    found = [metadata.get("period_start"), metadata.get("period_end")]
    start, end = (int(slot.text) if slot is not None else None for slot in found)
    return start, end
