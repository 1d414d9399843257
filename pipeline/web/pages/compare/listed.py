"""The tables besides the matrix, as they are shown: filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report import shown
from pipeline.report.lines import Line
from pipeline.web.pages.compare.asked import View
from schemas.comparison import TABLES

SIZE = 100  # lines on a page
# the column by whose codes lines can be chosen
KINDS = {"findings": "type", "standards": "verdict", "changes": "change", "load": "role", "timeline": "due", "plans": "validity"}


@dataclass(frozen=True, slots=True)
class Listed:
    """`here`: the lines of this page; `columns`: as `shown.columns_of` has them; `kinds`: (code, number of lines) to choose from."""

    here: list[Line]
    columns: list[dict[str, Any]]
    kinds: list[tuple[str, int]]
    found: int
    total: int
    page: int
    pages: int


def page_of(lines: Sequence[Line], view: View, lang: str) -> Listed:
    """The page that a view asks for; the last where it asks for one behind."""
    name = view.view
    order = selected(lines, view, lang)
    pages = max(1, -(-len(order) // SIZE))
    page = min(view.page, pages)
    here = [lines[i] for i in order[(page - 1) * SIZE : page * SIZE]]
    kind = KINDS.get(name)
    counts = Counter(line[kind] for line in lines if line[kind]) if kind else Counter()
    return Listed(here, shown.columns_of(name, lines), counts.most_common(), len(order), len(lines), page, pages)


def selected(lines: Sequence[Line], view: View, lang: str) -> list[int]:
    """Which lines a view lets through, by their places, in the order that it asks for."""
    name = view.view
    kind, words = KINDS.get(name), view.find.lower().split()
    found = [i for i, line in enumerate(lines) if not (kind and view.kind) or line[str(kind)] == view.kind]
    if words:
        columns = shown.columns_of(name, lines)
        text = {i: " ".join(shown.text_of(name, column, lines[i], lang) for column in columns).lower() for i in found}
        found = [i for i in found if all(word in text[i] for word in words)]
    if view.sort in {column.name for column in TABLES[name]}:
        return _sorted(found, lines, view.sort, view.order == "desc")
    return found[::-1] if view.order == "desc" else found


def _sorted(found: Sequence[int], lines: Sequence[Line], column: str, down: bool) -> list[int]:
    """Lines by a column; those in which it is empty last, in either order."""
    keys = {i: _key(lines[i][column]) for i in found}
    filled = sorted((i for i in found if keys[i] is not None), key=lambda i: keys[i] or (0, 0.0, ""), reverse=down)
    return filled + [i for i in found if keys[i] is None]


def _key(value: Any) -> tuple[int, float, str] | None:
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool | int | float):
        return 0, float(value), ""
    return 1, 0.0, "、".join(str(item) for item in value) if isinstance(value, list) else str(value)
