"""Segments → records: the tasks with their units and deadlines, the targets, and the ledger of numbers that gave none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import regex

from extractors import body, state
from extractors.findings import Context, Finding, Rejection
from extractors.indicator import Name, without_quotes
from extractors.linking import link
from extractors.masking import Masked, mask, parted
from extractors.period import find_periods, find_unresolved, read_deadline
from extractors.quantity import find_quantities
from extractors.sentence import split, too_long
from pipeline.drafts import Draft, owner
from pipeline.duties import COLUMNS, Duties
from pipeline.ledger import Reading, holds_number, loose_numbers
from pipeline.lookback import is_review
from pipeline.measured import Measured, disagreement, kind_of, named_whole, read_measures
from pipeline.repeats import Said, without_repeats
from schemas.folded import EMPTY, Folded
from schemas.reasons import REASONS
from schemas.types import Cell, Extraction, Issue, Mention, Segment, Slot, Span, Target, Uncovered
from schemas.values import Period

_ENTRY = regex.compile(r"(?:完成|办结|落实)?(?:时间|时限|期限)(?:节点|要求)?[::](?P<text>[^)\];]+)")
_FIRST_ENTRY = regex.compile(r"[(\[]?(?P<text>[^,;:()\[\]]{2,20})[,;]")
_DUTIES = regex.compile(r"职责|分工|任务|责任")
_DIGIT = regex.compile(r"\d|[一二三四五六七八九十百千](?:[个家项条座处所名户]|分之)|一半|半数|多半|过半|[几数][十百千万]")
_LEADING_NUMBER = regex.compile(r"^[(\[]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)\].、]")
_GOES_ON = regex.compile(
    r"[≥≤<>\d]|前\d|均|面积|性质|控制|达到?|不[低高少多超减改]|(?:市|县)?(?:(?:中心|主)?城区|建成区)|县城|农村|保持|稳定|提[高升]|降|完成|实现|力争|基本|较|比|水质|同比|增长|下降|减少|全覆盖|达标|年均|只[增减]|零|优于|与|确保|高于|低于|快于|国家|省"
)
_IN_BRACKETS = regex.compile(r"[(\[][^()\[\]]+[)\]]")
_TIME_ENTRY = regex.compile(r"[(\[][^()\[\]]*(?:完成|办结)?(?:时间|时限)[::][^()\[\]]*[)\]]")


def assemble(segments: Sequence[Segment], today: date | None, issued: date | None, year: int | None, titled: bool = False) -> Extraction:
    """Records of one document (metadata is added by the caller). `today` reads words such as 今年, `issued` is the day of issue, `year`
    dates the document: deadlines before it are past. Unless it is `titled`, what stands before its outline may be a page's own words."""
    builder = _Builder(today, issued, year, not titled and any(s.path or s.headings for s in segments))
    for segment in segments:
        builder.add(segment)
    return builder.finish(segments)


class _Builder:
    """Walks the segments in text order; holds what carries over: open conventions, blanket clauses, the last task."""

    def __init__(self, today: date | None, issued: date | None, year: int | None, outlined: bool) -> None:
        self.today, self.issued, self.year, self.outlined = today, issued, year, outlined
        self.drafts: dict[str, Draft] = {}
        self.targets: list[Said] = []
        self.uncovered: list[Uncovered] = []
        self.issues: list[Issue] = []
        self.duties = Duties()
        self.unread: set[tuple[Span, ...]] = set()
        self.names: set[tuple[Span, ...]] = set()  # cells of names that were read

    def add(self, segment: Segment) -> None:
        if segment.path is not None and segment.path not in self.drafts:
            self._open(segment)
        for cell in segment.cells:
            self._cell(segment, cell)
        for measured in read_measures(segment, self.today, self.year):
            if measured.target is not None:
                self.targets.append(Said(segment, measured.cell.role, measured.target))
                self._conflict(segment, measured.target, measured.conflict)
                if draft := self.drafts.get(segment.path or ""):
                    draft.targets += 1
            elif measured.sentence:
                self._sentence_cell(segment, measured)
            else:
                self._unread(segment, measured.cell)

    # --- tasks -----------------------------------------------------------------------------------------------------

    def _open(self, segment: Segment) -> None:
        name = next((c for c in segment.cells if c.role in ("indicator", "task", "text")), segment.cells[0])
        title = Slot(segment.title, name.text.spans(0, min(len(segment.title), len(name.text))), "segment.title")
        draft = Draft(segment, title)
        path = segment.path or ""
        self.drafts[path] = draft
        self.duties.begin(draft.bodies)
        if segment.kind == "clause" and segment.heading:
            attached = path.startswith("附件")
            heading = segment.cells[0].text
            if attached and body.is_body(heading.text) and _DUTIES.search("".join(segment.headings[:-1])):
                draft.bodies.setdefault("responsible", []).append(Slot(heading.plain, heading.spans(0, len(heading)), "body.duty_item"))

    def _cell(self, segment: Segment, cell: Cell) -> None:
        draft = self.drafts.get(segment.path) if segment.path else None
        if segment.kind == "row":
            if draft and cell.role in COLUMNS:
                self.duties.column(draft.bodies, cell)
                return
            if draft and cell.role == "deadline":
                found = read_deadline(cell.text.text, self.today, self.issued)
                draft.date(cell, found)
                if found is None and _DIGIT.search(cell.text.text):
                    self.issues.append(Issue("warning", "deadline_not_read", segment.path or "正文", f"“{cell.text.plain[:60]}”"))
                return
            if cell.role in ("other", "ignored", "category"):
                self._unread(segment, cell)
            if draft and cell.role == "category":
                self.duties.heading(draft.bodies, cell)
            if cell.role not in ("indicator", "task", "text"):
                return
            at = cell.text.spans(0, len(cell.text))
            if cell.role == "indicator" and not segment.first_of_row and at in self.names:
                self._given(cell, draft)  # the name that a row takes from the rows above it: its targets and numbers are theirs
                return
            self.names.add(at)
        named = (
            segment.kind == "row"
            and cell.role == "indicator"
            and any(c.role in ("value", "growth") and _DIGIT.search(c.text.text) for c in segment.cells)
        )
        self._text(segment, cell, draft, named)

    # --- targets ---------------------------------------------------------------------------------------------------

    def _text(self, segment: Segment, cell: Cell, draft: Draft | None, named: bool = False) -> None:
        text = cell.text.text
        closed = self._given(cell, draft)
        closed += [hit.span() for hit in _TIME_ENTRY.finditer(text) if not any(a <= hit.start() < b for a, b in closed)]
        masked = mask(text, closed, self.today, self.issued)
        self._undated(segment, cell)
        quantities, broken = parted(cell.text, find_quantities(text, masked.marks))
        if too_long(text):
            self.issues.append(Issue("warning", "long_sentence", segment.path or "正文", f"“{cell.text.plain[:60]}…” is too long for one sentence"))
        findings, rejections = list[Finding](), list[Rejection]()
        if quantities or state.may_state(text):
            sentences, context = split(text, closed), self._context(segment, cell, masked, quantities)
            findings, rejections = link(text, sentences, context) if quantities else ([], [])
            findings += state.find_states(text, sentences, context, findings, segment.kind == "row" or segment.stage is not None)
        rejections += [Rejection(q.start, q.end, "broken") for q in broken]
        if named:
            findings = [f for f in findings if f.quantity is not None]  # 能耗降低 beside its value is a name, no promise
        for finding in sorted(findings, key=lambda f: f.quote):
            self._target(segment, cell, draft, finding)
        self._ledger(segment, cell, Reading(text, findings, rejections, quantities, masked.why, closed, masked.dates))

    def _context(self, segment: Segment, cell: Cell, masked: Masked, quantities: list[Mention]) -> Context:
        """What the text of a cell brings along."""
        dates = [] if segment.section == "outlook" else masked.dates  # a date of a forecast is no deadline
        column = cell.role if segment.kind == "row" and cell.role == "indicator" else ""
        results = segment.section in ("past", "outlook") or is_review(cell.text.text)
        support, goal = segment.section == "support", segment.section == "goal"
        outside = self.outlined and segment.path is None and not segment.headings
        aimed = segment.kind == "row" or segment.heading or segment.stage is not None
        return Context(dates, quantities, segment.title, self.year, column, results, support, goal, outside, aimed)

    def _given(self, cell: Cell, draft: Draft | None) -> list[tuple[int, int]]:
        """Units and dates that a text gives to its task, and where lists of units stand in it."""
        text = cell.text.text
        closed = body.find_ranges(text)
        self.duties.text(draft.bodies if draft else None, cell)
        if draft is not None:
            for hit in [h for low, high in closed if (h := _FIRST_ENTRY.match(text, low, high))] + list(_ENTRY.finditer(text)):
                draft.date(cell, read_deadline(hit["text"], self.today, self.issued), hit.start("text"))
        return closed

    def _undated(self, segment: Segment, cell: Cell) -> None:
        """An issue for each date that counts from a day which is not known: 自印发之日起20个工作日内."""
        for m in find_unresolved(cell.text.text, self.issued):
            said = cell.text.plain[m.start : m.end]
            message = f"“{said}” has no date: when it was issued is not known ({m.rule})"
            self.issues.append(Issue("info", "deadline_not_dated", segment.path or "正文", message))

    def _sentence_cell(self, segment: Segment, measured: Measured) -> None:
        """A value cell with words: "控制在8.5%以内" goes on with the row's name, "省级幸福河湖3条" speaks for itself.

        Its column gives the date, the unit and whether it is a present value, as for a cell that is only a number.
        """
        text, name = measured.cell.text, EMPTY
        if _IN_BRACKETS.fullmatch(text.text):
            text = text.cut(1, len(text) - 1)
        if len(text) <= 24 and _GOES_ON.match(text.text) and any(c.role == "indicator" for c in segment.cells):
            name = measured.label
            text = name + text
        draft = self.drafts.get(segment.path or "")
        known = len(self.targets)
        dated = replace(segment, stage=measured.when or segment.stage, first_of_row=True)
        self._text(dated, replace(measured.cell, role="indicator", text=text), draft)
        found, self.targets[known:] = self.targets[known:], []
        alone = len({said.target.indicator.text for said in found}) == 1  # 化肥、农药利用率 are two names
        for said in found:
            target = named_whole(said.target, name) if alone else said.target
            if target.quantity and target.quantity.value is not None and target.unit is None and target.kind in ("level", "count"):
                target = replace(target, unit=measured.unit, kind=kind_of(measured.unit, target.indicator.text))
            elif target.kind in ("level", "count") and measured.unit:
                self._conflict(segment, target, disagreement(target.unit, [measured.unit], True))
            if measured.present:
                target = replace(target, status="current", deadline=None, deadline_slot=None)
            if target.status == "target" or target.quantity is not None:
                self.targets.append(replace(said, target=replace(target, strength=target.strength or measured.strength)))

    def _conflict(self, segment: Segment, target: Target, conflict: str | None) -> None:
        if conflict:
            said = f"“{target.indicator.text} {target.value.text}”: {conflict}"
            self.issues.append(Issue("warning", "unit_conflict", segment.path or "正文", said))

    def _unread(self, segment: Segment, cell: Cell) -> None:
        """A cell that no rule reads gets a line in the ledger when it holds a number (once, where rows share it)."""
        text, at = cell.text, cell.text.spans(0, len(cell.text))
        bare = _LEADING_NUMBER.sub("", text.text) if cell.role == "category" else text.text
        if holds_number(bare) and at not in self.unread:
            self.unread.add(at)
            self.uncovered.append(Uncovered(segment.path or "正文", text.plain, at, "column"))

    def _target(self, segment: Segment, cell: Cell, draft: Draft | None, f: Finding) -> None:
        if segment.kind == "row" and cell.role == "indicator" and not segment.first_of_row:
            return
        period, slot = _period(cell, f.deadline)
        if period is None and f.status == "target" and segment.stage is not None:
            found = find_periods(segment.stage.text, self.today)
            if found:
                period, slot = found[0].value, segment.stage
        unit = Slot(f.unit, cell.text.spans(*f.value), "unit.value") if f.unit else None
        name = without_quotes(_plain(cell.text, f.name))
        target = Target(
            segment.path,
            Slot(name, tuple(s for p in f.name.parts for s in cell.text.spans(*p)), f.rule),
            Slot(cell.text.plain[slice(*f.scope)], cell.text.spans(*f.scope), "phrase.scope") if f.scope else None,
            f.kind,
            f.quantity,
            Slot(cell.text.plain[slice(*f.value)], cell.text.spans(*f.value), f.rule),
            unit,
            f.way,
            Slot(cell.text.plain[slice(*f.base)], cell.text.spans(*f.base), "phrase.against") if f.base else None,
            period,
            slot,
            f.status,
            f.strength,
            Slot(cell.text.plain[slice(*f.quote)], cell.text.spans(*f.quote), f.rule),
            f.rule,
            f.confidence,
            segment.id,
        )
        self.targets.append(Said(segment, cell.role, target))
        if draft:
            draft.targets += 1

    def _ledger(self, segment: Segment, cell: Cell, reading: Reading) -> None:
        """Lines of the ledger for the numbers of a text that gave no target, and an issue where a target may be lost."""
        where = segment.path or "正文"
        for start, end, reasons in loose_numbers(reading):
            plain = cell.text.plain[start:end]
            self.uncovered.append(Uncovered(where, plain, cell.text.spans(start, end), reasons[0]))
            for code in dict.fromkeys(issue for reason in reasons if (issue := REASONS[reason].issue)):
                self.issues.append(Issue("warning", code, where, f"“{plain[:80]}”"))

    # --- the whole document ----------------------------------------------------------------------------------------

    def finish(self, segments: Sequence[Segment]) -> Extraction:
        tasks = [draft.task(path) for path, draft in self.drafts.items() if draft.stands()]
        known = {t.path for t in tasks}
        deadlines = {t.path: t for t in tasks}
        targets = []
        kept = without_repeats(self.targets)
        self._repeated(kept)
        for said in kept:
            segment, target = said.segment, said.target
            task = owner(target.task, known)
            if task != target.task:
                target = replace(target, task=task)
            if target.deadline is None and task and target.status == "target":
                own = deadlines[task]
                if own.deadline and (segment.kind == "row" or (own.deadline_slot and own.deadline.kind == "by")):
                    target = replace(target, deadline=own.deadline, deadline_slot=own.deadline_slot)
            targets.append(target)
        met = {t.task for t in targets}
        for segment in segments:
            if segment.kind == "row" and segment.path and segment.path not in met and segment.first_of_row:
                self.issues.append(Issue("info", "row_without_target", segment.path, f"“{segment.title[:60]}” gave no target"))
        return Extraction({}, False, tuple(tasks), tuple(targets), tuple(self.uncovered), tuple(self.issues), tuple(segments))

    def _repeated(self, kept: Sequence[Said]) -> None:
        """A line in the ledger for each number that says a target again: the target stands where it was said first."""
        standing = {span for said in kept for span in said.target.value.spans}
        for said in self.targets:
            target = said.target
            if target.quantity is not None and not standing.issuperset(target.value.spans):
                self.uncovered.append(Uncovered(said.segment.path or "正文", target.quote.text, target.quote.spans, "repeat"))


def _plain(text: Folded, name: Name) -> str:
    return "".join(text.plain[a:b] for a, b in name.parts)


def _period(cell: Cell, deadline: Mention | None) -> tuple[Period | None, Slot | None]:
    if deadline is None:
        return None, None
    slot = Slot(cell.text.plain[deadline.start : deadline.end], cell.text.spans(deadline.start, deadline.end), deadline.rule)
    return deadline.value, slot
