"""Why a number with a unit is no target: support, routine, what exists already, past results, idioms."""

from __future__ import annotations

from collections.abc import Callable

import regex

from extractors import rules
from extractors.findings import Context, dimension
from extractors.past import is_past
from extractors.quantity import Measure
from extractors.sentence import Clause, Sentence
from schemas.structs import struct
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


@struct(frozen=True, slots=True)
class _Number:
    """A number and where it stands; `kind` is the dimension of its unit, `left` the clause before it."""

    text: str
    q: Mention
    clause: Clause
    sentence: Sentence
    context: Context
    kind: str
    left: str

    @property
    def measure(self) -> Measure:
        found: Measure = self.q.value
        return found

    @property
    def money(self) -> bool:
        return self.kind.startswith("money")

    @property
    def up_to_value(self) -> str:
        """The clause up to the digits, with the words of comparison: 最高不超过."""
        return self.text[self.clause.start : self.measure.value_start]


def reason_against(text: str, q: Mention, clause: Clause, sentence: Sentence, context: Context) -> str | None:
    """The reason why a number cannot be a target, from the words around it; None where nothing speaks against it.

    "给予最高50万元奖励" → support; "依托现有的60座设施" → existing; "每季度公开一次" → routine; "去年增长5.5%" → past.
    """
    number = _Number(text, q, clause, sentence, context, dimension(q.value.unit), text[clause.start : q.start])
    for reason, speaks in _REASONS:  # a plain loop: this is asked of every number
        if speaks(number):
            return reason
    return None


def _is_support(n: _Number) -> bool:
    """Money or a share that is given: 给予最高50万元奖励, 不超过投资额的30%补助, 面值100元的消费券."""
    if n.context.support and (n.money or n.kind == "ratio"):
        return True
    if n.money or n.kind in ("ratio", "multiple"):
        named_share = n.kind == "ratio" and _NAMED_SHARE.search(n.text, n.clause.start, n.measure.value_start)
        cued = n.text[n.sentence.start if n.money else n.clause.start : min(n.q.end + 4, n.clause.end)]
        if (n.money or not (_ACHIEVED.search(n.left) or named_share)) and rules.words("phrase", "support").search(cued):
            return True
    return n.money and bool(_CEILING.search(n.up_to_value) or _VOUCHER.match(n.text, n.q.end))


def _names_voltage(n: _Number) -> bool:
    """500千伏和220千伏电网工程9个."""
    return n.kind == "voltage" and _NAMED_BY.match(n.text, n.q.end) is not None


def _is_scored(n: _Number) -> bool:
    """每低1个百分点扣2分."""
    return _SCORING.match(n.text, n.q.end) is not None


def _is_condition(n: _Number) -> bool:
    """须同时满足总资产3000万元以上、…等条件; 凡从业人员300人以上的企业."""
    return any(hit.start() < n.q.start < hit.end() for hit in _ELIGIBLE.finditer(n.text, n.sentence.start, n.sentence.end))


def _is_rate_of_pay(n: _Number) -> bool:
    """按照不超过投资额30%的标准,给予…; 可按照不高于合同金额的10%; 首付比例20%."""
    if n.kind != "ratio":
        return False
    at, end = n.clause.start, n.q.start
    if (_BY_SHARE.search(n.text, at, end) and _STANDARD.match(n.text, n.q.end)) or _BY_AT_MOST.search(n.text, at, end):
        return True
    return bool(_TARIFF.search(n.text, at, end)) and not _LOWERED.search(n.text, at, n.measure.value_start)


def _names_class(n: _Number) -> bool:
    """5000吨级航道."""
    return n.text[n.q.end : n.q.end + 1] == "级" and n.kind in ("mass", "length")


def _is_compared(n: _Number) -> bool:
    """增速高于全省平均水平2个百分点; but 不低于低保标准的1.6倍 is a level."""
    if not _COMPARED.search(n.left):
        return False
    return n.kind not in ("ratio", "multiple") or not RELATIVE.search(n.text, n.clause.start, n.q.start)


def _exists(n: _Number) -> bool:
    """依托现有的60座设施."""
    return bool(rules.words("phrase", "existing").search(n.left.removesuffix("的"))) and not n.context.cell


def _is_routine(n: _Number) -> bool:
    """每季度公开一次."""
    return n.kind in _ROUTINE and bool(rules.words("phrase", "routine").search(n.left))


def _is_phrase(n: _Number) -> bool:
    """推进四类村庄建设; 5个方面."""
    if n.measure.chinese and _is_idiom(n.text, n.q, n.left):
        return True
    return n.measure.unit == "个" and bool(_ABSTRACT.match(n.text, n.q.end))


# the first that speaks against a number gives the reason
_REASONS: tuple[tuple[str, Callable[[_Number], bool]], ...] = (
    ("support", _is_support),
    ("modifier", _names_voltage),
    ("scoring", _is_scored),
    ("condition", _is_condition),
    ("support", _is_rate_of_pay),
    ("modifier", _names_class),
    ("comparison", _is_compared),
    ("existing", _exists),
    ("routine", _is_routine),
    ("idiom", _is_phrase),
    ("outside", lambda n: n.context.outside),
    ("past", lambda n: is_past(n.text, n.q, n.sentence, n.context)),
)


def _is_idiom(text: str, q: Mention, left: str) -> bool:
    """Whether a number in Chinese characters is part of a turn of phrase: 四类村庄, 十件民生实事; 建成三个公园 counts."""
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
