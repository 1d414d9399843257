"""Tables copied a cell a line: 序号 / 指标 / 单位 / 2025年 / 1 / 森林覆盖率 / % / 40 / 2 / …"""

from __future__ import annotations

from pipeline.parsers.flat.pieces import ATTRIBUTE, CATEGORY, VALUE, FlatTable, Parts, Range, Row, headings, is_unit

_FEWEST = 3


def read_cells(parts: Parts, first: int, body: int) -> FlatTable | None:
    """The table whose headings stand in lines `first` to `body`, one a line; None where any row does not fit."""
    heads = _heads(parts, first, body)
    if heads is None:
        return None
    columns, levels = heads
    rows: list[Row] = []
    number, at = 1, body
    while at < len(parts):
        if CATEGORY.fullmatch(parts.whole(at)):
            rows.append(Row({0: [parts.span(at)]}))
            at += 1
            continue
        if parts.whole(at) != str(number) or at + len(columns) > len(parts):
            break
        texts = [parts.whole(at + i) for i in range(len(columns))]
        if not all(_fits(kind, text) for kind, text in zip(columns, texts, strict=True)):
            return None
        rows.append(Row({i: [parts.span(at + i)] for i in range(len(columns))}))
        number, at = number + 1, at + len(columns)
    while rows and len(rows[-1].cells) == 1:
        rows.pop()
        at -= 1
    return FlatTable(first, at, levels, rows) if number > _FEWEST else None


def _heads(parts: Parts, first: int, body: int) -> tuple[list[str], list[dict[int, tuple[list[Range], int]]]] | None:
    """Kinds of the columns and the lines of the header; None where a line is no single heading or a needed one is not there.

    Headings of values that follow those of the first line stand below a group (“十四五”目标).
    """
    found = []
    for k in range(first, body):
        hits = headings(parts.whole(k))
        if len(hits) != 1:
            return None
        found.append((hits[0].lastgroup or "", parts.span(k)))
    kinds = [kind for kind, _ in found]
    if kinds[0] != "number" or kinds.count("number") != 1 or kinds.count("name") != 1 or "other" in kinds or kinds.count("group") > 1:
        return None
    if "group" not in kinds:
        return (kinds, [{i: ([span], 1) for i, (_, span) in enumerate(found)}]) if "value" in kinds else None
    group = kinds.index("group")
    later = next((i for i in range(len(found) - 1, group, -1) if kinds[i] != "value"), group)
    below = found[later + 1 :]
    if not below:
        columns = ["value" if k == "group" else k for k in kinds]
        return columns, [{i: ([span], 1) for i, (_, span) in enumerate(found)}]
    upper: dict[int, tuple[list[Range], int]] = {}
    columns, at = [], 0
    for kind, span in found[: later + 1]:
        wide = len(below) if kind == "group" else 1
        upper[at] = ([span], wide)
        columns += ["value"] * wide if kind == "group" else [kind]
        at += wide
    return columns, [upper, {group + i: ([span], 1) for i, (_, span) in enumerate(below)}]


def _fits(kind: str, text: str) -> bool:
    """Whether a cell may stand in a column of its kind."""
    if kind == "number":
        return text.isdecimal()
    if kind == "unit":
        return is_unit(text)
    if kind == "attribute":
        return bool(ATTRIBUTE.fullmatch(text)) or text == "-"
    if kind == "value":
        return bool(VALUE.fullmatch(text))
    return 2 <= len(text) <= 60 and not text.isdecimal() and not VALUE.fullmatch(text[:1] + text[-1:]) and "。" not in text


__all__ = ["read_cells"]
