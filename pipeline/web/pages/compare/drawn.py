"""The numbers of the charts: what is drawn, and the table that says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.charts.values import alike, numbers_of, thresholds
from pipeline.report.grid import NOWHERE, Row, column, key, when
from pipeline.report.lines import Line
from pipeline.report.words import vocabulary
from pipeline.web.pages.compare.asked import View
from pipeline.web.pages.compare.kept import Made
from pipeline.web.pages.compare.shape import shown_rows

SIZE = 24  # panels on a page
_LANES, _SQUARES = 40, 240


@dataclass(frozen=True, slots=True)
class Drawn:
    """`panels`: plain values for the script and the table; `total`: how many there are on all pages."""

    chart: str
    panels: list[dict[str, Any]]
    total: int
    page: int
    pages: int


def values(made: Made, standards: Sequence[Line], view: View, lang: str) -> Drawn:
    """A panel for each indicator that two columns state comparably: values, and the standard's lines."""
    assert made.whole is not None
    names = list(made.whole.regions)
    found = [(row, some) for row in shown_rows(made, view) for entries in alike(row, view.by) if (some := _kept(entries, view))]
    page, pages, here = _page(found, view.page, SIZE)
    return Drawn("values", [_panel(row, some, standards, view, names, lang) for row, some in here], len(found), page, pages)


def _kept(entries: Sequence[Line], view: View) -> list[Line]:
    return [entry for entry in entries if column(entry, view.by) not in view.hide]


def _panel(row: Row, entries: list[Line], standards: Sequence[Line], view: View, names: list[str], lang: str) -> dict[str, Any]:
    units = {entry["unit"] for entry in entries}
    written = len(units) == 1
    unit = (units.pop() if written else entries[0]["canonical_unit"]) or ""
    mine = [line for line in standards if line["indicator_id"] and line["indicator_id"] == row.indicator_id]
    words = vocabulary("verdict", lang)
    dots = []
    for entry in sorted(entries, key=lambda e: (names.index(column(e, view.by)), (e["deadline"] or {}).get("end") or "", e["value"])):
        low, high = numbers_of(entry, written)
        dots.append(
            {
                "column": column(entry, view.by),
                "colour": names.index(column(entry, view.by)) % 8,
                "value": low,
                "max": high,
                "shown": entry["shown"] or entry["value_text"],
                "when": when(entry["deadline"], lang),
                "scope": entry["scope"] or "",
                "verdict": words.get(entry["verdict"] or "", ""),
                "hollow": entry["verdict"] != "comparable",
                "document": entry["document"],
                "target": key(entry),
            }
        )
    limits = [{"value": value, "label": label} for value, label in thresholds(mine, unit, lang)]
    return {"name": row.name, "region": "", "scope": "", "unit": "" if unit == "1" else unit, "dots": dots, "limits": limits}


def timeline(made: Made, view: View, lang: str) -> Drawn:
    """A panel for each region or document: its targets with a deadline, by year."""
    words = vocabulary("due", lang)
    by = "document" if view.by == "document" else "region"
    asked = view.find.lower().split()
    lanes: dict[str, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in made.lines["timeline"]:
        where = line[by] or NOWHERE
        if where not in view.hide and all(word in f"{line['indicator'] or ''} {line['document'] or ''}".lower() for word in asked):
            lanes[where][int(line["date"][:4])].append(line)
    ordered = [name for name in dict.fromkeys((*made.columns, *lanes)) if name in lanes]
    page, pages, here = _page(ordered, view.page, _LANES)
    panels = [
        {"name": name, "region": "", "scope": "", "unit": "", "years": [_year(year, some, words) for year, some in sorted(lanes[name].items())]}
        for name in here
    ]
    return Drawn("timeline", panels, len(ordered), page, pages)


def _year(year: int, lines: Sequence[Line], words: Mapping[str, str]) -> dict[str, Any]:
    squares = [
        {
            "target": line["target"],
            "date": line["date"],
            "due": line["due"],
            "word": words.get(line["due"] or "", ""),
            "name": line["indicator"] or "",
            "shown": line["shown"] or "",
            "document": line["document"] or "",
        }
        for line in lines[:_SQUARES]
    ]
    states = {state: sum(line["due"] == state for line in lines) for state in words}
    return {"year": year, "count": len(lines), "states": states, "squares": squares}


def editions(made: Made, view: View, numbers: Mapping[str, Mapping[str, Any]], lang: str) -> Drawn:
    """A panel for each indicator whose number two editions of a region's plan both state: before → after, and what the change is called."""
    words = vocabulary("change", lang)
    order = {line["document"]: (line["date"] or "", line["edition"] or 0) for line in made.lines["plans"]}
    panels: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in changes_drawn(made, view):
        steps = [numbers.get(line[f"{side}_target"]) for side in ("before", "after")]
        if steps[0] is None or steps[1] is None or (step := _step(line, steps[0], steps[1], order, words)) is None:
            continue
        _add(panels.setdefault((line["region"] or "", line["indicator"] or "", line["scope"] or ""), []), step)
    found = [
        {"region": region, "name": indicator, "scope": scope, "unit": steps[0]["unit"], "steps": steps}
        for (region, indicator, scope), steps in panels.items()
    ]
    found.sort(key=lambda panel: all(code == "continued" for step in panel["steps"] for code, _ in step["words"]))  # what changed comes first
    page, pages, here = _page(found, view.page, SIZE)
    return Drawn("editions", here, len(found), page, pages)


def _add(steps: list[dict[str, Any]], step: dict[str, Any]) -> None:
    """Two editions may differ in several ways: one step, with a word for each."""
    same = next((one for one in steps if all(one[side]["target"] == step[side]["target"] for side in ("before", "after"))), None)
    if same is None:
        steps.append(step)
    else:
        same["words"] += step["words"]


def changes_drawn(made: Made, view: View) -> list[Line]:
    """The changes with two targets that the search of a view lets through."""
    asked = view.find.lower().split()
    both = (line for line in made.lines["changes"] if line["before_target"] and line["after_target"])
    return [line for line in both if all(word in f"{line['indicator'] or ''} {line['region'] or ''}".lower() for word in asked)]


def _step(
    line: Line, before: Mapping[str, Any], after: Mapping[str, Any], order: Mapping[str, tuple[str, int]], words: Mapping[str, str]
) -> dict[str, Any] | None:
    """Before and after in one unit; None where they have none in common."""
    if before["unit"] == after["unit"] and None not in (before["value"], after["value"]):
        low, high, unit = before["value"], after["value"], before["unit"] or ""
    elif before["canonical_unit"] == after["canonical_unit"] and None not in (before["canonical_value"], after["canonical_value"]):
        low, high, unit = before["canonical_value"], after["canonical_value"], before["canonical_unit"] or ""
    else:
        return None
    sides = [
        {
            "document": line[f"{side}_document"],
            "date": order.get(line[f"{side}_document"], ("", 0))[0],
            "value": value,
            "shown": line[f"{side}_shown"],
            "deadline": line[f"{side}_deadline"] or "",
            "target": line[f"{side}_target"],
        }
        for side, value in (("before", low), ("after", high))
    ]
    return {"words": [(line["change"], words.get(line["change"] or "", ""))], "unit": unit, "before": sides[0], "after": sides[1]}


def targets_of(found: Drawn) -> set[str]:
    """The targets that are drawn."""
    dots = (dot["target"] for panel in found.panels for dot in panel.get("dots", ()))
    squares = (square["target"] for panel in found.panels for year in panel.get("years", ()) for square in year["squares"])
    steps = (step[side]["target"] for panel in found.panels for step in panel.get("steps", ()) for side in ("before", "after"))
    return {target for target in (*dots, *squares, *steps) if target}


def _page(found: Sequence[Any], asked: int, size: int) -> tuple[int, int, list[Any]]:
    pages = max(1, -(-len(found) // size))
    page = min(asked, pages)
    return page, pages, list(found[(page - 1) * size : page * size])
