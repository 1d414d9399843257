"""What a page or a cover sheet says of its document beside labels (索引号, 发文机关, 成文日期 …): tables, and pairs of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from extractors import rules
from schemas.folded import Folded, fold
from schemas.structs import struct
from schemas.types import Block, Document


@struct(frozen=True, slots=True)
class Line:
    """A paragraph block with its folded text."""

    block: Block
    text: Folded


def metadata_tables(document: Document) -> set[int]:
    """Numbers of the tables that say what the document is (索引号 | … | 发布机构 | …) and are not part of it."""
    known, filled = Counter[int](), Counter[int]()
    for block in document.blocks:
        if block.kind == "cell" and block.where.table and (text := fold(document.text, [(block.start, block.end)]).text):
            filled[block.where.table] += 1
            known[block.where.table] += bool(len(text) < 20 and rules.words("official", "label").match(text))
    return {table for table, count in known.items() if count >= 2 and 3 * count >= filled[table]}


def metadata_rows(document: Document, cells: Sequence[Block], sheets: set[int], title: tuple[int, int] | None, lines: Sequence[Line]) -> list[Line]:
    """Label and value cells (文号 | 驻政办〔2023〕27号) of metadata tables and of those above the title as lines "label:value"."""
    start = lines[title[0]].block.start if title else 0
    found = []
    above = [b for b in cells if (b.end <= start or b.where.table in sheets) and b.end > b.start]
    for label, value in pairwise(above):
        text = fold(document.text, [(label.start, label.end)])
        named = bool(rules.words("official", "label").match(text.text)) if label.where.table in sheets else (label.where.column or 0) % 2 == 1
        if (label.where.table, label.where.row) == (value.where.table, value.where.row) and named and title is not None:
            found.append(_labelled(text, Line(value, fold(document.text, [(value.start, value.end)]))))
    return found


def metadata_pairs(head: Sequence[Line]) -> list[Line]:
    """A label and its value on lines of their own (web pages set them side by side) as lines "label:value"."""
    pattern = rules.words("official", "label")
    return [
        _labelled(label.text, value)
        for label, value in pairwise(head)
        if pattern.match(label.text.text) and not pattern.match(value.text.text) and len(value.text) < 80
    ]


def _labelled(label: Folded, value: Line) -> Line:
    """A line "label:value" that knows the source of each of its characters."""
    bare = label.cut(0, len(label.text.rstrip(":：")))
    colon = Folded(":", ":", bare.ends[-1:] or value.text.starts[:1], bare.ends[-1:] or value.text.starts[:1])
    return Line(value.block, bare + colon + value.text)
