"""Lines with nested values as flat cells for CSV and XLSX."""

from __future__ import annotations

import json
from typing import Any

from pipeline.exporters.frames import Line

# a cell that a spreadsheet would run as a formula is text
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flatten(line: Line) -> dict[str, Any]:
    """Deadlines become deadline_raw … deadline_end, lists are joined with 、, other structures are JSON; formulas are defused."""
    flat: dict[str, Any] = {}
    for name, value in line.items():
        if name == "deadline":
            flat |= {f"deadline_{k}": _safe((value or {}).get(k)) for k in ("raw", "kind", "start", "end")}
        elif isinstance(value, list) and value and isinstance(value[0], list | dict):
            flat[name] = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, list):
            flat[name] = _safe("、".join(map(str, value)))
        elif isinstance(value, dict):
            flat[name] = json.dumps(value, ensure_ascii=False) if value else None
        else:
            flat[name] = _safe(value)
    return flat


def _safe(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
