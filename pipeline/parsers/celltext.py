"""Lines of one table cell as one text."""

from __future__ import annotations

import regex

_BODY = regex.compile(r"(?:局|委|办|部|厅|院|府|公司|中心|街道|镇|乡|会|站|队|所)(?:[)）])?$")


def join_lines(above: str, below: str) -> str:
    """Two lines of one cell. A line that names a body, below another: `join_lines("市财政局", "市住建局") == "市财政局、市住建局"`."""
    if not above or not below:
        return above + below
    last = regex.split(r"[、，,;；\s]", above)[-1]
    if 3 <= len(last) <= 20 and 3 <= len(below) <= 20 and _BODY.search(last) and _BODY.search(regex.split(r"[、，,;；\s]", below)[0]):
        return f"{above}、{below}"
    latin = above[-1].isascii() and above[-1].isalnum() and below[0].isascii() and below[0].isalnum()
    return f"{above} {below}" if latin else above + below


def one_line(text: str) -> str:
    """The text of a cell without its line breaks."""
    if text.isprintable():  # the usual case, and large sheets have many
        return text.strip()
    joined = ""
    for line in text.splitlines():
        joined = join_lines(joined, line.strip())
    return joined
