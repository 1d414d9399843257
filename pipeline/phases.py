"""Dates that hold for what stands below them: in headings of planning stages, labels, opening sentences of lists."""

from __future__ import annotations

from datetime import date

import regex

from extractors.period import find_periods
from schemas.folded import Folded
from schemas.types import Slot

_LIST_LEAD = regex.compile(r"(?:如下|目标|指标|任务|即|包括|为|做到|实现)[::]$|[::]$")
# 2026年重点工作, 2025年经济社会发展目标, “十五五”时期主要任务 (a year inside a measure, 2024年完成120个老旧小区改造任务, is no stage)
_AGENDA = regex.compile(r"[^,。完成建新实\d]{0,20}(?:目标|任务|工作|安排|部署|打算|建议|民生实事|实事项目)[^,。]{0,8}$")
_LABEL = regex.compile(r"^[^。,;:(]{2,10}\((?=[^)]*\d{4})[^)]{4,24}\)[::]")


def of_heading(heading: Folded, section: str, today: date | None = None) -> Slot | None:
    """The years in the heading of a planning stage: 近期目标(2022—2023年), 到2025年主要目标, 2026年重点工作, “十五五”时期主要任务."""
    if section not in ("goal", "work") or len(heading) > 40:
        return None
    found = [m for m in find_periods(heading.text, today) if m.value.kind in ("by", "during")]
    if len(found) != 1 or not (section == "goal" or "阶段" in heading.text or _AGENDA.search(heading.text, found[0].end)):
        return None
    return _slot(heading, found[0].start, found[0].end, "heading")


def of_opening(text: Folded, today: date | None = None) -> Slot | None:
    """The date that heads a paragraph of goals: it holds for the bullets below."""
    found = find_periods(text.text, today)
    if not found or found[0].start > 6 or found[0].value.kind not in ("by", "during"):
        return None
    return _slot(text, found[0].start, found[0].end, "opening")


def of_last_sentence(text: Folded, today: date | None = None) -> Slot | None:
    """The date that opens the last sentence before a list: …融合发展。到2027年,形成六个一批。 ——夯实一批数据基础"""
    start = text.text.rfind("。", 0, max(len(text) - 1, 0)) + 1
    return of_opening(text.cut(start, len(text)), today) if start else None


def of_label(text: Folded) -> Slot | None:
    """The years of a label at the head of a paragraph: 近期目标(2022—2023年):…"""
    label = _LABEL.match(text.text)
    found = find_periods(label.group()) if label else []
    if len(found) != 1:
        return None
    return _slot(text, found[0].start, found[0].end, "label")


def of_list_lead(text: Folded, today: date | None = None) -> Slot | None:
    """The date of a sentence that opens a list: 到2025年,实现以下目标:"""
    if not _LIST_LEAD.search(text.text):
        return None
    sentence = text.text[text.text.rfind("。") + 1 :]
    found = [m for m in find_periods(sentence, today) if m.value.kind in ("by", "during")]
    if len(found) != 1:
        return None
    shift = len(text) - len(sentence)
    return _slot(text, shift + found[0].start, shift + found[0].end, "lead")


def _slot(text: Folded, start: int, end: int, where: str) -> Slot:
    return Slot(text.plain[start:end], text.spans(start, end), f"stage.{where}")


__all__ = ["of_heading", "of_label", "of_last_sentence", "of_list_lead", "of_opening"]
