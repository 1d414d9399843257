"""Numbers before the name of their indicator: 建成5个公园, 完成80%入河排污口溯源."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import regex

from extractors import nlp, rules
from extractors.coordination import split_scopes
from extractors.exclusion import DURATIONS
from extractors.findings import dimension
from extractors.indicator import Name, Phrase, Stretch, noun_phrase
from extractors.naming import Naming
from extractors.predicate import Predicate, read_back
from extractors.quantity import Measure
from extractors.sentence import Clause, Sentence
from schemas.types import Mention

_STATE_TAIL = regex.compile(r"(?:全覆盖|达标|清零|不降低|不减少|稳定运行|全部[一-龥]{2,4}|到位|全面覆盖|应[一-龥]尽[一-龥])$")
_CUT = regex.compile(r"(?:过|超|达|破|达到|超过|突破|不低于|不少于)$")  # 5家以上年销售收入过百亿元的企业
_SHARED_OUT = regex.compile(r"(?:分别|各自?)(?:培育|建设|建成|打造|新建|完成|创建|设立|引进|形成|遴选|布局)")
_DATED = regex.compile(r"(?:年底|年内|月底|季度末|今年|明年|当年|到期)")  # 其中2条年底前取得批复
_AT_LEAST = regex.compile(r"(?:至少|不少于)(?:要|应|须)?$")
_BUILDING = regex.compile(r"[^已未拟](?:新建|新改建|改建|扩建|建成|打造|培育|新增|引进|创建|布局建设|配备|栽植|开展|举办)$")
_SERVED = regex.compile(r"(?:免费)?(?:提供|开展(?!的)|实施(?!的)|发放)|免费")
_FOR = regex.compile(r"[为对向给]$|组织$|帮助$|支持$|资助$|惠及$")
_GIVEN = regex.compile(r"\G[^,。;]{2,30}?(?:提供|开展|实施|发放|落实|给予|进行|接受|参加|就业)")
_STATED = regex.compile(r"(?:达到|实现|完成|建成|符合|通过|具备)[^的]*$")
_AREA = regex.compile(r"[一-龥、和及]{1,20}(?:流域|干流|区域|沿线|境内|范围内|辖区|城区|片区|园区|建成区|[库灌湖林山牧]区)")
_UNSAID = regex.compile(r"(?:主要|重点)?(?:指标|任务|措施|举措|工作|方面)")


@dataclass(slots=True)
class Prenominal(Naming):
    """Reads "number name"."""

    def prenominal(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, side: str, np: Stretch) -> int:
        measure: Measure = q.value
        label = self.text[np[0] : np[1]]
        if side == "attribute" and not label:
            self.reject(q, "condition")
            return q.end
        if measure.unit in ("户", "人") and measure.suffix and not regex.match(r"的?[一-龥]{0,6}(?:户|人|者|员|群众|学生|居民)", label):
            self.reject(q, "condition")
            return taken
        if _UNSAID.match(label):
            self.reject(q, "idiom")
            return q.end
        if measure.unit is None or len(label) < 2:
            self.reject(q, "bare_number" if measure.unit is None else "no_indicator")
            return taken
        if _SHARED_OUT.search(label):
            self.reject(q, "modifier")  # 8个试点行业分别培育1-2个数据集: the eight hold what is counted
            return taken
        if _DATED.match(label) or _CUT.search(label):
            self.reject(q, "no_indicator")
            return q.end
        if measure.unit in ("%", "成", "‰") and (covered := self.coverage(np)):
            whom, name = covered
            self.add(name, whom, "level", None, q, Predicate(q.start), "target", sentence, "linking.coverage", 0.85, quote=(q.start, name.end))
            self.subject, self.listed = [name], True
            return np[1]
        if _STATE_TAIL.search(label) or _STATED.match(label):
            self.reject(q, "modifier")
            return taken
        phrase = noun_phrase(self.text, taken, q.start, self.date_spans(), doing=True)
        governed, confidence = self._governed(phrase, taken, q, side)
        sized = dimension(measure.unit) in ("area", "length", "mass", "volume", "data", "electricity", "power")
        completed = phrase.verb is not None and self.text[slice(*phrase.verb)] == "完成"  # 完成80%以上入河排污口溯源
        if (
            governed
            and measure.suffix
            and not measure.count
            and not (completed and side == "noun")
            and (side == "attribute" or measure.suffix != "以上" or confidence < 0.9 or not sized)
        ):
            governed = False
        if not governed and measure.count and side == "noun" and phrase.empty and (covered := self.coverage(np)):
            whom, name = covered
            joined = Name((whom, *name.parts))
            self.add(
                joined, phrase.scope, "count", None, q, Predicate(q.start), "target", sentence, "linking.coverage", 0.8, quote=(q.start, name.end)
            )
            self.hold([joined], phrase)
            return np[1]
        if not governed:
            self.reject(q, "condition" if side == "attribute" or measure.suffix else "modifier")
            return taken
        if dimension(measure.unit) in (*DURATIONS, "money_usd") and dimension(measure.unit) != "times":
            self.reject(q, "duration")
            return taken
        if label.startswith("级"):
            np = (np[0] + 1, np[1])  # 百万千瓦级风电基地
        if (q.value.said or self.text[q.start - 1] in "为给") and (given := _SERVED.search(self.text, np[0] + 2, np[1])):
            np = (np[0], given.start())  # 超8000名孤独症儿童提供康复救助: the children are counted
            label = self.text[np[0] : np[1]]
        inner = noun_phrase(self.text, np[0], np[1], self.date_spans())
        start = np[0] if inner.empty or (inner.scope is None and not regex.match(r"的", label)) else inner.start
        name = self.shared_head(Name(((start, np[1]),)), phrase)
        verb = phrase.verb
        if verb and self.text[slice(*verb)] in ("新增", "净增") and phrase.empty:
            name = Name((verb, *name.parts))
        quote = (min(name.start, q.start), np[1])
        least = _AT_LEAST.search(self.text, taken, verb[0]) if verb and not measure.said else None
        if least:  # 至少建成1个: the operator stands before the verb
            q = replace(q, value=replace(measure, quantity=replace(measure.quantity, operator=">="), said=True))
            quote = (least.start(), quote[1])
        kind = "count" if measure.count else "level"
        pred = read_back(self.text, verb[1] if verb else q.start, q.start, self.date_spans())
        area = (phrase.start, phrase.end) if _AREA.fullmatch(self.text[phrase.start : phrase.end]) else None
        scope = phrase.scope or area or inner.scope or self.head_scope or self.scope
        each = verb is not None and scope is not None and self.text[scope[1] : verb[0]] in ("各", "均", "都", "各自", "分别")
        for place in split_scopes(self.text, scope) if each and scope else [scope]:
            self.add(name, place, kind, None, q, pred, "target", sentence, "linking.count_before", confidence, quote=quote)
        self.hold([name], phrase)
        self.listed = True
        return np[1]

    def _governed(self, phrase: Phrase, taken: int, q: Mention, side: str) -> tuple[bool, float]:
        """Whether a verb of doing governs the number: right before it, before a list that ends with 等, or earlier in the list."""
        rest = self.text[phrase.start : phrase.end]
        if phrase.verb and (
            not rest
            or regex.fullmatch(r"(?:年度|新|各|约|共|累计|总共|力争|高标准|市级以上|省级|国家级|一批|不少于|至少|超过|近|全年|本年度|再)+", rest)
        ):
            return True, 0.95
        if phrase.verb and rest.endswith(("及", "和", "、", "与")) and side == "noun":
            return True, 0.85
        if phrase.verb and (rest.endswith(("等", "、", "的", ")")) and len(rest) < 60 and side == "noun"):
            return True, 0.85
        if phrase.verb and side == "noun" and _AREA.fullmatch(rest):
            return True, 0.85  # 完成濉河流域212个排污口整治
        served = _FOR.search(self.text, taken, q.start) and (q.value.said or self.text[q.start - 1] in "为给")
        if served and q.value.count and side == "noun" and _GIVEN.search(self.text, q.end):
            return True, 0.8  # 为超8000名孤独症儿童提供康复救助
        if phrase.verb and q.value.count and side == "noun" and "、" in rest and len(rest) < 30:
            return True, 0.8  # 形成高端装备、生物医药2个千亿级产业集群
        if self.before and self.before.verb and side == "noun" and self.text.startswith("以及", taken):
            return True, 0.8  # 完成深度处理工程,以及2000公里管网改造
        if _BUILDING.search(self.text, taken, q.start) and side == "noun":
            return True, 0.8  # 结合新城建设等新建50座公园
        if 2 < len(rest) <= 12 and (ending := _ends_doing().search(rest)) and (len(rest) <= 6 or _adverbial(rest[: ending.start()])):
            return True, 0.85  # 滚动实施, 因地制宜新建改建
        if self.listed and rest.endswith("等") and not phrase.verb and side == "noun":
            return True, 0.8
        if self.listed and not rest and not phrase.verb:
            return True, 0.9
        verb = nlp.verb_ends_at(self.text[taken : q.start], q.start - taken) if q.start > taken else None
        if (
            verb
            and (phrase.empty or rest == self.text[taken + verb[0] : taken + verb[1]])
            and not rules.words("phrase", "existing").search(self.text[taken : q.start])
        ):
            return True, 0.7
        return False, 0.0


@cache
def _ends_doing() -> regex.Pattern[str]:
    return regex.compile(rf"(?:{rules.words('phrase', 'doing').pattern})+$", regex.VERBOSE)


def _adverbial(text: str) -> bool:
    """Whether words only say how: 因地制宜, 集中连片, 分类分批."""
    return all(flag[0] in "dailzbv" for _, _, flag in nlp.words(text))
