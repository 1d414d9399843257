"""Targets as comparable items: which row each belongs to, and the parts that must agree before two values may be set against each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex

from pipeline.compare.grouping import Grouping, groups, is_ratio
from pipeline.compare.naming import acts_of, adds_up, better, bound_of, counted
from schemas import vocab
from schemas.comparison import NO_YEAR
from schemas.indicators import indicators

if TYPE_CHECKING:
    import pandas as pd

NUMERIC = ("level", "count", "change", "rank")
SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "~": "约"}  # of an exact value none
FLOORS = (">=", ">")
CEILINGS = ("<=", "<")
_STEP = r"[0-9一二三四五六七八九十ⅠⅡⅢⅣⅤⅥA-Z]+"
_MEANT = {"increase": "提高", "decrease": "下降"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What targets of a row say of its better direction: whether operators, and whether the verbs of those without one, name a floor, a ceiling."""

    floor: bool = False
    ceiling: bool = False
    verb_floor: bool = False
    verb_ceiling: bool = False


_NOTHING = Bounds()


@dataclass(frozen=True, slots=True)
class World:
    """What items take from all targets of the database, where not all are read: their rows, and what these say of the better direction."""

    grouping: Grouping
    bounds: Mapping[str, Bounds]


def items(targets: pd.DataFrame, documents: pd.DataFrame, world: World | None = None) -> pd.DataFrame:
    """The targets with `group`, `indicator_name`, `group_rule`, `group_score`, `domain`, `due` (the year, or NO_YEAR), what must agree (`measure`,
    `year` and the columns …_class), `direction`, `bound` (floor, ceiling, exact: how the value limits the indicator), `number` (whether it may be
    ranked), `key` and `open` (what demands more), `low` and `high` in the canonical unit.

    An item depends on its own target, and on all others in two ways alone: the row of a name that no vocabulary knows, and the better direction
    of such a row. `world` tells both; None where the targets are all there are.
    """
    import pandas as pd

    frame = targets.copy()
    for column, told in (("region", "region_shown"), ("region_code", "region_code")):
        known = dict(zip(documents["name"], documents[told], strict=True))
        frame[column] = objects((known[name] for name in frame["document"]), frame)
    grouped = groups(frame, world.grouping if world else None)
    for column in grouped.columns:
        frame[column] = grouped[column]  # a column, not its values: of these pandas would make strings, and NaN of what is None
    frame["year"] = objects(years(frame), frame)
    frame["due"] = frame["year"].map({year: year[-4:] if year[-4:].isdigit() else NO_YEAR for year in set(frame["year"])})
    acts = zip(frame["act"], frame["name_act"], frame["dimension"], strict=True)
    frame["act_class"] = objects((0 if is_ratio(d) else acts_of(a if isinstance(a, str) else None) or n for a, n, d in acts), frame)
    frame["verb"] = objects((bound_of(quote) for quote in frame["quote"]), frame)
    frame["stock_class"] = _reached(frame)
    frame["statistic_class"] = objects(_statistics(frame), frame)
    frame["denominator_class"] = objects((u.partition("/")[2] if isinstance(u, str) else "" for u in frame["canonical_unit"]), frame)
    unit = "unit:" + frame["unit"].fillna("").astype(str)
    scale = "scale:" + frame["value_text"].astype(str).str.replace(_STEP, "", regex=True)  # 一级A and Ⅲ类 are steps of two scales
    frame["dimension_class"] = frame["dimension"].where(frame["dimension"].notna(), unit).where(frame["kind"] != "grade", scale)
    frame["baseline_class"] = objects((_baseline(b) if isinstance(b, str) else "" for b in frame["baseline"]), frame)
    frame["window_class"] = objects(_windows(frame), frame)
    frame["number"] = frame["kind"].isin(NUMERIC) & frame["value"].notna()
    value = pd.to_numeric(frame["canonical_value"].where(frame["canonical_value"].notna(), frame["value"]), errors="coerce")
    frame["low"] = value.astype(float)
    top = pd.to_numeric(frame["canonical_value_max"].where(frame["canonical_value_max"].notna(), frame["value_max"]), errors="coerce")
    frame["high"] = top.astype(float).where(top.notna(), frame["low"])
    _directions(frame, world)
    # plain objects: read one by one they are several times faster than pandas' own strings
    return frame.astype({name: object for name, kind in frame.dtypes.items() if kind == "str"})


_SAME_TIME = ("上年", "去年", "上年度", "上年同期", "同期", "上一年")  # what growth is measured from where nothing is said


def _baseline(text: str) -> str:
    return "" if text in _SAME_TIME else text.removesuffix("年")


def years(frame: pd.DataFrame) -> list[str]:
    """The year of a deadline's end, "continuous", "annual", "" where none is stated."""
    ends = zip(frame["deadline_kind"], frame["deadline_end"], strict=True)
    return [kind if kind in ("continuous", "annual") else end[:4] if isinstance(end, str) else "" for kind, end in ends]


_IN_YEAR = regex.compile(r"^(?:(?:19|20)\d\d年?度?|[今本当]年度?|年内|全年)$")


def _windows(frame: pd.DataFrame) -> list[str]:
    """Of things that are added up, the first year where the deadline tells it: 2021 of 2021—2025年, 2025 of 2025年, "" of 到2025年.

    A change that names its base year needs none.
    """
    found = []
    columns = ["deadline_kind", "deadline_raw", "deadline_start", "deadline_end", "kind", "quote", "act", "dimension", "baseline_class"]
    for kind, raw, start, end, what, quote, act, dimension, base in frame[columns].itertuples(index=False):
        begins = ""
        added = what == "count" or isinstance(act, str) or adds_up(quote)
        if isinstance(end, str) and not base:
            if kind == "during" and isinstance(start, str) and (added or what == "change" or not is_ratio(dimension)):
                begins = start[:4]
            elif isinstance(raw, str) and added and what != "change" and act != "累计" and _IN_YEAR.match(raw):
                begins = end[:4]
        found.append(begins)
    return found


def _reached(frame: pd.DataFrame) -> pd.Series[bool]:
    """Whether a value is a total that is reached (污水管网达到300公里), not what is done towards it (新建260公里); a table's cell tells neither."""
    ratios = frame["dimension"].map({dimension: is_ratio(dimension) for dimension in frame["dimension"].unique()}).astype(bool)
    return frame["measure"].isin(("level", "count")) & (frame["act_class"] == 0) & ~ratios & frame["verb"].notna()


def _statistics(frame: pd.DataFrame) -> list[str]:
    """How it is counted: by the words beside the name; of a name that the vocabulary does not know also by those within it."""
    found = []
    for rule, within, quote, name, act in frame[["group_rule", "name_statistic", "quote", "indicator", "act"]].itertuples(index=False):
        beside = "cumulative" if act == "累计" else counted(quote, name)
        found.append(beside or ("" if rule == "vocabulary" else within or ""))
    return found


def _directions(frame: pd.DataFrame, world: World | None) -> None:
    """Adds `direction`, `bound`, `key`, `open`.

    The better direction is the vocabulary's; else the one that the operators of the row tell, if they agree and no verb speaks against them; else
    that of the name's words (失业率); else that of the verbs (提高到, 降至).
    """
    import numpy as np

    operator = frame["operator"]
    by_operator = np.where(operator.isin(FLOORS), "floor", np.where(operator.isin(CEILINGS), "ceiling", ""))
    by_verb = np.where(by_operator == "", frame["verb"].fillna(""), "").astype(object)
    words = {name: better(name) or "" for name in frame["indicator_name"].unique()}
    direction = frame["group"].map({i.id: i.direction for i in indicators() if i.direction != "none"}).fillna("").to_numpy(dtype=object)
    told = world.bounds if world else _bounds(frame, by_operator, by_verb)
    bounds = [told.get(group, _NOTHING) for group in frame["group"].tolist()]
    by_all = np.array([_agreed(b.floor or b.verb_floor, b.ceiling or b.verb_ceiling) for b in bounds], dtype=object)
    firm = np.array([_agreed(b.floor, b.ceiling) for b in bounds], dtype=object)
    firm = np.where(firm == by_all, by_all, "")
    for way in (firm, frame["indicator_name"].map(words).to_numpy(dtype=object), by_all):
        direction = np.where(direction == "", way, direction)
    changed = frame["measure"].isin(("increase", "decrease")).to_numpy()
    direction = np.where(changed, "higher_better", direction)  # the more of the change that the plan sets itself, the more it demands
    # a number of things to build, finish or have
    direction = np.where(((frame["kind"] == "count") | (frame["act_class"] != 0)) & (direction == ""), "higher_better", direction)
    direction = np.where(frame["kind"] == "rank", "lower_better", direction)
    meant = np.where(direction == "higher_better", "floor", np.where(direction == "lower_better", "ceiling", by_verb))
    bound = np.where(by_operator != "", by_operator, meant)  # 达到 of what should be low names the level: it is no floor
    frame["direction"], frame["bound"] = np.where(direction == "", "none", direction), np.where(bound == "", "exact", bound)
    low = direction == "lower_better"
    frame["key"] = np.where(low, -frame["high"], frame["low"])
    frame["open"] = operator.isin((">", "<")).astype(int) - (operator == "~").astype(int)


def _agreed(floor: bool, ceiling: bool) -> str:
    """The direction that bounds tell where they agree, "" elsewhere."""
    return "" if floor == ceiling else "higher_better" if floor else "lower_better"


def _bounds(frame: pd.DataFrame, by_operator: Any, by_verb: Any) -> dict[str, Bounds]:
    """What the targets of each row say, if they are all there are."""
    free = frame["number"] & (frame["kind"] != "rank") & (frame["status"] == "target")
    said = [((told == name) & free).groupby(frame["group"]).any() for told in (by_operator, by_verb) for name in ("floor", "ceiling")]
    return {group: Bounds(*map(bool, of)) for group, *of in zip(said[0].index, *said, strict=True)}


def objects(values: Iterable[Any], like: pd.DataFrame) -> pd.Series[Any]:
    """A column of Python objects (tuples, dicts, None) for the rows of a frame."""
    import pandas as pd

    return pd.Series(list(values), index=like.index, dtype=object)


def text(value: Any) -> str | None:
    """A string, or None for what is missing (None, NaN, NA)."""
    return value if isinstance(value, str) else None


def records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a frame as dicts of Python values: what `to_dict("records")` gives, in a fifth of its time."""
    names = list(frame.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in names), strict=True)]


def differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str | None]:
    """Other less one as a reader says it: in the unit that both are written in (+5个百分点), else in that of the other; None where there is none."""
    alike = (one["number"].to_numpy() & other["number"].to_numpy()) & (one["dimension_class"].to_numpy() == other["dimension_class"].to_numpy())
    units = zip(one["unit"].fillna(""), other["unit"].fillna(""), one["canonical_unit"].fillna(""), strict=True)
    values = zip(one["value"], other["value"], one["low"], other["low"], strict=True)
    return [_said(*value, *unit) if same else None for value, unit, same in zip(values, units, alike, strict=True)]


def _said(before: Any, after: Any, low: float, low_after: float, unit: str, its: str, base: str) -> str | None:
    if unit == its:
        return f"{float(after) - float(before):+.12g}{'个百分点' if unit == '%' else unit}"
    found = vocab.units().find(its)
    if found is not None and found.base == base:
        return f"{(low_after - low) / float(found.factor):+.9g}{its}"
    return f"{low_after - low:+.9g}{base}" if base not in ("", "1") else None


def close(one: float, other: float) -> bool:
    """Whether two canonical values are one number: floats that come from the same decimal by different factors."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


_NUMBERS, _WORDS = regex.compile(r"(?:^\s*[-−－])?\d+(?:\.\d+)?"), regex.compile(r"[^\d.,，—~～\-\s]")
DECIDED = ("corrected", "added")  # reviews after which the number need not be the one that the text has


def written(text: str, value: float | None, value_max: float | None, unit: str | None) -> str:
    """A value as written; where a person put another number or unit, the number that counts."""
    numbers = [float(one) for one in (value, value_max) if one is not None and one == one]
    read = [float(one.replace("−", "-").replace("－", "-")) for one in _NUMBERS.findall(text.replace(",", "").replace("，", ""))]
    other_unit = isinstance(unit, str) and unit not in text and _WORDS.search(text) is not None
    return "—".join(f"{one:.12g}" for one in numbers) if numbers and (numbers != read or other_unit) else text


def written_of(items: pd.DataFrame) -> list[str]:
    """The values of targets as they count."""
    found = items["value_text"].tolist()
    for i in items["review"].isin(DECIDED).to_numpy().nonzero()[0]:
        row = items.iloc[i]
        found[i] = written(found[i], row["value"], row["value_max"], row["unit"])
    return found


def shown(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Values as a reader writes them, from (kind, operator, value_text, unit, change_direction, status): ≥95%, 提高≥5个百分点, 前110名."""
    found = []
    for kind, operator, text, unit, way, status in rows:
        if kind in ("qualitative", "milestone"):
            found.append(str(text))
            continue
        sign = "前" if kind == "rank" and operator == "<=" else SIGNS.get(operator or "", "")
        tail = unit if isinstance(unit, str) and unit not in text and kind != "grade" else ""
        tail = f"（{tail}）" if tail[:1].isdigit() or tail[:1] == "/" else tail  # ≤10（1/10万）
        head = _MEANT.get(way, "") if isinstance(way, str) else ""
        head = "翻" if text.endswith("番") and head else head  # nothing is raised by 一番: it is doubled
        found.append(f"{head}{sign}{text}{tail}" + ("（现状）" if status == "current" else ""))
    return found
