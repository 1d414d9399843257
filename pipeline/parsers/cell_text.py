"""The text of a cell that is written on several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_UNIT = re.compile(r"[\u4e00-\u9fff（）()]{1,20}(?:局|委|办|部|厅|院|府|会|室|中心|公司|银行|街道|办事处|镇|乡|区|县|市|旗|大队|站|所)(?:[）)])?")
_UNITS_SPLIT = re.compile(r"[、,，;；]")
_ENDS_OPEN = re.compile(r"[、,，;；:：(（]$")
_ITEM = re.compile(r"(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.、．](?!\d)|[①-⑳])")
_ENDS = re.compile(r"[。；;：:，,、！!？?（(]$")
_WIDE_END, _WIDE_START = re.compile(rf"[{WIDE}]$"), re.compile(rf"[{WIDE}]")


def join_lines(lines: Sequence[str]) -> str:
    """The lines of a cell as one text: Chinese directly, Latin words with a blank; units one below the other with 、, numbered items with ；.

    `join_lines(["市发改委", "市财政局"]) == "市发改委、市财政局"`: joined directly they would become one unit, and 95% above 2. one number.
    """
    if len(lines) < 2:
        return "".join(lines)
    units = all(_UNIT.fullmatch(part) for line in lines for part in _UNITS_SPLIT.split(line) if part)
    text = lines[0]
    for line in lines[1:]:
        if _ITEM.match(line) and not _ENDS.search(text):
            text += "；" + line
        elif units and not _ENDS_OPEN.search(text) and not _UNITS_SPLIT.match(line):
            text += "、" + line
        elif _WIDE_END.search(text) or _WIDE_START.match(line):
            text += line
        else:
            text += " " + line
    return text
