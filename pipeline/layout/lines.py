"""Runs → lines of text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from pipeline.layout.page import Run, TextLine
from schemas.types import Piece


def read_lines(runs: Sequence[Run], page: int = 1) -> list[TextLine]:
    """Lines from top to bottom."""
    lines = []
    for run in runs:
        edges = array("d", [x for pair in zip(run.lefts, run.rights, strict=True) for x in pair])
        piece = Piece(0, len(run.text), page, run.top, run.bottom, edges, run.confidence)
        lines.append(TextLine(page, run.x0, run.top, run.x1, run.bottom, run.size, run.text, (piece,)))
    return lines
