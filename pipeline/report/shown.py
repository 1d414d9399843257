"""What the page's templates call: words by language, and a line's values as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from pipeline.report import grid, words
from pipeline.report.charts.measure import number
from pipeline.report.lines import Line
from schemas.comparison import TABLES

_LEADS = 3  # of a value's leading bodies in its cell; all stand in its evidence


@cache
def sheets() -> dict[str, Any]:
    """Which columns of a table stand open, which one links, which ones are coloured: `sheets.yaml`."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "sheets.yaml").read_text("utf-8"))
    return found


def functions(lang: str) -> dict[str, Callable[..., Any]]:
    """The functions by the names that the templates know, for one language."""

    def say(name: str, /, **values: object) -> str:
        return words.say(name, lang, **values)

    return {
        "say": say,
        "tone": words.tone,
        "key": grid.key,
        "sides": sides,
        "targets_of": targets_of,
        "columns_of": columns_of,
        "search_text": search_text,
        "worded": lambda table, column, value: words.worded(table, column, value, lang),
        "head": lambda table, column: words.heading(table, column, lang),
        "table_title": partial(words.table_title, lang=lang),
        "explained": partial(words.explained, lang=lang),
        "when": partial(grid.when, lang=lang),
        "verdict_text": partial(grid.verdict_text, lang=lang),
        "task_text": partial(grid.task_text, lang=lang),
        "domain": partial(domain, lang=lang),
        "canonical": partial(canonical, lang=lang),
        "notes_of": partial(notes_of, lang=lang),
        "deadline_text": partial(deadline_text, lang=lang),
        "text_of": partial(text_of, lang=lang),
    }


def domain(row: grid.Row, lang: str) -> str:
    """The domain of a row; in words where the vocabulary does not know its indicator."""
    return row.domain or words.say("unknown_domain", lang)


def search_text(row: grid.Row) -> str:
    """What the search looks in: the indicator's name and id, and its names as written."""
    return " ".join(dict.fromkeys(str(x) for x in (row.name, row.indicator_id, *(e["as_written"] for e in row.entries)) if x))


def notes_of(line: Line, several: Collection[str], lang: str) -> str:
    """Under a value: 现状 where it is none to reach, scope, leads, and the document where its region is among those that have several."""
    current = words.say("current", lang) if line["status"] == "current" and words.say("current", lang) not in (line["shown"] or "") else ""
    document = line["document"] if line["region"] in several else ""
    return " · ".join(part for part in (current, line["scope"], grid.leads_text(line, lang, _LEADS), document) if part)


def deadline_text(line: Line, lang: str) -> str:
    """A deadline as written, with what it means where that is not the same: 到2023年底（2023年）."""
    raw, meant = (line["deadline"] or {}).get("raw") or "", grid.when(line["deadline"], lang)
    return f"{raw}（{meant}）" if raw and meant and meant != raw else raw or meant


def canonical(line: Line, lang: str) -> str:
    """The canonical value with its unit: 540000 平方米; a share is a ratio, 0.6（比值） of 60%."""
    if line["canonical_value"] is None:
        return ""
    high = f"—{number(line['canonical_value_max'])}" if line["canonical_value_max"] is not None else ""
    value, unit = f"{number(line['canonical_value'])}{high}", line["canonical_unit"] or ""
    return words.say("ratio", lang, value=value) if unit == "1" else f"{value} {unit}".strip()


def sides(finding: Line, sources: Mapping[str, str]) -> list[dict[str, Any]]:
    """The statements of a finding: value, deadline, quote, document, task and target of each.

    `sources`: target → its document. A finding may name more documents than it has values: one plan no longer says it.
    """
    values, documents = finding["values"] or [], finding["documents"] or []
    if not values:
        return _without_values(finding, "、".join(documents))
    found = []
    for i, value in enumerate(values):
        side = {name: _nth(finding[f"{name}s"], i) for name in ("deadline", "quote", "task", "target")}
        known = sources.get(side["target"] or "") or (_nth(documents, i) if len(documents) == len(values) else "、".join(documents))
        found.append({**side, "value": value, "document": known})
    return found


def _without_values(finding: Line, document: str) -> list[dict[str, Any]]:
    """Statements of a finding on tasks: each quote with its task where there are as many, else all tasks and then the quotes."""
    tasks, quotes = finding["tasks"] or [], finding["quotes"] or []
    blank = {"value": None, "deadline": None, "quote": None, "document": document, "task": None, "target": None}
    if len(tasks) == len(quotes):
        return [{**blank, "quote": quote, "task": task} for quote, task in zip(quotes, tasks, strict=True)] or [blank]
    return [{**blank, "task": "、".join(tasks)}, *({**blank, "quote": quote, "document": None} for quote in quotes)]


def _nth(items: list[Any] | None, i: int) -> Any:
    return items[i] if items and i < len(items) else None


def targets_of(table: str, line: Line) -> list[str]:
    """Targets that a line is about."""
    value = line.get(sheets()[table].get("target", "")) or []
    return [value] if isinstance(value, str) else list(value)


def columns_of(table: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The open columns of a table that some line fills: name, class of its cells, whether it links and whether it is coloured."""
    layout = sheets()[table]
    types = {column.name: column.type for column in TABLES[table]}
    found = []
    filled = {name for line in lines for name, value in line.items() if value not in (None, [], "")}
    for name, width in ((n, w) for n, w in layout["open"].items() if n in filled):
        numeric = types[name] in ("integer", "number") and name != "year"
        cls = "number" if numeric else "wide" if width >= 22 else "tight" if types[name] == "date" or width <= 12 else "middle"
        found.append({"name": name, "type": types[name], "cls": cls, "link": name == layout.get("link"), "colour": name in layout["colour"]})
    return found


def text_of(table: str, column: dict[str, Any], line: Line, lang: str) -> str:
    """A cell as text: lists joined, codes in words, numbers without needless zeros."""
    value = line[column["name"]]
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(words.say("missing", lang) if item is None else str(words.worded(table, column["name"], item, lang)) for item in value)
    if isinstance(value, dict):
        return grid.when(value, lang)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return str(words.worded(table, column["name"], value, lang))
