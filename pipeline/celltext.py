"""Lines of a table cell → one text: what stands between two lines."""

from __future__ import annotations

from collections.abc import Iterable

import regex

_PART = regex.compile(r"[、，,;；:：\s]")
_BODY = regex.compile(r"(?=.{3,20}$).*(?:局|委|办|部|厅|院|府|公司|中心|街道|镇|乡|会|站|队|所)[)）]?")
# in a cell of nothing but units a 县 or 区 is one too; elsewhere too many words end so
_UNIT = regex.compile(r"[\p{Han}（）()]{1,20}(?:局|委|办|部|厅|院|府|会|室|中心|公司|银行|街道|办事处|镇|乡|区|县|市|旗|大队|站|所)[）)]?")
_ITEM = regex.compile(r"(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.、．](?!\d)|[①-⑳])")
_ENDED, _ENDED_ITEM = regex.compile(r"[、,，;；:：(（]$"), regex.compile(r"[。；;：:，,、！!？?（(]$")
_DECIMAL = regex.compile(r"\d[.,]$|[-+≥≤<>~]$")  # no number ends so


def one_line(text: str) -> str:
    """The text of a cell without its line breaks."""
    return text.strip() if text.isprintable() else join_lines(text.splitlines())  # printable is the usual case, and large sheets have many


def join_lines(lines: Iterable[str]) -> str:
    """Lines that the writer of a cell broke: units one below the other joined with 、, numbered items with ；, other lines as `gap_between` says.

    `join_lines(["市发改委", "市财政局"]) == "市发改委、市财政局"`: joined directly they would become one unit, and 95% above 2. one number.
    """
    bare = [line.strip() for line in lines if line.strip()]
    if not bare:
        return ""
    units = all(_UNIT.fullmatch(part) for line in bare for part in _PART.split(line) if part)
    text = bare[0]
    for line in bare[1:]:
        if _ITEM.match(line) and not _ENDED_ITEM.search(text):
            text += "；"
        elif (units and not _ENDED.search(text) and not _PART.match(line)) or _are_bodies(text, line):
            text += "、"
        else:
            text += gap_between(text, line, full=False)
        text += line
    return text


def _are_bodies(above: str, below: str) -> bool:
    """Whether one line ends and the next begins with the name of a body."""
    return bool(_BODY.fullmatch(_PART.split(above)[-1]) and _BODY.fullmatch(_PART.split(below)[0]))


def gap_between(above: str, below: str, full: bool = True) -> str:
    """What stands between two lines that a layout broke: a blank between Latin words, nothing in Chinese or within a number.

    `gap_between("PM2.5 annual", "mean") == " "`, `gap_between("达到3", "5%") == ""`; where the line above was not `full`, digits are two numbers.
    """
    last, first = above[-1:], below[:1]
    if not _latin(last) or not _latin(first):
        return ""
    if first.isdigit() and (_DECIMAL.search(above) or (last.isdigit() and full)):
        return ""
    return "" if last in "-/≥≤<>(\\" or first in "%/.,;:)" else " "


def _latin(char: str) -> bool:
    """Whether a character belongs to a script that writes blanks between words."""
    return bool(char) and "!" <= char < "ʰ"


__all__ = ["gap_between", "join_lines", "one_line"]
