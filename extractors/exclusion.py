"""Why a number with a unit is no target: support, routine, what exists already, past results, idioms."""

from __future__ import annotations

import regex

from extractors import rules
from extractors.findings import Context, dimension
from extractors.past import is_past
from extractors.quantity import Measure
from extractors.sentence import Clause, Sentence
from schemas.types import Mention

DURATIONS = ("duration", "months", "years", "working_days", "times", "years_of_age", "score")
_ROUTINE = ("duration", "months", "years", "working_days", "times")
# two to nine of these are mostly turns of phrase: 两个确立, 三项制度, 五个方面
_IDIOM_UNITS = frozenset("个类条项方级种位面大批次期起对张块本口门家场")
_SORTS = frozenset("类种方级面位大")  # 推进四类村庄认定: a verb of doing does not make them a count
_ACHIEVED = regex.compile(r"(?:执行|发放|覆盖|到位|兑现|使用|拨付|成功|合格|满意|完成|落实|知晓|参保|达标)率")
_NAMED_SHARE = regex.compile(r"用于[^,。;]{2,20}的?(?:比例|比重|占比)(?:应|要|须|均)?(?:不低于|不少于|达到|达|提高到|原则上)*$")
_CEILING = regex.compile(r"(?<!证|债)券$|最高|上限|封顶|限额|可?按照?[^,。;]{0,24}(?:金额|比例|标准)的?$")
# 增速高于全省平均水平2个百分点, 比全省平均水平低1.8平方米: no level
_COMPARED = regex.compile(
    r"(?<!或)(?:不?超过|不?少于|不?大于|高于|低于|快于|慢于|高出|低出)[一-龥A-Z、]{2,20}$|[比较](?:全国|全省|全市|全区|世界|同类|周边|中部|西部|东部)[^,。;]{0,10}(?:[高低多少快慢短长])(?:出|了|于)?$"
)
# 保障标准不低于低保标准的1.6倍: a level, as a share or multiple of another amount
RELATIVE = regex.compile(r"(?P<op>不低于|不少于|不得低于|不高于|不超过|高于|超过|低于)(?P<base>[一-龥A-Z0-9、()]{3,40})的$")
_ELIGIBLE = regex.compile(r"(?:满足|具备|符合)[^。;]{0,80}条件|(?<![^。;,])凡[^。;]{0,80}的|申报(?:单位|主体|企业|对象|人)[^。;]{0,120}")
_LOWERED = regex.compile(r"降|控制|压减|不[高超]")
_BY_SHARE = regex.compile(r"按照?[^,。;]{0,24}$")
_BY_AT_MOST = regex.compile(r"按照?不(?:高于|超过)[^,。;]{0,40}的$")
_STANDARD = regex.compile(r"的?(?:标准|比例)")
_TARIFF = regex.compile(r"(?:缴费|缴存|首付|计提|提取)比例|费率|利率|税率")
_VOUCHER = regex.compile(r"的?[一-龥A-Z]{0,4}(?<!证|债)券")
_NAMED_BY = regex.compile(r"[一-龥、和及(]")
_SCORING = regex.compile(r"[^,。;]{0,10}(?:扣|加|得|计)\d+(?:\.\d+)?分")
_ABSTRACT = regex.compile(r"(?:体系|机制|方面|环节|层面|维度)(?![一-龥]{0,4}(?:平台|中心|项目))")
_IDIOM_NOUNS = regex.compile(
    r"[“\"]|[一-龥]{0,2}[“\"]|统一|结合|确立|维护|意识|自信|坚持|关系|体系|转变|到位|聚焦|突出|注重|阶段|环节|方面|层面|维度|领域|层次|制度|措施|机制|政策|要求|责任"
)


def reason_against(text: str, q: Mention, clause: Clause, sentence: Sentence, context: Context) -> str | None:
    """The reason why a number cannot be a target, from the words around it; None where nothing speaks against it.

    "给予最高50万元奖励" → support; "依托现有的60座设施" → existing; "每季度公开一次" → routine; "去年增长5.5%" → past.
    """
    measure: Measure = q.value
    left = text[clause.start : q.start]
    kind = dimension(measure.unit)
    money = kind.startswith("money")
    if context.support and (money or kind == "ratio"):
        return "support"
    named_share = kind == "ratio" and _NAMED_SHARE.search(text, clause.start, measure.value_start)
    cued = text[sentence.start if money else clause.start : min(q.end + 4, clause.end)]
    if (money or (kind in ("ratio", "multiple") and not _ACHIEVED.search(left) and not named_share)) and rules.words("phrase", "support").search(
        cued
    ):
        return "support"
    if money and _CEILING.search(text[clause.start : measure.value_start]):
        return "support"
    if money and _VOUCHER.match(text, q.end):
        return "support"
    if kind == "voltage" and _NAMED_BY.match(text, q.end):
        return "modifier"  # 750千伏和330千伏电网工程16个
    if _SCORING.match(text, q.end):
        return "scoring"
    if any(hit.start() < q.start < hit.end() for hit in _ELIGIBLE.finditer(text, sentence.start, sentence.end)):
        return "condition"  # 须同时满足总资产3000万元以上、…等条件; 凡从业人员300人以上的企业
    if kind == "ratio" and (
        (_BY_SHARE.search(text, clause.start, q.start) and _STANDARD.match(text, q.end)) or _BY_AT_MOST.search(text, clause.start, q.start)
    ):
        return "support"  # 按照不超过投资额30%的标准,给予…; 可按照不高于合同金额的10%
    if kind == "ratio" and _TARIFF.search(text, clause.start, q.start) and not _LOWERED.search(text, clause.start, measure.value_start):
        return "support"
    if text[q.end : q.end + 1] == "级" and kind in ("mass", "length"):
        return "modifier"  # 5000吨级航道
    if _COMPARED.search(left) and not (kind in ("ratio", "multiple") and RELATIVE.search(text, clause.start, q.start)):
        return "comparison"
    if rules.words("phrase", "existing").search(left.removesuffix("的")) and not context.cell:
        return "existing"
    if kind in _ROUTINE and rules.words("phrase", "routine").search(left):
        return "routine"
    if (measure.chinese and _is_idiom(text, q, left)) or (measure.unit == "个" and _ABSTRACT.match(text, q.end)):
        return "idiom"
    if context.outside:
        return "outside"
    return "past" if is_past(text, q, sentence, context) else None


def _is_idiom(text: str, q: Mention, left: str) -> bool:
    value, unit = q.value.quantity.value, q.value.unit
    if left.endswith("前") or unit in ("番", "倍"):
        return False
    if value == 1 or unit == "次" or (unit == "兆" and q.value.chinese):
        return True
    if unit == "件" and text.startswith("民生实事", q.end):
        return True  # 十件民生实事 is a name
    if value is None or value >= 10 or unit not in _IDIOM_UNITS:
        return False
    if unit in _SORTS:
        return True
    doing = rules.words("phrase", "doing").search(left[-4:])
    return not (doing and left.endswith(doing.group())) or bool(_IDIOM_NOUNS.match(text[q.end : q.end + 6]))
