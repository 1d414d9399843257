"""Lines with nested values as flat cells for CSV and XLSX."""

from __future__ import annotations

import json
from typing import Any

from pipeline.exporters.frames import Line

# a cell that a spreadsheet would run as a formula is text; some take the full-width signs too
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def flatten(line: Line) -> dict[str, Any]:
    """Deadlines become deadline_raw … deadline_end, lists are joined with 、, other structures are JSON; formulas are defused."""
    flat: dict[str, Any] = {}
    for name, value in line.items():
        if name == "deadline":
            flat |= {f"deadline_{k}": safe((value or {}).get(k)) for k in ("raw", "kind", "start", "end")}
        elif isinstance(value, list) and value and isinstance(value[0], list | dict):
            flat[name] = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, list):
            flat[name] = safe("、".join(map(str, value)))
        elif isinstance(value, dict):
            flat[name] = json.dumps(value, ensure_ascii=False) if value else None
        else:
            flat[name] = safe(value)
    return flat


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run, behind an apostrophe: `safe("=1+1") == "'=1+1"`; everything else as it is."""
    return "'" + value if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) else value
