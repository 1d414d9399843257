"""Shared pieces: small documents made here, and the five gold documents processed once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from extractors import body, state
from extractors.findings import Context, Finding, Rejection
from extractors.linking import link
from extractors.masking import mask
from extractors.quantity import find_quantities
from extractors.sentence import split
from pipeline.parsers import parse_bytes
from pipeline.run import Result, process, process_file
from schemas.folded import fold

ROOT = Path(__file__).parent.parent
RAW = ROOT / "raw_docs"
GOLD = ROOT / "tests" / "gold"
TODAY = date(2024, 3, 15)


def read(text: str, name: str = "plan.txt") -> Result:
    """The whole pipeline for a text."""
    return process(parse_bytes(text.encode(), name))


def findings(text: str, cell: str = "", year: int | None = None) -> tuple[str, list[Finding], list[Rejection]]:
    """Folded text, findings and rejections of one paragraph."""
    folded = fold(text, [(0, len(text))]).text
    closed = body.find_ranges(folded)
    masked = mask(folded, closed, TODAY, None)
    context = Context(masked.dates, find_quantities(folded, masked.marks), year=year, cell=cell, aimed=bool(cell))
    sentences = split(folded, closed)
    found, rejected = link(folded, sentences, context)
    return folded, found + state.find_states(folded, sentences, context, found), rejected


@pytest.fixture(scope="session")
def gold_results() -> dict[str, Result]:
    """The five gold documents, processed once."""
    return {p.stem: process_file(p) for p in sorted(RAW.glob("*.txt"))}
