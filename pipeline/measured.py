"""Rows of indicator tables: a name, a unit, and a value for each year column → targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import regex

from extractors.period import find_periods
from extractors.quantity import Measure, find_quantities
from extractors.terms import TERM, start_of
from pipeline.heads import levels
from schemas import vocab
from schemas.folded import EMPTY, Folded, fold
from schemas.structs import struct
from schemas.types import Cell, Mention, Segment, Slot, Target
from schemas.values import Period, Quantity

_UNIT_IN_BRACKETS = regex.compile(r"[(\[](?:单位[::])?(?P<unit>(?:[^()\[\]]|\([^()]{1,8}\)){1,12})[)\]]$")
_LEADING = regex.compile(r"(?:其中|#|其)?[::]|其中|[-*]+")
_WORDS = regex.compile(r"[\s,。;、*]+")
_EMPTY = regex.compile(r"[-/\\\s…]*|无|/|不适用")
_VALUES = ("value", "current", "growth")
_RATE_NAME = regex.compile(r"(?:率|比例|比重|占比|指数|面积|总量|规模|数量|产值|增加值|收入|[^人户家]数|量|水平|强度)(?:\([^)]*\))?$")
_CHANGE_NAME = regex.compile(r"(?:增长率?|增速|增幅|降低率?|下降率?)$")
_GROWTH = regex.compile(r"增|速")
_SHARES = ("%", "‰", "个百分点", "百分点")
_MAGNITUDES = ("万", "亿", "万亿")
_RANGE = regex.compile(r"(?P<low>\d+(?:\.\d+)?)(?:-{1,2}|~|至|到)(?P<high>\d+(?:\.\d+)?)")
_NOTE = regex.compile(r"(?<=[^\s(\[])[(\[](?P<note>[^()\[\]\d]{1,12})[)\]]$")
_PLACE = regex.compile(r"(?:全|我|本)[市省县区州]|(?:.{0,4}[^不含外])?(?:城区|市区|县城|农村|城镇|乡镇|建成区|地区|园区|[市县]域)|市本级")
_PRESENT = regex.compile(r"现状|基期|基数|实际|上年|去年|已完成")
_HARMLESS = regex.compile(rf"{_PLACE.pattern}|.{{0,3}}累计|预期性?|约束性?|力争|目标值?|{_PRESENT.pattern}")
_OPERATOR = regex.compile(r"以[上下内]|左右|不[低高少多超]|至少|大于|小于|超过")
_TOTAL = regex.compile(r"^(?:五年|规划期(?:内)?)?累计(?:达到?|完成|新增|增加)?|^(?:达到|不)?(?=[≥≤<>])")
_TERM = regex.compile(TERM)
_ELSEWHERE = regex.compile(r"见附|参见|详见|另行|另发")
_AIMED = regex.compile(r"^(?:20\d\d年)?(?:计划|目标|任务|预期)")
_WORDED = regex.compile(r"[一-龥]")


@struct(frozen=True, slots=True)
class Measured:
    """What a value cell gave: a target; a sentence to be read; or neither, where its number cannot be told for certain.

    For a sentence: the column's date, whether it holds present values, the row's name without its unit, the unit of a
    number that has none, and 约束性 or 预期性. `conflict` tells of two units stated for one value.
    """

    cell: Cell
    target: Target | None = None
    sentence: bool = False
    when: Slot | None = None
    present: bool = False
    label: Folded = EMPTY
    unit: Slot | None = None
    strength: str | None = None
    conflict: str | None = None


def read_measures(segment: Segment, today: date | None, year: int | None) -> Iterator[Measured]:
    """What each filled value cell of a row gave: a target, a sentence to be read, or nothing certain.

    Unit, in this order: the cell's own, the unit column, the column's header, the name, the caption. A year in the
    column's header is the deadline; a column of a year before the document's, or headed 现状, holds present values.
    """
    cells = {c.role: c for c in segment.cells if c.role not in _VALUES}
    name = cells.get("indicator") or cells.get("task")
    valued = any(c.role == "value" and not _EMPTY.fullmatch(c.text.text) for c in segment.cells)
    for cell in segment.cells:
        if cell.role == "name":  # in tables of districts each value has a name before it
            name = cell
        elif cell.role in _VALUES and not _EMPTY.fullmatch(cell.text.text):
            yield _read(segment, name, cell, cells, valued, today, year) if name else Measured(cell)


def _read(segment: Segment, name: Cell, cell: Cell, cells: dict[str, Cell], valued: bool, today: date | None, year: int | None) -> Measured:
    whole = cell.text.text
    period, slot = _deadline(cell, today)
    ends = int(period.end[:4]) if period and period.end else None
    note = _NOTE.search(whole)
    present = cell.role == "current" or bool(ends and year and ends < year) or bool(note and _PRESENT.match(note["note"]))
    stated, label = _row_units(name, cell, cells)
    given = stated[0] if stated else None
    words = bool(_WORDED.search(whole)) and cell.role != "growth" and not (note and _OPERATOR.search(note["note"]))
    attribute = cells.get("attribute")
    strength = attribute.text.plain if attribute and regex.fullmatch(r"约束性|预期性|指导性", attribute.text.plain) else None
    unread = Measured(cell, None, words, None if present else slot, present, label[1], given, strength)
    noted = note is not None and (vocab.units().find(note["note"]) is not None or _HARMLESS.fullmatch(note["note"]) is not None)
    bare = whole[: note.start()] if note and noted else whole
    text = _TOTAL.sub("", bare.strip("[]()"))
    measure = None if find_periods(text, today) else _measure(text)
    if _ELSEWHERE.search(whole) or (present and cell.role == "value" and _AIMED.search(levels(cell.header)[-1])):
        return Measured(cell)  # 见附件3; or what was planned for a year that is over: no present value and no target
    if measure is None:
        return unread
    shift = whole.find(text)
    low, high = measure.value_start + shift, measure.value_end + shift
    unit, own = given, bool(note and vocab.units().find(note["note"]))
    if note and own:
        unit = Slot(cell.text.plain[slice(*note.span("note"))], cell.text.spans(*note.span("note")), "unit.value")
    elif measure.unit in _MAGNITUDES and given:
        if given.text[0] in "百千万亿%‰":
            return Measured(cell)
        unit = Slot(measure.unit + given.text, (*cell.text.spans(low, high), *given.spans), "unit.value")
    elif measure.unit:
        unit = Slot(measure.unit, cell.text.spans(low, high), "unit.value")
    grows = cell.role == "growth" and bool(_GROWTH.search(cell.header)) and text == bare
    if cell.role == "growth":
        said = unit is not None and unit.text in _SHARES and (not valued or unit.rule in ("unit.value", "unit.header"))
        if not said if grows else valued:
            return Measured(cell)  # a rate of which the unit is not said, or a sum beside the yearly values
    change = grows and not _CHANGE_NAME.search(label[0].text)
    if change and measure.quantity.value is not None and measure.quantity.value < 0:
        return Measured(cell)  # a growth of -3.5%: no direction is sure
    quote = Slot(name.text.plain + " " + cell.text.plain, (*name.text.spans(0, len(name.text)), *cell.text.spans(0, len(cell.text))), "measured.row")
    place = note if note and _PLACE.fullmatch(note["note"]) else None
    target = Target(
        segment.path,
        label[0],
        _scope(cell, place, cells),
        "change" if change else kind_of(unit, label[0].text),
        measure.quantity,
        Slot(cell.text.plain[low:high], cell.text.spans(low, high), "measured.cell"),
        unit,
        "increase" if change else None,
        None,
        None if present else period,
        None if present else slot,
        "current" if present else "target",
        strength,
        quote,
        "measured.cell",
        0.95,
        segment.id,
    )
    return Measured(cell, target, conflict=disagreement(given if measure.unit in _MAGNITUDES and not own else unit, stated))


def _scope(cell: Cell, note: regex.Match[str] | None, cells: dict[str, Cell]) -> Slot | None:
    """The place that a value holds for: in a note behind it (95(城区)), or the district of its row."""
    if note:
        return Slot(cell.text.plain[slice(*note.span("note"))], cell.text.spans(*note.span("note")), "measured.note")
    district = cells.get("place")
    return Slot(district.text.plain, district.text.spans(0, len(district.text)), "measured.place") if district and district.text.text else None


def kind_of(unit: Slot | None, name: str) -> str:
    """`count` for things counted (个, 家) under a name that is no ratio or amount, else `level`."""
    known = vocab.units().find(unit.text) if unit else None
    return "count" if known and known.count and not _RATE_NAME.search(name) else "level"


def _measure(text: str) -> Measure | None:
    """The one number of a cell with nothing around it; 3～5 is a range also without a unit (two years are none)."""
    hit = _RANGE.fullmatch(text)
    if hit:
        low, high = Decimal(hit["low"]), Decimal(hit["high"])
        years = all(regex.fullmatch(r"(?:19|20)\d\d", hit[g]) for g in ("low", "high"))
        return None if years or low >= high else Measure(Quantity("range", low, high), None, 0, len(text), False, "", False, False)
    found = find_quantities(text, bytearray(len(text)))
    if len(found) != 1 or _WORDS.sub("", text[: found[0].start] + text[found[0].end :]):
        return None
    measure: Measure = found[0].value
    return measure


def _row_units(name: Cell, cell: Cell, cells: dict[str, Cell]) -> tuple[list[Slot], tuple[Slot, Folded]]:
    """The units stated for a number, of which the first counts, and the name without its unit in brackets (as a slot and as text)."""
    in_name = _bracketed(name.text)
    cut = in_name.start if in_name else len(name.text)
    skip = _LEADING.match(name.text.text)
    first = skip.end() if skip and skip.end() < cut else 0
    label = (Slot(name.text.plain[first:cut], name.text.spans(first, cut), "measured.name"), name.text.cut(first, cut))
    headed = _headed(cell)
    if headed and cell.role == "growth":
        return [headed], label  # 年均增长(%): a rate has not the unit of the row
    column, caption = cells.get("unit"), cells.get("caption")
    own = column if column and not _EMPTY.fullmatch(column.text.text) else None
    found = (
        Slot(own.text.plain, own.text.spans(0, len(own.text)), "unit.column") if own else None,
        headed,
        Slot(in_name.text, name.text.spans(in_name.start, len(name.text)), "unit.name") if in_name else None,
        Slot(caption.text.plain, caption.text.spans(0, len(caption.text)), "unit.caption") if caption else None,
    )
    return [slot for slot in found if slot], label


def disagreement(unit: Slot | None, stated: Sequence[Slot], same: bool = False) -> str | None:
    """What tells that another unit than the one that counts is stated for a value: 100亿元 under the heading 目标（万元）; else None.

    With `same` only units of one dimension are set against each other.
    """
    first = vocab.units().find(unit.text) if unit else None
    for slot in stated:
        other = vocab.units().find(slot.text)
        if unit and first and other and _differ(first, other, same or slot.rule == "unit.caption"):  # a caption is the unit of most rows only
            return f"“{unit.text}” ({unit.rule}) counts, though “{slot.text}” ({slot.rule}) is stated too"
    return None


def _differ(one: vocab.Unit, other: vocab.Unit, same: bool) -> bool:
    """Whether two units cannot both be meant; 家 and 个 can, and 人 beside 人/千人, where the name says the rest."""
    if one.dimension == other.dimension:
        return one.factor != other.factor
    half = one.dimension.partition("/")[0] == other.dimension.partition("/")[0] and ("/" in one.dimension) != ("/" in other.dimension)
    return not (half or same)


def _headed(cell: Cell) -> Slot | None:
    """The unit in brackets behind a level of the column's heading, the lowest first; it is shown with the value that it governs."""
    for level in reversed(levels(cell.header)):
        hit = _bracketed(fold(level, [(0, len(level))]))
        if hit:
            return Slot(hit.text, cell.text.spans(0, len(cell.text)), "unit.header")
    return None


def _bracketed(text: Folded) -> Mention | None:
    hit = _UNIT_IN_BRACKETS.search(text.text)
    if hit and vocab.units().find(hit["unit"]):
        return Mention("unit", hit.start(), hit.end(), hit["unit"], None, "unit.name")
    return None


def _deadline(cell: Cell, today: date | None) -> tuple[Period | None, Slot | None]:
    found = find_periods(cell.header, today)
    if found:
        # the header's characters are another cell's: the deadline is shown with the value it governs
        return found[-1].value, Slot(found[-1].text, (), "measured.header")
    if hit := _TERM.search(cell.header):  # “十四五”目标/年均: of the years of that plan
        start = start_of(hit)
        return Period("during", f"{start}-01-01", f"{start + 4}-12-31", hit.group()), Slot(hit.group(), (), "measured.header")
    return None, None


def named_whole(target: Target, name: Folded) -> Target:
    """A target of a value cell whose indicator stands in the row's name has that name, whole but for the scope at its head."""
    if not name.text or any(s.start < name.starts[0] or s.end > name.ends[-1] for s in target.indicator.spans):
        return target
    if target.scope is not None:
        if not name.plain.startswith(target.scope.text) or len(name) == len(target.scope.text):
            return target
        name = name.cut(len(target.scope.text), len(name))
    return replace(target, indicator=Slot(name.plain, name.spans(0, len(name)), "measured.name"))
