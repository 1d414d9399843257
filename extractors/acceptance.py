"""Which statements without a number are targets: 城镇污水处理实现全覆盖 is one, 全方位、全覆盖的格局 is none."""

from __future__ import annotations

import regex

from extractors import nlp, rules
from extractors.indicator import Phrase
from extractors.naming import plain_scope
from schemas.structs import struct
from schemas.types import Mention

_SLOGAN = regex.compile(
    r"(?:能力|水平|力度|意识|体系|机制|作用|效益|服务|活力|氛围|合力|成效|影响力|竞争力|形象|幸福感|满意感|获得感|安全感|知名度|美誉度|辐射力|素质|功能|优势|动能|供给|效能|支撑|保障|权益|环境|条件|负担|成本|风险|差距|质效|品质|层次|格局|空间|渠道|途径|范围|领域|投入|宣传|监管|管理|建设|环节|程序|材料|时间|次数|频次|手续)$"
)
_INDICATOR_LIKE = regex.compile(
    r"(?:(?<!效)率|比例|比重|占比|浓度|指数|面积|总量|覆盖面|满意度|参与度|强度|排放量|使用量|消费量|用水量|能耗|贮存量|产量|密度|优良天数|天数)$"
)
_PLAIN_FINISH = regex.compile(r"建成|完成|印发|出台|竣工|投产|成立")
_STAGE_VERBS = regex.compile(r"编制|印发|完成|建成")
_DELIVERABLE = regex.compile(
    r"(?:方案|规划|计划|清单|目录|办法|意见|细则|标准|规范|指南|制度|报告|表|图|平台|系统|项目|工程|中心|基地|设施|改造|替代|整治|治理|建设|登记|评估|评价|调查|编制|溯源|修复|普查|审核|划定|勘界|改革|试点|验收|任务|体系|机制|机构|队伍|数据库|网络|园区|公园|医院|学校|道路|公路|线路|桥|站|库|厂|房|市|县|区|镇|村|档案|移交|整改|摸底|排查|备案|认定|段|航道|枢纽|码头|机场|通道|隧道|管网|电站|风电场|生产线|》|搬迁|退出|淘汰|安装|联网|对接|并网|更新|升级|方面升级改造|达峰|碳中和|清洁能源替代|指挥部|专班|领导小组|委员会)(?:\([^)]*\))?$"
)
_USED = regex.compile(r"[使选采]用|执行")
_TASK = regex.compile(r"(?:目标|任务|指标|工作)$")
_WORDLESS = regex.compile(r"[\d\W]+")
_VISION = regex.compile(r"(?:格局|社会|强[国省市县区]|高地|先行区|示范区|新篇章|新局面|时期|阶段|一年)$")
_GUARDED = regex.compile(r"(?:坚决|牢牢)?(?:守住|坚守|严守|守牢|筑牢|兜牢)")
_SYSTEM = regex.compile(r"(?:体系|机制|制度)$")
_ISSUED = regex.compile(r"^\(|[\[(](?:19|20)\d\d[\])]\d+号")
_ACHIEVED = regex.compile(r"已有|已经|现有|[%‰]")
_WHOLE_LIFE = regex.compile(
    r"^(?:宏观|国民|区域|县域)?(?:经济|经济运行|经济发展|社会(?:大局)?|大局|局势|形势|秩序|市场|队伍|政治(?:大局)?)(?:发展|运行|形势|态势)?(?:总体)?$"
)


@struct(frozen=True, slots=True)
class Statement:
    """Words by which a rule finds a target without a number, and its deadline: 2025年底前…全面建成.

    `staged` tells that a date of the row or stage may serve it.
    """

    rule: rules.Rule
    hit: regex.Match[str]
    deadline: Mention | None
    staged: bool

    @property
    def kind(self) -> str:
        return self.rule.attributes.get("kind", "qualitative")

    @property
    def side(self) -> str:
        """Where the thing stands: before the words, inside or after."""
        return self.rule.attributes["side"]

    @property
    def dated(self) -> bool:
        """Whether its deadline says when it is due: 2025年底前, 2024—2025年."""
        return self.deadline is not None and self.deadline.value.kind in ("by", "during")

    def group(self, name: str) -> str:
        """What a group of the rule holds, "" where it holds nothing or the rule has no such group."""
        return (self.hit[name] or "") if name in self.rule.pattern.groupindex else ""


def acceptable(text: str, said: Statement, before: Phrase, label: str) -> bool:
    """Whether a statement of what `label` names is a target; `before` is what stands before its words.

    农药使用量…持续下降 → True; 服务能力…不断提升 → False.
    """
    if not 2 <= len(label) <= 70 or label.startswith("分") or _WORDLESS.fullmatch(label):
        return False
    if "weak" in said.rule.attributes:
        strong = bool(_INDICATOR_LIKE.search(label)) and not _SLOGAN.search(label)
        return strong and label.count("、") < 3
    if said.side == "before" and _begins_sentence(label):
        return False
    if _ACHIEVED.search(label):
        return False  # 现有14所卫生院中已有9所达到国家推荐标准
    if _is_phrase(text, said, before, label):
        return False
    return said.kind != "milestone" or _delivers(said, before, label)


def _begins_sentence(label: str) -> bool:
    """Whether a name begins like a sentence: 鼓励各部门…应接尽接."""
    return nlp.words(label)[0][2] == "v" and len(label) > 8 and "的" not in label[:6]


def _is_phrase(text: str, said: Statement, before: Phrase, label: str) -> bool:
    """Whether the words of a rule are a turn of phrase here: 打击无证经营行为 forbids, and states nothing."""
    hit, rule = said.hit, said.rule.name
    if rule == "none":
        guarded = _GUARDED.fullmatch(text, before.start, before.end)
        return not (before.empty or guarded or plain_scope(text[before.start : before.end]))
    if rule == "attain":  # 全方位、全覆盖、立体化的格局
        return hit["state"].endswith("全覆盖") and text[hit.start() - 1 : hit.start()] == "、" == text[hit.end() : hit.end() + 1]
    if rule == "not_worse":
        return bool(_WHOLE_LIFE.match(label))  # 经济保持稳中有进
    return rule == "all_done" and not said.dated and bool(_USED.search(hit["state"]))


def _delivers(said: Statement, before: Phrase, label: str) -> bool:
    """Whether a milestone is something to hand over: 2025年底前编制完成《规划》 is, 初步建成…制造业强市 is not."""
    finish, words = said.rule.name == "finish", said.hit["state"]
    if not said.dated and not (said.staged and finish and before.empty and _STAGE_VERBS.search(words)):
        return False
    if _VISION.search(label) or ((not said.dated or "、" in label) and _SYSTEM.search(label)) or _ISSUED.search(label):
        return False  # 初步建成…制造业强市; 基本建成…产业体系, with no date but that of the stage; 2月26日印发(天交发[2024]31号)
    if not finish:
        return bool(_DELIVERABLE.search(label)) and len(label) <= 40
    plain = _PLAIN_FINISH.search(words) and not _TASK.search(label)
    return bool(plain and said.dated) or bool(_DELIVERABLE.search(label))
