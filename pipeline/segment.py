"""Document → segments: the outline of the official text, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import regex

from pipeline import phases
from pipeline.official import Official
from pipeline.outline import BULLET, Node, path_of, read_outline, running_numbers
from pipeline.rows import read_rows
from schemas.types import Cell, Document, Issue, Segment, Slot


def segment(document: Document, official: Official) -> tuple[list[Segment], list[Issue]]:
    """Segments of the official text in text order, and issues of its tables."""
    nodes = read_outline(official)
    running = running_numbers(nodes)
    segments = [s for i, node in enumerate(nodes) for s in _clauses(node, i in running)]
    rows, issues = read_rows(document, official)
    ordered = sorted(segments + rows, key=lambda s: next((c.text.starts[0] for c in s.cells if c.text.starts), 0))
    return ordered, issues


def _clauses(node: Node, running: bool) -> Iterator[Segment]:
    """The heading and the paragraphs of an item."""
    path = path_of(node, running)
    title = node.heading.plain.rstrip("。:;,，：；")
    blank = Segment("", "clause", path, title, node.headings, node.section, (), leaf=not node.children)
    stage = phases.of_heading(node.heading, node.section) if node.level >= 0 else None
    if node.heading.text:
        cells = (Cell("text", "", node.heading),)
        yield replace(blank, id=f"{path}#0", cells=cells, number=node.marker, heading=True, stage=stage)
    lead: Slot | None = None
    for i, (line, text) in enumerate(node.lines, 1):
        if not BULLET.match(text.text) and i > 1 and lead and not regex.match(r"^[^。]{2,14}[。:]|^[一二三四五六七八九]是", text.text):
            lead = None
        cells = (Cell("text", "", text, line.block.where),)
        yield replace(blank, id=f"{path or 'text'}#{node.attachment}{i}.{text.starts[0]}", cells=cells, stage=phases.of_label(text) or lead or stage)
        lead = phases.of_list_lead(text) or (phases.of_opening(text) if node.section == "goal" else None) or lead
