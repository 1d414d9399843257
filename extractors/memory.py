"""What has been read of a text, and what the clauses of a sentence leave for later ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import regex

from extractors import rules
from extractors.deadline import governing_date
from extractors.distribution import in_list
from extractors.findings import Context, Finding, Rejection, end_year
from extractors.indicator import Name, Phrase, Stretch
from extractors.predicate import Predicate
from extractors.quantity import Measure
from extractors.sentence import Sentence
from schemas.structs import struct
from schemas.types import Mention
from schemas.values import Quantity

_LEADS = regex.compile(r"(?:[,:]|力争|争取|确保|实现|使|推动|促进|预计|前|底)*")
_STRIVEN = regex.compile(r"力争|争取")


@struct(frozen=True, slots=True)
class Tie:
    """A value tied to the name and scope it belongs to: 全市 + 森林覆盖率 + 达到38.5%.

    `rule` tied them; `quote` is the stretch that holds them, where it is not just from one to the other; `date` is a year of its own.
    """

    name: Name
    scope: Stretch | None
    q: Mention
    pred: Predicate
    rule: str
    confidence: float
    kind: str = "level"
    way: str | None = None
    status: str = "target"
    quote: Stretch | None = None
    date: Mention | None = None

    @property
    def measure(self) -> Measure:
        found: Measure = self.q.value
        return found

    @property
    def quantity(self) -> Quantity:
        """The quantity; a single rank is at least that good: 进入前10名."""
        said = self.measure.quantity
        return Quantity("<=", said.value, None) if self.kind == "rank" and said.value_max is None else said


@dataclass(slots=True)
class Memory:
    """What has been read of a text, and what the clauses of a sentence leave for later ones: subject, scope, the verb of a list."""

    text: str
    context: Context
    findings: list[Finding] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    subject: list[Name] = field(default_factory=list)
    phrase: Phrase | None = None
    scope: Stretch | None = None
    said_scope: Stretch | None = None
    began: int = 0
    dates: list[Mention] = field(default_factory=list)  # of the sentence
    listed: bool = False
    before: Phrase | None = None  # of the clause just before, where it holds no number
    topic: Name | None = None  # of a clause before a colon: 冷链流通率:果蔬达到25%
    head_scope: Stretch | None = None  # said at the head of the sentence; a semicolon ends it

    def hold(self, names: list[Name], phrase: Phrase) -> None:
        """Keep the subject for values that follow; of its scope only what speaks of the whole area holds for later subjects."""
        if phrase.end > phrase.start or self.phrase is None:
            self.phrase = phrase
        self.subject = list(dict.fromkeys(names))
        self.said_scope = phrase.scope or self.said_scope
        if phrase.scope:
            self.note_scope(phrase.scope)

    def note_scope(self, scope: Stretch) -> None:
        """Keep a scope that holds for what the sentence goes on to list: 全市, or one at its head."""
        if rules.words("phrase", "whole").match(self.text, *scope):
            self.scope = self.scope or scope
        elif self.head_scope is None and _LEADS.fullmatch("".join(self.text[a:b] for a, b in self._undated(self.began, scope[0]))):
            self.head_scope = scope

    def _undated(self, start: int, end: int) -> list[Stretch]:
        """The parts of a stretch outside its dates."""
        parts, at = [], start
        for low, high in self.date_spans():
            if start <= low < end:
                parts.append((at, low))
                at = high
        return [*parts, (at, end)]

    def bracket_date(self, q: Mention) -> Mention | None:
        """The date that stands alone in the bracket after a value: 40%(2025年)."""
        return next((d for d in self.dates if self.text[q.end : d.start] == "(" and self.text[d.end : d.end + 1] == ")"), None)

    def _each_year(self, q: Mention) -> list[Mention]:
        """The years of a list that 各 ends: 2025年、2026年各完成帮扶20家."""
        before = [d for d in self.dates if d.end <= q.start]
        if not before or self.text[before[-1].end : before[-1].end + 1] not in ("各", "均"):
            return []
        years = in_list(self.text, before[::-1], backwards=True)[::-1]
        return years if len(years) > 1 else []

    def date_spans(self) -> list[Stretch]:
        """Where the dates of the sentence stand."""
        return [(d.start, d.end) for d in self.dates]

    def deadline_at(self, at: int, sentence: Sentence) -> Mention | None:
        """The date that governs what stands at a place: 到2025年,…达到38.5%."""
        return governing_date(self.text, self.context.dates, sentence, at, self.context.goal, listed=True)

    def add(self, tie: Tie, sentence: Sentence) -> None:
        """Record a value, once for each year of a list that 各 ends."""
        years: list[Mention | None] = [*self._each_year(tie.q)] if tie.date is None and tie.status == "target" else []
        for year in years or [tie.date]:
            self._record(tie, sentence, year)

    def _record(self, tie: Tie, sentence: Sentence, date: Mention | None) -> None:
        """Keep a value as a finding; one that was due before the document was issued is past."""
        q, measure = tie.q, tie.measure
        deadline = None if tie.status == "current" else date or self.bracket_date(q) or self.deadline_at(q.start, sentence)
        if (ends := end_year(deadline)) and self.context.year and ends < self.context.year:
            self.reject(q, "past")
            return
        quote = tie.quote or (min(tie.name.start, q.start), max(q.end, tie.name.end))
        strength = tie.pred.strength or ("力争" if _STRIVEN.search(self.text, max(sentence.start, quote[0] - 12), q.start) else None)
        self.findings.append(
            Finding(
                tie.name,
                tie.scope,
                tie.kind,
                tie.quantity,
                (measure.value_start, measure.value_end),
                measure.unit,
                tie.way,
                tie.pred.base,
                deadline,
                tie.status,
                strength,
                quote,
                tie.rule,
                tie.confidence,
            )
        )

    def reject(self, q: Mention, reason: str) -> None:
        """Keep why a number is no target."""
        self.rejections.append(Rejection(q.start, q.end, reason))
