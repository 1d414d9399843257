"""Rows of indicator tables: a name, a unit, and a value for each year column → targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import regex

from extractors.period import find_periods
from extractors.quantity import Measure, find_quantities
from schemas import vocab
from schemas.folded import Folded
from schemas.types import Cell, Mention, Segment, Slot, Target
from schemas.values import Period

_UNIT_IN_BRACKETS = regex.compile(r"[(\[](?:单位[::])?(?P<unit>[^()\[\]]{1,12})[)\]]$")
_LEADING = regex.compile(r"(?:其中|#|其)?[::]|其中|[-*]+")
_WORDS = regex.compile(r"[\s,。;、*]+")
_EMPTY = regex.compile(r"[-/\\\s…]*|无|/|不适用")
_PLAIN_YEAR = regex.compile(r"(?:19|20)\d\d年?(?:\([^)]*\))?")
_RATE_NAME = regex.compile(r"(?:率|比例|比重|占比|指数|面积|总量|规模|数量|产值|增加值|收入|[^人户家]数|量|水平|强度)(?:\([^)]*\))?$")


def read_measures(segment: Segment, today: date | None, year: int | None) -> Iterator[tuple[Target | None, Cell]]:
    """A target for each filled value cell of a row; a cell with words around its number gives None: it is read as a sentence.

    Unit, in this order: the cell's own, the unit column, the column's header, the name, the caption. A year in the
    column's header is the deadline; a column of a year before the document's, or headed 现状, holds present values.
    """
    cells = {c.role: c for c in segment.cells if c.role not in ("value", "current", "growth")}
    name = cells.get("indicator") or cells.get("task")
    columns = [c for c in segment.cells if c.role in ("value", "current", "growth")]
    if name is None or not columns:
        return
    values = [c for c in columns if c.role != "growth" and not _EMPTY.fullmatch(c.text.text)]
    for cell in columns:
        if _EMPTY.fullmatch(cell.text.text) or (cell.role == "growth" and any(v.role == "value" for v in values)):
            continue
        yield _read(segment, name, cell, cells, today, year)


def _read(segment: Segment, name: Cell, cell: Cell, cells: dict[str, Cell], today: date | None, year: int | None) -> tuple[Target | None, Cell]:
    text = cell.text.text.strip("[]()")
    found = find_quantities(text, bytearray(len(text)))
    if len(found) != 1 or _WORDS.sub("", text[: found[0].start] + text[found[0].end :]):
        return None, cell  # words around the number: read as a sentence
    shift = cell.text.text.find(text)
    measure: Measure = found[0].value
    unit, label = _unit(measure, name, cell, cells)
    period, slot = _deadline(cell, cells, today)
    ends = int(period.end[:4]) if period and period.end else None
    present = cell.role == "current" or bool(ends and ((year and ends < year) or _is_base(segment, cell, ends)))
    low, high = measure.value_start + shift, measure.value_end + shift
    value = Slot(cell.text.plain[low:high], cell.text.spans(low, high), "measured.cell")
    known = vocab.units().find(unit.text) if unit else None
    kind = "count" if known and known.count and not _RATE_NAME.search(label.text) else "level"
    quote = Slot(name.text.plain + " " + cell.text.plain, (*name.text.spans(0, len(name.text)), *cell.text.spans(0, len(cell.text))), "measured.row")
    attribute = cells.get("attribute")
    strength = attribute.text.plain if attribute and regex.fullmatch(r"约束性|预期性|指导性", attribute.text.plain) else None
    target = Target(
        segment.path,
        label,
        None,
        kind,
        measure.quantity,
        value,
        unit,
        None,
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
    return target, cell


def _is_base(segment: Segment, cell: Cell, year: int) -> bool:
    """Whether a plain year column is the base of the plan: the first of several years, at least three before the next."""
    if not _PLAIN_YEAR.fullmatch(cell.header):
        return False
    years = [int(hit[0]) for c in segment.cells if c.role == "value" and (hit := regex.search(r"(?:19|20)\d\d", c.header))]
    later = [y for y in years if y > year]
    return year == min(years) and bool(later) and min(later) - year >= 3


def _unit(measure: Measure, name: Cell, cell: Cell, cells: dict[str, Cell]) -> tuple[Slot | None, Slot]:
    """The unit and the name without its unit in brackets."""
    in_name = _bracketed(name.text)
    cut = in_name.start if in_name else len(name.text)
    skip = _LEADING.match(name.text.text)
    first = skip.end() if skip and skip.end() < cut else 0
    label = Slot(name.text.plain[first:cut], name.text.spans(first, cut), "measured.name")
    if measure.unit:
        return Slot(measure.unit, cell.text.spans(measure.value_start, measure.value_end), "unit.own"), label
    column = cells.get("unit")
    if column and column.text.text and not _EMPTY.fullmatch(column.text.text):
        return Slot(column.text.plain, column.text.spans(0, len(column.text)), "unit.column"), label
    header = _UNIT_IN_BRACKETS.search(cell.header.split("/")[-1].replace("（", "(").replace("）", ")"))
    if header and vocab.units().find(header["unit"]):
        return Slot(header["unit"], cell.text.spans(0, len(cell.text)), "unit.header"), label
    if in_name:
        return Slot(in_name.text, name.text.spans(in_name.start, len(name.text)), "unit.name"), label
    caption = cells.get("caption")
    if caption:
        return Slot(caption.text.plain, caption.text.spans(0, len(caption.text)), "unit.caption"), label
    return None, label


def _bracketed(text: Folded) -> Mention | None:
    hit = _UNIT_IN_BRACKETS.search(text.text)
    if hit and vocab.units().find(hit["unit"]):
        return Mention("unit", hit.start(), hit.end(), hit["unit"], None, "unit.name")
    return None


def _deadline(cell: Cell, cells: dict[str, Cell], today: date | None) -> tuple[Period | None, Slot | None]:
    found = find_periods(regex.sub(r"[—–－～~]+", "-", cell.header), today)
    if found:
        # the header's characters are another cell's: the deadline is shown with the value it governs
        return found[-1].value, Slot(found[-1].text, (), "measured.header")
    return None, None
