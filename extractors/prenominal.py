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
from extractors.memory import Tie
from extractors.naming import Naming
from extractors.predicate import Predicate, read_back
from extractors.quantity import Measure
from extractors.sentence import Sentence
from schemas.types import Mention

_FILLED = regex.compile(r"(?:年度|新|各|约|共|累计|总共|力争|高标准|市级以上|省级|国家级|一批|不少于|至少|超过|近|全年|本年度|再)+")
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
_PERSONS = regex.compile(r"的?[一-龥]{0,6}(?:户|人|者|员|群众|学生|居民)")
_SIZES = ("area", "length", "mass", "volume", "data", "electricity", "power")
_UNSAID = regex.compile(r"(?:主要|重点)?(?:指标|任务|措施|举措|工作|方面)")


@dataclass(slots=True)
class Prenominal(Naming):
    """Reads "number name"."""

    def prenominal(self, q: Mention, sentence: Sentence, taken: int, side: str, np: Stretch) -> int:
        """Read a number before its name (`np`, a noun or behind 的: `side`); returns where the next number starts to look back."""
        measure: Measure = q.value
        label = self.text[np[0] : np[1]]
        if against := _against(q, taken, side, label):
            reason, at = against
            self.reject(q, reason)
            return at
        if measure.unit in ("%", "成", "‰") and (covered := self.coverage(np)):
            return self._share_covered(q, sentence, np, *covered)
        if _STATE_TAIL.search(label) or _STATED.match(label):
            self.reject(q, "modifier")
            return taken
        phrase = noun_phrase(self.text, taken, q.start, self.date_spans(), doing=True)
        governed, confidence = self._governed(phrase, taken, q, side)
        if governed and self._only_bounds(q, phrase, side, confidence):
            governed = False
        if not governed and measure.count and side == "noun" and phrase.empty and (covered := self.coverage(np)):
            return self._number_covered(q, sentence, np, phrase, *covered)
        if not governed:
            self.reject(q, "condition" if side == "attribute" or measure.suffix else "modifier")
            return taken
        if dimension(measure.unit) in (*DURATIONS, "money_usd") and dimension(measure.unit) != "times":
            self.reject(q, "duration")
            return taken
        return self._counted(q, sentence, taken, phrase, self._trimmed(q, np), confidence)

    def _share_covered(self, q: Mention, sentence: Sentence, np: Stretch, whom: Stretch, name: Name) -> int:
        """A share of those who are to reach something: 50%以上的事业单位建成节水型单位."""
        self.add(Tie(name, whom, q, Predicate(q.start), "linking.coverage", 0.85, quote=(q.start, name.end)), sentence)
        self.subject, self.listed = [name], True
        return np[1]

    def _number_covered(self, q: Mention, sentence: Sentence, np: Stretch, phrase: Phrase, whom: Stretch, name: Name) -> int:
        """A number of those who are to reach something: 30家医院建成智慧医院."""
        joined = Name((whom, *name.parts))
        tie = Tie(joined, phrase.scope, q, Predicate(q.start), "linking.coverage", 0.8, kind="count", quote=(q.start, name.end))
        self.add(tie, sentence)
        self.hold([joined], phrase)
        return np[1]

    def _only_bounds(self, q: Mention, phrase: Phrase, side: str, confidence: float) -> bool:
        """Whether an amount with 以上 only says which things are meant: 培育年产值10亿元以上企业; 新建20万平方米以上厂房 is one to reach."""
        measure: Measure = q.value
        if not measure.suffix or measure.count:
            return False
        if side == "attribute":
            return True
        if phrase.verb is not None and self.text[slice(*phrase.verb)] == "完成" and side == "noun":
            return False  # 完成80%以上入河排污口溯源
        return measure.suffix != "以上" or confidence < 0.9 or dimension(measure.unit) not in _SIZES

    def _trimmed(self, q: Mention, np: Stretch) -> Stretch:
        """The noun phrase without 级, and without what is given to those counted: 孤独症儿童提供康复救助 → 孤独症儿童."""
        if self.text.startswith("级", *np):
            np = (np[0] + 1, np[1])  # 百万千瓦级风电基地
        if (q.value.said or self.text[q.start - 1] in "为给") and (given := _SERVED.search(self.text, np[0] + 2, np[1])):
            np = (np[0], given.start())  # 超5000名听障儿童提供康复救助: the children are counted
        return np

    def _counted(self, q: Mention, sentence: Sentence, taken: int, phrase: Phrase, np: Stretch, confidence: float) -> int:
        """Record a number that a verb of doing governs, with the name behind it: 建成5个公园."""
        inner = noun_phrase(self.text, np[0], np[1], self.date_spans())
        name = self._name_behind(np, inner, phrase)
        q, first = self._at_least(q, taken, phrase.verb)
        quote = (min(name.start, q.start) if first is None else first, np[1])
        kind = "count" if q.value.count else "level"
        pred = read_back(self.text, phrase.verb[1] if phrase.verb else q.start, q.start, self.date_spans())
        for place in self._places(phrase, inner):
            self.add(Tie(name, place, q, pred, "linking.count_before", confidence, kind=kind, quote=quote), sentence)
        self.hold([name], phrase)
        self.listed = True
        return np[1]

    def _name_behind(self, np: Stretch, inner: Phrase, phrase: Phrase) -> Name:
        """The name behind a number, with what it shares with the words before: 新增5个车位 → 新增车位."""
        start = np[0] if inner.empty or inner.scope is None else inner.start
        name = self.shared_head(Name(((start, np[1]),)), phrase)
        if phrase.verb and self.text[slice(*phrase.verb)] in ("新增", "净增") and phrase.empty:
            return Name((phrase.verb, *name.parts))
        return name

    def _at_least(self, q: Mention, taken: int, verb: Stretch | None) -> tuple[Mention, int | None]:
        """A number whose operator stands before the verb, and where: 至少建成1个 → ≥1."""
        measure: Measure = q.value
        least = _AT_LEAST.search(self.text, taken, verb[0]) if verb and not measure.said else None
        if least is None:
            return q, None
        return replace(q, value=replace(measure, quantity=replace(measure.quantity, operator=">="), said=True)), least.start()

    def _places(self, phrase: Phrase, inner: Phrase) -> list[Stretch | None]:
        """The scope of a number, or each of those that are to reach it: 新蔡县、汝南县各建成1个公园."""
        area = (phrase.start, phrase.end) if _AREA.fullmatch(self.text[phrase.start : phrase.end]) else None
        scope = phrase.scope or area or inner.scope or self.head_scope or self.scope
        if scope and phrase.verb and self.text[scope[1] : phrase.verb[0]] in ("各", "均", "都", "各自", "分别"):
            return [*split_scopes(self.text, scope)]
        return [scope]

    def _governed(self, phrase: Phrase, taken: int, q: Mention, side: str) -> tuple[bool, float]:
        """Whether a verb of doing governs the number: right before it, before a list that ends with 等, or earlier in the list."""
        rest = self.text[phrase.start : phrase.end]
        if phrase.verb and (not rest or _FILLED.fullmatch(rest)):
            return True, 0.95
        if phrase.verb and rest.endswith(("及", "和", "、", "与")) and side == "noun":
            return True, 0.85
        if phrase.verb and (rest.endswith(("等", "、", "的", ")")) and len(rest) < 60 and side == "noun"):
            return True, 0.85
        if phrase.verb and side == "noun" and _AREA.fullmatch(rest):
            return True, 0.85  # 完成濉河流域212个排污口整治
        served = _FOR.search(self.text, taken, q.start) and (q.value.said or self.text[q.start - 1] in "为给")
        if served and q.value.count and side == "noun" and _GIVEN.search(self.text, q.end):
            return True, 0.8  # 为超5000名听障儿童提供康复救助
        if phrase.verb and q.value.count and side == "noun" and "、" in rest and len(rest) < 30:
            return True, 0.8  # 形成高端装备、生物医药2个千亿级产业集群
        if self.before and self.before.verb and side == "noun" and self.text.startswith("以及", taken):
            return True, 0.8  # 完成深度处理工程,以及300公里管网改造
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


def _against(q: Mention, taken: int, side: str, label: str) -> tuple[str, int] | None:
    """Why the words behind a number make it no target, and where the next number starts to look back; None where they do not."""
    measure: Measure = q.value
    if side == "attribute" and not label:
        return "condition", q.end
    if measure.unit in ("户", "人") and measure.suffix and not _PERSONS.match(label):
        return "condition", taken
    if _UNSAID.match(label):
        return "idiom", q.end
    if measure.unit is None or len(label) < 2:
        return "bare_number" if measure.unit is None else "no_indicator", taken
    if _SHARED_OUT.search(label):
        return "modifier", taken  # 8个试点行业分别培育1-2个数据集: the eight hold what is counted
    if _DATED.match(label) or _CUT.search(label):
        return "no_indicator", q.end
    return None


@cache
def _ends_doing() -> regex.Pattern[str]:
    """Verbs of doing at the end: 因地制宜|新建改建."""
    return regex.compile(rf"(?:{rules.words('phrase', 'doing').pattern})+$", regex.VERBOSE)


def _adverbial(text: str) -> bool:
    """Whether words only say how: 因地制宜, 集中连片, 分类分批."""
    return all(flag[0] in "dailzbv" for _, _, flag in nlp.words(text))
