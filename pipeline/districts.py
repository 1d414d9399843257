"""Tables that divide tasks among districts: 县区 | 任务数, or 县区 × several indicators; each cell is a target of one district."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from pipeline.grid import Row, Table
from pipeline.heads import NUMBER, Column, role_of
from pipeline.spans import Line
from schemas.folded import EMPTY, Folded
from schemas.types import Cell

_BRACKET = regex.compile(r"[(\[].*?[)\]]")
_PLACES = regex.compile(r"(?:各|所属|责任)?(?:[县市区旗州盟乡镇]{1,3}|街道|镇街|乡镇|地区|地市|行政区划?|区域|园区)(?:名称|名|别)?")
_PLACE = regex.compile(r"[一-龥]{1,14}(?:[(][一-龥]{2,8}[)])?")
_TOTAL = regex.compile(r"(?:合|总|共|小)计|总数|全[省市县区州]|全[省市县区州]合计")
_TASKS = regex.compile(r"任务|目标|计划")
_RESULTS = regex.compile(r"现状|情况|统计|完成(?!任务|时)|实际|名单|资金|补助|补贴|经费|投资|预算|面积表|台账|得分|排名|考核结果")
_BARE = regex.compile(r"(?:20\d\d年)?度?(?:目标|任务|计划|建设|工作|分解|分配|下达)*(?:任务|目标|计划)?(?:数量?|量|值|总数|指标)?")
_NUMERIC = regex.compile(r"[≥≤<>]?\d[\d,.]*(?:以[上内])?[^\d\s,。;、]{0,4}")
_BLANK = regex.compile(r"[-/0]?|0\.0+|无")
_NAME = regex.compile(
    r"^(?:附[件表]\d*[:.]?)?(?:各[县市区旗州镇乡街道(),、]+|全[市县省区])?(?:(?P<year>20\d\d(?:-20\d\d)?年)度?)?(?:各[县市区旗州镇乡街道(),、]+|全[市县省区])?"
    r"(?P<name>[^,。;:(]{2,24}?)(?:年度|建设)?(?:目标|任务|计划|指标)+(?:数|量)?(?:分解|分配|安排|下达|一览|明细|清单|分工)*(?:情况)?表?(?:\(.*\))?$"
)
_YEAR = regex.compile(r"20\d\d(?:-20\d\d)?年")
_LONGEST = 60
_OTHERS = ("number", "deadline", "lead", "cooperate", "responsible", "implement", "ignored")


def district_table(lines: Sequence[Line], captions: Sequence[Folded]) -> Table | None:
    """The table as rows of districts, or None where it is none, or does not say that its numbers are tasks.

    `captions` stand above it, the nearest first. Headings that only say 任务数 take their name from the caption: 2026年造林任务分解表.
    """
    captions = list(captions)
    while lines and _title(lines[0]) is not None:
        captions.insert(0, _title(lines[0]) or EMPTY)
        lines = lines[1:]
    if len(lines) < 3 or any(len(line) != len(lines[0]) for line in lines):
        return None
    heads = [cell for cell, _ in lines[0]]
    place_at = next((i for i, head in enumerate(heads) if _PLACES.fullmatch(_BRACKET.sub("", head.text))), None)
    if place_at is None or place_at > 1 or not all(_is_row(line, place_at) for line in lines[1:]):
        return None
    caption = next((c for c in captions if len(c) <= _LONGEST and _TASKS.search(c.text)), EMPTY)
    if _RESULTS.search(caption.text):
        return None
    columns = [_column(i, head, lines[1:], place_at, caption) for i, head in enumerate(heads)]
    if not any(c.role == "value" for c in columns):
        return None
    name = _NAME.match(caption.text)
    named = caption.cut(*name.span("name")) if name else EMPTY
    year = hit.group() + "/" if (hit := _YEAR.search(caption.text)) else ""
    rows: list[Row] = []
    for line in lines[1:]:
        rows.append(_row(1 + sum("total" not in row.own for row in rows), line, columns, heads, place_at, named, year))
    return Table(tuple(columns), tuple(rows), lines[0][0][1])


def _title(line: Line) -> Folded | None:
    """The text of a line that is one merged cell."""
    filled = [(cell, where) for cell, where in line if cell.text]
    return filled[0][0] if len(filled) == 1 and 1 < len(line) <= filled[0][1].colspan else None


def _is_row(line: Line, place_at: int) -> bool:
    """Whether a line names a district, or adds up those above it (合计 may stand in the column of numbers)."""
    place = line[place_at][0].text or line[0][0].text
    return bool(_TOTAL.fullmatch(place)) or (bool(_PLACE.fullmatch(place)) and role_of(place) is None)


def _column(i: int, head: Folded, body: Sequence[Line], place_at: int, caption: Folded) -> Column:
    """The role of a column: `value` where its numbers are tasks with a name that the heading or the caption gives."""
    if i == place_at:
        return Column(head.plain, "place")
    bare, role = _BRACKET.sub("", head.text), role_of(head.plain)
    cells = [line[i][0].text for line in body]
    numeric = all(_BLANK.fullmatch(c) or _NUMERIC.fullmatch(c) for c in cells) and any(_NUMERIC.fullmatch(c) for c in cells)
    if role == "number" or (i < place_at and all(not c or NUMBER.fullmatch(c) or _TOTAL.fullmatch(c) for c in cells)):
        return Column(head.plain, "number")
    if role in _OTHERS or not numeric or not bare or _RESULTS.search(bare) or role == "current":
        return Column(head.plain, role if role in _OTHERS else "other")
    general = bool(_BARE.fullmatch(bare) or _TOTAL.fullmatch(bare))
    if general and not _NAME.match(caption.text):
        return Column(head.plain, "other")
    return Column(head.plain, "value" if _TASKS.search(caption.text + head.text) else "other")


def _row(count: int, line: Line, columns: Sequence[Column], heads: Sequence[Folded], place_at: int, named: Folded, year: str) -> Row:
    """The cells of a district: its name, and each value behind the name of what it counts."""
    total = next((cell.text for cell, _ in line[: place_at + 1] if _TOTAL.fullmatch(cell.text)), "")
    cells: list[Cell] = []
    for column, head, (text, where) in zip(columns, heads, line, strict=True):
        if column.role == "place":
            whole = total and not total.startswith("全")
            cells.append(Cell("place", column.header, EMPTY if whole else text, where))
        elif column.role == "value":
            bare = _BRACKET.sub("", head.text)
            general = _BARE.fullmatch(bare) or _TOTAL.fullmatch(bare)
            if not _BLANK.fullmatch(text.text):
                cells += [Cell("name", "", named if general else head), Cell("value", year + column.header, text, where)]
        elif text.text and column.role != "number":
            cells.append(Cell(column.role, column.header, text, where))
    number = next((cell.plain for c, (cell, _) in zip(columns, line, strict=True) if c.role == "number" and cell.text and not total), "")
    return Row(total or number or str(count), 0, tuple(cells), frozenset(c.role for c in cells) | ({"total"} if total else set()))


__all__ = ["district_table"]
