"""Targets that another level sets: 完成省下达目标 is linked to the number of the province, the nation or the city above where one is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex

from pipeline.compare.inside import Finding, finding
from schemas.regions import NATIONAL

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
        return finding("cascade", pd.concat([own, same]), verdict="comparable", reason=reason)
    reason = (
        "目标由上级下达，库中没有同一指标、同一年份的上级数值"
        if lang == "zh"
        else "another level sets it; no number of that level is stored for the year"
    )
    return finding("cascade", own, verdict="undetermined", reason=reason)


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
    return [*above, NATIONAL]
