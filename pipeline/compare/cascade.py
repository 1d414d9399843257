"""Targets that another level sets: 完成省下达目标 is linked to the number of the province, the nation or the city above where one is stored."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from pipeline.compare.inside import Finding, finding
from pipeline.compare.items import close, objects
from schemas.comparison import CERTAINTY
from schemas.regions import NATIONAL, find_regions
from schemas.standards import standards

if TYPE_CHECKING:
    import pandas as pd

_MANDATE = regex.compile(
    r"(?:完成|达到|落实|满足|符合|实现|达标)[^，。；]{0,12}?(?P<who>国家|上级|省|自治区|市|州|部|厅)(?!生态文明|级?示范)[^，。；]{0,24}?(?:下达|规定|要求|考核|管控|目标|任务)"
    r"|按照?(?P<whose>国家|上级|省|自治区|市|州)级?(?:下达|规定|要求)"
)
_LEVELS = (("prefecture", slice(0, 4), "00"), ("province", slice(0, 2), "0000"))


def mandates(items: pd.DataFrame, every: pd.DataFrame, lang: str = "zh") -> list[Finding]:
    """A finding for every target of `items` that only points to another level: linked with that level's number of the same indicator and
    year among `every`, or why there is none.

    Of several levels the nearest that states a number is taken, unless the text names one (省下达: the province; 国家: the nation).
    """
    pointing = items[
        (items["measure"] == "state") & (items["status"] == "target") & items["value_text"].map(lambda text: bool(_MANDATE.search(text)))
    ]
    numbers = every[every["number"] & (every["status"] == "target") & every["group"].isin(set(pointing["group"]))]
    by_place = dict(iter(numbers.groupby(["group", "region_code"])))
    return [_linked(items.loc[[i]], row, by_place, lang) for i, row in zip(pointing.index, pointing.to_dict("records"), strict=True)]


def _linked(own: pd.DataFrame, row: dict[Any, Any], numbers: dict[Any, pd.DataFrame], lang: str) -> Finding:
    import pandas as pd

    hit = _MANDATE.search(row["value_text"])
    for code in _above(row["region_code"], (hit["who"] or hit["whose"]) if hit else "上级"):
        its = numbers.get((row["group"], code))
        if its is None:
            continue
        same = its[its["year"] == row["year"]] if row["year"] else its
        if same.empty:
            continue
        place = same["region"].iloc[0] or ("国家" if lang == "zh" else "the nation")
        reason = f"上级（{place}）的数值见所列文件" if lang == "zh" else f"the number of {place} stands in the document named"
        if not row["year"]:
            reason += "；目标未写期限" if lang == "zh" else "; the target states no year"
        return finding("cascade", pd.concat([own, same]), verdict="comparable" if row["year"] else "undetermined", reason=reason)
    zh, en = "目标由上级下达，库中没有同一指标、同一年份的上级数值", "another level sets it; no number of that level is stored for the year"
    goals = _goals(row, lang)
    if goals:
        zh, en = f"{zh}；相关总目标：{'、'.join(goals)}", f"{en}; goals as a whole: {', '.join(goals)}"
    return finding("cascade", own, verdict="undetermined", reason=zh if lang == "zh" else en)


def _goals(row: dict[Any, Any], lang: str) -> list[str]:
    """What published goals say of the indicator for the year, with their certainty: the goal of the nation is not what it asks of a place."""
    some = [(one, t) for one in standards() if one.family == "goals" for t in one.thresholds if t.indicator == row["group"] and t.value is not None]
    return [
        f"《{one.title}》{t.operator or ''}{t.value}{t.unit or ''}（{CERTAINTY[t.certainty][lang != 'zh']}）"
        for one, t in some
        if str(t.year) == row["year"] and (not one.province or str(row["region_code"]).startswith(one.province[:2]))
    ]


def allotted(items: pd.DataFrame, every: pd.DataFrame, lang: str = "zh") -> list[Finding]:
    """Numbers that a plan of a higher level sets for one place (岳阳市建成智慧校园300所), beside what the place's own plan says: below or above it.

    Only where both state one year, kind and unit; the same number is no finding.
    """
    import pandas as pd

    numbers = every[every["number"] & (every["status"] == "target") & every["region_code"].notna()]
    parts = numbers[numbers["scope_class"] != ""]
    place = objects((_division(scope, code) for scope, code in zip(parts["scope"], parts["region_code"], strict=True)), parts)
    parts = parts.assign(place=place)[place.notna().to_numpy()]
    own = items[items["number"] & (items["status"] == "target") & (items["scope_class"] == "")]
    keys = ["group", "measure", "dimension_class", "statistic_class", "year"]
    both = parts.reset_index().merge(own.reset_index(), left_on=[*keys, "place"], right_on=[*keys, "region_code"], suffixes=("_above", ""))
    found = []
    for above, mine, key_above, key, direction in both[["index_above", "index", "key_above", "key", "direction"]].itertuples(index=False):
        if not close(key_above, key) and direction != "none":
            zh, en = (
                ("低于上级为本地定的数值", "less than the number set for the place")
                if key < key_above
                else ("高于上级为本地定的数值", "more than it")
            )
            pair = pd.concat([items.loc[[mine]], every.loc[[above]]])
            found.append(finding("cascade", pair, verdict="comparable", reason=zh if lang == "zh" else en))
    return found


@lru_cache(maxsize=1 << 16)
def _division(scope: Any, code: str) -> str | None:
    """The code of the division below `code` that a scope names in full, None where it names none or several."""
    if not isinstance(scope, str) or len(scope) < 3:
        return None
    prefix = "" if code == NATIONAL else code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    hits = [r for r in find_regions(scope) if r.name == scope and r.valid_to is None and r.code.startswith(prefix) and r.code != code]
    return hits[0].code if len(hits) == 1 else None


def points(kind: str, value_text: str) -> bool:
    """Whether a target of a kind only points to another level."""
    return kind in ("qualitative", "milestone") and bool(_MANDATE.search(value_text))


def levels_above(code: str) -> list[str]:
    """Codes of the divisions that may set numbers for one."""
    return _above(code, "上级")


def _above(code: Any, who: str) -> list[str]:
    """Codes of the levels that may set it, the nearest first."""
    if not isinstance(code, str) or code == NATIONAL:
        return []
    if who.startswith(("国家", "部")):
        return [NATIONAL]
    levels = [code[part] + zeros for _, part, zeros in _LEVELS]
    above = [c for c in dict.fromkeys(levels) if c != code]
    if who.startswith(("省", "自治区", "厅")):
        return [c for c in above if c.endswith("0000")]
    if who in ("市", "州"):
        return [c for c in above if not c.endswith("0000")]
    return [*above, NATIONAL]
