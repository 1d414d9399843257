"""Numbers → findings: which indicator a number belongs to, of what kind it is, and which deadline governs it.

The reader walks the clauses of a sentence and keeps what later clauses leave out: the subject, its scope, the verb of a list, the deadline.
Every number ends as a finding or as a rejection with its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import regex

from extractors import rules
from extractors.exclusion import reason_against
from extractors.findings import Context, Finding, Rejection, between
from extractors.indicator import Name, Stretch, is_measurable, noun_phrase
from extractors.memory import Tie
from extractors.naming import STRONG, plain_scope
from extractors.predicate import Predicate, read_back
from extractors.predicated import Predicated
from extractors.prenominal import Prenominal
from extractors.sentence import Clause, Sentence, depth_at
from schemas.types import Mention

_END = re.compile(
    r"(?:的(?=目标|任务|要求|水平|标准|比例))?(?:目标|任务|要求|水平|标准|指标|规模|比例|幅度)?(?:任务|值|要求|工作)?(?:之间|大关)?(?=[、,;。:!?)\]”\"]|$)|(?=[、,;。:)\]])"
)
_JOINT = re.compile(r"(?:共|总计|合计|总长|、|和|及|与|或者?|以及|且|并且?|,)(?=[^,;。]*\d|[^,;。]*[一二三四五六七八九十百]|[^,;。]*$)|或|并|且")
_TAIL_NOUN = re.compile(r"(?:的)?(?:(?:总|年度)任务|目标任务|工作任务|任务|工作|目标|计划|要求|左右|以上)+$")
_CONDITION = re.compile(
    r"(?:且|并且?|或者?)(?:[^,。;\d]{1,14}的|[^,。;]{1,24}的[一-龥]{0,6}(?:企业|单位|机构|项目|个人|人才|团队|园区|平台|家庭))"
    r"|且[^,。;]{1,60}的(?:$|(?=[,;。]))"
    r"|(?:、|或者?)[^,。;、]{0,16}\d[^,。;、的]{0,8}(?:以上|以下|以内)的"
)
# what may follow the indicator in a clause that only speaks of it: 轨道交通运营里程再上新台阶, 受害率是防火成效的硬指标
_TOPIC_REST = re.compile(
    r"(?:的)?(?:调查|监测|统计|评估|考核|目标|情况|建设|工作)?|是.*|再[上创].{2,5}|(?:持续|稳步|明显|显著|大幅|不断|逐步|进一步|有序)(?:提[高升]|增[长加]|扩大|下降|降低|改善|好转)"
)
_LISTING = re.compile(r"\((?:其中|含|包括|包含)[^()]*\d|(?:特别是|尤其是)(?=\d)")
_HOLDS = re.compile(r"(?:其中|含|包括|包含)[,:]?")
_JOINTS = re.compile(r"[、和及与]")
_FROM = re.compile(r"(?:由|从)(?:(?:19|20)\d\d年底?的?|(?:目前|现在|现有|现状|当前|上年|去年)的?)?$")
_UP_TO = re.compile(
    r"(?:的)?[一-龥\d]{0,8}?(?:\([^()]{1,8}\))?(?:提高|提升|增加|增长|扩大|上升|下降|降低|降|减少|压缩|缩短|缩减|发展|增|升|减|压减)?(?:到|至|为)(?:(?:19|20)\d\d年底?的?)?"
)
_BESIDE = re.compile(r"[、和或及至]+")
_UP_TO_STRONG = re.compile(rf".*(?:{STRONG})")


@dataclass(slots=True)
class _Reader(Predicated, Prenominal):
    """Reads the numbers of a text sentence by sentence."""

    def read(self, sentence: Sentence, listed: bool = False) -> None:
        """Read the numbers of a sentence; `listed` tells that it goes on with a list: (其中:花椒6万亩、茶叶5万亩)."""
        self.began = sentence.start
        self.subject, self.phrase, self.scope, self.said_scope, self.listed = [], None, None, None, listed
        self.before, self.topic, self.head_scope = None, None, None
        inside = between(self.context.quantities, sentence.start, sentence.end)
        self.dates = between(self.context.dates, sentence.start, sentence.end)
        if not inside:
            return
        for clause in sentence.clauses:
            if clause.mark == ";":
                self.listed, self.head_scope = False, None
            mine = [q for q in inside if clause.start <= q.start < clause.end and depth_at(self.text, clause.start, q.start) == 0]
            if not mine:
                self._remember(clause)
                continue
            taken = clause.start
            for i, quantity in enumerate(mine):
                if quantity.start < taken:
                    continue  # spread over the names together with an earlier value
                following = mine[i + 1] if i + 1 < len(mine) else None
                taken = self._value(quantity, clause, sentence, taken, following, mine)
            self.before = None

    def _remember(self, clause: Clause) -> None:
        """A clause without numbers may name what the next clause measures, and whom it covers."""
        phrase = noun_phrase(self.text, clause.start, clause.end, self.date_spans(), doing=True)
        self.before = phrase
        if phrase.scope:
            self.note_scope(phrase.scope)
        hit = _UP_TO_STRONG.match(self.text, phrase.start, phrase.end)
        if hit and hit.end() - phrase.start >= 3 and _TOPIC_REST.fullmatch(self.text, hit.end(), phrase.end):
            self.subject = [Name(((phrase.start, hit.end()),))]
            self.phrase = phrase
            if hit.end() == phrase.end == clause.end and self.text[clause.end : clause.end + 1] == ":":
                self.topic = self.subject[0]
        self.listed = self.listed and plain_scope(self.text[clause.start : clause.end])

    def _value(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, following: Mention | None, mine: list[Mention]) -> int:
        """Handle one number; returns where the next number of the clause starts to look back."""
        reason = reason_against(self.text, q, clause, sentence, self.context)
        if reason:
            self.reject(q, reason)
            if reason in ("condition", "existing", "modifier", "idiom", "routine"):
                return taken
            self._pass_over(q, taken, reason)
            return q.end
        side, np = self._right(q, clause, following)
        if self._from_value(q, following, clause):
            return self._current_value(q, following, clause, sentence, taken)
        if side == "end":
            return self.predicated(q, clause, sentence, taken, mine)
        if measure_said(q) and following is not None and following.value.count and np[1] == following.start:
            self.reject(q, "condition")  # 超50亿元企业5家
            return taken
        return self.prenominal(q, sentence, taken, side, np)

    def _pass_over(self, q: Mention, taken: int, reason: str) -> None:
        """What follows a rejected number speaks of it, not of one before it: 进出口总额去年完成45亿美元,今年力争达到50亿美元."""
        pred = read_back(self.text, taken, q.start, self.date_spans())
        phrase = noun_phrase(self.text, taken, pred.start, self.date_spans(), doing=True)
        if reason == "past" and phrase.empty:
            return
        named = reason == "past" and (pred.verb or pred.way) and is_measurable(self.text[phrase.start : phrase.end])
        self.subject = [Name(((phrase.start, phrase.end),))] if named else []

    def _right(self, q: Mention, clause: Clause, following: Mention | None) -> tuple[str, Stretch]:
        """What follows the number: the end of the phrase, an attribute (的 …) or a noun, and its stretch."""
        at = q.end
        while at < clause.end and self.text[at] in "([":
            close = self.text.find(")" if self.text[at] == "(" else "]", at)
            if close < 0 or close >= clause.end:
                break
            at = close + 1
        if q.value.suffix and _CONDITION.match(self.text, at, clause.end):
            return "attribute", (at, at)  # 年货运量150万吨以上且有条件的企业
        if self.text[at : at + 1] == "的" and (at + 1 >= clause.end or self.text[at + 1] in ",;。"):
            return "attribute", (at, at)  # "…达到15%以上的,给予…": a condition
        if following is not None and _BESIDE.fullmatch(self.text, at, following.start) and self._right(following, clause, None)[0] == "attribute":
            return "attribute", (at, at)  # 首次突破50亿元、100亿元的企业
        if at >= clause.end or _END.match(self.text, at, clause.end) or _JOINT.match(self.text, at, clause.end):
            return "end", (at, at)
        side = "noun"
        if self.text[at] == "的":
            side, at = "attribute", at + 1
        stop = clause.end
        if following is not None and not self._inside(at, following, clause):
            cut = max(self.text.rfind(c, at, following.start) for c in ("、", "和", "及", "与"))
            if self.text[following.start - 1] == "等":  # 2个千亿级集群和新材料、食品等5个百亿级集群
                cut = min((i for c in ("、", "和", "及", "与") if (i := self.text.find(c, at, following.start)) > 0), default=-1)
            own = read_back(self.text, at, following.start, self.date_spans())
            stop = cut if cut > at else following.start if not own.verb else clause.end
        if (bracket := _LISTING.search(self.text, at, stop)) is not None:
            stop = bracket.start()  # 20万亩特色种植(其中:花椒6万亩)
        if (another := _another_count().search(self.text, at + 2, stop)) is not None:
            stop = another.start()  # 千家企业、集聚万名人才
        tail = _TAIL_NOUN.search(self.text, at, stop)
        if tail and tail.start() > at:
            stop = tail.start()
        return side, (at, stop)

    def _inside(self, at: int, following: Mention, clause: Clause) -> bool:
        """Whether a number is part of the noun phrase that begins at `at`: 产值超百亿元的产业集群."""
        between = self.text[at : following.start]
        goes_on = _END.match(self.text, following.end, clause.end) is None and _JOINT.match(self.text, following.end, clause.end) is None
        return goes_on and not _JOINTS.search(between) and following.end < clause.end

    def _from_value(self, q: Mention, following: Mention | None, clause: Clause) -> bool:
        before = self.text[max(clause.start, q.start - 12) : q.start]
        return following is not None and bool(_FROM.search(before)) and bool(_UP_TO.fullmatch(self.text, q.end, following.start))

    def _current_value(self, q: Mention, following: Mention | None, clause: Clause, sentence: Sentence, taken: int) -> int:
        """The first value of 由A提高到B is the present one; the noun phrase before 由 serves both."""
        from_word = max(self.text.rfind("由", taken, q.start), self.text.rfind("从", taken, q.start))
        modal = read_back(self.text, taken, from_word, self.date_spans())
        phrase = noun_phrase(self.text, taken, modal.start, self.date_spans(), doing=True)
        pred = Predicate(from_word, verb=True)
        names, scopes, _ = self.names(phrase, pred, [q], q)
        if not names:
            self.reject(q, "no_indicator")
            return q.end
        for name in names:
            self.add(Tie(name, scopes[0], q, pred, "linking.from_value", 0.9, status="current"), sentence)
        self.hold(names, phrase)
        return q.end


@cache
def _another_count() -> regex.Pattern[str]:
    return regex.compile(rf"[、,]{rules.words('phrase', 'doing').pattern}(?=[百千万][家个名项]|一批|若干|数[十百千])", regex.VERBOSE)


def measure_said(q: Mention) -> bool:
    """Whether words of comparison stand with a number that is no count: 超50亿元, 10亿元以上."""
    return bool(q.value.said and not q.value.count)


def link(text: str, sentences: list[Sentence], context: Context) -> tuple[list[Finding], list[Rejection]]:
    """Findings and rejections for all numbers of a folded text."""
    reader = _Reader(text, context)
    for sentence in sentences:
        if sentence.inner and (low := _goes_on(text, sentence, reader.findings)):
            reader.read(low, listed=True)
            continue
        if sentence.inner and not _own_statement(text, sentence, context):
            for q in between(context.quantities, sentence.start, sentence.end):
                reader.rejections.append(Rejection(q.start, q.end, "bracket"))
            continue
        reader.read(sentence)
    kept = _paired_current(text, reader.findings)
    paired = {id(f) for f in kept}
    return kept, reader.rejections + [Rejection(*f.value, "present") for f in reader.findings if id(f) not in paired]


def _goes_on(text: str, sentence: Sentence, findings: list[Finding]) -> Sentence | None:
    """The list in a bracket behind a target that says what it holds: 重点水利工程16项(含大中型水库2座)."""
    opening = _HOLDS.match(text, sentence.start)
    if opening is None or not any(f.quote[1] <= sentence.start <= f.quote[1] + 2 for f in findings):
        return None
    first, *rest = sentence.clauses
    if opening.end() >= first.end:
        first, *rest = rest or [first]
    return replace(sentence, start=opening.end(), clauses=(replace(first, start=max(first.start, opening.end())), *rest))


def _own_statement(text: str, sentence: Sentence, context: Context) -> bool:
    """Whether a bracket states targets of its own: "(秸秆综合利用率≥95%,…)"."""
    inside = between(context.quantities, sentence.start, sentence.end)
    return any(is_measurable(text[sentence.start : read_back(text, sentence.start, q.start, []).start].split(",")[-1]) for q in inside)


def _paired_current(text: str, findings: list[Finding]) -> list[Finding]:
    """Present values stay only beside a later target with the same unit and the same head noun."""
    kept = []
    for i, finding in enumerate(findings):
        if finding.status == "current" and finding.rule != "linking.from_value":
            head = finding.name.text(text)[-2:]
            if not any(f.status == "target" and f.unit == finding.unit and f.name.text(text)[-2:] == head for f in findings[i + 1 :]):
                continue
        kept.append(finding)
    return kept
