"""What changed in one region from document to document: tightened, relaxed, postponed, moved, added, dropped."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import regex

from pipeline.canonical import squashed
from pipeline.compare.divisions import UNKNOWN
from pipeline.compare.items import close, differences, objects
from pipeline.compare.sequence import FOLLOWS, earlier, nearest, numbered
from schemas.comparison import CHANGES, TABLES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["changes"]]
_CLASSES = ["measure", "dimension_class", "denominator_class", "statistic_class", "scope_class", "baseline_class", "act_class"]
_THING = ["region", "group", *_CLASSES]
_NEEDED = [
    *_THING,
    *("id", "document", "date", "year", "task", "scope", "lead", "lead_function", "evidence", "indicator_name", "shown"),
    *("deadline_end", "deadline_kind", "number", "value", "value_text", "unit", "canonical_unit", "low", "key", "open", "direction", "bound"),
]
# (later or earlier, more or less) → change; a path that goes on (more, but later) is none
_DIRECTION = regex.compile(r"(?<!不)(?:提高|提升|下降|降低|减少|增加|改善|增强|加强|扩大|上升|好转|趋好|向好|进位|增长|遏制)$")
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

    frame = items.loc[(items["status"] == "target") & items["date"].notna() & (items["region"] != UNKNOWN), _NEEDED].copy()
    # classes are only counted and told apart here: their numbers do, and are grouped and merged several times faster
    frame = frame.assign(**{name: pd.factorize(frame[name])[0] for name in _CLASSES})
    places = documents.set_index("name")
    for column in ("final", "plan", "period_end"):
        frame[column] = frame["document"].map(places[column])
    numeric = frame[frame["number"]]
    found = [
        _values(numeric, _THING, lang),
        _values(_states(frame), [*_THING, "value_class"], lang),
        _moved(numeric, "dimension_class", "unit", lang),
        _moved(numeric, "scope_class", "scope", lang),
        _moved(numeric, "measure", "kind", lang),
    ]
    found += [_leads(frame, lang), _added_and_dropped(frame, documents, lang)]
    table = pd.concat([f for f in found if len(f)], ignore_index=True) if any(len(f) for f in found) else pd.DataFrame(columns=COLUMNS)
    order = {name: i for i, name in enumerate(CHANGES)}
    table["_order"] = table["change"].map(order)
    table = table.sort_values(["region", "indicator", "_order", "before_document", "after_document", "before_task", "after_task"], kind="stable")
    return table.reset_index(drop=True).reindex(columns=COLUMNS)


def _states(frame: pd.DataFrame) -> pd.DataFrame:
    """States and deliverables, of which only the deadline can change: 完成 by 2022, 完成 by 2023."""
    some = frame[~frame["number"] & frame["deadline_end"].notna()]
    return some.assign(value_class=some["value_text"].map(squashed), key=0.0, low=0.0, open=0)


def _values(frame: pd.DataFrame, thing: list[str], lang: str) -> pd.DataFrame:
    """Changes of value and deadline."""
    pairs = earlier(frame, thing)
    if pairs.empty:
        return _table(pairs, frame, [], [], lang)
    pairs = nearest(pairs)
    whens = [_when(a, b) for a, b in zip(pairs["year_before"], pairs["year_after"], strict=True)]
    whats = [
        _what(*row)
        for row in pairs[
            ["key_before", "key_after", "low_before", "low_after", "open_before", "open_after", "direction_after", "bound_before", "bound_after"]
        ].itertuples(index=False)
    ]
    said = [_change(when, what, follows, kept) for when, what, follows, kept in zip(whens, whats, pairs["follows"], _kept_up(pairs), strict=True)]
    keep = [s is not None for s in said]
    reasons = [_reason(when, what, lang) for when, what in zip(whens, whats, strict=True)]
    return _table(pairs[_mask(keep)], frame, [s for s in said if s], [r for r, k in zip(reasons, keep, strict=True) if k], lang)


def _change(when: str, what: str, follows: str, kept: bool) -> str | None:
    """The name of a change; what each plan asks for by the end of its own period (each year 85%) goes on where it stays the same."""
    change = _CHANGE.get((when, what))
    if follows == "unordered":
        return "changed" if change not in (None, "continued") else None
    return "continued" if change == "postponed" and kept else change


def _kept_up(pairs: pd.DataFrame) -> list[bool]:
    ends = zip(pairs["year_before"], pairs["period_end_before"], pairs["year_after"], pairs["period_end_after"], strict=True)
    return [before == end and after == end_after for before, end, after, end_after in ends]


def _mask(hits: Iterable[bool]) -> Any:
    import numpy as np

    return np.fromiter(hits, dtype=bool)


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


@cache
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
    """Things that differ in one part only (unit, scope, kind) from what an earlier document states, and that neither document states alike."""
    loose = {
        "unit": ("denominator_class", "year"),
        "scope": (),
        "kind": ("dimension_class", "denominator_class", "statistic_class", "baseline_class", "year"),
    }
    thing = [c for c in [*_THING, "year"] if c != part and c not in loose[change]]
    both = earlier(frame, thing)
    if both.empty:
        return _table(both, frame, [], [], lang)
    stated = set(zip(numbered(frame, thing), frame[part], frame["document"], strict=True))
    before, after = f"{part}_before", f"{part}_after"
    both = both[both[before] != both[after]]
    rows = both[["thing", before, after, "document_before", "document_after"]].itertuples(index=False, name=None)
    keep = ((thing, old, later) not in stated and (thing, new, earlier) not in stated for thing, old, new, earlier, later in rows)
    both = (
        both[_mask(keep)]
        .sort_values(["date_before"], ascending=False, kind="stable")
        .drop_duplicates("i_after")
        .drop_duplicates(["i_before", "document_after"])
    )
    words = {
        "unit": ("单位不同", "another unit"),
        "scope": ("范围不同", "another scope"),
        "kind": ("数值与变化幅度互换", "a level became a change, or the reverse"),
    }
    word = words[change][0 if lang == "zh" else 1]
    return _table(both, frame, [change] * len(both), [word] * len(both), lang)


def _leads(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Indicators that are not led by the same functions as in the last earlier document."""
    some = frame[frame["lead_function"].map(len) > 0]
    both = earlier(some, ["region", "group"])
    if both.empty:
        return _table(both, some, [], [], lang)
    held: dict[tuple[str, str], set[str]] = {}
    for group, document, functions in zip(some["group"], some["document"], some["lead_function"], strict=True):
        held.setdefault((group, document), set()).update(functions)
    both = both.sort_values(["date_before", "i_before", "i_after"], ascending=[False, True, True], kind="stable")
    both = both.drop_duplicates(["thing", "document_after", "follows"])
    sets = [(held[g, a], held[g, b]) for g, a, b in zip(both["group_after"], both["document_before"], both["document_after"], strict=True)]
    words = [_lead_words(one, other, lang) for one, other in sets if one != other]
    return _table(both[_mask([one != other for one, other in sets])], some, ["lead"] * len(words), words, lang)


def _lead_words(one: set[str], other: set[str], lang: str) -> str:
    """What became of the functions that lead: moved to others, or some joined or left."""
    if not one & other:
        return "牵头职能更换" if lang == "zh" else "other functions lead"
    joined, left = "、".join(sorted(other - one)), "、".join(sorted(one - other))
    zh = "；".join(x for x in (joined and f"增加牵头职能：{joined}", left and f"减少牵头职能：{left}") if x)
    en = "; ".join(x for x in (joined and f"also leads: {joined}", left and f"no longer leads: {left}") if x)
    return zh if lang == "zh" else en


def _added_and_dropped(frame: pd.DataFrame, documents: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Targets of things that only one of two following editions of a plan states."""
    import pandas as pd

    editions = documents[
        documents["plan"].notna() & (documents["region_shown"] != UNKNOWN) & documents["date"].notna() & documents["duplicate_of"].isna()
    ]
    standing = editions[editions["final"].isna()].sort_values(["date", "name"]).groupby(["region_shown", "plan"], sort=True)
    following = [pair for _, plan in standing for pair in itertools.pairwise(plan["name"])]
    spans = {r["name"]: (r["period_start"], r["period_end"]) for r in editions.to_dict("records")}
    following = [pair for pair in following if not _within(*(spans[name] for name in pair))]
    following += list(editions.loc[editions["final"].notna(), ["name", "final"]].itertuples(index=False, name=None))
    # mere directions (提高) are no thing of which one edition could have been silent
    firm = frame[frame["number"] | ~frame["value_text"].map(lambda text: bool(_DIRECTION.search(text)))]
    firm = firm.drop_duplicates(["document", "group", "measure", "scope_class", "year"])
    stated = set(zip(frame["document"], frame["group"], strict=True))
    found = []
    for change, states, lacks in (("added", 1, 0), ("dropped", 0, 1)):
        sides = pd.DataFrame({"document": [pair[states] for pair in following], "lacks": [pair[lacks] for pair in following]}, dtype=object)
        mine = sides.merge(firm, on="document")
        found.append(_one_sided(mine[_mask(pair not in stated for pair in zip(mine["lacks"], mine["group"], strict=True))], change, lang))
    return pd.concat(found, ignore_index=True)


def _within(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Whether one plan is for a year or years of the other's: the tasks of 2022 leave out nothing of a plan for 2021—2023."""
    if not all(isinstance(year, str) for year in (*one, *other)) or one == other:
        return False
    return bool((one[0] >= other[0] and one[1] <= other[1]) or (other[0] >= one[0] and other[1] <= one[1]))


def _one_sided(only: pd.DataFrame, change: str, lang: str) -> pd.DataFrame:
    """What one edition states and the other (in the column `lacks`) does not at all."""
    side, other = ("after", "before") if change == "added" else ("before", "after")
    words = {("added", "zh"): "{} 未提出", ("added", "en"): "not in {}", ("dropped", "zh"): "{} 不再提出", ("dropped", "en"): "no longer in {}"}
    table = _sides(only, side)
    return table.assign(
        **{f"{other}_document": only["lacks"].to_numpy()},
        change=change,
        reason=[words[change, lang].format(name) for name in only["lacks"]],
        evidence=objects((_evidence(e) for e in only["evidence"]), table),
    )


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
    table["change"] = said
    table["reason"] = [f"{r}{FOLLOWS[f][0 if lang == 'zh' else 1]}" for r, f in zip(reasons, pairs["follows"], strict=True)]
    table["difference_shown"] = differences(one, other)
    table["evidence"] = [_evidence(a, b) for a, b in zip(one["evidence"], other["evidence"], strict=True)]
    return table
