"""Targets without a number: qualitative states, grades, and deliverables with a date."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import regex

from extractors import nlp, rules
from extractors.acceptance import Statement, acceptable
from extractors.deadline import governing_date
from extractors.findings import Context, Finding, between, end_year
from extractors.grades import grades
from extractors.indicator import Name, Phrase, Stretch, is_measurable, noun_phrase
from extractors.naming import STRONG, plain_scope
from extractors.past import achieved_before, dated_ahead
from extractors.sentence import Clause, Sentence
from extractors.staterules import first_hit, known_in
from schemas.types import Mention

_ATTRIBUTE = regex.compile(r"(?:面积|性质|功能|数量|质量|总量|水质|规模|结构|生态功能)$")
_BARE = regex.compile(r"面积|性质|功能|数量|质量|总量|规模|结构|强度|水平")
_UP_TO_STRONG = regex.compile(rf".*(?:{STRONG})")
_AIM = regex.compile(r"(?:确保|力争|争取)$")
_DOCUMENT = regex.compile(r"《[^》]*》")
_TO_DATE = regex.compile(r"(?:须|需|应|要|将|力争)?(?:在|于|到|至)?$")
_SURVEYED = regex.compile(r"(?:的)?(?:调查|监测|统计|评估|考核)?")
_UNNAMED = regex.compile(r"(?:各项|全部|全年|年度|整治|重点|主要)?(?:目标)?(?:任务|工作|目标)")


@dataclass(slots=True)
class _Scene:
    """A sentence, and what its earlier clauses leave for later ones: `topic` and `scope` are read when something asks for them."""

    text: str
    sentence: Sentence
    context: Context
    quantities: list[Mention]  # of the sentence
    dates: list[Stretch]
    numeric: list[Finding]  # targets with a number that touch the sentence
    known: rules.Spoken
    staged: bool
    subject: Name | None = None  # of the state just read: a second state (且达到要求) or an attribute of the thing (性质不改变) may follow
    _scope: Stretch | None = None
    _left: list[tuple[Clause, bool]] = field(default_factory=list)
    _phrases: list[Phrase] = field(default_factory=list)  # of the clauses left, as far as they have been read

    def leave(self, clause: Clause, stated: bool) -> None:
        """A clause ends, that stated something or not."""
        self._left.append((clause, stated))

    @property
    def topic(self) -> Stretch | None:
        """The topic of the last clause that states nothing itself."""
        self._read()
        for (clause, stated), phrase in zip(reversed(self._left), reversed(self._phrases), strict=True):
            if stated:
                continue
            measured = [f.name.parts[0] for f in self.numeric if clause.start <= f.value[0] < clause.end and len(f.name.parts) == 1]
            if topic := measured[-1] if measured else _topic(self.text, phrase.start, clause.end, self.dates):
                return topic
        return None

    @property
    def scope(self) -> Stretch | None:
        """The whole (全市) that the first clause to name one covers."""
        self._read()
        return self._scope

    def _read(self) -> None:
        """Read the clauses left since the last time."""
        for clause, _ in self._left[len(self._phrases) :]:
            phrase = noun_phrase(self.text, clause.start, clause.end, self.dates)
            self._phrases.append(phrase)
            if phrase.scope and rules.words("phrase", "whole").match(self.text, *phrase.scope):
                self._scope = self._scope or phrase.scope


def may_state(text: str) -> bool:
    """Whether a text holds a word without which nothing is stated."""
    return bool(known_in(text).places)


def find_states(text: str, sentences: list[Sentence], context: Context, numeric: list[Finding], staged: bool = False) -> list[Finding]:
    """Findings without number: 生态功能不降低. `numeric` are those with one; `staged` tells that a date of the row or stage may serve
    deliverables."""
    found: list[Finding] = []
    known = known_in(text)
    for sentence in sentences:
        if sentence.inner or not known.within(sentence.start, sentence.end):
            continue
        heard = [(clause, first_hit(known, text, clause.start, clause.end, sentence)) for clause in sentence.clauses]
        last = max((i for i, (_, first) in enumerate(heard) if first), default=-1)
        if last < 0:
            continue
        near = [f for f in numeric if f.quote[0] < sentence.end and sentence.start < f.quote[1]]
        own = between(context.quantities, sentence.start, sentence.end)
        dates = [(d.start, d.end) for d in between(context.dates, sentence.start, sentence.end)]
        scene = _Scene(text, sentence, context, own, dates, near, known, staged)
        for i, (clause, first) in enumerate(heard[: last + 1]):  # what stands behind the last statement serves nothing
            made = _clause(scene, clause, first) if first else []
            found += made
            if i < last:
                scene.leave(clause, bool(made))
    return found


def _clause(scene: _Scene, clause: Clause, best: tuple[rules.Rule, regex.Match[str]] | None) -> list[Finding]:
    """The states of a clause, of which `best` is the first hit."""
    found: list[Finding] = []
    at = clause.start
    while best is not None:
        rule, hit = best
        if not _has_number(scene, rule, hit):
            found += _make(scene, rule, hit, at, clause)
        at = max(hit.end(), at + 1)
        best = first_hit(scene.known, scene.text, at, clause.end, scene.sentence) if at < clause.end else None
    return found


def _has_number(scene: _Scene, rule: rules.Rule, hit: regex.Match[str]) -> bool:
    """Whether a number serves what a rule finds: 建成5个公园 is read with its 5."""
    low, high = hit.span()
    if any(f.quote[0] < high and low < f.quote[1] for f in scene.numeric):
        return True
    inside = [q for q in scene.quantities if hit.start() < q.start < hit.end()] if rule.name == "finish" else []
    return any(scene.text[q.end : q.end + 1] != "的" for q in inside)


def _make(scene: _Scene, rule: rules.Rule, hit: regex.Match[str], at: int, clause: Clause) -> list[Finding]:
    """The findings that a hit stands for; `at` is where the statement before it ends."""
    context, text = scene.context, scene.text
    said = Statement(rule, hit, governing_date(text, context.dates, scene.sentence, hit.start(), context.goal), scene.staged)
    if _excluded(scene, said, clause):
        return []
    phrase, before = _thing(scene, said, at)
    name = _full_name(scene, said, phrase, before, at > clause.start)
    if name is None or not acceptable(text, said, before, name.text(text)):
        return []
    scope = phrase.scope or scene.scope
    if said.kind == "grade":
        return grades(text, said, name, scope)
    if said.side == "before":
        scene.subject = name
    value = hit.span("state")
    quote = (min(name.start, value[0]), max(name.end, value[1]))
    confidence = 0.8 if "weak" not in rule.attributes else 0.6
    return [
        Finding(one, scope, said.kind, None, value, None, None, None, said.deadline, "target", None, quote, f"state.{rule.name}", confidence)
        for one in _documents(text, name)
    ]


def _excluded(scene: _Scene, said: Statement, clause: Clause) -> bool:
    """Whether a statement is no target whatever it speaks of: past (已建成, 建成了), outside the plan, or to be dated and without a date."""
    text, hit, context = scene.text, said.hit, scene.context
    if (ends := end_year(said.deadline)) and context.year and ends < context.year:
        return True
    if context.outside or (context.results and not dated_ahead(text, 0, hit.start(), context)):
        return True
    stated = hit.end("state") if "state" in said.rule.pattern.groupindex else hit.end()
    perfective = text[max(clause.start, hit.start() - 1) : hit.start()] == "已" or text[stated : stated + 1] == "了"
    if perfective or achieved_before(text, hit.start(), scene.sentence, context):
        return True
    return said.kind == "milestone" and not said.dated and not said.staged


def _thing(scene: _Scene, said: Statement, at: int) -> tuple[Phrase, Phrase]:
    """What a statement speaks of, with its scope, and what stands before its words (the same where the thing does)."""
    text, dates, inside = scene.text, scene.dates, said.side == "inside"
    ahead = (at, said.hit.start())
    region = _region(said) or ahead
    phrase = noun_phrase(text, *region, dates, doing=said.kind == "milestone" or inside)
    before = noun_phrase(text, *ahead, dates) if said.side != "before" else phrase
    start, end = phrase.start, _before_date(text, phrase.start, phrase.end, dates)
    if said.side == "before" and (aim := _AIM.search(text, start, end)):
        end = aim.start()
    around = _around(scene, said, before)
    if around:
        before = replace(before, start=before.end)
    scope = phrase.scope or around or (before.scope if before.scope and before.empty else None)
    if inside and region != ahead and not before.empty and is_measurable(text[before.start : before.end]):
        start, end = before.start, before.end
    if end > start and plain_scope(text[start:end]):
        scope, start = (start, end), end
    return replace(phrase, start=start, end=end, scope=scope), before


def _region(said: Statement) -> Stretch | None:
    """Where the rule itself finds the thing: 消除劣Ⅴ类水体 → 劣Ⅴ类水体; None where it stands before the words."""
    about = said.group("about")
    if said.side == "after" or (said.side == "inside" and (said.hit["obj"] or about)):
        return said.hit.span("about" if about else "obj")
    return None


def _around(scene: _Scene, said: Statement, before: Phrase) -> Stretch | None:
    """The scope that stands before the words of a statement: 县级以上城市建成区基本消除黑臭水体."""
    if said.side == "before" or before.empty:
        return None
    if said.rule.name != "all_of" and not plain_scope(scene.text[before.start : before.end]):
        return None
    return before.start, _before_date(scene.text, before.start, before.end, scene.dates)


def _full_name(scene: _Scene, said: Statement, phrase: Phrase, before: Phrase, same_clause: bool) -> Name | None:
    """The name of the thing, with what stands before its verb; None where it has none or is only 任务."""
    text = scene.text
    name = _name(text, phrase.start, phrase.end, scene, same_clause)
    if name is None or (len(name.parts) == 1 and _UNNAMED.fullmatch(name.text(text))):
        return None
    size = before.end - before.start
    if said.rule.name == "finish" and size > 3 and not nlp.verb_ends_at(text[before.start : before.end], size):
        return Name(((before.start, before.end), *name.parts))
    return name


def _documents(text: str, name: Name) -> list[Name]:
    """Each of several 《documents》 by itself; else the name as it is."""
    found = [hit.span() for part in name.parts for hit in _DOCUMENT.finditer(text, *part)]
    rest = _DOCUMENT.sub("", name.text(text)).strip("、和及与")
    return [Name((span,)) for span in found] if len(found) > 1 and not rest else [name]


def _before_date(text: str, start: int, end: int, dates: list[Stretch]) -> int:
    """The end of a noun phrase that a date closes: 剩余需在2024年底前 → 剩余."""
    for low, high in dates:
        if start < low and high == end:
            cut = _TO_DATE.search(text[start:low])
            return start + cut.start() if cut else low
    return end


def _name(text: str, start: int, end: int, scene: _Scene, same_clause: bool) -> Name | None:
    """The thing that has the state: as written, an attribute of the thing before (面积, 性质), or the thing before."""
    if end <= start:
        if same_clause:
            return scene.subject
        return Name((scene.topic,)) if scene.topic else None
    if _BARE.fullmatch(text, start, end) and (whole := _base(text, scene.subject) if scene.subject else scene.topic):
        return Name((whole, (start, end)))
    return Name(((start, end),))


def _base(text: str, name: Name) -> Stretch:
    """The thing without its attribute: 生态保护红线和自然保护地面积 → 生态保护红线和自然保护地."""
    low, high = name.parts[0]
    cut = _ATTRIBUTE.search(text[low:high]) if len(name.parts) == 1 else None
    return (low, low + cut.start()) if cut and cut.start() > 2 else (low, high)


def _topic(text: str, start: int, end: int, dates: list[Stretch]) -> Stretch | None:
    """What a clause without a state of its own speaks of: "新建污水处理设施提高建设标准" → 新建污水处理设施,
    "开展消费品人均使用量的调查" → 消费品人均使用量; None where it begins with a verb."""
    phrase = noun_phrase(text, start, end, dates, doing=True)
    strong = _UP_TO_STRONG.match(text, phrase.start, phrase.end)
    if strong and _SURVEYED.fullmatch(text, strong.end(), phrase.end):
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
