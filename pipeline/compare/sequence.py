"""Statements of one thing in two documents of a region, one earlier than the other: which follow each other, and which is set beside which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.compare.items import objects

if TYPE_CHECKING:
    import pandas as pd

# how two documents follow each other, and what is said of it
FOLLOWS = {
    "certain": ("", ""),
    "assumed": ("（先后按规划期起始年判断）", " (the order follows the first year of the plan's period)"),
    "unordered": ("（两份文件日期相同，先后不明）", " (both documents have one date: which came first is not known)"),
    "draft": ("（征求意见稿与正式稿）", " (draft and final text)"),
}


def earlier(frame: pd.DataFrame, thing: Sequence[str]) -> pd.DataFrame:
    """Statements of one thing (numbered in `thing`) in two documents, the earlier on the left: `i` is the place in the frame, `follows` a key of
    FOLLOWS.

    A plan of which only the period is known (2023) goes before a day of its first year. Two editions of one date are set side by side
    without an order. A draft is set beside its final text only, and what goes before and behind beside the final text.
    """
    columns = ["document", "date", "year", "key", "low", "open", "direction", "bound", "group", "scope_class", "dimension_class", "measure"]
    some = frame[[*columns, "final", "plan", "period_end"]].assign(thing=numbered(frame, thing), i=range(len(frame)))
    both = some.merge(some[some["thing"].duplicated(keep=False)], on="thing", suffixes=("_before", "_after"))
    both = both[both["document_before"] != both["document_after"]]
    drafts = both["final_before"].notna()
    both = both[both["final_after"].isna() & (~drafts | (both["final_before"] == both["document_after"]))]
    names = ["date_before", "date_after", "document_before", "document_after", "plan_before", "plan_after", "final_before"]
    both["follows"] = objects((_follows(*row) for row in both[names].itertuples(index=False)), both)
    ordered: pd.DataFrame = both[both["follows"].notna()]
    return ordered


def _follows(before: str, after: str, name: str, other: str, plan: Any, other_plan: Any, final: Any) -> str | None:
    if isinstance(final, str):
        return "draft"
    if before == after:
        return "unordered" if isinstance(plan, str) and plan == other_plan and name < other and len(before) == 10 else None
    return None if before > after else "certain" if len(before) == len(after) else "assumed"


def numbered(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[int]:
    """The number of each row's combination of the columns."""
    return frame.groupby(list(columns), sort=False, dropna=False).ngroup()


def nearest(pairs: pd.DataFrame) -> pd.DataFrame:
    """For each later statement the last earlier document's for the same year; else, if the two share no year of the thing, for the year before."""
    import pandas as pd

    same = pairs["year_before"] == pairs["year_after"]
    open_ = ~(pairs["year_before"].str[-4:].str.isdigit() & pairs["year_after"].str[-4:].str.isdigit()) & ~same
    equal = open_ & (pairs["key_before"] == pairs["key_after"])
    # a value without a year that the earlier document says for any year is no change
    pairs = pairs[~(open_ & equal.groupby([pairs["i_after"], pairs["document_before"]]).transform("any"))]
    same = pairs["year_before"] == pairs["year_after"]
    shared = same.groupby([pairs[c] for c in ("thing", "document_before", "document_after")]).transform("any")
    keep = pairs[same | ~shared].copy()
    keep["_other"] = keep["year_before"] != keep["year_after"]
    keep["_past"] = keep["year_before"] > keep["year_after"]
    years = pd.to_numeric(keep["year_before"].str[-4:], errors="coerce")
    keep["_far"] = (years - pd.to_numeric(keep["year_after"].str[-4:], errors="coerce")).abs()
    keep = keep.sort_values(["_other", "date_before", "_past", "_far"], ascending=[True, False, True, True], kind="stable")
    keep = keep.drop_duplicates(["i_after", "follows"])  # where the order is only assumed, also the last that is earlier for certain
    # where one earlier statement is the nearest of several later ones, it is set beside the one of the nearest year only
    keep = keep.sort_values(["_other", "date_after", "year_after"], kind="stable")
    keep["_again"] = keep["_other"] & keep.duplicated(["i_before", "document_after", "follows"])
    kept: pd.DataFrame = keep[~keep["_again"]].sort_values("i_after", kind="stable")
    return kept
