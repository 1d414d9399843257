"""Charts as SVG: panels for the page, and each chart as a picture of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.report import grid
from pipeline.report.charts import heat, timeline, values
from pipeline.report.charts.measure import fitted, width
from pipeline.report.colours import LIGHT
from pipeline.report.lines import CONTROL, Line
from pipeline.report.words import say

if TYPE_CHECKING:
    from jinja2 import Environment

FONTS = '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "Microsoft YaHei", sans-serif'
CHARTS = {"values": "report_strip.svg", "timeline": "report_lane.svg", "heat": "report_heat.svg"}
MOST = {"values": 60, "heat": 112}
_GAP, _LEFT, _TOP = 14, 20, 64


@cache
def environment() -> Environment:
    """The templates: everything but styles, which hold nothing of documents, is escaped; what no XML or HTML may hold is dropped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    def printable(value: Any) -> Any:
        return CONTROL.sub("", value) if type(value) is str else value

    return Environment(
        loader=FileSystemLoader(Path(__file__).parents[2] / "templates"),
        autoescape=select_autoescape(disabled_extensions=("css",), default=True),
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def css(colours: dict[str, Any]) -> str:
    """Style of the charts in some colours (for a page: its variables)."""
    return environment().get_template("report_chart.css").render(c=colours, fonts=FONTS).strip()


def panels(name: str, whole: grid.Grid, tables: dict[str, list[Line]], as_of: date, lang: str) -> tuple[list[Any], int]:
    """The panels of a chart, and how many there would be of it without the limit (indicators; of the timeline regions)."""
    if name == "values":
        found = values.strips(whole, tables["standards"], lang)
        return found[: MOST[name]], len(found)
    if name == "timeline":
        lanes = timeline.lanes(tables["timeline"], whole, as_of, lang)
        return lanes, len(lanes)
    # what one region alone states has nothing to compare; where there is one region only, all is shown
    shared = [row for row in whole.rows if row.stated > 1] or whole.rows
    return heat.pages(shared[: MOST[name]], whole.regions, lang), len(shared)


def note(name: str, drawn: int, total: int, as_of: date, lang: str) -> str:
    """How to read a chart, and how much of it is not drawn."""
    cut = " " + say("chart_cut", lang, shown=drawn, total=total) if total > drawn else ""
    return say(f"{name}_note", lang, date=as_of.isoformat()) + cut if total else say("chart_empty", lang)


def alone(name: str, found: Sequence[Any], text: str, title: str, lang: str) -> str:
    """A chart as one picture: title, how to read it, panels below each other, of the dot plot two beside each other."""
    columns = 2 if name == "values" and len(found) > 1 else 1
    wide = max((p.width for p in found), default=900)
    across = max(_LEFT * 2 + columns * wide + (columns - 1) * _GAP, 640)
    notes = _broken(text, across - 2 * _LEFT)
    heights = [float(_TOP + 16 * len(notes))] * columns
    placed = []
    for panel in found:
        column = heights.index(min(heights))
        placed.append((_LEFT + column * (wide + _GAP), heights[column], panel))
        heights[column] += panel.height + _GAP
    picture = {
        "width": round(across),
        "height": round(max(heights) + 10),
        "panels": placed,
        "title": fitted(title, 20, across - 2 * _LEFT),
        "note": text,
        "notes": notes,
    }
    drawn = environment().get_template("report_chart.svg").render(kind=CHARTS[name], css=css(LIGHT), lang=lang, **picture)
    return drawn.strip() + "\n"


def _broken(text: str, room: float) -> list[str]:
    """A note in lines that fit."""
    lines = [""]
    for part in re.findall(r".+?(?:[。；，、;,.]\s?|\s|$)", text):
        if lines[-1] and width(lines[-1] + part, 11) > room:
            lines.append("")
        lines[-1] += part
    return lines
