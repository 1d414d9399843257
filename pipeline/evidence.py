"""Where every field was read: evidence rows, each a stretch of the source with its place in the original file."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from schemas.types import Block, Document, Slot, Span, Where

Values = dict[str, Any]
_NOWHERE = Where()


@dataclass(slots=True)
class Evidence:
    """Collects the evidence rows of a document."""

    document: Document
    document_id: str
    rows: list[Values] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # of the blocks

    def add(self, table: str, row: str, slot: str, found: Slot | None) -> None:
        """A row for each stretch of the source that a slot of a row of a table was read from."""
        if found is None:
            return
        for position, span in enumerate(found.spans):
            block = self._block(span.start)
            where = block.where if block else _NOWHERE
            page, box = _boxes(self.document, span) if self.document.pieces else (None, None)
            self.rows.append(
                {
                    "id": key(row, slot, str(position)),
                    "document_id": self.document_id,
                    "row_table": table,
                    "row_id": row,
                    "slot": slot,
                    "position": position,
                    "block": block.id if block else -1,
                    "start": span.start,
                    "end": span.end,
                    "file": where.file,
                    "page": page,
                    "box": box,
                    "line": where.line,
                    "table": where.table,
                    "row": where.row,
                    "column": where.column,
                    "sheet": where.sheet,
                    "cell": where.cell,
                    "text": self.document.text[span.start : span.end],
                }
            )

    def _block(self, start: int) -> Block | None:
        """The block that holds a place of the text; blocks stand in text order, without overlap."""
        blocks = self.document.blocks
        self.starts = self.starts or [block.start for block in blocks]
        at = bisect_right(self.starts, start) - 1
        return blocks[at] if at >= 0 and start < max(blocks[at].end, blocks[at].start + 1) else None


def _boxes(document: Document, span: Span) -> tuple[int | None, str | None]:
    """The page of a span, and a box [page, x0, top, x1, bottom] for each of its lines, in points from the upper left corner."""
    boxes = document.boxes(span.start, span.end)
    if not boxes:
        return None, None
    return boxes[0].page, json.dumps([[b.page, *(round(x, 2) for x in (b.x0, b.top, b.x1, b.bottom))] for b in boxes])


def key(*parts: str) -> str:
    """A short id derived from content."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]
