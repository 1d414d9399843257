"""Write docs/datasette/metadata.json and docs/views.md from the views and fields: python -m docs.datasette.make

datasette --immutable output/zhibiao.db --metadata docs/datasette/metadata.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas import tables
from schemas.lines import LINES
from schemas.views import VIEWS

HERE = Path(__file__).parent
DATABASE = "zhibiao"
_FACETS = {
    "v_target": ["region", "domain", "kind", "due_year", "status"],
    "v_task": ["region", "due_year"],
    "v_document": ["region", "format", "draft"],
    "v_deadline": ["region", "due_year"],
    "v_indicator_region": ["region", "domain", "due_year"],
    "v_issue": ["level", "code", "region"],
}
_TABLES = {"document": "documents", "task": "tasks", "target": "targets", "evidence": "evidence", "body": "bodies", "indicator": "indicators"}
_SHOWN = {*_TABLES, "standard", "standard_threshold", "region", "coverage", "issue", "validity"}
_QUERIES = {
    "due": (
        "某年到期的目标 / Targets due in a year",
        "SELECT region, indicator, value_text, deadline_end, lead, document, quote FROM v_target "
        "WHERE due_year = :year ORDER BY deadline_end, region",
    ),
    "beside": (
        "一个指标的各地目标 / One indicator in all regions",
        "SELECT region, due_year, operator, canonical_value, canonical_unit, value_text, scope, document FROM v_indicator_region "
        "WHERE indicator LIKE '%' || :indicator || '%' ORDER BY canonical_value DESC",
    ),
    "led_by": (
        "某职能牵头的目标 / Targets led by a function",
        "SELECT region, lead, indicator, value_text, deadline_end, document FROM v_target WHERE lead_function LIKE '%' || :function || '%'",
    ),
    "evidence_of": (
        "一个目标的证据 / Evidence of a target",
        "SELECT slot, text, start, \"end\", page, line FROM evidence WHERE row_table = 'target' AND row_id = :target_id ORDER BY slot, position",
    ),
}


def metadata() -> dict[str, Any]:
    """Titles, descriptions of columns, facets and queries for Datasette."""
    shown: dict[str, Any] = {
        view.name: {
            "title": f"{view.zh} / {view.en}",
            "columns": {column.name: f"{column.zh}：{column.en}" for column in view.columns},
            "facets": _FACETS[view.name],
        }
        for view in VIEWS
    }
    for name, table in tables.metadata.tables.items():
        if name not in _SHOWN:
            shown[name] = {"hidden": True}
        elif name in _TABLES:
            about = {field.name: field.about for field in LINES[_TABLES[name]]}
            shown[name] = {"columns": {column.name: about[column.name] for column in table.c if column.name in about}}
    shown["alembic_version"] = {"hidden": True}
    queries = {name: {"title": title, "sql": sql} for name, (title, sql) in _QUERIES.items()}
    about = "政府计划中的指标、阈值、期限、责任单位；每个值都指向原文的字符。Indicators, thresholds, deadlines and units of Chinese government plans."
    return {
        "title": "指标 zhibiao",
        "description": about,
        "databases": {DATABASE: {"description": about, "tables": shown, "queries": queries}},
    }


def views() -> str:
    """The views and their columns as Markdown."""
    lines = [
        "# SQL views",
        "",
        "Written by `python -m docs.datasette.make` from `schemas/views.py`. The views stand in SQLite and PostgreSQL alike and are made anew",
        "by every migration; BI tools read them like tables.",
    ]
    for view in VIEWS:
        lines += ["", f"## {view.name}", "", f"{view.zh}. {view.en}.", "", "| column | 说明 | what it says |", "| --- | --- | --- |"]
        lines += [f"| `{column.name}` | {column.zh} | {column.en} |" for column in view.columns]
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write both files."""
    (HERE / "metadata.json").write_text(json.dumps(metadata(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    (HERE.parent / "views.md").write_text(views(), "utf-8")


if __name__ == "__main__":
    write()
