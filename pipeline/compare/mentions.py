"""Cells without a target whose region's text names the indicator all the same: a number stands there that was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.canonical import squashed
from schemas.indicators import indicators
from schemas.reasons import REASONS, UNEXPLAINED

if TYPE_CHECKING:
    import pandas as pd

# reasons of the ledger under which a target may be lost
LOST = frozenset(name for name, reason in REASONS.items() if reason.rank is not None) | {
    UNEXPLAINED,
    "vague",
    "product",
    "idiom",
    "bare_number",
    "bracket",
}
_SHORTEST = 4  # a shorter name stands in other names too


def unread(items: pd.DataFrame, coverage: pd.DataFrame, by: str) -> dict[tuple[str, str], tuple[str, str, tuple[str, ...]]]:
    """(row, column) → quote, place and id of the first line of the coverage ledger that names the indicator and whose number was not read.

    `coverage`: id, document, region, reason, text, where.
    """
    import ahocorasick_rs

    lost = coverage[coverage["reason"].isin(LOST)]
    if lost.empty:
        return {}
    names = _names(items)
    searcher = ahocorasick_rs.AhoCorasick(list(names), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    spelled = list(names)
    found: dict[tuple[str, str], tuple[str, str, tuple[str, ...]]] = {}
    for column, text, where, line in zip(lost[by], lost["text"], lost["where"], lost["id"], strict=True):
        for index, _, _ in searcher.find_matches_as_indexes(squashed(text)):
            found.setdefault((names[spelled[index]], column), (text, where, (line,)))
    return found


def _names(items: pd.DataFrame) -> dict[str, str]:
    """Names as they are written, squashed → row."""
    known = {i.id: i for i in indicators()}
    names: dict[str, str] = {}
    for group, written in items[["group", "indicator"]].drop_duplicates().itertuples(index=False):
        one = known.get(group)
        for form in (written, *((one.name, *one.aliases) if one else ())):
            if len(bare := squashed(form)) >= _SHORTEST:
                names.setdefault(bare, group)
    return names
