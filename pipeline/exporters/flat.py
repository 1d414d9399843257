"""Lines with nested values as flat cells for CSV and XLSX, and the one place where text is kept from being run as a formula.

Spreadsheets run a cell of a CSV file that begins with = + - @ (in Chinese ones also ＝ ＋ － ＠) as a formula, whatever white space stands before:
text like that goes behind an apostrophe (`safe`, undone by `plain`). Numbers are no text: -5 stays -5. A workbook has types, so there the text stays
as it is and the cell is a string (see `exporters/xlsx.py`, `report/workbook/book.py`). Data packages, JSON and Parquet are for tools, which run
nothing: there every value stays itself.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pipeline.exporters.frames import Line

# what spreadsheets drop before they look: white space of any width, controls, marks of byte order and of no width
_BEFORE = "[\\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]*"
_FORMULA = re.compile(f"{_BEFORE}[=+\\-@＝＋－＠]|[\t\r\n]")
_DEFUSED = re.compile(f"'+(?:{_BEFORE}[=+\\-@＝＋－＠]|[\t\r\n])")  # an apostrophe of the source's own gets another, so that one can be taken away


def flatten(line: Line, defused: bool = True) -> dict[str, Any]:
    """Deadlines become deadline_raw … deadline_end, lists are joined with 、, other structures are JSON; `defused`: text passes `safe`."""
    flat: dict[str, Any] = {}
    for name, value in line.items():
        if name == "deadline":
            flat |= {f"deadline_{k}": (value or {}).get(k) for k in ("raw", "kind", "start", "end")}
        elif isinstance(value, list) and value and isinstance(value[0], list | dict):
            flat[name] = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, list):
            flat[name] = "、".join(map(str, value))
        elif isinstance(value, dict):
            flat[name] = json.dumps(value, ensure_ascii=False) if value else None
        else:
            flat[name] = value
    return {name: safe(value) for name, value in flat.items()} if defused else flat


def runs(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula: `runs(" =1+1")`."""
    return _FORMULA.match(text) is not None


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run, behind an apostrophe: `safe("=1+1") == "'=1+1"`; everything else as it is."""
    return "'" + value if isinstance(value, str) and (runs(value) or _DEFUSED.match(value)) else value


def plain(value: str) -> str:
    """A text of a CSV file as it was: `plain(safe(text)) == text`."""
    return value[1:] if _DEFUSED.match(value) else value
