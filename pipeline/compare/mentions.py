"""Cells without a target whose region's text names the indicator all the same: a number stands there that was not read."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from pipeline.canonical import squashed
from pipeline.compare.grouping import Grouping
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


def unread(
    items: pd.DataFrame, coverage: pd.DataFrame, by: str, named: pd.DataFrame | None = None
) -> dict[tuple[str, str], tuple[str, str, tuple[str, ...]]]:
    """(row, column) → quote, place and id of the first line of the coverage ledger that names the indicator and whose number was not read.

    `coverage`: id, document, region, reason, text, where. `named`: names that may be meant where these are more than those of the items
    (污水处理率 is not named where 农村污水处理率 stands).
    """
    import ahocorasick_rs

    lost = coverage[coverage["reason"].isin(LOST)]
    if lost.empty:
        return {}
    names = _names((items if named is None else named)[["group", "indicator"]].drop_duplicates().itertuples(index=False, name=None))
    searcher = ahocorasick_rs.AhoCorasick(list(names), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    spelled = list(names)
    found: dict[tuple[str, str], tuple[str, str, tuple[str, ...]]] = {}
    for column, text, where, line in zip(lost[by], lost["text"], lost["where"], lost["id"], strict=True):
        for index, _, _ in searcher.find_matches_as_indexes(squashed(text)):
            found.setdefault((names[spelled[index]], column), (text, where, (line,)))
    return found


def speaks_of(grouping: Grouping, groups: Set[str], coverage: pd.DataFrame) -> bool:
    """Whether a line of the ledger whose number was not read has a name of some rows."""
    import ahocorasick_rs

    lost = coverage[coverage["reason"].isin(LOST)]
    names = _names((group, written) for written, rows in grouping.names().items() for group in sorted(rows & groups))
    searcher = ahocorasick_rs.AhoCorasick(list(names))
    return any(searcher.find_matches_as_indexes(squashed(text)) for text in lost["text"])


def _names(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names as they are written, squashed → row, from rows and names."""
    known = {i.id: i for i in indicators()}
    names: dict[str, str] = {}
    for group, written in said:
        one = known.get(group)
        for form in (written, *((one.name, *one.aliases) if one else ())):
            if len(bare := squashed(form)) >= _SHORTEST:
                names.setdefault(bare, group)
    return names
