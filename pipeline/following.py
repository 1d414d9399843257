"""Which edition of a standard a plan follows, with the words that say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from extractors.validity import iso
from schemas.regions import level
from schemas.standards import edition_for
from schemas.types import Document, Slot, Span

_LEVELS: dict[str, Literal["city", "county"]] = {"prefecture": "city", "county": "county"}


def followed(
    document: Document, metadata: Mapping[str, Slot | None], code: str | None, given: Mapping[str, str]
) -> tuple[str | None, str | None, Slot | None]:
    """Id of the standard, the reason (codes of `schemas.standards.WHY`) and the words; all None for a plan that follows none.

    The day of a plan is that of its issue, else of its publication, else the first of its period.
    """
    of_level = _LEVELS.get(level(code)) if code else None
    found = edition_for(document.text, of_level, _day(metadata, given), code) if of_level else None
    if found is None:
        return None, None, None
    one, reason, span = found
    return one.id, reason, _slot(document, span)


def _day(metadata: Mapping[str, Slot | None], given: Mapping[str, str]) -> date | None:
    for name in ("issue_date", "publish_date"):
        slot = metadata.get(name)
        if said := slot.text if slot else given.get(name):
            day = iso(said, first=True)  # what a user gives may be a year or a month, or 2024年3月1日
            return date.fromisoformat(day) if day else None
    period = metadata.get("period_start")
    return date(int(period.text), 1, 1) if period else None


def _slot(document: Document, span: tuple[int, int] | None) -> Slot | None:
    """The words as evidence; those that go over several blocks up to the end of the first."""
    block = next((b for b in document.blocks if b.start <= span[0] < b.end), None) if span else None
    if span is None or block is None:
        return None
    end = min(span[1], block.end)
    return Slot(document.text[span[0] : end], (Span(span[0], end),), "standard.followed")
