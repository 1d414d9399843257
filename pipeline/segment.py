"""Document → segments: the outline of the official text, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import regex

from pipeline import phases
from pipeline.official import Official
from pipeline.outline import Node, path_of, read_outline, running_numbers
from pipeline.paragraphs import BULLET
from pipeline.rows import read_rows
from schemas.types import Cell, Document, Issue, Segment, Slot

_LABEL = regex.compile(r"[^。]{2,14}[。:]|[一二三四五六七八九]是")
_MEASURES = ("arabic", "decimal", "ordinal")  # numbers that measures have


def segment(document: Document, official: Official, today: date | None = None, year: int | None = None) -> tuple[list[Segment], list[Issue]]:
    """Segments of the official text in text order, and issues of its tables. `today` lies in the year that words such as 今年 speak of,
    `year` is the document's as far as it is known."""
    nodes = read_outline(official, year)
    running = running_numbers(nodes)
    segments: list[Segment] = []
    stages: list[tuple[int, Slot]] = []  # of the headings above, with their levels
    for i, node in enumerate(nodes):
        stages = [(level, slot) for level, slot in stages if level < node.level]
        if own := phases.of_heading(node.heading if node.level >= 0 else node.title, node.section, today):
            stages.append((node.level, own))
        segments += _clauses(node, i in running, stages[-1][1] if stages else None, today)
    rows, issues = read_rows(document, official)
    ordered = sorted(segments + rows, key=lambda s: next((c.text.starts[0] for c in s.cells if c.text.starts), 0))
    return ordered, issues


def _clauses(node: Node, running: bool, stage: Slot | None, today: date | None) -> Iterator[Segment]:
    """The heading and the paragraphs of an item; `stage` is the planning stage that it stands in."""
    path = path_of(node, running)
    title = node.heading.plain.rstrip("。:;,，：；")
    leaf, numbered = not node.children, node.style in _MEASURES
    if node.heading.text:
        cells = (Cell("text", "", node.heading),)
        yield Segment(f"{path}#0", "clause", path, title, node.headings, node.section, cells, node.marker, True, leaf, stage, numbered=numbered)
    lead: Slot | None = None
    for i, (line, text, section) in enumerate(node.lines, 1):
        if not BULLET.match(text.text) and i > 1 and lead and not _LABEL.match(text.text):
            lead = None
        cells = (Cell("text", "", text, line.block.where),)
        own = phases.of_label(text) or lead or stage
        name = f"{path or 'text'}#{node.attachment}{i}.{text.starts[0]}"
        yield Segment(name, "clause", path, title, node.headings, section, cells, leaf=leaf, stage=own, numbered=numbered)
        opens = i < len(node.lines) and BULLET.match(node.lines[i][1].text) and not BULLET.match(text.text)
        opening = phases.of_opening(text, today) if opens or node.section == "goal" else None
        lead = phases.of_list_lead(text, today) or opening or (phases.of_last_sentence(text, today) if opens else None) or lead
