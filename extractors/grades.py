"""Grades as targets: 国考断面水质达到Ⅲ类, 车辆达到国六排放标准."""

from __future__ import annotations

import regex

from extractors.acceptance import Statement
from extractors.coordination import split_scopes
from extractors.findings import Finding
from extractors.indicator import Name, Stretch
from schemas.values import Quantity

_WATERS = regex.compile(
    r"(?:[一-龥]{1,6}?(?:河|湖|江|水库|库区|溪|海)(?:[、和及](?=[一-龥]{1,6}?(?:河|湖|江|水库|库区|溪|海)))?)+(?=(?:国考|省考|市考|出境|入境|干流|全湖|主要)?(?:断面|水质|平均水质|全湖))"
)
_GRADED = regex.compile(
    r"水质|质量|标准|水平|等级|排放|断面|水体|医院|景区|河流|湖泊|水库|状况|评级|车辆|机械|船舶|锅炉|污染物|卫生室|卫生院|机构|学校|园区|乡镇|建筑|饭店|酒店|民宿"
)
_OR_BETTER = regex.compile(r"优于|好于|高于|不低于")


def grades(text: str, said: Statement, name: Name, scope: Stretch | None) -> list[Finding]:
    """A class of a named thing, one finding for each named place: 长江、汉江断面水质达到Ⅱ类 → 长江, 汉江."""
    waters = _WATERS.match(name.text(text)) if len(name.parts) == 1 else None
    if waters and scope is None:
        low, high = name.parts[0]
        scope, name = (low, low + waters.end()), Name(((low + waters.end(), high),))
    if said.group("what").startswith("排放"):
        name = Name((*name.parts, said.hit.span("what")))
    elif not _GRADED.search(name.text(text)):
        return []
    better = said.group("more") or _OR_BETTER.search(said.group("link"))
    quantity = Quantity(">=" if better else "=", None)
    scopes: list[Stretch | None] = list(split_scopes(text, scope)) if scope and "、" in text[slice(*scope)] else [scope]
    value = said.hit.span("grade")
    quote = (min(name.start, value[0]), said.hit.end())
    rule = f"state.{said.rule.name}"
    return [Finding(name, place, "grade", quantity, value, None, None, None, said.deadline, "target", None, quote, rule, 0.85) for place in scopes]
