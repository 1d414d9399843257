"""The test book beside the comparison: which target of the program each cell of the book is, and where the two differ."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

BOOK = Path(__file__).with_name("book")


def book(name: str) -> list[dict[str, Any]]:
    """The entries of a file of the book."""
    return yaml.load((BOOK / f"{name}.yaml").read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def plain(text: Any) -> str:
    """Text for comparison: NFKC, no blanks."""
    return "".join(unicodedata.normalize("NFKC", str(text)).split())


@dataclass(frozen=True)
class Judged:
    """A pair of the book, the places of its cells among the program's items (None: not read), and what the book says."""

    indicator: str
    names: tuple[str, str]
    left: int | None
    right: int | None
    verdict: str
    reasons: frozenset[str]
    stricter: str | None


def firm_pairs(items: pd.DataFrame) -> Iterator[Judged]:
    """The pairs of the book about which careful readers agree."""
    by_place = dict(iter(items.groupby(["document", items["task"].fillna("")])))
    for entry in book("matrix"):
        cells = {cell["id"]: cell for cell in entry["cells"]}
        places = {name: find(cell, by_place) for name, cell in cells.items()}
        for pair in entry["pairs"]:
            if pair.get("doubtful"):
                continue
            one, other = pair["cells"]
            side = {one: "left", other: "right", "equal": "equal"}.get(pair["stricter"])
            shown = tuple(f"{cells[c]['document']} {cells[c]['task']} {cells[c]['name']} {cells[c]['value_text']}" for c in (one, other))
            yield Judged(entry["indicator"], shown, places[one], places[other], pair["verdict"], frozenset(pair["reasons"]), side)


def find(cell: dict[str, Any], by_place: dict[Any, pd.DataFrame]) -> int | None:
    """The place of the item that a cell of the book is: same document, task and value, and of those the likest name and year."""
    rows = by_place.get((cell["document"], cell["task"] or ""))
    if rows is None:
        return None
    rows = rows[[plain(v) == plain(cell["value_text"]) for v in rows["value_text"]]]
    year = "" if cell["year"] is None else str(cell["year"])
    scored = [
        (SequenceMatcher(None, plain(row.indicator), plain(cell["name"])).ratio() + (row.year[-4:] == year[-4:]), -int(place))
        for place, row in zip(rows.index, rows.itertuples(), strict=True)
    ]
    best = max(scored, default=(0.0, 0))
    return -best[1] if best[0] >= 1 else None


def sides(finding: dict[str, Any]) -> list[tuple[str, str]]:
    """Document and task of each side of a finding of the book."""
    return [(d, t) for d, t in zip(finding["documents"], finding["tasks"], strict=False) if t is not None]
