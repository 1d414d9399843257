"""What changed in one region from document to document: tightened, relaxed, postponed, moved, added, dropped."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from pipeline.compare.items import close
from schemas.comparison import CHANGES, TABLES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["changes"]]
_THING = ["region", "group", "measure", "dimension_class", "denominator_class", "statistic_class", "scope_class", "baseline_class"]
# (later or earlier, more or less) → change; a path that goes on (more, but later) is none
_CHANGE = {
    ("same", "more"): "tightened",
    ("same", "less"): "relaxed",
    ("same", "other"): "changed",
    ("later", "equal"): "postponed",
    ("earlier", "equal"): "advanced",
    ("later", "less"): "relaxed",
    ("earlier", "more"): "tightened",
    ("later", "more"): "continued",
    ("earlier", "less"): "continued",
    ("later", "other"): "continued",
    ("earlier", "other"): "continued",
    ("unknown", "more"): "changed",
    ("unknown", "less"): "changed",
    ("unknown", "other"): "changed",
}


def changes(items: pd.DataFrame, documents: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The table `changes`: each target beside the last earlier document of its region that states the same thing.

    The same thing: one row, kind, unit, scope, statistic. A statement for the same year goes before one for another. What only one of two
    editions of a plan states is added or dropped. Documents without a date have no earlier and no later.
    """
    import pandas as pd

    frame = items[(items["status"] == "target") & items["date"].notna() & items["region"].notna()].copy()
    numeric = frame[frame["number"]]
    found = [_values(numeric, lang), _moved(numeric, "dimension_class", "unit", lang), _moved(numeric, "scope_class", "scope", lang)]
    found += [_leads(frame, lang), _added_and_dropped(frame, documents, lang)]
    table = pd.concat([f for f in found if len(f)], ignore_index=True) if any(len(f) for f in found) else pd.DataFrame(columns=COLUMNS)
    order = {name: i for i, name in enumerate(CHANGES)}
    table["_order"] = table["change"].map(order)
    table = table.sort_values(["region", "indicator", "_order", "before_document", "after_document", "before_task", "after_task"], kind="stable")
    return table.reset_index(drop=True).reindex(columns=COLUMNS)


def _values(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Changes of value and deadline."""
    pairs = _earlier(frame, _THING)
    if pairs.empty:
        return _table(pairs, frame, [], [], lang)
    pairs = _nearest(pairs)
    whens = [_when(a, b) for a, b in zip(pairs["year_before"], pairs["year_after"], strict=True)]
    whats = [
        _what(*row)
        for row in pairs[
            ["key_before", "key_after", "low_before", "low_after", "open_before", "open_after", "direction_after", "bound_before", "bound_after"]
        ].itertuples(index=False)
    ]
    said = [_CHANGE.get((when, what)) for when, what in zip(whens, whats, strict=True)]
    keep = [s is not None for s in said]
    reasons = [_reason(when, what, lang) for when, what in zip(whens, whats, strict=True)]
    return _table(pairs[_mask(keep)], frame, [s for s in said if s], [r for r, k in zip(reasons, keep, strict=True) if k], lang)


def _earlier(frame: pd.DataFrame, thing: list[str]) -> pd.DataFrame:
    """Statements of one thing in two documents, the earlier on the left."""
    columns = [*thing, "document", "date", "year", "key", "low", "open", "direction", "bound", "i", "scope_class", "dimension_class"]
    some = frame.assign(i=range(len(frame)))[list(dict.fromkeys(columns))]
    both = some.merge(some, on=thing, suffixes=("_before", "_after"))
    return both[_mask(_is_before(both["date_before"], both["date_after"]))]


def _mask(hits: list[bool]) -> Any:
    import numpy as np

    return np.array(hits, dtype=bool)


def _is_before(one: pd.Series[Any], other: pd.Series[Any]) -> list[bool]:
    """Whether dates of any precision are certainly in order: 2023 is neither before nor after 2023-09-01."""
    size = [min(len(a), len(b)) for a, b in zip(one, other, strict=True)]
    return [a[:n] < b[:n] for a, b, n in zip(one, other, size, strict=True)]


def _nearest(pairs: pd.DataFrame) -> pd.DataFrame:
    """For each later statement the last earlier one for the same year; else the last earlier one, if the two documents share no year of the thing."""
    both = ["document_before", "document_after"]
    thing = [c for c in _THING if c in pairs]
    same = pairs["year_before"] == pairs["year_after"]
    open_ = ~(pairs["year_before"].str[-4:].str.isdigit() & pairs["year_after"].str[-4:].str.isdigit()) & ~same
    equal = open_ & (pairs["key_before"] == pairs["key_after"])
    # a value without a year that the earlier document says for any year is no change
    pairs = pairs[~(open_ & equal.groupby([pairs["i_after"], pairs["document_before"]]).transform("any"))]
    same = pairs["year_before"] == pairs["year_after"]
    shared = same.groupby([pairs[c] for c in (*thing, *both)], dropna=False).transform("any")
    keep = pairs[same | ~shared].copy()
    keep["_other"] = keep["year_before"] != keep["year_after"]
    keep = keep.sort_values(["_other", "date_before", "year_before"], ascending=[True, False, False], kind="stable")
    keep = keep.drop_duplicates("i_after")
    # where one earlier statement is the nearest of several later ones, it is set beside the one of the nearest year only
    keep = keep.sort_values(["_other", "date_after", "year_after"], kind="stable")
    keep["_again"] = keep["_other"] & keep.duplicated(["i_before", "document_after"])
    return keep[~keep["_again"]].sort_values("i_after", kind="stable")


def _when(before: str, after: str) -> str:
    if before == after:
        return "same" if before else "unknown"
    if not (before[-4:].isdigit() and after[-4:].isdigit()):
        return "unknown"
    if before[-4:] == after[-4:]:
        return "same"
    return "later" if after[-4:] > before[-4:] else "earlier"


def _what(
    key: float, key_after: float, low: float, low_after: float, open_: int, open_after: int, direction: str, bound: str, bound_after: str
) -> str:
    """more, less, equal, other: how the later value stands to the earlier one in the better direction."""
    if close(key, key_after) and close(low, low_after):
        return "equal" if open_ == open_after or min(open_, open_after) < 0 else ("more" if open_after > open_ else "less")
    if direction == "none" or {bound, bound_after} == {"floor", "ceiling"}:
        return "other"
    return "more" if key_after > key else "less"


def _reason(when: str, what: str, lang: str) -> str:
    told = {
        "same": ("期限相同", "same deadline"),
        "later": ("期限推后", "later deadline"),
        "earlier": ("期限提前", "earlier deadline"),
        "unknown": ("至少一方未写具体年份", "at least one side names no year"),
        "more": ("要求提高", "demands more"),
        "less": ("要求降低", "demands less"),
        "equal": ("数值相同", "same value"),
        "other": ("数值不同，优劣方向不明", "another value, no direction is better"),
    }
    return ("，" if lang == "zh" else ", ").join(told[w][0 if lang == "zh" else 1] for w in (what, when))


def _moved(frame: pd.DataFrame, part: str, change: str, lang: str) -> pd.DataFrame:
    """Things that differ in one part only (unit or scope) from what an earlier document states for the same year, which it does not state again."""
    thing = [c for c in [*_THING, "year"] if c != part and not (part == "dimension_class" and c == "denominator_class")]
    both = _earlier(frame, thing)
    if both.empty:
        return _table(both, frame, [], [], lang)
    whole = {tuple(row) for row in frame[[*thing, part, "document"]].itertuples(index=False, name=None)}

    def stated(row: Any, value: str, document: str) -> bool:
        return (*(getattr(row, c) for c in thing), value, document) in whole

    before, after = f"{part}_before", f"{part}_after"
    both = both[both[before] != both[after]]
    keep = [
        not stated(row, getattr(row, before), row.document_after) and not stated(row, getattr(row, after), row.document_before)
        for row in both.itertuples(index=False)
    ]
    both = (
        both[_mask(keep)]
        .sort_values(["date_before"], ascending=False, kind="stable")
        .drop_duplicates("i_after")
        .drop_duplicates(["i_before", "document_after"])
    )
    word = {"unit": ("单位不同", "another unit"), "scope": ("范围不同", "another scope")}[change][0 if lang == "zh" else 1]
    return _table(both, frame, [change] * len(both), [word] * len(both), lang)


def _leads(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Indicators that other functions lead than in the last earlier document."""
    some = frame[frame["lead_function"].map(len) > 0].copy()
    thing = ["region", "group"]
    both = _earlier(some, thing)
    if both.empty:
        return _table(both, some, [], [], lang)
    functions = some["lead_function"].map(frozenset).tolist()
    by_document: dict[tuple[str, str], set[str]] = {}
    for group, document, held in zip(some["group"], some["document"], functions, strict=True):
        by_document.setdefault((group, document), set()).update(held)
    both = both.sort_values(["date_before", "i_before"], ascending=[False, True], kind="stable").drop_duplicates(
        ["region", "group", "document_after"]
    )
    keep = [not by_document[g, a] & by_document[g, b] for g, a, b in zip(both["group"], both["document_before"], both["document_after"], strict=True)]
    both = both[_mask(keep)]
    word = "牵头职能不同" if lang == "zh" else "other functions lead"
    return _table(both, some, ["lead"] * len(both), [word] * len(both), lang)


def _added_and_dropped(frame: pd.DataFrame, documents: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Numeric targets of things that only one of two following editions of a plan states."""
    import pandas as pd

    editions = documents[documents["plan"].notna() & documents["region_shown"].notna() & documents["date"].notna() & documents["duplicate_of"].isna()]
    found = []
    by_document = frame.groupby("document").indices
    for _, plan in editions.sort_values(["date", "name"]).groupby(["region_shown", "plan"], sort=True):
        names = plan["name"].tolist()
        for old, new in itertools.pairwise(names):
            mine, its = (frame.iloc[by_document.get(name, [])] for name in (old, new))
            found += [_one_sided(its, mine, old, "added", lang), _one_sided(mine, its, new, "dropped", lang)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _one_sided(mine: pd.DataFrame, its: pd.DataFrame, lacks: str, change: str, lang: str) -> pd.DataFrame:
    """What the numeric targets of one edition (`mine`) state and the other (`its`, named `lacks`) does not."""
    only = mine[mine["number"] & ~mine["group"].isin(its["group"])].drop_duplicates(["group", "measure", "scope_class", "year"])
    side = "after" if change == "added" else "before"
    word = {"added": (f"{lacks} 未提出", f"not in {lacks}"), "dropped": (f"{lacks} 不再提出", f"no longer in {lacks}")}[change][
        0 if lang == "zh" else 1
    ]
    table = _sides(only, side).assign(**{f"{'before' if side == 'after' else 'after'}_document": lacks})
    return table.assign(change=change, reason=word, evidence=[_evidence(e) for e in only["evidence"]])


def _evidence(*ids: Any) -> tuple[str, ...]:
    return tuple(i for i in ids if isinstance(i, str))


def _sides(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    """The columns of one side of a change, and those of the thing."""
    import pandas as pd

    return pd.DataFrame(
        {
            "region": rows["region"],
            "indicator": rows["indicator_name"],
            "indicator_id": rows["group"].where(~rows["group"].str.startswith("~")),
            "scope": rows["scope"],
            f"{side}_document": rows["document"],
            f"{side}_task": rows["task"],
            f"{side}_shown": rows["shown"],
            f"{side}_deadline": rows["deadline_end"].where(rows["deadline_end"].notna(), rows["deadline_kind"]),
            f"{side}_lead": rows["lead"],
            f"{side}_target": rows["id"],
        }
    ).reset_index(drop=True)


def _table(pairs: pd.DataFrame, frame: pd.DataFrame, said: list[str], reasons: list[str], lang: str) -> pd.DataFrame:
    import pandas as pd

    if not said:
        return pd.DataFrame(columns=COLUMNS)
    one, other = frame.iloc[pairs["i_before"]], frame.iloc[pairs["i_after"]]
    table = _sides(other, "after")
    before = _sides(one, "before")
    for column in before.columns:
        if column.startswith("before"):
            table[column] = before[column]
    same = one["dimension_class"].to_numpy() == other["dimension_class"].to_numpy()
    numbers = one["number"].to_numpy() & other["number"].to_numpy()
    table["difference"] = (pd.Series(other["low"].to_numpy()) - pd.Series(one["low"].to_numpy())).round(12).where(same & numbers)
    table["canonical_unit"] = other["canonical_unit"].reset_index(drop=True).where(table["difference"].notna())
    table["change"], table["reason"] = said, reasons
    table["evidence"] = [_evidence(a, b) for a, b in zip(one["evidence"], other["evidence"], strict=True)]
    return table
