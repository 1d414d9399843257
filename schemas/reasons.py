"""Why a number gave no record: every reason of the coverage ledger, in one place.

A reason that a person should look at has a `rank` in the review queue (0 first); `issue` is the code of the issue that it raises.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason means, in one line for people; where it stands in the review queue; the issue that it raises."""

    says: str
    rank: int | None = None
    issue: str | None = None


UNEXPLAINED = "unexplained"
REASONS: dict[str, Reason] = {
    UNEXPLAINED: Reason("no rule explains it: please report it", 0),
    # a target may be lost: a person should look
    "broken": Reason("split by a line break, or by a character that could not be read", 1, "number_broken"),
    "no_indicator": Reason("no indicator stands with it for certain", 1, "number_without_indicator"),
    "distribution": Reason("values and names differ in number: 分别 with three names and two values", 1, "values_and_names_differ"),
    "no_verb": Reason("a name and a number that nothing ties: 乡镇医疗机构人员2.16名", 1, "number_without_verb"),
    "unknown_unit": Reason("a threshold in a unit that is not known: 不高于55xY", 1, "unknown_unit"),
    "fraction": Reason("a fraction, ratio or power, which is not read: 1/3, 15:1, 10⁴", 1),
    "vague": Reason("a number in words that says no exact value: 数百家, 几十个"),
    "product": Reason("a product, which is not multiplied out: 2×66万千瓦"),
    "column": Reason("in a table column or cell that is not read: 权重, an unknown heading", 2),
    "deadline": Reason("in a deadline cell that is not read as a date", 1),
    "outside": Reason("in a paragraph or cell of the plan that no rule reads: a table of contents, a list of attachments", 2),
    # part of something else
    "date": Reason("part of a date"),
    "title": Reason("part of a 《title》"),
    "doc_number": Reason("part of a document number: 国发〔2022〕3号"),
    "reference": Reason("part of a reference: 第3条, GB3838-2002, 全国168个重点城市"),
    "contact": Reason("part of a telephone number or an address"),
    "name": Reason("part of a name: PM2.5, 5G"),
    "units": Reason("in a list of units that answer for the task"),
    "header": Reason("in the heading of a table column"),
    "note": Reason("in a note under a table: 注：…"),
    # a number that sets nothing
    "condition": Reason("selects objects: 150万吨以上的园区"),
    "modifier": Reason("part of the name of what is measured: 30万千瓦机组"),
    "existing": Reason("counts what exists: 现有60座设施"),
    "present": Reason("a present value without a target beside it: 目前为15%"),
    "bracket": Reason("an aside in brackets"),
    "comparison": Reason("a distance to another series: 高于全省平均2个百分点"),
    "bare_number": Reason("a number without unit or verb"),
    "support": Reason("money given, or a ceiling of aid: 给予最高50万元奖励"),
    "scoring": Reason("points of an assessment: 每项扣2分"),
    "routine": Reason("how often something is done: 每季度公开一次"),
    "duration": Reason("a stretch of time: 用3年时间"),
    "past": Reason("a result already achieved, a forecast, or a date before the plan"),
    "idiom": Reason("a turn of phrase: 三个转变, 一批"),
    "repeat": Reason("says again what another sentence of the same task says; the record stands there"),
    "state": Reason("counts what a state without a number is said of: 3个断面全部达标"),
}


def explain(reason: str) -> str:
    """What a reason means; "" for one of a database that another version wrote."""
    return REASONS[reason].says if reason in REASONS else ""
