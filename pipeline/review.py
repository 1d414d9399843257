"""The second reader beside the rules."""

from collections.abc import Iterator

from schemas.folded import Folded
from schemas.types import Segment


def readable_cells(segment: Segment) -> Iterator[Folded]:
    """The texts of a segment that the second reader reads: running text, cells of names and tasks, and a row's name with each of its values."""
    for cell in segment.cells:
        if segment.kind == "clause" or cell.role in ("indicator", "task", "text"):
            yield cell.text
    name = next((c for c in segment.cells if c.role in ("indicator", "task")), None)
    for cell in segment.cells:
        if name is not None and cell.role in ("value", "current", "growth"):
            yield name.text + cell.text
