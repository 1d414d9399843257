"""Documents as plans: their regions and dates, what the editions of one plan share, which documents are copies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import regex

from pipeline.canonical import squashed
from pipeline.compare.divisions import Divisions, Said
from pipeline.compare.items import objects
from schemas import vocab
from schemas.regions import find_regions, region_name_at

if TYPE_CHECKING:
    import pandas as pd

_YEARS = regex.compile(
    r"(?:19|20)\d\d(?:\s*[-—–~至到]+\s*(?:(?:19|20)?\d\d))?年?度?|[“\"]?十[二三四五六七]五[”\"]?(?:时期|期间)?|第?十[一二三四五六七]个?五年|[一二三四五六七八九十]年"
)
_SENT = regex.compile(r"(?:印发|发布|公布|转发)[《〈]?(?P<plan>.+?)[》〉]?的通知$")
_SHORTEST = 4  # characters of a plan's name that say enough to tell editions of one plan: 生态环境


def dated(documents: pd.DataFrame, divisions: Divisions | None = None) -> pd.DataFrame:
    """The documents with `title_shown`, `region_shown`, `date`, `date_source`, `plan`; no date is guessed: null where none is told.

    `divisions`: those of all documents; None where these are all.
    """
    frame = documents.copy()
    given = frame["given"]
    said = _said(frame)
    divisions = divisions or Divisions(said)
    frame["title_shown"] = [title or g.get("title") or name for title, g, name in zip(frame["title"], given, frame["name"], strict=True)]
    shown = [divisions.present(pair) for pair in said]
    dates = [_date(row) for row in frame.to_dict("records")]
    # objects: what is not told is None for all that reads these one by one; a column of strings would make it NaN, which counts as told
    frame["region_shown"] = objects((divisions.shown(pair) for pair in said), frame)
    frame["date"] = objects((d[0] for d in dates), frame)
    frame["date_source"] = objects((d[1] for d in dates), frame)
    for column in ("period_start", "period_end"):
        frame[column] = objects(_periods(frame, column), frame)
    frame["plan"] = objects((plan_key(title or g.get("title"), region) for title, g, region in zip(frame["title"], given, shown, strict=True)), frame)
    return frame


def _said(documents: pd.DataFrame) -> list[Said]:
    places = zip(documents["region"], documents["given"], documents["region_code"], strict=True)
    return [(region or given.get("region") or None, code) for region, given, code in places]


def divisions_of(documents: pd.DataFrame) -> Divisions:
    """The divisions of documents that are all there are."""
    return Divisions(_said(documents))


def _periods(frame: pd.DataFrame, column: str) -> list[str | None]:
    """First or last year of each plan; that of a 政府工作报告 without a year in its title is the year of its day."""
    annual = regex.compile("|".join(vocab.read("plans")["annual"]))
    return [
        said or (date[:4] if date and len(date) == 10 and annual.search(title or "") else None)
        for said, date, title in zip(frame[column], frame["date"], frame["title"], strict=True)
    ]


def _date(row: dict[Any, Any]) -> tuple[str | None, str | None]:
    given = row["given"]
    for name, value in (
        ("issue_date", row["issue_date"]),
        ("publish_date", row["publish_date"]),
        ("given", _day(given.get("issue_date") or given.get("publish_date") or "")),
        ("period", row["period_start"]),
    ):
        if value:
            return str(value), name
    return None, None


_DAY = regex.compile(r"(?P<year>(?:19|20)\d\d)(?:[-./年](?P<month>\d{1,2}))?(?:[-./月](?P<day>\d{1,2}))?[年月日]?")


def _day(said: str) -> str | None:
    """The ISO date, month or year that a user gives of a document; None for what is none: `_day("2024年3月1日") == "2024-03-01"`."""
    hit = _DAY.fullmatch(said.strip())
    if hit is None:
        return None
    year, month, day = (int(part) if part else None for part in hit.group("year", "month", "day"))
    try:
        date(year or 1, month or 1, day or 1)
    except ValueError:
        return None
    return "-".join(f"{part:02}" for part in (year, month, day) if part is not None)


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


# what a document says, as far as copies are told by it
SAID = ("group", "value_text", "year", "scope_class")


def copies(
    documents: pd.DataFrame, items: pd.DataFrame, lang: str = "zh", common: Mapping[tuple[str, ...], int] | None = None
) -> dict[str, tuple[str, str]]:
    """Document → (the document whose copy it is, why): the same bytes, or the same targets under one title.

    `items`: document and the columns SAID; `common`: how many documents of the database say each of these, None where the items are all.

    A draft and what became of it are two editions, and so are plans of two periods, however much they share.
    """
    found: dict[str, tuple[str, str]] = {}
    records = {d["name"]: d for d in documents.to_dict("records")}
    by_bytes: dict[str, str] = {}
    for name in sorted(records, key=lambda n: _rank(records[n])):
        first = by_bytes.setdefault(records[name]["sha256"], name)
        if first != name:
            found[name] = first, "文件内容完全相同" if lang == "zh" else "the same bytes"
    overlap = _overlap(items, common)
    for one, other, shared, least, most in sorted(overlap, key=lambda o: (-o[2], o[0], o[1])):
        first, second = sorted((one, other), key=lambda n: _rank(records[n]))
        if first in found or second in found or not one_text(records[first], records[second]):
            continue
        titles = bool(records[first]["title"]) and squashed(records[first]["title"] or "") == squashed(records[second]["title"] or "")
        if shared >= 0.8 * most or (titles and shared >= 0.9 * least):
            zh = f"{'标题相同，' if titles else ''}{shared} 项目标相同（各有 {most}、{least} 项）"
            found[second] = first, zh if lang == "zh" else f"{'one title; ' if titles else ''}{shared} targets are the same (of {most} and {least})"
    return found


def _rank(document: dict[Any, Any]) -> tuple[Any, ...]:
    """Which of two copies counts: the one that says more of itself."""
    said = sum(document[k] is not None for k in ("title", "doc_number", "issuer", "issue_date", "publish_date"))
    return -said, document["name"]


def one_text(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """Whether nothing that two documents say of themselves makes them two texts."""
    for field in ("title", "doc_number", "period_start", "period_end", "issue_date", "region_shown"):
        mine, its = one[field], other[field]
        if mine and its and squashed(str(mine)) != squashed(str(its)):
            return False
    return bool(one["draft"]) == bool(other["draft"]) and bool(one["region_shown"] or other["region_shown"] or one["title"])


FEWEST = 5  # shared targets below which likeness says nothing


MOST = 20  # documents that say one thing alike; what more say (100%) tells no copy


def _overlap(items: pd.DataFrame, common: Mapping[tuple[str, ...], int] | None) -> list[tuple[str, str, int, int, int]]:
    """Pairs of documents that share targets: both names, how many they share, the smaller and the larger number of their targets."""
    import pandas as pd

    keys = items.groupby(list(SAID), sort=False, dropna=False).ngroup()
    said = pd.DataFrame({"document": items["document"], "key": keys}).drop_duplicates()
    sizes = said.groupby("document")["key"].size()
    often = said.groupby("key")["document"].transform("size")
    if common is not None:
        words = items.loc[said.index, list(SAID)].itertuples(index=False, name=None)
        often = often.mask(pd.Series([common.get(key, 0) > MOST for key in words], index=said.index, dtype=bool), MOST + 1)
    said = said[(often > 1) & (often <= MOST)]
    pairs = said.merge(said, on="key", suffixes=("", "_other"))
    pairs = pairs[pairs["document"] < pairs["document_other"]]
    counted = pairs.groupby(["document", "document_other"]).size()
    counted = counted[counted >= FEWEST]
    pairs_ = zip(counted.index.get_level_values(0), counted.index.get_level_values(1), counted, strict=True)
    return [(a, b, int(n), int(min(sizes[a], sizes[b])), int(max(sizes[a], sizes[b]))) for a, b, n in pairs_]
