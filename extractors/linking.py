"""Numbers → findings: which indicator a number belongs to, of what kind it is, and which deadline governs it.

The reader walks the clauses of a sentence and keeps what later clauses leave out: the subject, its scope, the verb of a list, the deadline.
Every number ends as a finding or as a rejection with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from extractors import nlp, rules
from extractors.deadline import governing_date
from extractors.distribution import spread
from extractors.exclusion import DURATIONS, is_present, reason_against
from extractors.findings import Context, Finding, Rejection, between, dimension, end_year
from extractors.indicator import (
    Name,
    Phrase,
    Stretch,
    is_measurable,
    noun_phrase,
)
from extractors.naming import STRONG, Memory, plain_scope
from extractors.predicate import Predicate, read_back
from extractors.quantity import Measure
from extractors.sentence import Clause, Sentence, depth_at
from schemas.types import Mention
from schemas.values import Quantity

_END = regex.compile(
    r"(?:的(?=目标|任务|要求|水平|标准|比例))?(?:目标|任务|要求|水平|标准|指标|规模|比例|幅度)?(?:任务|值|要求|工作)?(?=[、,;。:!?)\]”\"]|$)|(?=[、,;。:)\]])"
)
_JOINT = regex.compile(r"(?:共|总计|合计|总长|、|和|及|与|或者?|以及|且|并且?|,)(?=[^,;。]*\d|[^,;。]*[一二三四五六七八九十百]|[^,;。]*$)|或|并|且")
_TAIL_NOUN = regex.compile(r"(?:的)?(?:(?:总|年度)任务|目标任务|工作任务|任务|工作|目标|计划|要求|左右|以上)+$")
_STATE_TAIL = regex.compile(r"(?:全覆盖|达标|清零|不降低|不减少|稳定运行|全部[一-龥]{2,4}|到位|全面覆盖|应[一-龥]尽[一-龥])$")


@dataclass(slots=True)
class _Reader(Memory):
    """Reads the numbers of a text sentence by sentence."""

    # --- sentences -------------------------------------------------------------------------------------------------

    def read(self, sentence: Sentence) -> None:
        self.began = sentence.start
        self.subject, self.phrase, self.scope, self.said_scope, self.listed = [], None, None, None, False
        inside = between(self.context.quantities, sentence.start, sentence.end)
        self.dates = between(self.context.dates, sentence.start, sentence.end)
        if not inside:
            return
        for clause in sentence.clauses:
            if clause.mark == ";":
                self.listed = False
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

    def _remember(self, clause: Clause) -> None:
        """A clause without numbers may name what the next clause measures, and whom it covers."""
        phrase = noun_phrase(self.text, clause.start, clause.end, self._date_spans(), doing=True)
        if phrase.scope and self.scope is None and rules.words("phrase", "whole").match(self.text, *phrase.scope):
            self.scope = phrase.scope
        hit = regex.compile(rf".*(?:{STRONG})").match(self.text, phrase.start, phrase.end)
        if hit and hit.end() - phrase.start >= 3 and not regex.search(r"[,;。]", hit.group()):
            rest = self.text[hit.end() : phrase.end]
            if regex.fullmatch(r"(?:的)?(?:调查|监测|统计|评估|考核|目标|情况|建设|工作)?", rest):
                self.subject = [Name(((phrase.start, hit.end()),))]
                self.phrase = phrase
        if not plain_scope(self.text[clause.start : clause.end]):
            self.listed = False

    # --- one number ------------------------------------------------------------------------------------------------

    def _value(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, following: Mention | None, mine: list[Mention]) -> int:
        """Handle one number; returns where the next number of the clause starts to look back."""
        reason = reason_against(self.text, q, clause, sentence, self.context)
        if reason:
            self._reject(q, reason)
            if reason in ("condition", "existing", "modifier", "idiom", "routine"):
                return taken
            self.subject = []  # what follows speaks of this number, not of one before it
            return q.end
        side, np = self._right(q, clause, following)
        if self._from_value(q, following, clause):
            return self._current_value(q, following, clause, sentence, taken)
        if side == "end":
            return self._predicated(q, clause, sentence, taken, mine)
        if measure_said(q) and following is not None and following.value.count and np[1] == following.start:
            self._reject(q, "condition")  # 超50亿元企业5家
            return taken
        return self._prenominal(q, clause, sentence, taken, side, np)

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
        if at >= clause.end or _END.match(self.text, at, clause.end):
            return "end", (at, at)
        joint = _JOINT.match(self.text, at, clause.end)
        if joint:
            return "end", (at, at)
        side = "noun"
        if self.text[at] == "的":
            side, at = "attribute", at + 1
        stop = clause.end
        if following is not None and not self._inside(at, following, clause):
            cut = max(self.text.rfind(c, at, following.start) for c in ("、", "和", "及", "与"))
            own = read_back(self.text, at, following.start, self._date_spans())
            stop = cut if cut > at else following.start if not own.verb else clause.end
        tail = _TAIL_NOUN.search(self.text, at, stop)
        if tail and tail.start() > at:
            stop = tail.start()
        return side, (at, stop)

    def _inside(self, at: int, following: Mention, clause: Clause) -> bool:
        """Whether a number is part of the noun phrase that begins at `at`: 产值超百亿元的产业集群."""
        between = self.text[at : following.start]
        goes_on = _END.match(self.text, following.end, clause.end) is None and _JOINT.match(self.text, following.end, clause.end) is None
        return goes_on and not regex.search(r"[、和及与]", between) and following.end < clause.end

    # --- "name … number" -------------------------------------------------------------------------------------------

    def _predicated(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, mine: list[Mention]) -> int:
        measure: Measure = q.value
        pred = read_back(self.text, taken, q.start, self._date_spans())
        phrase = noun_phrase(self.text, taken, pred.start, self._date_spans(), doing=True)
        said = measure.said or pred.verb or pred.way is not None
        if measure.unit is None and not said and not self.context.cell:
            self._reject(q, "bare_number")
            return q.end
        again = regex.fullmatch(r"[共计总合]+", self.text[taken : q.start]) is not None
        if phrase.empty and taken > clause.start and not again and not (pred.verb or pred.way or measure.said or self.listed or pred.apart):
            self._reject(q, "no_indicator")  # a second value of the same name needs a verb of its own
            return q.end
        dated = self._bracket_date(q)
        if dated and self.subject and regex.fullmatch(r"\([^()]*\)[、,和及]?", self.text[taken : q.start]):
            phrase = replace(phrase, start=q.start, end=q.start)  # 达到40%(2025年)、45%(2030年)
        if pred.way == "rank" and self.text[phrase.end - 1 : phrase.end] in ("中", "上"):
            phrase = replace(phrase, end=phrase.end - 1)
        if measure.count and not pred.marked:
            phrase = self._embedded(phrase)
        names, scopes, verb = self.names(phrase, pred, mine, q)
        if not names:
            self._reject(q, "no_indicator")
            return q.end
        label = names[0].text(self.text)
        if _TEMPORAL.match(label):
            self._reject(q, "date")
            return q.end
        if "%" in label or not regex.search(r"[一-龥A-Za-z]{2}", label):
            self._reject(q, "no_indicator")
            return q.end
        part = self._in_list(phrase, clause) or any(
            f.quote[0] >= sentence.start and f.unit == measure.unit for f in self.findings
        )  # 其中: parts of a total
        named = is_measurable(label) or label.startswith(("每", "人均", "平均")) or _acts(label)
        if not said and not verb and not part and not named and not self.context.cell:
            self._reject(q, "no_verb")
            return q.end
        if self._is_duration(measure, pred, label):
            self._reject(q, "duration")
            return q.end
        kind, way = self._kind(measure, pred, label, verb, phrase)
        if kind == "level":
            kind, way = self._unsaid_change(measure, pred, phrase, taken, names[0])
        status = "current" if is_present(self.text, sentence.start, q.start) else "target"
        rest = [m for m in mine if m.start >= q.start]
        shares = spread(self.text, rest, names, scopes, pred.apart, self.dates)
        if shares is None:
            for other in rest:
                self._reject(other, "distribution")
            return clause.end
        rule, confidence = f"linking.{kind}", 0.95 if said else 0.85
        for share in shares:
            self._add(share.name, share.scope, kind, way, share.value, pred, status, sentence, rule, confidence, date=share.date)
        self.said_scope = shares[-1].scope
        self.hold(names, phrase if not phrase.empty else replace(phrase, scope=self.said_scope))
        self.listed = bool(verb) or self.listed
        return shares[-1].value.end

    def _embedded(self, phrase: Phrase) -> Phrase:
        """A phrase whose verb stands behind who or where: 中医院于6月底前增设床位 → 床位, scope 中医院."""
        hits = [h for h in _EMBEDDED.finditer(self.text, phrase.start + 3, phrase.end - 1) if self.text[h.end() : h.end() + 1] not in "率的"]
        if not hits or not nlp.is_boundary(self.text[phrase.start : phrase.end], hits[-1].start() - phrase.start):
            return phrase
        verb = hits[-1].span()
        who = regex.compile(r"[一-龥、()]{2,14}?(?=(?:[于在到]?\d|[于在]|$))").match(self.text, phrase.start, verb[0])
        scope = phrase.scope
        if who and phrase.verb is None:
            scope = (scope[0] if scope and scope[1] == phrase.start else phrase.start, who.end())
        return replace(phrase, start=verb[1], scope=scope, verb=verb)

    def _is_duration(self, measure: Measure, pred: Predicate, label: str) -> bool:
        """Whether a stretch of time is just that: 用8年时间 is, 平均住院日降至8天 is not."""
        kind = dimension(measure.unit)
        linked = pred.verb or pred.way or measure.said or self.context.cell
        return kind in DURATIONS and (not linked or (not is_measurable(label) and kind != "score"))

    def _in_list(self, phrase: Phrase, clause: Clause) -> bool:
        """Whether a bare "name number" goes on with a list that a verb of doing opened: 新建公园6个、步道45公里."""
        if not (self.listed and self.findings and not phrase.empty):
            return False
        between = self.text[self.findings[-1].quote[1] : phrase.start]
        return regex.fullmatch(r"[、,和及以与并其中]*", between) is not None

    def _kind(self, measure: Measure, pred: Predicate, label: str, verb: Stretch | None, phrase: Phrase) -> tuple[str, str | None]:
        if pred.way == "rank" and measure.unit in (None, "名", "位", "强", "%", "个"):
            return "rank", None
        if pred.way in ("increase", "decrease"):
            return "change", pred.way
        if verb and measure.unit and phrase.verb and not pred.verb and regex.fullmatch(r"增加|净增|减少|压减", self.text[verb[0] : verb[1]]):
            return "change", "increase" if "增" in self.text[verb[0] : verb[1]] else "decrease"
        if (
            measure.count
            and not regex.search(r"(?:率|指数|数|量|能力|规模|水平|面积|密度|额|值)$", label)
            and not label.startswith(("每", "人均", "平均"))
        ):
            return "count", None
        return "level", None

    def _unsaid_change(self, measure: Measure, pred: Predicate, phrase: Phrase, taken: int, name: Name) -> tuple[str, str | None]:
        """Whether a level is a change by what stands before: 降低成本5%以上 (not 降低失业率至5%); 增长6%左右,力争达到7%."""
        if not pred.verb and (measure.suffix or not measure.said) and _LOWERED.search(self.text, taken, phrase.start):
            return "change", "decrease"
        last = self.findings[-1] if self.findings else None
        if last and phrase.empty and pred.strength and last.name is name and last.unit == measure.unit:
            return last.kind, last.way
        return "level", None

    # --- "number name" ---------------------------------------------------------------------------------------------

    def _prenominal(self, q: Mention, clause: Clause, sentence: Sentence, taken: int, side: str, np: Stretch) -> int:
        measure: Measure = q.value
        label = self.text[np[0] : np[1]]
        if side == "attribute" and not label:
            self._reject(q, "condition")
            return q.end
        if measure.unit in ("户", "人") and measure.suffix and not regex.match(r"的?[一-龥]{0,6}(?:户|人|者|员|群众|学生|居民)", label):
            self._reject(q, "condition")
            return taken
        if regex.match(r"(?:主要|重点)?(?:指标|任务|措施|举措|工作|方面)", label):
            self._reject(q, "idiom")
            return q.end
        if measure.unit is None or len(label) < 2:
            self._reject(q, "bare_number" if measure.unit is None else "no_indicator")
            return taken
        if measure.unit in ("%", "成", "‰") and (covered := self.coverage(np)):
            whom, name = covered
            self._add(name, whom, "level", None, q, Predicate(q.start), "target", sentence, "linking.coverage", 0.85, quote=(q.start, name.end))
            self.subject, self.listed = [name], True
            return np[1]
        if _STATE_TAIL.search(label) or _STATED.match(label):
            self._reject(q, "modifier")
            return taken
        phrase = noun_phrase(self.text, taken, q.start, self._date_spans(), doing=True)
        governed, confidence = self._governed(phrase, taken, q, side)
        sized = dimension(measure.unit) in ("area", "length", "mass", "volume", "data", "electricity", "power")
        if governed and measure.suffix and not measure.count and (side == "attribute" or measure.suffix != "以上" or confidence < 0.9 or not sized):
            governed = False
        if not governed and measure.count and side == "noun" and phrase.empty and (covered := self.coverage(np)):
            whom, name = covered
            joined = Name((whom, *name.parts))
            self._add(
                joined, phrase.scope, "count", None, q, Predicate(q.start), "target", sentence, "linking.coverage", 0.8, quote=(q.start, name.end)
            )
            self.hold([joined], phrase)
            return np[1]
        if not governed:
            self._reject(q, "condition" if side == "attribute" or measure.suffix else "modifier")
            return taken
        if dimension(measure.unit) in (*DURATIONS, "money_usd") and dimension(measure.unit) != "times":
            self._reject(q, "duration")
            return taken
        inner = noun_phrase(self.text, np[0], np[1], self._date_spans())
        start = np[0] if inner.empty or (inner.scope is None and not regex.match(r"的", label)) else inner.start
        name = self.shared_head(Name(((start, np[1]),)), phrase)
        verb = phrase.verb
        if verb and self.text[slice(*verb)] in ("新增", "净增") and phrase.empty:
            name = Name((verb, *name.parts))
        kind = "count" if measure.count else "level"
        pred = read_back(self.text, verb[1] if verb else q.start, q.start, self._date_spans())
        area = (phrase.start, phrase.end) if _AREA.fullmatch(self.text[phrase.start : phrase.end]) else None
        scope = phrase.scope or area or inner.scope or self.scope
        self._add(name, scope, kind, None, q, pred, "target", sentence, "linking.count_before", confidence, quote=(min(name.start, q.start), np[1]))
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
        ending = regex.search(rf"{rules.words('phrase', 'doing').pattern}$", rest, regex.VERBOSE) if 2 < len(rest) <= 6 else None
        if ending:
            return True, 0.85  # 滚动实施
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

    # --- "由A提高到B" ------------------------------------------------------------------------------------------------

    def _from_value(self, q: Mention, following: Mention | None, clause: Clause) -> bool:
        before = self.text[max(clause.start, q.start - 12) : q.start]
        return (
            following is not None
            and bool(regex.search(r"(?:由|从)(?:(?:19|20)\d\d年底?的?|(?:目前|现在|现有|现状|当前|上年|去年)的?)?$", before))
            and bool(
                regex.fullmatch(
                    r"(?:的)?[一-龥\d]{0,8}?(?:提高|提升|增加|增长|扩大|上升|下降|降低|降|减少|压缩|缩短|缩减|发展|增|升|减|压减)?(?:到|至|为)(?:(?:19|20)\d\d年底?的?)?",
                    self.text[q.end : following.start],
                )
            )
        )

    def _current_value(self, q: Mention, following: Mention | None, clause: Clause, sentence: Sentence, taken: int) -> int:
        """The first value of 由A提高到B is the present one; the noun phrase before 由 serves both."""
        from_word = max(self.text.rfind("由", taken, q.start), self.text.rfind("从", taken, q.start))
        phrase = noun_phrase(self.text, taken, from_word, self._date_spans(), doing=True)
        pred = Predicate(from_word, verb=True)
        names, scopes, _ = self.names(phrase, pred, [q], q)
        if not names:
            self._reject(q, "no_indicator")
            return q.end
        for name in names:
            self._add(name, scopes[0], "level", None, q, pred, "current", sentence, "linking.from_value", 0.9)
        self.hold(names, phrase)
        return q.end

    # --- shared ----------------------------------------------------------------------------------------------------

    def _bracket_date(self, q: Mention) -> Mention | None:
        """The date that stands alone in the bracket after a value: 40%(2025年)."""
        return next((d for d in self.dates if self.text[q.end : d.start] == "(" and self.text[d.end : d.end + 1] == ")"), None)

    def _date_spans(self) -> list[Stretch]:
        return [(d.start, d.end) for d in self.dates]

    def _deadline(self, at: int, sentence: Sentence) -> Mention | None:
        return governing_date(self.text, self.context.dates, sentence, at, self.context.goal)

    def _add(
        self,
        name: Name,
        scope: Stretch | None,
        kind: str,
        way: str | None,
        q: Mention,
        pred: Predicate,
        status: str,
        sentence: Sentence,
        rule: str,
        confidence: float,
        quote: Stretch | None = None,
        date: Mention | None = None,
    ) -> None:
        measure: Measure = q.value
        deadline = None if status == "current" else date or self._bracket_date(q) or self._deadline(q.start, sentence)
        if (ends := end_year(deadline)) and self.context.year and ends < self.context.year:
            self._reject(q, "past")
            return
        quantity = measure.quantity
        if kind == "rank":
            quantity = Quantity("<=", quantity.value, quantity.value_max) if quantity.value_max is None else quantity
        if quote is None:
            quote = (min(name.start, q.start), max(q.end, name.end))
        strength = pred.strength or ("力争" if regex.search(r"力争|争取", self.text[max(sentence.start, quote[0] - 12) : q.start]) else None)
        self.findings.append(
            Finding(
                name,
                scope,
                kind,
                quantity,
                (measure.value_start, measure.value_end),
                measure.unit,
                way,
                pred.base,
                deadline,
                status,
                strength,
                quote,
                rule,
                confidence,
            )
        )

    def _reject(self, q: Mention, reason: str) -> None:
        self.rejections.append(Rejection(q.start, q.end, reason))


_TEMPORAL = regex.compile(
    r"(?:到|自|于|在)?(?:\(?\d{1,4}年|\d{1,3}[月日](?:底|末|前|内)|[一二三四五六七八九十]季度|[上下]半年|今年|明年|此后|以后|今后|其后|次年|来年|年底|自?[一-龥]{0,4}印发之日)"
)
_CONDITION = regex.compile(r"(?:且|并且?|或)(?:[^,。;\d]{1,14}的|[^,。;]{1,24}的(?:企业|单位|机构|项目|个人|人才|团队|园区|平台|家庭))")
_EMBEDDED = regex.compile(r"新建|增设|设立|打造|引进|创建|开通|配备|安装|加装|建成(?!区)|投放|上线|汇聚|集聚|入驻|接入|推出|孵化|部署")
_LOWERED = regex.compile(r"(?:降低|减少|压减|压降|缩短|压缩|缩减|缩小)(?!到|至)[的了]?$")
_STATED = regex.compile(r"(?:达到|实现|完成|建成|符合|通过|具备)[^的]*$")
_AREA = regex.compile(r"[一-龥、和及]{1,20}(?:流域|干流|区域|沿线|境内|范围内|辖区|城区|片区|园区|建成区|[库灌湖林山牧]区)")


def _acts(label: str) -> bool:
    """Whether a name is that of an action: 接待游客, 职业技能培训, 四旁植树."""
    words = nlp.words(label)
    return len(words) > 1 and (words[0][2] == "v" or words[-1][2] in ("v", "vn"))


def measure_said(q: Mention) -> bool:
    """Whether words of comparison stand with a number that is no count: 超50亿元, 10亿元以上."""
    return bool(q.value.said and not q.value.count)


def link(text: str, sentences: list[Sentence], context: Context) -> tuple[list[Finding], list[Rejection]]:
    """Findings and rejections for all numbers of a folded text."""
    reader = _Reader(text, context)
    for sentence in sentences:
        if sentence.inner and not _own_statement(text, sentence, context):
            for q in between(context.quantities, sentence.start, sentence.end):
                reader.rejections.append(Rejection(q.start, q.end, "bracket"))
            continue
        reader.read(sentence)
    kept = _paired_current(text, reader.findings)
    paired = {id(f) for f in kept}
    return kept, reader.rejections + [Rejection(*f.value, "present") for f in reader.findings if id(f) not in paired]


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
