"""Targets without a number: qualitative states, grades, and deliverables with a date."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import regex

from extractors import nlp, rules
from extractors.coordination import split_scopes
from extractors.deadline import governing_date
from extractors.findings import Context, Finding, between, end_year
from extractors.indicator import Name, Phrase, Stretch, is_measurable, noun_phrase
from extractors.naming import STRONG, plain_scope
from extractors.past import achieved_before, dated_ahead
from extractors.sentence import Clause, Sentence
from schemas.types import Mention
from schemas.values import Quantity

_ATTRIBUTE = regex.compile(r"(?:面积|性质|功能|数量|质量|总量|水质|规模|结构|生态功能)$")
_BARE = regex.compile(r"^(?:面积|性质|功能|数量|质量|总量|规模|结构|强度|水平)$")
_SLOGAN = regex.compile(
    r"(?:能力|水平|力度|意识|体系|机制|作用|效益|服务|活力|氛围|合力|成效|影响力|竞争力|形象|幸福感|满意感|获得感|安全感|知名度|美誉度|辐射力|素质|功能|优势|动能|供给|效能|支撑|保障|权益|环境|条件|负担|成本|风险|差距|质效|品质|层次|格局|空间|渠道|途径|范围|领域|投入|宣传|监管|管理|建设|环节|程序|材料|时间|次数|频次|手续)$"
)
_DATED = ("milestone",)
_PLAIN_FINISH = regex.compile(r"建成|完成|印发|出台|竣工|投产|成立")
_WATERS = regex.compile(
    r"(?:[一-龥]{1,6}?(?:河|湖|江|水库|库区|溪|海)(?:[、和及](?=[一-龥]{1,6}?(?:河|湖|江|水库|库区|溪|海)))?)+(?=(?:国考|省考|市考|出境|入境|干流|全湖|主要)?(?:断面|水质|平均水质|全湖))"
)
_STAGE_VERBS = regex.compile(r"编制|印发|完成|建成")
_INDICATOR_LIKE = regex.compile(
    r"(?:(?<!效)率|比例|比重|占比|浓度|指数|面积|总量|覆盖面|满意度|参与度|强度|排放量|使用量|消费量|用水量|能耗|贮存量|产量|密度|优良天数|天数)$"
)
_DELIVERABLE = regex.compile(
    r"(?:方案|规划|计划|清单|目录|办法|意见|细则|标准|规范|指南|制度|报告|表|图|平台|系统|项目|工程|中心|基地|设施|改造|替代|整治|治理|建设|登记|评估|评价|调查|编制|溯源|修复|普查|审核|划定|勘界|改革|试点|验收|任务|体系|机制|机构|队伍|数据库|网络|园区|公园|医院|学校|道路|公路|线路|桥|站|库|厂|房|市|县|区|镇|村|档案|移交|整改|摸底|排查|备案|认定|段|航道|枢纽|码头|机场|通道|隧道|管网|电站|风电场|生产线|》|搬迁|退出|淘汰|安装|联网|对接|并网|更新|升级|方面升级改造|达峰|碳中和|清洁能源替代|指挥部|专班|领导小组|委员会)(?:\([^)]*\))?$"
)


_UP_TO_STRONG = regex.compile(rf".*(?:{STRONG})")
_WORDLESS = regex.compile(r"[\d\W]+")
_VISION = regex.compile(r"(?:格局|社会|强[国省市县区]|高地|先行区|示范区|新篇章|新局面|时期|阶段|一年)$")
_AIM = regex.compile(r"(?:确保|力争|争取)$")
_GUARDED = regex.compile(r"(?:坚决|牢牢)?(?:守住|坚守|严守|守牢|筑牢|兜牢)")
_DOCUMENT = regex.compile(r"《[^》]*》")
_SYSTEM = regex.compile(r"(?:体系|机制|制度)$")
_ISSUED = regex.compile(r"^\(|[\[(](?:19|20)\d\d[\])]\d+号")
_ACHIEVED = regex.compile(r"已有|已经|现有|[%‰]")
_WHOLE_LIFE = regex.compile(
    r"^(?:宏观|国民|区域|县域)?(?:经济|经济运行|经济发展|社会(?:大局)?|大局|局势|形势|秩序|市场|队伍|政治(?:大局)?)(?:发展|运行|形势|态势)?(?:总体)?$"
)
_UNNAMED = regex.compile(r"(?:各项|全部|全年|年度|整治|重点|主要)?(?:目标)?(?:任务|工作|目标)")


_Possible = tuple[rules.Rule, tuple[str, ...]]  # a rule, and those of its literals that a text holds


@dataclass(slots=True)
class _Sight:
    """What earlier clauses of a sentence leave for later ones: `topic` and `scope` are read when something asks for them."""

    text: str
    dates: list[Stretch]
    numeric: list[Finding]
    subject: Stretch | None = None  # of the state just read: its attributes may follow (性质不改变)
    _topic: Stretch | None = None
    _scope: Stretch | None = None
    _unread: list[tuple[Clause, bool]] = field(default_factory=list)

    def leave(self, clause: Clause, stated: bool) -> None:
        """A clause ends, that stated something or not."""
        self._unread.append((clause, stated))

    @property
    def topic(self) -> Stretch | None:
        """The topic of the last clause that states nothing itself."""
        self._read()
        return self._topic

    @property
    def scope(self) -> Stretch | None:
        """The whole (全市) that the first clause to name one covers."""
        self._read()
        return self._scope

    def _read(self) -> None:
        for clause, stated in self._unread:
            phrase = noun_phrase(self.text, clause.start, clause.end, self.dates)
            if not stated:
                measured = [f.name.parts[0] for f in self.numeric if clause.start <= f.value[0] < clause.end and len(f.name.parts) == 1]
                topic = measured[-1] if measured else _topic(self.text, phrase.start, clause.end, self.dates)
                self._topic = topic or self._topic
            if phrase.scope and rules.words("phrase", "whole").match(self.text, *phrase.scope):
                self._scope = self._scope or phrase.scope
        self._unread.clear()


def find_states(
    text: str, sentences: list[Sentence], context: Context, masked: bytearray, numeric: list[Finding], firm: bool, staged: bool = False
) -> list[Finding]:
    """Findings without number. `firm` says that directional statements count (headings, indicator cells); `staged` that a date of the
    row or stage may serve deliverables."""
    found: list[Finding] = []
    known = _known(text)
    for sentence in sentences if known else ():
        if sentence.inner:
            continue
        possible = [(rule, words) for rule, words in known if _holds(text, words, sentence.start, sentence.end)]
        heard = [(clause, _next(possible, text, clause.start, clause.end, sentence)) for clause in sentence.clauses] if possible else []
        last = max((i for i, (_, first) in enumerate(heard) if first), default=-1)
        if last < 0:
            continue
        dated_list = any(sentence.start <= f.quote[0] < sentence.end and f.deadline for f in numeric)
        near = [f for f in numeric if f.quote[0] < sentence.end and sentence.start < f.quote[1]]
        own = replace(context, quantities=between(context.quantities, sentence.start, sentence.end))
        dates = [(d.start, d.end) for d in between(context.dates, sentence.start, sentence.end)]
        sight = _Sight(text, dates, near)
        for i, (clause, first) in enumerate(heard[: last + 1]):  # what stands behind the last statement serves nothing
            made = _clause(possible, text, clause, first, sentence, own, sight, dates, near, firm, dated_list, staged) if first else []
            found += made
            if i < last:
                sight.leave(clause, bool(made))
    return found


def _clause(
    possible: list[_Possible],
    text: str,
    clause: Clause,
    best: tuple[rules.Rule, regex.Match[str]] | None,
    sentence: Sentence,
    context: Context,
    sight: _Sight,
    dates: list[Stretch],
    numeric: list[Finding],
    firm: bool,
    dated_list: bool,
    staged: bool,
) -> list[Finding]:
    """The states of a clause, of which `best` is the first hit."""
    found: list[Finding] = []
    at = clause.start
    while best is not None:
        rule, hit = best
        taken = any(f.quote[0] < hit.end() and hit.start() < f.quote[1] for f in numeric)
        counted = rule.name == "finish" and any(hit.start() < q.start < hit.end() and text[q.end : q.end + 1] != "的" for q in context.quantities)
        made = [] if taken or counted else _make(text, rule, hit, at, clause, sentence, context, sight, dates, firm, dated_list, staged)
        found += made
        at = max(hit.end(), at + 1)
        best = _next(possible, text, at, clause.end, sentence) if at < clause.end else None
    return found


@cache
def _literals() -> dict[str, dict[str, list[int]]]:
    """The literals of all rules by their first character, each with the places of the rules in their file."""
    found: dict[str, dict[str, list[int]]] = {}
    for i, rule in enumerate(rules.load("state").values()):
        for word in rule.literals:
            found.setdefault(word[0], {}).setdefault(word, []).append(i)
    return found


@cache
def _listed() -> tuple[tuple[rules.Rule, ...], frozenset[str], frozenset[int]]:
    """The rules, the first characters of their literals, and the places of rules that have none."""
    known = tuple(rules.load("state").values())
    return known, frozenset(_literals()), frozenset(i for i, rule in enumerate(known) if not rule.literals)


def _known(text: str) -> list[_Possible]:
    """The rules that may find something in a text, by their literals, each with those of them that the text holds."""
    known, heads, always = _listed()
    said: dict[int, tuple[str, ...]] = dict.fromkeys(always, ())
    for head in heads.intersection(text):
        for word, places in _literals()[head].items():
            if word in text:
                for i in places:
                    said[i] = (*said.get(i, ()), word)
    return [(known[i], said[i]) for i in sorted(said)]


def _holds(text: str, words: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a stretch holds one of some words; also where there are none to look for."""
    for word in words:  # a plain loop: this is asked often
        if text.find(word, start, end) >= 0:
            return True
    return not words


def _next(possible: list[_Possible], text: str, at: int, end: int, sentence: Sentence) -> tuple[rules.Rule, regex.Match[str]] | None:
    """The possible rule that matches first in a stretch (file order settles ties)."""
    best: tuple[rules.Rule, regex.Match[str]] | None = None
    for rule, words in possible:
        limit = sentence.end if rule.name == "by_order" else end
        hit = rule.pattern.search(text, at, limit) if _holds(text, words, at, limit) else None
        if hit and (best is None or hit.start() < best[1].start()) and hit.start() < end:
            best = (rule, hit)
    return best


def _make(
    text: str,
    rule: rules.Rule,
    hit: regex.Match[str],
    at: int,
    clause: Clause,
    sentence: Sentence,
    context: Context,
    sight: _Sight,
    dates: list[Stretch],
    firm: bool,
    dated_list: bool,
    staged: bool,
) -> list[Finding]:
    kind = rule.attributes.get("kind", "qualitative")
    deadline = governing_date(text, context.dates, sentence, hit.start(), context.goal)
    if (ends := end_year(deadline)) and context.year and ends < context.year:
        return []
    if context.outside or (context.results and not dated_ahead(text, 0, hit.start(), context)):
        return []
    stated = hit.end("state") if "state" in hit.groupdict() else hit.end()
    perfective = text[max(clause.start, hit.start() - 1) : hit.start()] == "已" or text[stated : stated + 1] == "了"
    if perfective or achieved_before(text, hit.start(), sentence, context):
        return []
    dated = deadline is not None and deadline.value.kind in ("by", "during")
    if kind == "milestone" and not dated and not staged:
        return []
    side = rule.attributes["side"]
    if side == "after" or (side == "inside" and (hit["obj"] or hit.groupdict().get("about"))):
        group = "about" if hit.groupdict().get("about") else "obj"
        region = hit.span(group)
    else:
        region = (at, hit.start())
    phrase = noun_phrase(text, *region, dates, doing=kind == "milestone" or side == "inside")
    before = noun_phrase(text, at, hit.start(), dates) if side != "before" else phrase
    start, end = phrase.start, _before_date(text, phrase.start, phrase.end, dates)
    if side == "before" and (aim := _AIM.search(text, start, end)):
        end = aim.start()
    whom = rule.name == "all_of" or plain_scope(text[before.start : before.end])
    around = (before.start, _before_date(text, before.start, before.end, dates)) if side != "before" and not before.empty and whom else None
    if around:
        before = replace(before, start=before.end)  # 县级以上城市建成区基本消除黑臭水体
    scope = phrase.scope or around or (before.scope if before.scope and before.empty else None)
    if side == "inside" and region != (at, hit.start()) and not before.empty and is_measurable(text[before.start : before.end]):
        start, end = before.start, before.end
    if end > start and plain_scope(text[start:end]):
        scope, start = (start, end), end
    name = _name(text, start, end, sight, at > clause.start)
    if name is None or (len(name.parts) == 1 and _UNNAMED.fullmatch(name.text(text))):
        return []
    if (
        rule.name == "finish"
        and not before.empty
        and before.end - before.start > 3
        and not nlp.verb_ends_at(text[before.start : before.end], before.end - before.start)
    ):
        name = Name(((before.start, before.end), *name.parts))
    label = name.text(text)
    if not _acceptable(text, rule, kind, label, hit, before, firm, dated_list, dated, staged):
        return []
    scope = scope or sight.scope
    if kind == "grade":
        return _grades(text, rule, hit, name, scope, deadline)
    value = hit.span("state")
    quote = (min(name.start, value[0]), max(name.end, value[1]))
    if side == "before":
        sight.subject = _base(text, name)
    return [
        Finding(
            one,
            scope,
            kind,
            None,
            value,
            None,
            None,
            None,
            deadline,
            "target",
            None,
            quote,
            f"state.{rule.name}",
            0.8 if "weak" not in rule.attributes else 0.6,
        )
        for one in _documents(text, name)
    ]


def _documents(text: str, name: Name) -> list[Name]:
    """Each of several 《documents》 by itself; else the name as it is."""
    found = [hit.span() for part in name.parts for hit in _DOCUMENT.finditer(text, *part)]
    rest = _DOCUMENT.sub("", name.text(text)).strip("、和及与")
    return [Name((span,)) for span in found] if len(found) > 1 and not rest else [name]


def _before_date(text: str, start: int, end: int, dates: list[Stretch]) -> int:
    """The end of a noun phrase that a date closes: 剩余需在2024年底前 → 剩余."""
    for low, high in dates:
        if start < low and high == end:
            cut = regex.search(r"(?:须|需|应|要|将|力争)?(?:在|于|到|至)?$", text[start:low])
            return start + cut.start() if cut else low
    return end


def _name(text: str, start: int, end: int, sight: _Sight, same_clause: bool) -> Name | None:
    """The thing that has the state: as written, an attribute of the thing before (面积, 性质), or the thing before."""
    if end <= start:
        known = sight.subject if same_clause else sight.topic
        return Name((known,)) if known else None
    whole = sight.subject or sight.topic
    if _BARE.match(text[start:end]) and whole:
        return Name((whole, (start, end)))
    return Name(((start, end),))


def _base(text: str, name: Name) -> Stretch:
    """The thing without its attribute: 生态保护红线和自然保护地面积 → 生态保护红线和自然保护地."""
    low, high = name.parts[0]
    cut = _ATTRIBUTE.search(text[low:high]) if len(name.parts) == 1 else None
    return (low, low + cut.start()) if cut and cut.start() > 2 else (low, high)


def _acceptable(
    text: str, rule: rules.Rule, kind: str, label: str, hit: regex.Match[str], before: Phrase, firm: bool, dated_list: bool, dated: bool, staged: bool
) -> bool:
    if not 2 <= len(label) <= 70 or label.startswith("分") or _WORDLESS.fullmatch(label):
        return False
    if "weak" in rule.attributes:
        strong = bool(_INDICATOR_LIKE.search(label)) and not _SLOGAN.search(label)
        return strong and label.count("、") < 3
    first = nlp.words(label)[0]
    if rule.attributes["side"] == "before" and first[2] == "v" and len(label) > 8 and "的" not in label[:6]:
        return False  # begins like a sentence: 鼓励各部门…应接尽接
    guarded = _GUARDED.fullmatch(text, before.start, before.end)
    if rule.name == "none" and not (before.empty or guarded or plain_scope(text[before.start : before.end])):
        return False  # 打击无证经营行为
    if _ACHIEVED.search(label):
        return False  # 现有14所卫生院中已有9所达到国家推荐标准
    if rule.name == "attain" and hit["state"].endswith("全覆盖") and text[hit.start() - 1 : hit.start()] == "、" == text[hit.end() : hit.end() + 1]:
        return False  # 全方位、全覆盖、立体化的格局
    if rule.name == "not_worse" and _WHOLE_LIFE.match(label):
        return False  # 经济保持稳中有进
    if rule.name == "all_done" and not dated and regex.search(r"[使选采]用|执行", hit["state"]):
        return False
    if kind == "milestone":
        if not dated and not (staged and rule.name == "finish" and before.empty and _STAGE_VERBS.search(hit["state"])):
            return False
        if _VISION.search(label) or ((not dated or "、" in label) and _SYSTEM.search(label)) or _ISSUED.search(label):
            return False  # 初步建成…制造业强市; 基本建成…产业体系, with no date but that of the stage; 2月26日印发(天交发[2024]31号)
        if rule.name == "finish":
            plain = _PLAIN_FINISH.search(hit["state"]) and not regex.search(r"(?:目标|任务|指标|工作)$", label)
            return bool(plain and dated) or bool(_DELIVERABLE.search(label))
        return bool(_DELIVERABLE.search(label)) and len(label) <= 40
    return True


def _grades(text: str, rule: rules.Rule, hit: regex.Match[str], name: Name, scope: Stretch | None, deadline: Mention | None) -> list[Finding]:
    """A class of a named thing: one finding for each named place."""
    waters = _WATERS.match(name.text(text)) if len(name.parts) == 1 else None
    if waters and scope is None:
        low, high = name.parts[0]
        scope, name = (low, low + waters.end()), Name(((low + waters.end(), high),))
    link = hit.groupdict().get("link") or ""
    more = hit.groupdict().get("more") or regex.search(r"优于|好于|高于|不低于", link)
    if (hit.groupdict().get("what") or "").startswith("排放"):
        what = hit.span("what")
        name = Name((*name.parts, what))
    elif not regex.search(
        r"水质|质量|标准|水平|等级|排放|断面|水体|医院|景区|河流|湖泊|水库|状况|评级|车辆|机械|船舶|锅炉|污染物|卫生室|卫生院|机构|学校|园区|乡镇|建筑|饭店|酒店|民宿",
        name.text(text),
    ):
        return []
    quantity = Quantity(">=" if more else "=", None)
    scopes: list[Stretch | None] = list(split_scopes(text, scope)) if scope and "、" in text[slice(*scope)] else [scope]
    value = hit.span("grade")
    quote = (min(name.start, value[0]), hit.end())
    return [
        Finding(name, place, "grade", quantity, value, None, None, None, deadline, "target", None, quote, f"state.{rule.name}", 0.85)
        for place in scopes
    ]


def _topic(text: str, start: int, end: int, dates: list[Stretch]) -> Stretch | None:
    """What a clause without a state of its own speaks of: "新建污水处理设施提高建设标准" → 新建污水处理设施,
    "开展消费品人均使用量的调查" → 消费品人均使用量; None where it begins with a verb."""
    phrase = noun_phrase(text, start, end, dates, doing=True)
    strong = _UP_TO_STRONG.match(text, phrase.start, phrase.end)
    if strong and regex.fullmatch(r"(?:的)?(?:调查|监测|统计|评估|考核)?", text[strong.end() : phrase.end]):
        return strong.span()
    words = [w for w in nlp.words(text[start:end]) if w[2] != "d"]
    if end - start < 4 or not words or (words[0][2][0] in "vpc" and "的" not in text[start + words[0][1] : start + words[0][1] + 3]):
        return None
    for low, high, flag in words:
        if flag == "v" and low >= 4 and rules.words("phrase", "raise").match(text, start + low, end):
            return (start, start + low)
        if high == end - start:
            return (start, end)
    return None
