"""The matrix as a grid of indicators × regions, and a target as a reader writes it. Workbook, page and charts show the same grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.report.lines import Line
from pipeline.report.words import say, vocabulary
from schemas.comparison import NO_YEAR

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

# the state of a cell is the first of these that one of its lines has: what is stated counts, then what might be
_STATES = ("stated", "unparsed", "not_stated", "not_processed")
# the verdict of a cell likewise: one comparable value makes it comparable
_VERDICTS = ("comparable", "undetermined", "not_comparable", "nothing_to_compare")
NOWHERE = NO_YEAR


@dataclass(slots=True)
class Cell:
    """What the documents of one region say on one indicator: the lines of its values and unread sentences, and the state of the whole.

    `state` is None where the matrix has no line for the cell at all.
    """

    region: str
    entries: list[Line] = field(default_factory=list)
    state: str | None = None

    @property
    def verdict(self) -> str | None:
        """The best verdict of the values; None where nothing is stated."""
        found = {e["verdict"] for e in self.entries if e["state"] == "stated"}
        return next((v for v in _VERDICTS if v in found), None)


@dataclass(slots=True)
class Row:
    """One indicator: key, name, id and domain as the matrix has them, and a cell for each region."""

    group: str
    name: str
    indicator_id: str | None
    domain: str | None
    cells: dict[str, Cell]

    @property
    def entries(self) -> list[Line]:
        """Lines of all cells, by region."""
        return [entry for cell in self.cells.values() for entry in cell.entries]

    @property
    def stated(self) -> int:
        """How many regions state a value."""
        return sum(cell.state == "stated" for cell in self.cells.values())

    @property
    def comparable(self) -> bool:
        """Whether two values can be set against each other."""
        return any(e["verdict"] == "comparable" for e in self.entries)

    @property
    def differs(self) -> bool:
        """Whether comparable values differ: one of them does not hold the first rank."""
        return any((e["rank"] or 1) > 1 or (e["distance"] or 0) > 0 for e in self.entries)


@dataclass(frozen=True, slots=True)
class Grid:
    """`by`: the column of the matrix (region, document or year) whose values are the grid's columns, named by `regions`; and the rows."""

    by: str
    regions: tuple[str, ...]
    rows: list[Row]


def read(comparison: Comparison, matrix: Sequence[Line]) -> Grid:
    """The matrix's lines by indicator, in the order in which the matrix names them; every row has a cell for every column.

    The columns are those of the comparison; others that the matrix names follow.
    """
    by = comparison.by
    regions = tuple(dict.fromkeys([*comparison.regions, *(column(line, by) for line in matrix)]))
    rows: dict[str, Row] = {}
    for line in matrix:
        row = rows.get(line["group"])
        if row is None:
            row = Row(line["group"], line["indicator"] or line["group"], line["indicator_id"], line["domain"], {r: Cell(r) for r in regions})
            rows[line["group"]] = row
        cell = row.cells[column(line, by)]
        cell.state = min(cell.state or line["state"], line["state"], key=_STATES.index)
        if line["state"] in ("stated", "unparsed"):
            cell.entries.append(line)
    return Grid(by, regions, list(rows.values()))


def column(line: Line, by: str) -> str:
    """The column of a line: its region, document or year."""
    return str(line[by] or NOWHERE)


def key(line: Line) -> str | None:
    """What a value's evidence is found by: the target's id, or of an unread sentence, which may name several indicators, that of its line in the
    coverage ledger and its row."""
    unread = next(iter(line["evidence"] or []), None)
    return line["target"] or (f"{unread} {line['group']}" if unread else None)


def when(deadline: Line | None, lang: str) -> str:
    """A deadline: 2025年, 2023-06-30, 2022—2023年, 持续; empty for none."""
    if not deadline:
        return ""
    kind, start, end = deadline.get("kind"), deadline.get("start"), deadline.get("end")
    if kind in ("continuous", "annual"):
        return say("ongoing" if kind == "continuous" else "every_year", lang)
    if not end:
        return str(deadline.get("raw") or "")
    shown = say("year", lang, year=end[:4]) if end.endswith("12-31") else end
    return f"{start[:4]}—{shown}" if kind == "during" and start and start[:4] != end[:4] else shown


def target_text(line: Line, lang: str) -> str:
    """Value (deadline, scope, 现状): ≥60%（2025年，城区）."""
    if line["state"] == "unparsed":
        return str(line["shown"] or line["quote"] or "")
    current = say("current", lang) if line["status"] == "current" else ""
    notes = [part for part in (when(line["deadline"], lang), line["scope"], current) if part]
    left, comma, right = ("（", "，", "）") if lang == "zh" else (" (", ", ", ")")
    return f"{line['shown'] or line['value_text'] or ''}" + (f"{left}{comma.join(notes)}{right}" if notes else "")


def leads_text(line: Line, lang: str, most: int | None = None) -> str:
    """Who leads: 市生态环境局、市水利局牵头; empty for none."""
    bodies = list(line["lead"] or [])
    more = "等" if lang == "zh" else " …"
    shown = "、".join(bodies[:most]) + (more if most is not None and len(bodies) > most else "")
    return say("leads", lang, bodies=shown) if bodies else ""


def verdict_text(line: Line, lang: str) -> str:
    """State or verdict with rank: 可比，第1位."""
    if line["state"] != "stated":
        return vocabulary("state", lang)[line["state"]]
    if line["verdict"] is None:
        return ""
    word = vocabulary("verdict", lang)[line["verdict"]]
    return word + ("，" if lang == "zh" else ", ") + say("rank", lang, rank=line["rank"]) if line["rank"] else word


def task_text(line: Line, lang: str) -> str:
    """The task's number path, 正文 where the text has none."""
    return line["task"] or say("body_text", lang)


def short(region: str) -> str:
    """A region's name without its level, for labels: 驻马店市 is 驻马店; names of two characters stay."""
    return region[:-1] if len(region) > 2 and region[-1] in "市县区省州盟旗" else region
