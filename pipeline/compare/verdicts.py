"""Whether two values may be set against each other, and if not, why: set operations over the distinct signatures of each row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.compare.items import objects

if TYPE_CHECKING:
    import pandas as pd

# reason → (Chinese, English); a reason of UNSTATED leaves the verdict open, every other forbids the comparison
REASONS: dict[str, tuple[str, str]] = {
    "kind": ("类型不同（如数值与变化幅度）", "different kinds (a level against a change)"),
    "no_number": ("至少一方没有数值", "at least one side states no number"),
    "status": ("至少一方是现状值，不是目标", "at least one side is a present value, not a target"),
    "dimension": ("单位量纲不同", "units of different dimensions"),
    "denominator": ("分母不同", "different denominators"),
    "act": ("所做的事不同（新建、改造、培训）", "another thing is done (built, renewed, trained)"),
    "statistic": ("统计口径不同（年均、累计、新增）", "counted differently (average, cumulative, increment)"),
    "scope": ("范围不同", "different scopes"),
    "baseline": ("基期不同", "different base years"),
    "direction": ("算子方向相反", "operators of opposite directions"),
    "period": ("累计的起止年份不同", "added up over different years"),
    "year": ("年份不同", "different years"),
    "year_not_stated": ("至少一方未写期限", "at least one side states no deadline"),
    "period_not_stated": (
        "一方只计当年或写明起始年，另一方未写明从何时起计",
        "one side counts from a year that it names, the other does not say since when",
    ),
    "act_in_part": (
        "所做的事不完全相同（新建，新建和改造；新建，达到的总量）",
        "not all that is done is the same (built; built and renewed; the total)",
    ),
    "baseline_not_stated": ("至少一方未写基期", "at least one side states no base year"),
    "name_alike": ("名称相近但不相同，须人工确认", "names are alike but not the same: to be confirmed"),
}
UNSTATED = ("year_not_stated", "period_not_stated", "act_in_part", "baseline_not_stated", "name_alike")
SIGNATURE = (
    "group",
    "measure",
    "number_class",
    "status",
    "dimension_class",
    "denominator_class",
    "act_class",
    "stock_class",
    "statistic_class",
    "scope_class",
    "baseline_class",
    "window_class",
    "bound",
    "year",
    "group_rule_class",
)


@dataclass(frozen=True, slots=True)
class Signatures:
    """The distinct combinations of what must agree (`table`, a row each), and the one that each item has (`of`: place in the table)."""

    table: pd.DataFrame
    of: pd.Series[int]


def signatures(items: pd.DataFrame) -> Signatures:
    """The signatures of items (`pipeline.compare.items.items`)."""
    frame = items.copy(deep=False)
    frame["number_class"] = frame["number"].where(frame["measure"] != "grade", True)
    frame["group_rule_class"] = other_name(frame)
    columns = frame[list(SIGNATURE)].astype(object).fillna("")
    codes = columns.groupby(list(SIGNATURE), sort=False).ngroup()
    table = columns.loc[codes.drop_duplicates().index].reset_index(drop=True)
    table["numerator"] = [text.partition("/")[0] for text in table["dimension_class"]]
    return Signatures(table, codes)


def other_name(items: pd.DataFrame) -> pd.Series[str]:
    """The normal form of names that are only alike those of their row, "" of the others: they are the same as each other only under one form."""
    return items["base"].where(items["group_rule"] == "alike", "")


def judge(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """For signatures side by side, row by row: a column of booleans for each reason that applies."""
    import pandas as pd

    one, other = left.reset_index(drop=True), right.reset_index(drop=True)

    def differs(name: str) -> Any:
        return one[name].to_numpy() != other[name].to_numpy()

    def missing(name: str) -> Any:
        return (one[name].to_numpy() == "") | (other[name].to_numpy() == "")

    numbers = one["number_class"].to_numpy().astype(bool) & other["number_class"].to_numpy().astype(bool)
    same_kind = ~differs("measure")
    inverse = (one["bound"] + other["bound"]).isin(("floorceiling", "ceilingfloor")).to_numpy()
    acts = [side["act_class"].to_numpy().astype(int) for side in (one, other)]  # sets as bits
    stocks = [side["stock_class"].to_numpy().astype(bool) for side in (one, other)]
    total = (stocks[0] & (acts[1] != 0)) | (stocks[1] & (acts[0] != 0))
    numerators, same_year = ~differs("numerator"), ~differs("year")
    found = {
        "kind": ~same_kind & numbers,
        "no_number": ~numbers,
        "status": (one["status"].to_numpy() == "current") | (other["status"].to_numpy() == "current"),
        "dimension": numbers & differs("dimension_class") & ~numerators,
        "denominator": numbers & ((differs("dimension_class") & numerators) | (differs("denominator_class") & ~differs("dimension_class"))),
        "act": same_kind & (acts[0] != 0) & (acts[1] != 0) & (acts[0] & acts[1] == 0),
        "statistic": differs("statistic_class"),
        "scope": differs("scope_class"),
        "baseline": same_kind & differs("baseline_class") & ~missing("baseline_class"),
        "direction": numbers & same_kind & inverse,
        "period": same_year & differs("window_class") & ~missing("window_class"),
        "year": differs("year") & ~missing("year"),
        "year_not_stated": missing("year"),
        "period_not_stated": numbers & same_year & differs("window_class") & missing("window_class"),
        "act_in_part": same_kind & (((acts[0] != acts[1]) & (acts[0] & acts[1] != 0)) | total),
        "baseline_not_stated": same_kind & differs("baseline_class") & missing("baseline_class"),
        "name_alike": differs("group_rule_class"),
    }
    return pd.DataFrame({name: found[name] for name in REASONS})


def verdicts(reasons: pd.DataFrame) -> pd.Series[str]:
    """comparable, undetermined or not_comparable for each row of `judge`."""
    import numpy as np
    import pandas as pd

    closed = reasons[[r for r in REASONS if r not in UNSTATED]].any(axis=1)
    unstated = reasons[list(UNSTATED)].any(axis=1)
    return pd.Series(np.select([closed, unstated], ["not_comparable", "undetermined"], "comparable"), index=reasons.index, dtype=object)


def names_of(reasons: pd.DataFrame) -> list[tuple[str, ...]]:
    """The reasons that apply in each row."""
    names = tuple(reasons.columns)
    return [tuple(name for name, hit in zip(names, row, strict=True) if hit) for row in reasons.to_numpy()]


@cache
def in_words(names: tuple[str, ...], lang: str = "zh") -> str:
    """Reasons as a sentence's parts: `in_words(("year",)) == "年份不同"`."""
    return ("；" if lang == "zh" else "; ").join(REASONS[name][0 if lang == "zh" else 1] for name in names)


def against_others(items: pd.DataFrame, column: str) -> pd.DataFrame:
    """For each item the verdict against the nearest statement of the same row in another region (or document: `column`), and the reasons.

    Nearest is a comparable one, else one that only leaves something unstated, else the one that differs in the fewest parts. Work grows with
    the number of signatures of a row, not with the number of its values.
    """
    import pandas as pd

    found = signatures(items)
    places = pd.DataFrame({"signature": found.of.to_numpy(), "place": items[column].to_numpy()}).drop_duplicates()
    counts = places.groupby("signature")["place"].agg(["nunique", "first"])
    table = found.table.assign(signature=found.table.index, n=counts["nunique"], only=counts["first"])
    pairs = table[["group", "signature", "n", "only"]].merge(table[["group", "signature", "n", "only"]], on="group", suffixes=("", "_other"))
    # another place must hold the other signature: several places do, or another one than the only place of this one
    other = (pairs["n_other"] > 1) | (pairs["n"] > 1) | (pairs["only"] != pairs["only_other"])
    same = pairs["signature"] == pairs["signature_other"]
    pairs = pairs[other & (~same | (pairs["n"] > 1))].reset_index(drop=True)
    reasons = judge(table.iloc[pairs["signature"].to_numpy()], table.iloc[pairs["signature_other"].to_numpy()])
    pairs["verdict"] = verdicts(reasons)
    pairs["weight"] = pairs["verdict"].map({"comparable": 0, "undetermined": 100, "not_comparable": 200}) + reasons.sum(axis=1)
    best = pairs.loc[pairs.groupby("signature")["weight"].idxmin()] if len(pairs) else pairs
    chosen = names_of(reasons.loc[best.index]) if len(pairs) else []
    verdict = dict(zip(best["signature"], best["verdict"], strict=True))
    reason = dict(zip(best["signature"], chosen, strict=True))
    of = found.of.tolist()
    columns = {"verdict": [verdict.get(s, "nothing_to_compare") for s in of], "reasons": objects((reason.get(s, ()) for s in of), items)}
    return pd.DataFrame({**columns, "signature": found.of}, index=items.index)
