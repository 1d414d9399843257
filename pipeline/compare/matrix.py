"""The matrix: indicator × region, every cell in one of four states, every value with its verdict and, where it may have one, its rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from pipeline.canonical.indicators import SCORES
from pipeline.compare.items import objects, text
from pipeline.compare.options import Options
from pipeline.compare.verdicts import SIGNATURE, against_others, in_words, other_name
from schemas.comparison import TABLES
from schemas.indicators import indicators

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["matrix"]]
_UNREAD = {"zh": "原文提到该指标，但数值未能读出", "en": "the text names the indicator, its value was not read"}

_ELSEWHEN = {"zh": "所选年份未提出（另有其他年份或未写期限的数值）", "en": "not stated for the years asked for, but for others or without one"}


def matrix(
    items: pd.DataFrame,
    axis: tuple[str, Sequence[str]],
    against: str,
    absent: Mapping[tuple[str, str], tuple[str, str, tuple[str, ...]]],
    missing: Mapping[str, str],
    copies: Mapping[str, Sequence[str]],
    other_years: Set[tuple[str, str]],
    codes: Mapping[str, str | None],
    options: Options,
) -> pd.DataFrame:
    """The matrix in long form: a line for each stated target, and one for each empty cell.

    `items`: those that count; `axis`: the column of items whose values are the columns of the matrix, and these in order; `against`: the column
    whose other values a value is judged against (region, document); `absent`: (row, column) → (quote, place, evidence) of a sentence
    that names the indicator but was not read; `missing`: column → why nothing of it was processed; `copies`: document → its other stored copies;
    `other_years`: (row, column) of indicators that are stated, but not for the years asked for; `codes`: those of regions.
    """
    import pandas as pd

    (by, columns), lang = axis, options.lang
    stated = items[items[by].isin(columns)]
    stated = stated.join(against_others(stated, against))
    _rank(stated, options.any_year)
    stated["reason"] = [in_words(names, lang) for names in stated["reasons"]]
    stated["state"] = "stated"
    stated["sources"] = [tuple(copies.get(d, ())) for d in stated["document"]]
    empty = _empty(stated, columns, absent, missing, other_years, codes, (by, lang))
    lines = pd.concat([_named(stated, by, lang), empty], ignore_index=True)
    return _sorted(lines, columns, by, options.sort)[COLUMNS]


def _rank(stated: pd.DataFrame, any_year: bool) -> None:
    """Adds `rank` and `distance` to values that may be compared: 1 demands most, distances are from it."""
    import pandas as pd

    stated["rank"] = pd.Series(pd.NA, index=stated.index, dtype="Int64")
    stated["distance"] = float("nan")
    allowed = stated["verdict"] == "comparable"
    if any_year:
        allowed |= (stated["verdict"] == "not_comparable") & stated["reasons"].map(lambda r: r == ("year",))
    stated["group_rule_class"] = other_name(stated)
    parts = [p for p in SIGNATURE if p not in ("bound", "number_class", "act_class", "stock_class") and not (any_year and p == "year")]
    wanted = [*parts, "act_class", "stock_class", "bound", "key", "open", "signature"]
    some = stated.loc[allowed & stated["number"] & (stated["direction"] != "none"), wanted]
    if some.empty:
        return
    distinct = some.drop_duplicates("signature").set_index("signature")  # far fewer, and of one class each
    some["class"] = some["signature"].map(distinct.groupby(parts, sort=False, dropna=False).ngroup())
    some["done"] = _done(some)
    some["class"] = some.groupby(["class", "done"], sort=False).ngroup()
    bounds = some["bound"].where(some["bound"] != "exact").groupby(some["class"]).transform("nunique")
    some["class"] = some["class"].astype(str) + some["bound"].where(bounds > 1, "")
    some["demand"] = some["key"].round(12)
    ordered = some.sort_values(["class", "demand", "open"], ascending=[True, False, False], kind="stable")
    step = (ordered[["class", "demand", "open"]] != ordered[["class", "demand", "open"]].shift()).any(axis=1)
    stated.loc[ordered.index, "rank"] = step.groupby(ordered["class"]).cumsum().astype("Int64")
    stated.loc[some.index, "distance"] = some.groupby("class")["key"].transform("max") - some["key"]


def _done(some: pd.DataFrame) -> pd.Series[Any]:
    """What is done, or that a total is reached; a value that says neither is ranked with those of its class where all of them say one thing."""
    done = some["act_class"].astype(str).where(some["act_class"] != 0, "")
    done = done.mask(some["stock_class"].astype(bool), "total")
    said = done.where(done != "").groupby(some["class"])
    return done.mask((done == "") & (said.transform("nunique") == 1), said.transform("first"))


def _named(stated: pd.DataFrame, by: str, lang: str) -> pd.DataFrame:
    """The stated items under the names of the matrix."""
    import pandas as pd

    rules = [
        rule if how == "vocabulary" and isinstance(rule, str) else how
        for how, rule in zip(stated["group_rule"], stated["indicator_rule"], strict=True)
    ]
    frame = stated.assign(
        group_rule=rules,
        group_score=[SCORES.get(rule.partition(":")[0], score) for rule, score in zip(rules, stated["group_score"], strict=True)],
        as_written=stated["indicator"],
        indicator=stated["indicator_name"],
        indicator_id=stated["group"].where(~stated["group"].str.startswith("~")),
        statistic=_told_of(stated, "statistic"),
        denominator=_told_of(stated, "denominator"),
        target=stated["id"],
        evidence=objects(((e,) if isinstance(e, str) else () for e in stated["evidence"]), stated),
        title=stated["title_shown"],
        place=places(stated, lang),
        deadline=objects(deadlines(stated), stated),
        year=pd.to_numeric(stated["year"].str[-4:], errors="coerce").astype("Int64"),
    )
    return frame.reindex(columns=list(dict.fromkeys([*COLUMNS, by])))


def _told_of(stated: pd.DataFrame, what: str) -> pd.Series[Any]:
    """How a value is counted, or what it is of: by its own words, else as the vocabulary says of the indicator."""
    known = {i.id: getattr(i, what) for i in indicators()}
    return objects((own or known.get(group) for own, group in zip(stated[f"{what}_class"], stated["group"], strict=True)), stated)


def deadlines(frame: pd.DataFrame) -> list[dict[str, Any] | None]:
    """Deadlines as objects {raw, kind, start, end}."""
    parts = zip(*(frame[f"deadline_{k}"] for k in ("raw", "kind", "start", "end")), strict=True)
    return [
        {"raw": text(raw), "kind": kind, "start": text(start), "end": text(end)} if isinstance(kind, str) else None for raw, kind, start, end in parts
    ]


_PLACE = {
    "zh": ("第{}页", "工作表 {} {}", "表{}第{}行", "第{}行", "第{}段", "，"),
    "en": ("page {}", "sheet {} {}", "table {} row {}", "line {}", "paragraph {}", ", "),
}


def places(frame: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Where a reader finds each value in its file: 附件1.pdf，第7页，表2第5行; annex1.pdf, page 7, table 2 row 5."""
    page_, sheet_, row_, line_, paragraph_, comma = _PLACE[lang]
    found = []
    for file, page, line, table, row, sheet, cell, format in frame[["file", "page", "line", "table", "row", "sheet", "cell", "format"]].itertuples(
        index=False
    ):
        parts = [file if isinstance(file, str) else "", page_.format(int(page)) if page == page and page else ""]
        if isinstance(sheet, str) and sheet:
            parts.append(sheet_.format(sheet, cell))
        elif table == table and table:
            parts.append(row_.format(int(table), int(row)))
        if line == line and line:
            parts.append((paragraph_ if format in ("doc", "docx") else line_).format(int(line)))
        found.append(comma.join(p for p in parts if p))
    return found


def _empty(
    stated: pd.DataFrame,
    columns: Sequence[str],
    absent: Mapping[tuple[str, str], tuple[str, str, tuple[str, ...]]],
    missing: Mapping[str, str],
    other_years: Set[tuple[str, str]],
    codes: Mapping[str, str | None],
    shown: tuple[str, str],
) -> pd.DataFrame:
    """A line for every cell without a target; `shown`: what the columns are, the language."""
    import numpy as np
    import pandas as pd

    by, lang = shown
    rows = stated.drop_duplicates("group")[["group", "indicator_name", "domain", "direction"]].rename(columns={"indicator_name": "indicator"})
    open_ = np.ones((len(rows), len(columns)), dtype=bool)
    open_[pd.Index(rows["group"]).get_indexer(pd.Index(stated["group"])), pd.Index(columns).get_indexer(pd.Index(stated[by]))] = False
    row, column = open_.nonzero()
    cells = rows.iloc[row].assign(**{by: np.array(columns, dtype=object)[column]}).reset_index(drop=True)
    keys = list(zip(cells["group"].tolist(), cells[by].tolist(), strict=True))
    elsewhen = np.array([key in other_years for key in keys], dtype=bool)
    named = [None if other else absent.get(key) for key, other in zip(keys, elsewhen, strict=True)]
    usual = [_why(c, missing, by, lang) for c in columns]
    state, reason = (np.array([why[i] for why in usual], dtype=object)[column] for i in (0, 1))
    unread = np.array([n is not None for n in named], dtype=bool)
    frame = cells.assign(
        indicator_id=cells["group"].where(~cells["group"].str.startswith("~")),
        state=np.where(unread, "unparsed", state),
        reason=np.select([unread, elsewhen], [_UNREAD[lang], _ELSEWHEN[lang]], reason),
        quote=objects((n and n[0] for n in named), cells),
        place=objects((n and n[1] for n in named), cells),
        evidence=objects((n[2] if n else () for n in named), cells),
        **{name: objects([()] * len(cells), cells) for name in ("reasons", "lead", "lead_function", "sources")},
    )
    if by == "due":
        frame["year"] = pd.to_numeric(frame["due"], errors="coerce").astype("Int64")
    if by == "region":
        frame["region_code"] = frame["region"].map(codes)
    return frame.reindex(columns=list(dict.fromkeys([*COLUMNS, by]))).astype(object)


def _why(column: str, missing: Mapping[str, str], by: str, lang: str) -> tuple[str, str]:
    """State and reason of the empty cells of a column whose texts do not name the indicator."""
    if column in missing:
        return "not_processed", missing[column]
    where = {"region": ("该地文件未提出", "no document of the region states it"), "document": ("该文件未提出", "the document does not state it")}
    return "not_stated", where.get(by, ("未提出该年的数值", "nothing is stated for the year"))[lang != "zh"]


def _sorted(lines: pd.DataFrame, columns: Sequence[str], by: str, sort: str) -> pd.DataFrame:
    """Rows in the order asked for; within a row the columns in their order, then years."""
    lines = lines.assign(_column=lines[by].map({c: i for i, c in enumerate(columns)}))
    stated = lines.loc[lines["state"] == "stated", ["group", by, "canonical_value", "rank", "distance"]]
    spread = stated.groupby("group").agg(n=(by, "nunique"))
    top = stated["canonical_value"].astype(float).abs().where(stated["rank"].notna()).groupby(stated["group"]).max()
    gap = stated["distance"].astype(float).groupby(stated["group"]).max() / top.where(top > 0)
    rows = lines.drop_duplicates("group")[["group", "indicator", "indicator_id", "domain"]]
    rows = rows.assign(n=-rows["group"].map(spread["n"]).astype(float), gap=-rows["group"].map(gap).astype(float).fillna(-1.0))
    rows["known"] = rows["indicator_id"].isna()
    first = {"regions": ["n", "known", "domain"], "name": [], "distance": ["gap"]}[sort]
    rows = rows.sort_values([*first, "indicator", "group"], kind="stable", ignore_index=True)
    lines["_row"] = lines["group"].map(dict(zip(rows["group"], rows.index, strict=True)))
    return lines.sort_values(["_row", "_column", "year", "document", "task"], kind="stable", ignore_index=True)
