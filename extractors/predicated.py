"""Numbers behind the name of their indicator: 森林覆盖率达到38.5%, 建设公园6个."""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from extractors import nlp
from extractors.coordination import split_scopes
from extractors.distribution import spread
from extractors.exclusion import DURATIONS, RELATIVE
from extractors.findings import dimension
from extractors.indicator import Name, Phrase, Stretch, is_measurable, noun_phrase
from extractors.memory import Tie
from extractors.naming import Naming
from extractors.past import is_present
from extractors.predicate import Predicate, read_back
from extractors.quantity import Measure
from extractors.sentence import Clause, Sentence
from schemas.structs import struct
from schemas.types import Mention
from schemas.values import Operator

_TEMPORAL = regex.compile(
    r"(?:到|自|于|在)?(?:\(?\d{1,4}年|\d{1,3}[月日](?:底|末|前|内)|[一二三四五六七八九十]季度|[上下]半年|今年|明年|此后|以后|今后|其后|次年|来年|年底|自?[一-龥]{0,4}印发之日)"
)
_EMBEDDED = regex.compile(r"新建|增设|设立|打造|引进|创建|开通|配备|安装|加装|建成(?!区)|投放|上线|汇聚|集聚|入驻|接入|推出|孵化|部署")
_OPERATORS: dict[str, Operator] = {
    "高于": ">",
    "超过": ">",
    "低于": "<",
    "不高于": "<=",
    "不超过": "<=",
    "不低于": ">=",
    "不少于": ">=",
    "不得低于": ">=",
}
_WORD = regex.compile(r"[一-龥A-Za-z]{2}")
_IN_ALL = regex.compile(r"[共计总合]+")
_WHO = regex.compile(r"[一-龥A-Za-z0-9、()]{2,14}?(?=(?:[于在到]?\d|[于在]|$))")
_HEAD_BEHIND = regex.compile(r"(?:分别|各自)(?P<head>[一-龥]{2,6})$")  # 服务贸易、数字贸易分别占比达25%、15%
_LOWERED = regex.compile(r"(?:降低|减少|压减|压降|缩短|压缩|缩减|缩小)(?!到|至)[的了]?$")
_DATED_BEFORE = regex.compile(r"\([^()]*\)[、,和及]?")
_LEVELLED = regex.compile(r"(?:率|指数|数|量|能力|规模|水平|面积|密度|额|值)$")
_BESIDE = regex.compile(r"[、,和及以与并其中]*")
_EACH = ("每", "人均", "平均")


@struct(frozen=True, slots=True)
class _Said:
    """A number, its predicate and the noun phrase before it: 全市 森林覆盖率 | 达到 | 38.5%.

    `mine` are the numbers of the clause, `taken` is where the text behind the number before begins.
    """

    q: Mention
    mine: list[Mention]
    taken: int
    pred: Predicate
    phrase: Phrase

    @property
    def measure(self) -> Measure:
        found: Measure = self.q.value
        return found

    @property
    def linked(self) -> bool:
        """Whether words tie the number to its name: 达到, 增长, 不低于, 以上."""
        return self.measure.said or self.pred.verb or self.pred.way is not None


@dataclass(slots=True)
class Predicated(Naming):
    """Reads "name … number"."""

    def predicated(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, mine: list[Mention]) -> int:
        """Read a number behind its name; returns where the next number starts to look back."""
        said = self._read_back(q, taken, mine)
        reason = self._unnamed(said, clause)
        if reason:
            self.reject(said.q, reason)
            return q.end
        said, names, scopes, verb = self._named(self._adjusted(said))
        reason = self._unfit(said, sentence, names[0].text(self.text), verb) if names else "no_indicator"
        if reason:
            self.reject(said.q, reason)
            if reason == "no_verb":
                self.subject = []  # a later value is not of what stands before this one
            return q.end
        kind, way = self._kind(said, names[0].text(self.text), verb)
        if kind == "level":
            kind, way = self._unsaid_change(said, names[0])
        status = "current" if is_present(self.text, sentence.start, q.start) else "target"
        rest = [m for m in said.mine if m.start >= q.start]
        base = said.pred.base
        shares = spread(self.text, rest, names, scopes, said.pred.apart, [d for d in self.dates if base is None or d.start != base[0]])
        if shares is None:
            for other in rest:
                self.reject(other, "distribution")
            return clause.end
        sure = 0.95 if said.linked else 0.85
        for share in shares:
            tie = Tie(share.name, share.scope, share.value, said.pred, f"linking.{kind}", sure, kind=kind, way=way, status=status, date=share.date)
            self.add(tie, sentence)
        self.said_scope = shares[-1].scope
        self.hold(names, said.phrase if not said.phrase.empty else replace(said.phrase, scope=self.said_scope))
        self.listed = bool(verb) or self.listed
        return shares[-1].value.end

    def _read_back(self, q: Mention, taken: int, mine: list[Mention]) -> _Said:
        """A number with its predicate and the phrase before it; 不低于低保标准的1.6倍 takes its operator from before the base."""
        measure: Measure = q.value
        pred = read_back(self.text, taken, q.start, self.date_spans())
        relative = RELATIVE.search(self.text, taken, q.start) if dimension(measure.unit) in ("ratio", "multiple") and not measure.said else None
        if relative:
            operator = _OPERATORS[relative["op"]]
            q = replace(q, value=replace(measure, said=True, quantity=replace(measure.quantity, operator=operator)))
            pred, mine = replace(pred, start=relative.start(), verb=True, way=None), [q if m.start == q.start else m for m in mine]
        return _Said(q, mine, taken, pred, noun_phrase(self.text, taken, pred.start, self.date_spans(), doing=True))

    def _unnamed(self, said: _Said, clause: Clause) -> str | None:
        """Why a number has no name, by what stands before it; None where it may have one."""
        q, pred, phrase, unit = said.q, said.pred, said.phrase, said.measure.unit
        if unit is None and not said.linked and not self.context.cell:
            return "bare_number"
        again = bool(_IN_ALL.fullmatch(self.text, said.taken, q.start))
        if phrase.empty and said.taken > clause.start and not again and not (said.linked or self.listed or pred.apart):
            return "no_indicator"  # a second value of the same name needs a verb of its own
        last = self.findings[-1] if self.findings else None
        if phrase.empty and phrase.verb and not pred.verb and last and last.unit != unit:
            return "no_indicator"  # 建成3个实验室,培训500人: no 500 laboratories
        return None

    def _adjusted(self, said: _Said) -> _Said:
        """What was read, without what only looks like a name (the date of the value before), and with the verb inside its phrase."""
        q, pred, phrase = said.q, said.pred, said.phrase
        if self.bracket_date(q) and self.subject and _DATED_BEFORE.fullmatch(self.text, said.taken, q.start):
            phrase = replace(phrase, start=q.start, end=q.start)  # 达到40%(2025年)、45%(2030年)
        if pred.way == "rank" and self.text[phrase.end - 1 : phrase.end] in ("中", "上"):
            phrase = replace(phrase, end=phrase.end - 1)
        if phrase.apart:
            pred = replace(pred, apart=True, marked=True)
        if said.measure.count and not pred.marked:
            phrase = self._embedded(phrase)
        return replace(said, pred=pred, phrase=phrase)

    def _named(self, said: _Said) -> tuple[_Said, list[Name], list[Stretch | None], Stretch | None]:
        """The names, scopes and verb of a number; a head that 分别 precedes belongs to each: A、B分别占比达30%、20%."""
        head = _HEAD_BEHIND.search(self.text, said.phrase.start, said.phrase.end)
        if head and is_measurable(head["head"]):
            said = replace(said, pred=replace(said.pred, apart=True, marked=True), phrase=replace(said.phrase, end=head.start()))
        names, scopes, verb = self.names(said.phrase, said.pred, said.mine, said.q)
        if head and said.pred.apart:
            names = [Name((part, head.span("head"))) for part in split_scopes(self.text, (said.phrase.start, said.phrase.end))]
        if self.topic and len(names) == 1 and names[0] != self.topic and not is_measurable(names[0].text(self.text)):
            names = [Name((*names[0].parts, *self.topic.parts))]
        return said, names, scopes, verb

    def _unfit(self, said: _Said, sentence: Sentence, label: str, verb: Stretch | None) -> str | None:
        """Why a number of what `label` names is no target; None where it is one."""
        if _TEMPORAL.match(label):
            return "date"
        if "%" in label or not _WORD.search(label):
            return "no_indicator"
        if not (said.linked or verb) and self._bare(said, sentence, label):
            return "no_verb"
        return "duration" if self._is_duration(said, label) else None

    def _bare(self, said: _Said, sentence: Sentence, label: str) -> bool:
        """Whether nothing makes a target of a name and a number side by side: no list, no cell, no goal (森林覆盖率38.5%)."""
        at = said.q.start
        if self.context.cell or self.text[at - 1 : at] in ("至", "到") or self._in_list(said.phrase):
            return False
        if any(f.quote[0] >= sentence.start and f.unit == said.measure.unit for f in self.findings):
            return False  # 其中: parts of a total
        named = is_measurable(label) or label.startswith(_EACH) or _acts(label)
        aimed = self.context.goal or self.context.aimed or label.startswith("每") or "新增" in label or self.deadline_at(at, sentence)
        return not (named and aimed)

    def _embedded(self, phrase: Phrase) -> Phrase:
        """A phrase whose verb stands behind who or where: 中医院于6月底前增设床位 → 床位, scope 中医院."""
        hits = [h for h in _EMBEDDED.finditer(self.text, phrase.start + 3, phrase.end - 1) if self.text[h.end() : h.end() + 1] not in "率的"]
        if not hits or not nlp.is_boundary(self.text[phrase.start : phrase.end], hits[-1].start() - phrase.start):
            return phrase
        verb = hits[-1].span()
        who = _WHO.match(self.text, phrase.start, verb[0])
        scope = phrase.scope
        if who and phrase.verb is None and nlp.words(who.group())[-1][2][0] in "nfsj":
            scope = (scope[0] if scope and scope[1] == phrase.start else phrase.start, who.end())
        return replace(phrase, start=verb[1], scope=scope, verb=verb)

    def _is_duration(self, said: _Said, label: str) -> bool:
        """Whether a stretch of time is just that: 用8年时间 is, 平均住院日降至8天 is not."""
        kind = dimension(said.measure.unit)
        return kind in DURATIONS and (not (said.linked or self.context.cell) or (not is_measurable(label) and kind != "score"))

    def _in_list(self, phrase: Phrase) -> bool:
        """Whether a bare "name number" goes on with a list that a verb of doing opened: 新建公园6个、步道45公里."""
        if not (self.listed and self.findings and not phrase.empty):
            return False
        if not any(f.quote[0] >= self.began for f in self.findings):
            return True  # the first of a bracket
        between = self.text[self.findings[-1].quote[1] : phrase.start]
        return _BESIDE.fullmatch(between) is not None

    def _kind(self, said: _Said, label: str, verb: Stretch | None) -> tuple[str, str | None]:
        """The kind of a target, and the way of a change: 进入前10名 rank, 增长8% change (increase), 新建公园6个 count, 达到38% level."""
        pred, unit = said.pred, said.measure.unit
        if pred.way == "rank" and unit in (None, "名", "位", "强", "%", "个"):
            return "rank", None
        if pred.way in ("increase", "decrease"):
            return "change", pred.way
        doing = self.text[verb[0] : verb[1]] if verb else ""
        if unit and said.phrase.verb and not pred.verb and doing in ("增加", "减少", "压减"):
            return "change", "increase" if "增" in doing else "decrease"
        if said.measure.count and not _LEVELLED.search(label) and not label.startswith(_EACH):
            return "count", None
        return "level", None

    def _unsaid_change(self, said: _Said, name: Name) -> tuple[str, str | None]:
        """Whether a level is a change by what stands before: 降低成本5%以上 (not 降低失业率至5%); 增长6%左右,力争达到7%."""
        measure, pred, phrase = said.measure, said.pred, said.phrase
        if not pred.verb and (measure.suffix or not measure.said) and _LOWERED.search(self.text, said.taken, phrase.start):
            return "change", "decrease"
        last = self.findings[-1] if self.findings else None
        if last and phrase.empty and pred.strength and last.name is name and last.unit == measure.unit:
            return last.kind, last.way
        return "level", None


def _acts(label: str) -> bool:
    """Whether a name is that of an action: 接待游客, 职业技能培训, 四旁植树."""
    words = nlp.words(label)
    return len(words) > 1 and (words[0][2] == "v" or words[-1][2] in ("v", "vn"))
