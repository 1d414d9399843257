"""What one document says twice and differently, or leaves out: contradictions, missing numbers, tasks without unit or deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from extractors.numerals import parse_number
from pipeline.compare.items import objects

if TYPE_CHECKING:
    import pandas as pd

Finding = dict[str, Any]
_THING = [
    "document",
    "group",
    "measure",
    "dimension_class",
    "denominator_class",
    "statistic_class",
    "scope_class",
    "baseline_class",
    "act_class",
    "window_class",
    "striven",
    "of_year",
]
_YEAR = regex.compile(r"\d{4}年?度?$")
DUE = r"到|至|底|前|期间|年内"  # words with which a date is a deadline
_SHORTEST = 4  # characters of a name that says enough in a table: 数据 in two rows may be two things
_MOST = 0.5  # a document whose tasks mostly say something is expected to say it in each


def contradictions(items: pd.DataFrame, lang: str = "zh") -> list[Finding]:
    """One thing, one document, one year, and two values: a contradiction. One value of a year and another without any (goals: 到2025年92%, a measure:
    90%) may be one, which is undetermined. What a plan strives for (达到60%，力争65%) stands apart.
    """
    in_table = objects((isinstance(task, str) and task.startswith("表") for task in items["task"]), items).astype(bool)
    said = (items["group_rule"] == "vocabulary") | (items["base"].map(len) >= _SHORTEST) | ~in_table
    numbers = items[items["number"] & (items["status"] == "target") & (items["group_rule"] != "alike") & said]
    # 到2025年60公里 and 2025年20公里 are all of them and those of one year; a ratio is the same either way
    pairs = zip(numbers["deadline_raw"], numbers["dimension_class"], strict=True)
    of_year = objects((bool(isinstance(raw, str) and _YEAR.match(raw) and not dimension.startswith("ratio")) for raw, dimension in pairs), numbers)
    numbers = numbers.assign(striven=numbers["strength"] == "力争", of_year=of_year)
    found = [f for _, rows in _differing(numbers, [*_THING, "year"]) for f in _contradiction(rows, "comparable", lang)]
    seen = {target for f in found for target in f["targets"]}
    for _, rows in _differing(numbers, _THING):
        if len(years := set(rows["year"])) == 2 and "" in years:
            found += [f for f in _contradiction(rows, "undetermined", lang) if not seen & set(f["targets"])]
    return found


def _differing(frame: pd.DataFrame, keys: list[str]) -> Iterable[tuple[Any, pd.DataFrame]]:
    """Groups of targets whose values differ."""
    if frame.empty:
        return
    code = frame.groupby(keys, sort=False, dropna=False).ngroup()
    low, high = frame["low"].round(9).groupby(code), frame["high"].round(9).groupby(code)
    some = (low.transform("nunique") > 1) | (high.transform("nunique") > 1)
    yield from frame[some].groupby(code[some], sort=False)


def _contradiction(rows: pd.DataFrame, verdict: str, lang: str) -> list[Finding]:
    """The statements of different values, each value once, in the order of the text; alternatives of one sentence (70%或…) are none."""
    distinct = rows.assign(_low=rows["low"].round(9), _high=rows["high"].round(9)).drop_duplicates(["_low", "_high"])
    if _series(distinct):
        return []
    places = [_where(task, lang) for task in distinct["task"]]
    said = [f"{place}：{value}" for place, value in zip(places, distinct["shown"], strict=True)]
    if lang == "zh":
        reason = "同一指标、范围和期限，数值不同（" + "；".join(said) + "）"
    else:
        reason = "one indicator, scope and deadline, different values (" + "; ".join(said) + ")"
    if verdict == "undetermined":
        reason += "；其中一处未写期限" if lang == "zh" else "; one of them states no deadline"
    return [finding("contradiction", distinct, verdict=verdict, reason=reason)]


def _series(rows: pd.DataFrame) -> bool:
    """Counts of one paragraph are a list of parts (新建公园2个，改造公园3个), not one value said twice; a heading and its text are two."""
    counts = (rows["kind"] == "count").all()
    return bool(counts and rows["segment_id"].nunique(dropna=False) == 1)


def _where(task: Any, lang: str) -> str:
    if not isinstance(task, str):
        return "总体目标或正文" if lang == "zh" else "goals or text"
    if task.startswith("表"):
        return f"任务表 {task}" if lang == "zh" else f"table {task}"
    return f"任务 {task}" if lang == "zh" else f"task {task}"


def finding(type_: str, rows: pd.DataFrame, *, verdict: str | None, reason: str, change: str | None = None) -> Finding:
    """A finding about targets, in their order."""
    first = rows.iloc[0]
    group = first["group"]
    return {
        "type": type_,
        "change": change,
        "region": first["region"],
        "documents": list(dict.fromkeys(rows["document"])),
        "tasks": [t if isinstance(t, str) else None for t in rows["task"]],
        "indicator": first["indicator_name"],
        "indicator_id": None if group.startswith("~") else group,
        "values": list(rows["shown"]),
        "deadlines": [d if isinstance(d, str) else None for d in rows["deadline_end"]],
        "verdict": verdict,
        "reason": reason,
        "targets": list(rows["id"]),
        "evidence": [e for e in rows["evidence"] if isinstance(e, str)],
        "quotes": list(rows["quote"]),
    }


def about(
    type_: str, document: str, region: str | None, tasks: list[str], reason: str, titles: Iterable[tuple[Any, str]] = (), **more: Any
) -> Finding:
    """A finding about a document and its tasks; `titles` are the titles of tasks that are its evidence: (id of the evidence or none, text)."""
    told = [(evidence, title) for evidence, title in titles if isinstance(evidence, str)]
    sources = {"evidence": [evidence for evidence, _ in told], "quotes": [title for _, title in told]}
    plain: Finding = {"change": None, "indicator": None, "indicator_id": None, "values": [], "deadlines": [], "verdict": None, "targets": []}
    return {"type": type_, **plain, "region": region, "documents": [document], "tasks": tasks, "reason": reason, **sources, **more}


# --- numbers of a series ----------------------------------------------------------------------------------------------

_LAST = regex.compile(r"^(?P<head>.*?)(?P<open>[(（]?)(?P<number>\d+|[一二三四五六七八九十]+)(?P<close>[)）]?)(?:\.\d+)?$")
_SPARSE = 0.5  # a series that lacks more than half of its numbers is none


def gaps(tasks: pd.DataFrame, regions: Mapping[Any, Any], paths: Mapping[str, frozenset[str]], lang: str = "zh") -> list[Finding]:
    """Numbers that a series of tasks leaves out or does not begin with; `paths` are all numbered paragraphs of each document, tasks or not."""
    found = []
    for document, rows in tasks.groupby("document", sort=True):
        series: dict[str, dict[int, str]] = {}
        for path in rows["path"]:
            if "@" not in path and (place := _place(path)):
                series.setdefault(place[0], {})[place[1]] = path
        for head, numbers in series.items():
            missing = _missing(head, numbers, paths.get(str(document), frozenset()))
            if missing:
                beside = {numbers[n] for m in missing for n in (m - 1, m + 1) if n in numbers}
                found.append(_gap(rows[rows["path"].isin(beside)], regions.get(str(document)), head, numbers, missing, lang))
    return found


def _missing(head: str, numbers: Mapping[int, str], paths: frozenset[str]) -> list[int]:
    last = max(numbers)
    if len(numbers) < 3:
        return []
    there = {_place(path) for path in paths}
    missing = [n for n in range(1, last) if n not in numbers and (head, n) not in there]
    return missing if len(missing) <= _SPARSE * last else []


@lru_cache(maxsize=1 << 16)
def _place(path: str) -> tuple[str, int] | None:
    """The series that a path is of, and its number in it: 三/(二) is 2 of 三/(."""
    hit = _LAST.match(path)
    if not hit:
        return None
    return hit["head"] + hit["open"], int(hit["number"]) if hit["number"].isdigit() else int(parse_number(hit["number"]) or 0)


def _gap(beside: pd.DataFrame, region: str | None, head: str, numbers: Mapping[int, str], missing: list[int], lang: str) -> Finding:
    """What is missing, with the tasks beside it as evidence."""
    first, last, document = min(numbers), max(numbers), str(beside["document"].iloc[0])
    listed = "、".join(map(str, missing))
    if missing == list(range(1, first)):
        reason = f"编号从 {first} 开始，缺 {listed}" if lang == "zh" else f"the numbering begins at {first}: {', '.join(map(str, missing))} missing"
    else:
        reason = f"编号 1 至 {last} 中缺 {listed}" if lang == "zh" else f"of the numbers 1 to {last}, {', '.join(map(str, missing))} are missing"
    close = ")" if head.endswith("(") else "）" if head.endswith("（") else ""
    return about("gap", document, region, [f"{head}{n}{close}" for n in missing], reason, zip(beside["evidence"], beside["title"], strict=True))


# --- tasks that leave something out -----------------------------------------------------------------------------------


def incomplete(tasks: pd.DataFrame, items: pd.DataFrame, links: pd.DataFrame, dates: pd.DataFrame, lang: str = "zh") -> list[Finding]:
    """Tasks without any unit, and without any deadline, one finding each where the document's tasks mostly have one; else one for the document.

    `dates`: document, task (path) of sentences with a date. Articles of a 办法 (第三条) are no tasks that need either; a plan of one year dates its
    tasks by its title; a table without a column of units asks for none.
    """
    tasks = tasks[~tasks["path"].str.contains("条", regex=False)]
    named = set(links.loc[links["role"] != "data_source", "task_id"])
    dated = set(items.loc[items["deadline_kind"].notna(), "task_id"])
    spoken = set(dates.itertuples(index=False, name=None))
    in_text = objects((pair in spoken for pair in zip(tasks["document"], tasks["path"], strict=True)), tasks).astype(bool)
    has = {
        "no_unit": tasks["id"].isin(named),
        "no_deadline": tasks["deadline_kind"].notna() | tasks["id"].isin(dated) | in_text | tasks["of_year"],
    }
    # a table of indicators that has no column of units (or of deadlines) leaves nothing out
    table = tasks["path"].str.extract(r"^(表\d*)/", expand=False).fillna("")
    found: list[Finding] = []
    for type_, hits in has.items():
        said = hits.groupby([tasks["document"], table]).transform("any") | (table == "")
        hits = hits | ~said
        share = hits.groupby(tasks["document"]).mean()
        for document, rows in tasks[~hits].groupby("document", sort=True):
            found += _without(type_, str(document), rows["region"].iloc[0], rows, share[document], lang)
    return found


def _without(type_: str, document: str, region: str | None, rows: pd.DataFrame, share: float, lang: str) -> list[Finding]:
    zh, en = {"no_unit": ("未写责任单位", "names no unit"), "no_deadline": ("未写期限", "states no deadline")}[type_]
    titles = list(zip(rows["evidence"], rows["title"], strict=True))
    if share >= _MOST:
        return [
            about(type_, document, region, [path], f"任务 {path}“{told[1]}”{zh}" if lang == "zh" else f"task {path} “{told[1]}” {en}", [told])
            for path, told in zip(rows["path"], titles, strict=True)
        ]
    count = len(rows)
    reason = f"{count} 项任务{zh}（多数任务如此）" if lang == "zh" else f"{count} tasks: each {en} (as most of the document)"
    return [about(type_, document, region, list(rows["path"]), reason, titles)]
