"""Runs → lines of text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from pipeline.layout.page import Run, TextLine
from schemas.types import Piece


def read_lines(runs: Sequence[Run], page: int = 1) -> list[TextLine]:
    """Lines from top to bottom."""
    groups = []
    for run in sorted(runs, key=lambda r: -r.size):
        for g in groups:
            if min(run.bottom, g[0].bottom) - max(run.top, g[0].top) > 0.5 * (run.bottom - run.top):
                g.append(run)
                break
        else:
            groups.append([run])
    lines = []
    for g in sorted(groups, key=lambda g: g[0].top):
        g.sort(key=lambda r: r.x0)
        text = ""
        edges = []
        for run in g:
            text += run.text
            for a, b in zip(run.lefts, run.rights):
                edges += [a, b]
        piece = Piece(0, len(text), page, g[0].top, g[0].bottom, array("d", edges), 1.0)
        lines.append(TextLine(page, g[0].x0, min(r.top for r in g), g[-1].x1, max(r.bottom for r in g), g[0].size, text, (piece,)))
    return lines
