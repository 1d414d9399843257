"""What a parser made of a file, as texts, and of a typeset table, compared with what was typeset."""

from __future__ import annotations

from pipeline.content import Content
from schemas.types import Block, Document
from tests.documents.model import Table


def paragraphs(document: Document) -> list[str]:
    """The texts of the paragraphs."""
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == "paragraph"]


def grid(document: Document, table: int = 1) -> list[list[str]]:
    """Texts of a table by row; a merged cell's text at its first place."""
    rows: dict[int | None, list[str]] = {}
    for block in document.blocks:
        if block.where.table == table:
            rows.setdefault(block.where.row, []).append(document.text[block.start : block.end])
    return list(rows.values())


def read_rows(content: Content) -> list[list[list[str]]]:
    """The tables of a content as rows of texts, a merged cell's text in every place it takes."""
    tables: dict[int, dict[tuple[int, int], Block]] = {}
    for block in content.blocks:
        if block.kind == "cell":
            assert block.where.table and block.where.row and block.where.column
            tables.setdefault(block.where.table, {})[block.where.row, block.where.column] = block
    found = []
    for blocks in tables.values():
        height, width = max(r for r, _ in blocks), max(c for _, c in blocks)
        rows = [["" for _ in range(width)] for _ in range(height)]
        for (row, column), block in sorted(blocks.items()):
            text = content.text[block.start : block.end]
            for r in range(row, min(row + block.where.rowspan, height + 1)):
                for c in range(column, min(column + block.where.colspan, width + 1)):
                    rows[r - 1][c - 1] = rows[r - 1][c - 1] or text
        found.append(rows)
    return found


def exact_rows(found: list[list[str]], table: Table) -> int:
    """How many of the typeset rows (the header among them) stand in a table as they were typeset, in their place."""
    return sum(a == b for a, b in zip(found, table.texts(), strict=False)) if len(found) == table.height else _in_order(found, table.texts())


def _in_order(found: list[list[str]], wanted: list[list[str]]) -> int:
    """Rows that are found in order."""
    at = count = 0
    for row in wanted:
        if row in found[at:]:
            at += found[at:].index(row) + 1
            count += 1
    return count
