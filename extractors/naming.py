"""Names: what a value is named where its own clause leaves the name, or part of it, to earlier clauses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from extractors import nlp, rules
from extractors.coordination import LEVEL, split_scopes, split_subjects
from extractors.findings import dimension
from extractors.indicator import Name, Phrase, Stretch, is_action, is_measurable, narrowed, noun_phrase
from extractors.memory import Memory
from extractors.predicate import Predicate
from schemas.types import Mention

_BUILT = regex.compile(r"(?:新建|改建|扩建|改扩建)(?:项目|建筑|小区|住宅|道路|工程)")
_WHOM = regex.compile(
    r"[一-龥]{0,6}?(?:人群|职工|居民|农民|学生|儿童|妇女|老年人|老人|患者|城区|县城|乡镇|农村|城镇|新区|结合部|[国省县乡村]道|高中|初中|小学|幼儿园|医院|卫生院|公交|出租)"
)
_ANAPHOR = regex.compile(r"(?:这一|该|此|上述|这个)(?:比例|指标|数据|数字|占比|比率|规模|数量|面积)")
_PER = regex.compile(r"每(?:百|千|万|十万|百万)?(?:名)?(?:常住)?(?:人口|人|户|公里|床位)(?:拥有)?")
_BARE_HEAD = regex.compile(
    r"(?:年均|平均)?(?:增速|增长率|增幅|总长度?|总里程|(?:总|建筑|占地|用地)?面积|总投资|总规模|年?销售额|年产值|修复面积|使用比例|办结率|办复率|满意率|满意度|完好率|入住率|成活率|保存率)"
)
_NAME_THEN_PLACE = regex.compile(
    r"(.{2,}(?:率|比例|占比|比重|面积|浓度))(市区|城区|(?:市|县)?(?:中心|主)城区|县城|农村|城镇|城市|乡村|[一-龥]{2}地区|中心城区|山区|平原|丘陵|职工|居民)"
)
_YIELD = regex.compile(r"(?:年|总)?(?:产量|单产|综合产值|产值|销售收入)")
_SOWN = regex.compile(r"(?<=[一-龥]{2})(?:播种|种植|栽培|养殖|在地|种养)(?:总)?(?:面积|规模)$")
_FRONT = regex.compile(
    r"(?:国家|省|市|县)级(?:及?以上)?(?:“[^”]{2,10}”)?|(?:适龄|农村|城镇|育龄|学龄)?(?:妇女|儿童|老年人|残疾人|孕产妇|学生|职工|居民)"
)
_LAST_PLACE = regex.compile(r"[、和及与][一-龥]{2,4}(?:县|市|区|镇|乡|街道)")
_OWN_RATE = regex.compile(r"(?:[一-龥]{2}(?:率|度|比例)|(?:年均)?(?:增速|增幅))$")
_TOTAL = regex.compile(r"累计(?:建成|完成|新建)?|年均(?=新增)")
_KEPT_VERBS = ("新增", "净增", "累计")
_SERVES = ("惠及", "覆盖", "服务", "帮扶", "吸纳", "带动")
STRONG = "率|比例|比重|占比|浓度|指数|面积|总量|数量|使用量|用水量|能耗|排放量|保有量|拥有量|产值|增加值|满意度|里程|强度|寿命|年限|床位数"

Names = tuple[list[Name], list[Stretch | None]]  # with a scope for each, or one for all


@dataclass(slots=True)
class Naming(Memory):
    """Finds the names and scopes that a value belongs to."""

    def names(self, phrase: Phrase, pred: Predicate, mine: list[Mention], q: Mention) -> tuple[list[Name], list[Stretch | None], Stretch | None]:
        """Names and scopes that the value belongs to, from the phrase or from what stands before; and the verb of the phrase."""
        values = len([m for m in mine if m.start >= q.start]) if pred.apart else 1
        phrase = self._own(phrase)
        before = self._shared_out(phrase, pred, values) or self._for_parts(phrase, pred, q) or self._left_unsaid(phrase, pred, values)
        if before:
            return *before, phrase.verb
        scope = phrase.scope or self.head_scope or self.scope
        if completed := self._completed(phrase):
            return [completed], [scope], phrase.verb
        if pred.level:
            return [Name((pred.level, (phrase.start, phrase.end)))], [scope], phrase.verb
        return *self._said(phrase, pred, q, values, scope), phrase.verb

    def _own(self, phrase: Phrase) -> Phrase:
        """The phrase with a verb that belongs to the name (新增就业), and empty where it only points back (该比例)."""
        verb = phrase.verb
        if verb and self.text[verb[0] : verb[1]] in _KEPT_VERBS and not phrase.empty:
            phrase = narrowed(phrase, verb[0])
        return replace(phrase, start=phrase.end) if _ANAPHOR.fullmatch(self.text[phrase.start : phrase.end]) else phrase

    def _shared_out(self, phrase: Phrase, pred: Predicate, values: int) -> Names | None:
        """The names before, one for each of several values: A占比、B化率以及C占比,分别达到…"""
        if not pred.apart or values < 2:
            return None
        scope = self.said_scope or self.scope
        if phrase.empty and self.before and len(listed := split_subjects(self.text, self.before, values, True)) == values:
            return listed, [self.before.scope or scope]
        recent = self._recent(values)
        level = LEVEL.fullmatch(self.text[phrase.start : phrase.end])
        if len(recent) != values or not (phrase.empty or level):
            return None
        if level:
            recent = [Name(((phrase.start, phrase.end), *n.parts)) for n in recent]
        return recent, [phrase.scope or scope]

    def _for_parts(self, phrase: Phrase, pred: Predicate, q: Mention) -> Names | None:
        """The name before, for those that the phrase names: 取暖率达到85%,其中城区100%."""
        parts = self._parts_of_subject(phrase, pred, q)
        return ([self._without_built(self.subject[0])] * len(parts), [*parts]) if parts else None

    def _left_unsaid(self, phrase: Phrase, pred: Predicate, values: int) -> Names | None:
        """The name before, where the phrase is empty or nothing but a scope: 其中甲县、乙县各不少于40万平方米."""
        if phrase.empty and phrase.verb and self.text[slice(*phrase.verb)] in _SERVES:
            return [], [None]  # 改造小区100个,惠及5万户: the households have no name here
        bare = self._is_scope(phrase)
        if not (phrase.empty or bare):
            return None
        scope = phrase.scope or self.said_scope or self.scope
        if bare:
            scope = (phrase.scope[0] if phrase.scope else phrase.start, phrase.end)
        places = split_scopes(self.text, scope) if pred.marked and scope and scope != self.said_scope else []
        if len(self.subject) == 1 and len(places) > 1 and (not pred.apart or len(places) == values):
            return [self._without_total(self.subject[0])] * len(places), [*places]
        return [self._without_total(n) for n in self.subject], [scope]

    def _is_scope(self, phrase: Phrase) -> bool:
        """Whether a phrase is nothing but a scope: 其他县区, or the last of 甲镇、乙镇、丙镇分别…"""
        if phrase.empty:
            return False
        if phrase.scope is None:
            return plain_scope(self.text[phrase.start : phrase.end])
        return bool(_LAST_PLACE.fullmatch(self.text, phrase.scope[1], phrase.end))

    def _completed(self, phrase: Phrase) -> Name | None:
        """The name of a phrase that says only part of it, with what the one name before gives it; None where it says all."""
        if len(self.subject) != 1:
            return None
        base, stretch = self.subject[0], (phrase.start, phrase.end)
        if _BARE_HEAD.fullmatch(self.text[phrase.start : phrase.end]):
            if len(base.parts) > 1 and self.text[base.parts[-1][0]] == "占":
                base = Name(base.parts[:-1])  # 绿色贷款余额占…: the rate of growth is that of 绿色贷款余额
            return Name((*self._without_rate(base).parts, stretch))
        low, high = base.parts[-1]
        if _YIELD.fullmatch(self.text, *stretch) and (sown := _SOWN.search(self.text, low, high)):
            return Name((*base.parts[:-1], (low, sown.start()), stretch))  # 油菜种植面积…、产量
        if "其中" in self.text[self.began : phrase.start] and self.text[phrase.end : phrase.end + 1] == "的":
            return Name(((phrase.start, phrase.end + 1), *base.parts))  # 其中直通港区的不少于5条
        if (shared := self._shared_level(phrase) or self._shared_front(phrase)) is not None:
            return shared
        if self.text.startswith("占", *stretch):
            return Name((*self._without_rate(base).parts, stretch))
        return None

    def _said(self, phrase: Phrase, pred: Predicate, q: Mention, values: int, scope: Stretch | None) -> Names:
        """The names that the phrase itself says, each with its scope: 安全利用率 | 城区绿化率和县城绿化率 | 供水率农村 → 供水率, 农村."""
        placed = _NAME_THEN_PLACE.fullmatch(self.text[phrase.start : phrase.end])
        if placed:
            cut = phrase.start + placed.end(1)
            return [Name(((phrase.start, cut),))], [(cut, phrase.end)]
        if measure_count(q) and not pred.marked:
            return [Name(((phrase.start, phrase.end),))], [scope]
        names = split_subjects(self.text, phrase, values, pred.marked)
        places = [n.parts[0] for n in names if len(n.parts) == 2 and plain_scope(self.text[slice(*n.parts[0])])]
        if len(names) > 1 and len(places) == len(names) - 1:
            first = names[-1].parts[0]
            tail = names[0].parts[1]
            return [Name((tail,))] * len(names), [*places, (first[0], tail[0])]
        if pred.apart and len(names) == 1 and phrase.scope:
            parts = split_scopes(self.text, phrase.scope)
            if len(parts) == values:
                return names * values, [*parts]
        return names, [scope]

    def _without_rate(self, name: Name) -> Name:
        """A name without its own rate: 建议提案办复率 → 建议提案."""
        low, high = name.parts[-1]
        cut = _OWN_RATE.search(self.text[low:high])
        return Name((*name.parts[:-1], (low, low + cut.start()))) if cut and cut.start() > 1 else name

    def _without_total(self, name: Name) -> Name:
        """A name without 累计 or 年均, which speak of the value it was read with: 年均新增就业5万人,…累计新增15万人."""
        low, high = name.parts[0]
        cut = _TOTAL.match(self.text, low, high)
        return Name(((cut.end(), high), *name.parts[1:])) if cut and high - cut.end() >= 2 else name

    def _without_built(self, name: Name) -> Name:
        """A name without the 新建项目 that it begins with, where another value is for 改建项目."""
        low, high = name.parts[0]
        cut = _BUILT.match(self.text, low, high)
        return Name(((cut.end(), high), *name.parts[1:])) if cut and high - cut.end() >= 2 else name

    def _parts_of_subject(self, phrase: Phrase, pred: Predicate, q: Mention) -> list[Stretch]:
        """Whom a value covers that goes on with the indicator before it: 取暖率达到85%,其中城区和县城100%、农村75%; 重点人群达到85%."""
        built = phrase.verb and _BUILT.fullmatch(self.text[phrase.verb[0] : phrase.end])
        if phrase.empty or (phrase.verb and not built) or pred.apart or pred.way or len(self.subject) != 1 or not self.findings:
            return []
        last = self.findings[-1]
        start = phrase.verb[0] if phrase.verb else phrase.scope[0] if phrase.scope else phrase.start
        whom = self.text[start : phrase.end]
        if last.name != self.subject[0] or last.unit != q.value.unit or last.kind != "level" or is_measurable(whom):
            return []
        if dimension(last.unit) != "ratio" and "/" not in (last.unit or ""):  # the parts of a sum are indicators of their own
            return []
        among = "其中" in self.text[last.quote[1] : start] or last.scope not in (None, self.scope)
        if not (among or built or _WHOM.fullmatch(whom)) or len(whom) > 12:
            return []
        return split_scopes(self.text, (start, phrase.end))

    def _recent(self, count: int) -> list[Name]:
        """The last names that were given values, in order: "游客突破1亿人次,收入900亿元,年均分别增长10%和11%"."""
        seen: dict[tuple[Stretch, ...], Name] = {f.name.parts: f.name for f in self.findings if f.quote[0] >= self.began}
        return list(seen.values())[-count:]

    def _shared_level(self, phrase: Phrase) -> Name | None:
        """A bare level takes the noun of the name before: 省级幸福河湖3条、市级8条 → 市级幸福河湖; so does 每千人口 医师数…、护士数."""
        parts = self.subject[0].parts if len(self.subject) == 1 else ()
        if len(parts) == 2 and LEVEL.fullmatch(self.text, *parts[0]) and LEVEL.fullmatch(self.text, phrase.start, phrase.end):
            return Name(((phrase.start, phrase.end), parts[1]))
        if len(parts) != 1 or not (self.listed or self._in_sequence(phrase)):
            return None
        low, high = parts[0]
        before, own = self.text[low:high], self.text[phrase.start : phrase.end]
        level, per = LEVEL.match(before), _PER.match(before)
        if LEVEL.fullmatch(own):
            return Name(((phrase.start, phrase.end), (low + (level.end() if level else 0), high)))
        if per and not own.startswith("每") and self._in_sequence(phrase):
            return Name(((low, low + per.end()), (phrase.start, phrase.end)))
        return None

    def _shared_front(self, phrase: Phrase) -> Name | None:
        """The level or the people at the front of the name before, where the next one is built alike:
        省级“美丽乡村”示范县2个、示范乡镇6个; 适龄妇女宫颈癌筛查3万人、乳腺癌筛查2万人."""
        if not self._in_sequence(phrase) or len(self.subject) != 1 or len(self.subject[0].parts) != 1 or phrase.verb:
            return None
        low, high = self.subject[0].parts[0]
        front = _FRONT.match(self.text, low, high)
        own, rest = self.text[phrase.start : phrase.end], self.text[front.end() : high] if front else ""
        alike = rest and (rest[:2] == own[:2] or rest[-2:] == own[-2:])
        return Name(((low, front.end()), (phrase.start, phrase.end))) if front and alike and not _FRONT.match(own) else None

    def _in_sequence(self, phrase: Phrase) -> bool:
        """Whether only 、 stands between the last finding and this phrase."""
        return bool(self.findings) and self.text[self.findings[-1].quote[1] : phrase.start] in ("、", "和", "及")

    def shared_head(self, name: Name, phrase: Phrase) -> Name:
        """A bare action of a list takes the object of the one before: 80%入河排污口溯源及40%整治 → 入河排污口整治."""
        low, high = name.parts[0]
        if high - low > 2 or not is_action(self.text[low:high]):
            return name
        first, last = phrase.start, phrase.end
        if phrase.empty and self.findings and self.findings[-1].rule == "linking.count_before":
            first, last = self.findings[-1].name.start, self.findings[-1].name.end
        while last > first and self.text[last - 1] in "及和、与":
            last -= 1
        if self.text[first:last].startswith("全部"):
            first += 2
        if low - last > 12 or last - first < high - low + 2:
            return name
        return Name(((first, last - (high - low)), (low, high)))

    def coverage(self, np: Stretch) -> tuple[Stretch, Name] | None:
        """ "50%以上(的)事业单位建成节水型单位": whom it covers, and what they are to reach."""
        pattern = rules.words("phrase", "coverage_verb")
        for hit in pattern.finditer(self.text, np[0] + 2, np[1]):
            if not nlp.is_boundary(self.text[np[0] : np[1]], hit.start() - np[0]) or self.text[hit.end() : hit.end() + 1] in "率的":
                continue
            start = hit.end() if np[1] - hit.end() >= 2 else hit.start()
            return (np[0], hit.start()), Name(((start, np[1]),))
        return None


def measure_count(q: Mention) -> bool:
    """Whether a number counts things (家, 个, 条 …)."""
    return bool(q.value.count)


def plain_scope(text: str) -> bool:
    """Whether a text is nothing but a scope: 其他县区建成区, 县城, 全市."""
    probe = text.strip("、,:;的 ") + "覆盖率"
    phrase = noun_phrase(probe, 0, len(probe), [])
    return phrase.scope is not None and probe[phrase.start : phrase.end] == "覆盖率"
