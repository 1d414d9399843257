"""Runs of a cell → its text without layout line breaks, and where each character stands."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.celltext import gap_between
from pipeline.layout.lines import lines_of
from pipeline.layout.page import Run, TextLine
from schemas.types import Piece

MARGIN = 12.0  # points: white that padding leaves beside a full line


def cell_text(runs: Sequence[Run], page: int, width: float) -> tuple[str, tuple[Piece, ...]]:
    """Text and pieces of a cell `width` points wide; digits of two lines are one number where the upper line was full."""
    text, pieces, above = "", [], None
    for line in lines_of(runs, page):
        bare = line.text.strip()
        if not bare:
            continue
        lead = len(line.text) - len(line.text.lstrip())
        if above is not None:
            text += gap_between(text, bare, full=_full(above, line, width))
        pieces += [kept.moved(len(text) - lead) for p in line.pieces if (kept := p.cut(lead, lead + len(bare)))]
        text += bare
        above = line
    return text, tuple(pieces)


def _full(above: TextLine, below: TextLine, width: float) -> bool:
    """Whether the next character had no room on the line above."""
    return above.x1 - above.x0 + below.size * 0.8 > width - MARGIN
