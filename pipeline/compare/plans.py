"""Documents as plans: their dates, which are editions of one plan, which are copies, which are no longer in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import regex

from pipeline.canonical import squashed
from pipeline.compare.items import objects
from schemas import vocab
from schemas.regions import NATIONAL, find_regions, former_regions, present_code, region_name_at, regions

if TYPE_CHECKING:
    import pandas as pd

_YEARS = regex.compile(
    r"(?:19|20)\d\d(?:\s*[-—–~至到]+\s*(?:(?:19|20)?\d\d))?年?度?|[“\"]?十[二三四五六七]五[”\"]?(?:时期|期间)?|第?十[一二三四五六七]个?五年|[一二三四五六七八九十]年"
)
_SENT = regex.compile(r"(?:印发|发布|公布|转发)[《〈]?(?P<plan>.+?)[》〉]?的通知$")
NATION, UNKNOWN = "全国", "未知地区"  # the columns of national plans, and of those whose region nothing tells
_SHORTEST = 4  # characters of a plan's name that say enough to tell editions of one plan: 生态环境


def dated(documents: pd.DataFrame) -> pd.DataFrame:
    """The documents with `title_shown`, `region_shown`, `date`, `date_source`, `plan`; no date is guessed: null where none is told."""
    frame = documents.copy()
    given = frame["given"]
    frame["title_shown"] = [title or g.get("title") or name for title, g, name in zip(frame["title"], given, frame["name"], strict=True)]
    shown = [_present(region or g.get("region") or None, code) for region, g, code in zip(frame["region"], given, frame["region_code"], strict=True)]
    dates = [_date(row) for row in frame.to_dict("records")]
    # objects: what is not told is None for all that reads these one by one; a column of strings would make it NaN, which counts as told
    frame["region_shown"] = objects(shown, frame)
    frame["date"] = objects((d[0] for d in dates), frame)
    frame["date_source"] = objects((d[1] for d in dates), frame)
    for column in ("period_start", "period_end"):
        frame[column] = objects(_periods(frame, column), frame)
    frame["plan"] = objects((plan_key(title or g.get("title"), region) for title, g, region in zip(frame["title"], given, shown, strict=True)), frame)
    return frame


def _periods(frame: pd.DataFrame, column: str) -> list[str | None]:
    """First or last year of each plan; that of a 政府工作报告 without a year in its title is the year of its day."""
    annual = regex.compile("|".join(vocab.read("plans")["annual"]))
    return [
        said or (date[:4] if date and len(date) == 10 and annual.search(title or "") else None)
        for said, date, title in zip(frame[column], frame["date"], frame["title"], strict=True)
    ]


def _present(region: str | None, code: str | None) -> str | None:
    """The full name of today of a division, also of one that was renamed or went over into one other (襄樊市 → 襄阳市, 恩施州): its plans stand
    in one column. A place that is no division (经开区) keeps its name."""
    if code == NATIONAL:
        return NATION
    if not region or not code:
        return region
    then = next((r for r in former_regions() if r.code == code and r.name == region), None)
    now = present_code(then.code, then.valid_to) if then else code if any(r.code == code for r in find_regions(region)) else None
    return next((r.name for r in regions() if r.code == now), region)


def _date(row: dict[Any, Any]) -> tuple[str | None, str | None]:
    given = row["given"]
    for name, value in (
        ("issue_date", row["issue_date"]),
        ("publish_date", row["publish_date"]),
        ("given", given.get("issue_date") or given.get("publish_date")),
        ("period", row["period_start"]),
    ):
        if value:
            return str(value), name
    return None, None


@cache
def _plan_words() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    words = vocab.read("plans")
    kinds = "|".join(sorted(map(regex.escape, words["kinds"]), key=len, reverse=True))
    return regex.compile(f"(?:{kinds})+$"), regex.compile("|".join(map(regex.escape, words["frames"])))


def plan_key(title: str | None, region: str | None) -> str | None:
    """What the editions of one plan share: its subject, without region, years, kind of text; None where a title says too little.

    `plan_key("驻马店市创建国家生态文明建设示范市2023年工作实施计划", "驻马店市") == "创建国家生态文明建设示范市"`.
    """
    if not title:
        return None
    tail, frames = _plan_words()
    sent = _SENT.search(title)
    bare = regex.sub(r"[(（][^)）]*[)）]", "", _YEARS.sub("", sent["plan"] if sent else title))
    bare = squashed(frames.sub("", bare))
    while size := region_name_at(bare, 0):
        bare = bare[size:]
    for short in _shorter(region):
        bare = bare.removeprefix(short)
    while (cut := tail.sub("", bare)) != bare:
        bare = cut
    return bare if len(bare) >= _SHORTEST else None


@lru_cache(maxsize=4096)
def _shorter(region: str | None) -> tuple[str, ...]:
    """Shorter ways to name a region at the head of a title: 恩施州, 恩施 of 恩施土家族苗族自治州."""
    found = find_regions(region) if region else ()
    names = {r.short + end for r in found for end in ("", "市", "州", "县", "区", "盟", "旗", "省")} | ({region[:-1]} if region else set())
    return tuple(sorted((squashed(n) for n in names if len(n) > 1), key=lambda n: (-len(n), n)))


def copies(documents: pd.DataFrame, items: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Document → (the document whose copy it is, why): the same bytes, or the same targets under one title.

    A draft and what became of it are two editions, and so are plans of two periods, however much they share.
    """
    found: dict[str, tuple[str, str]] = {}
    records = {d["name"]: d for d in documents.to_dict("records")}
    by_bytes: dict[str, str] = {}
    for name in sorted(records, key=lambda n: _rank(records[n])):
        first = by_bytes.setdefault(records[name]["sha256"], name)
        if first != name:
            found[name] = first, "文件内容完全相同"
    overlap = _overlap(items)
    for one, other, shared, least, most in sorted(overlap, key=lambda o: (-o[2], o[0], o[1])):
        first, second = sorted((one, other), key=lambda n: _rank(records[n]))
        if first in found or second in found or not _one_text(records[first], records[second]):
            continue
        titles = bool(records[first]["title"]) and squashed(records[first]["title"] or "") == squashed(records[second]["title"] or "")
        if shared >= 0.8 * most or (titles and shared >= 0.9 * least):
            found[second] = first, f"{'标题相同，' if titles else ''}{shared} 项目标相同（各有 {most}、{least} 项）"
    return found


def _rank(document: dict[Any, Any]) -> tuple[Any, ...]:
    """Which of two copies counts: the one that says more of itself."""
    said = sum(document[k] is not None for k in ("title", "doc_number", "issuer", "issue_date", "publish_date"))
    return -said, document["name"]


def _one_text(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """Whether nothing that two documents say of themselves makes them two texts."""
    for field in ("title", "doc_number", "period_start", "period_end", "issue_date", "region_shown"):
        mine, its = one[field], other[field]
        if mine and its and squashed(str(mine)) != squashed(str(its)):
            return False
    return bool(one["draft"]) == bool(other["draft"]) and bool(one["region_shown"] or other["region_shown"] or one["title"])


_FEWEST = 5  # shared targets below which likeness says nothing


def _overlap(items: pd.DataFrame) -> list[tuple[str, str, int, int, int]]:
    """Pairs of documents that share targets: both names, how many they share, the smaller and the larger number of their targets."""
    import pandas as pd

    keys = items.groupby(["group", "value_text", "year", "scope_class"], sort=False, dropna=False).ngroup()
    said = pd.DataFrame({"document": items["document"], "key": keys}).drop_duplicates()
    sizes = said.groupby("document")["key"].size()
    common = said.groupby("key")["document"].transform("size")
    said = said[(common > 1) & (common <= 20)]  # what very many plans say alike (100%) tells no copy
    pairs = said.merge(said, on="key", suffixes=("", "_other"))
    pairs = pairs[pairs["document"] < pairs["document_other"]]
    counted = pairs.groupby(["document", "document_other"]).size()
    counted = counted[counted >= _FEWEST]
    pairs_ = zip(counted.index.get_level_values(0), counted.index.get_level_values(1), counted, strict=True)
    return [(a, b, int(n), int(min(sizes[a], sizes[b])), int(max(sizes[a], sizes[b]))) for a, b, n in pairs_]


# --- validity ---------------------------------------------------------------------------------------------------------

_STANDING = regex.compile(r"(?:办法|规定|条例|规范|细则|规划|纲要|标准)(?:[(（][^)）]*[)）])?$")  # a later one of the same name takes its place


def judged(documents: pd.DataFrame, items: pd.DataFrame, validity: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The documents with `duplicate_of`, `duplicate_reason`, `edition`, `validity`, `validity_reason`, `left_out`, `final` (its text, of a draft).

    `validity`: what documents say (document, kind, value, date_end, title, doc_number, raw). Only what a text says, or a later document of the
    same name, ends a plan: that its own period is over does not.
    """
    frame = documents.copy()
    same = copies(frame, items)
    frame["duplicate_of"] = objects((same.get(n, (None, None))[0] for n in frame["name"]), frame)
    frame["duplicate_reason"] = objects((same.get(n, (None, None))[1] for n in frame["name"]), frame)
    records = frame.to_dict("records")
    successors = _successors(records, as_of)
    drafts = {r["name"]: successors.get(r["name"], (None,))[0] for r in records if r["draft"]}
    frame["final"] = objects((drafts.get(n) for n in frame["name"]), frame)
    ended = _ended(records, validity, as_of, successors)
    states = [
        ended.get(r["name"]) or (("draft", "标题或正文标明为征求意见稿") if r["draft"] else ("in_force", _over(r, records, as_of))) for r in records
    ]
    frame["validity"] = [s[0] for s in states]
    frame["validity_reason"] = objects((s[1] for s in states), frame)
    frame["left_out"] = frame["duplicate_of"].notna() | frame["validity"].isin(("expired", "repealed", "superseded"))
    frame["edition"] = _editions(frame)
    return frame


def _over(document: dict[Any, Any], records: list[dict[Any, Any]], as_of: date) -> str | None:
    """That the period of a plan is over, and the plan that follows it: said, but no reason to leave it out."""
    if not document["period_end"] or document["period_end"] >= str(as_of.year):
        return None
    own = (document["region_shown"], document["plan"])
    after = [r for r in records if document["plan"] and (r["region_shown"], r["plan"]) == own and (r["period_start"] or "") > document["period_end"]]
    follows = f"；后续规划：{min(after, key=lambda r: (r['period_start'], r['name']))['name']}" if after else ""
    return f"规划期已满（至 {document['period_end']} 年）{follows}"


def _editions(frame: pd.DataFrame) -> pd.Series[Any]:
    """Place of each document among the dated editions of its plan; null where there is one only."""
    some = frame[frame["plan"].notna() & frame["region_shown"].notna() & frame["date"].notna() & frame["duplicate_of"].isna()]
    ordered = some.sort_values(["date", "name"]).groupby(["region_shown", "plan"])
    place = ordered.cumcount() + 1
    return place.where(ordered["name"].transform("size") > 1).reindex(frame.index).astype("Int64")


def _ended(
    records: list[dict[Any, Any]], validity: pd.DataFrame, as_of: date, successors: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """Document → (state, what says so)."""
    found: dict[str, tuple[str, str]] = {}
    names = {r["name"]: r for r in records}
    statements = validity.to_dict("records")
    for statement in statements:
        mine = names[statement["document"]]
        if statement["kind"] == "status" and statement["value"] in ("repealed", "expired", "void"):
            state = "expired" if statement["value"] == "expired" else "repealed"
            found.setdefault(mine["name"], (state, f"文件标明：{statement['raw']}"))
        elif statement["kind"] == "valid" and statement["date_end"]:
            longer = max((s for s in statements if _extends(s, mine, names, as_of)), key=lambda s: s["date_end"], default=statement)
            last = max(statement["date_end"], longer["date_end"])
            if last < as_of.isoformat():
                found.setdefault(mine["name"], ("expired", f"有效期至 {last}（{(longer if longer['date_end'] == last else statement)['raw']}）"))
        elif statement["kind"] == "repeals" and statement["value"] == "whole" and not mine["draft"]:
            for other in records:
                if other is not mine and _named(statement, other, mine) and _issued(mine, as_of):
                    found.setdefault(other["name"], ("repealed", f"{mine['name']}：{statement['raw']}"))
    for name, successor in successors.items():
        found.setdefault(name, ("superseded", successor[1]))
    return found


def _extends(statement: dict[Any, Any], document: dict[Any, Any], names: Mapping[str, dict[Any, Any]], as_of: date) -> bool:
    """Whether a statement of another document lets a document hold longer."""
    mine = names[statement["document"]]
    said = statement["kind"] == "extends" and statement["date_end"] and not mine["draft"]
    return bool(said and _named(statement, document, mine) and _issued(mine, as_of))


def _issued(document: dict[Any, Any], as_of: date) -> bool:
    """Whether a document was there on a day; one without a date was."""
    return not document["date"] or document["date"] <= as_of.isoformat()


def _named(statement: dict[Any, Any], other: dict[Any, Any], mine: dict[Any, Any]) -> bool:
    """Whether a repeal names a document: by its number, or by its title where it is of the same region and not later."""
    if statement["doc_number"] and other["doc_number"]:
        return squashed(statement["doc_number"]) == squashed(other["doc_number"])
    if not statement["title"] or not other["title"] or mine["region_shown"] != other["region_shown"]:
        return False
    return squashed(statement["title"]) == squashed(other["title"]) and not (mine["date"] and other["date"] and other["date"] > mine["date"])


def _successors(records: list[dict[Any, Any]], as_of: date) -> dict[str, tuple[str, str]]:
    """Document → (what took its place by the day, why): the final text of a draft; a later one of a standing document of the same name and
    period. The next plan does not take the place of one whose period is over: that is for the reader to say."""
    there = [r for r in records if r["region_shown"] and r["duplicate_of"] is None and _issued(r, as_of)]
    found: dict[str, tuple[str, str]] = {}
    for group in _by(there, lambda r: r["title"] and (r["region_shown"], _bare(r["title"]), r["period_start"], r["period_end"])):
        final = [r for r in group if not r["draft"]]
        for r in (r for r in group if r["draft"]):
            after = [f for f in final if not (r["date"] and f["date"] and f["date"] < r["date"][: len(f["date"])])]
            if after:
                last = max(after, key=lambda f: (f["date"] or "", f["name"]))["name"]
                found[r["name"]] = last, f"正式稿：{last}"
        later = sorted((r for r in final if r["date"]), key=lambda r: r["date"])
        if final and _STANDING.search(final[0]["title"]):
            last = later[-1] if later else final[-1]
            found |= {r["name"]: (last["name"], f"后来同名文件：{last['name']}") for r in later[:-1] if r["date"] < last["date"][: len(r["date"])]}
    return found


def _by(records: list[dict[Any, Any]], key: Callable[[dict[Any, Any]], Any]) -> list[list[dict[Any, Any]]]:
    """Records with the same key, those without one left out."""
    groups: dict[Any, list[dict[Any, Any]]] = {}
    for r in records:
        if k := key(r):
            groups.setdefault(k, []).append(r)
    return list(groups.values())


def _bare(title: str) -> str:
    return squashed(title).replace("修订版", "").replace("修订", "")


def told(documents: pd.DataFrame, lang: str = "zh") -> list[dict[str, Any]]:
    """Findings about documents: copies, and those that are no longer in force."""
    from pipeline.compare.inside import about

    found = []
    for r in documents.to_dict("records"):
        if isinstance(r["duplicate_of"], str):
            reason = (
                f"与 {r['duplicate_of']} 为同一文件：{r['duplicate_reason']}；对比中只计一次"
                if lang == "zh"
                else f"the same plan as {r['duplicate_of']}; it counts once"
            )
            found.append(about("duplicate", r["name"], r["region_shown"], [], reason, documents=[r["duplicate_of"], r["name"]]))
        if r["validity"] in ("expired", "repealed", "superseded"):
            type_ = "superseded" if r["validity"] == "superseded" else "expired"
            found.append(about(type_, r["name"], r["region_shown"], [], r["validity_reason"]))
    return found
