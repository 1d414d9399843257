"""Runs of a cell → its text without layout line breaks, and where each character stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.celltext import gap_between
from pipeline.layout.lines import lines_of
from pipeline.layout.page import Run, TextLine
from schemas.types import Piece

MARGIN = 12.0  # points: white that padding leaves beside a full line


def cell_text(runs: Sequence[Run], page: int, width: float = 0.0) -> tuple[str, tuple[Piece, ...]]:
    """Text and pieces of a cell `width` points wide (0: not known)."""
    return join_lines(lines_of(runs, page), width) if runs else ("", ())


def join_lines(lines: Sequence[TextLine], width: float = 0.0) -> tuple[str, tuple[Piece, ...]]:
    """Lines joined: Chinese directly, Latin words by a blank, digits directly where the line before them was full."""
    text, pieces, above = "", [], None
    for line in lines:
        bare = line.text.strip()
        if not bare:
            continue
        lead = len(line.text) - len(line.text.lstrip())
        if above is not None:
            text += gap_between(text, bare, full=width <= 0 or _full(above, line, width))
        for piece in line.pieces:
            kept = cut_piece(piece, lead, lead + len(bare))
            if kept is not None:
                pieces.append(replace(kept, start=kept.start - lead + len(text), end=kept.end - lead + len(text)))
        text += bare
        above = line
    return text, tuple(pieces)


def cut_piece(piece: Piece, start: int, end: int) -> Piece | None:
    """The part of a piece between two offsets of the text."""
    low, high = max(start, piece.start), min(end, piece.end)
    if low >= high:
        return None
    if (low, high) == (piece.start, piece.end):
        return piece
    return replace(piece, start=low, end=high, edges=piece.edges[2 * (low - piece.start) : 2 * (high - piece.start)])


def _full(above: TextLine, below: TextLine, width: float) -> bool:
    """Whether the next character had no room on the line above."""
    return above.x1 - above.x0 + below.size * 0.8 > width - MARGIN
