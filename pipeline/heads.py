"""Headers of tables: the roles of headings, header rows of one or more levels, titles above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

import regex

from pipeline.spans import Line, header_paths
from schemas import vocab
from schemas.structs import struct

_BRACKET = regex.compile(r"[(（\[【〔].*?[)）\]】〕]+")
NUMBER = regex.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,2})*|[一二三四五六七八九十]{1,3})[)\]]?[.、]?")
_QUANTITY = regex.compile(r"(?:[≥≤<>]|不[低高少多]于|达到)?\d[\d,.]*[^\d,。;:]{0,6}(?:以[上下内]|左右)?")
BARE_YEAR = regex.compile(r"(?:19|20)\d\d年?(?:[(（][^()（）]*[)）])?")


def levels(header: str) -> list[str]:
    """The levels of a heading; the line of a unit parts none: `levels("目标（万元/亩）/2025年") == ["目标（万元/亩）", "2025年"]`."""
    parts, depth = [""], 0
    for c in header:
        depth += (c in "(（") - (c in ")）")
        if c == "/" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += c
    return parts


@struct(frozen=True, slots=True)
class Column:
    """A column's header as written (levels joined with /), its role, and where the header stands."""

    header: str
    role: str


@cache
def _roles() -> tuple[tuple[str, regex.Pattern[str]], ...]:
    return tuple((role, regex.compile("|".join(f"(?:{w})" for w in words))) for role, words in vocab.read("columns").items())


@lru_cache(maxsize=10_000)
def role_of(header: str) -> str | None:
    """The role of a table heading, or None: `role_of("牵头单位") == "lead"`."""
    bare = (_BRACKET.sub("", header) or header.strip("[]()（）〔〕【】")).strip(":：")
    for role, pattern in _roles():
        if bare and pattern.fullmatch(bare):
            return role
    return None


def is_title(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is one merged cell over the whole width with a header below it: the table's title or its unit."""
    filled = [where for cell, where in lines[at] if cell.text]
    alone = len(filled) == 1 and 1 < len(lines[at]) <= filled[0].colspan
    return alone and any(read_header(lines, k)[0] is not None for k in range(at + 1, min(at + 3, len(lines))))


def is_header(lines: Sequence[Line], at: int) -> bool:
    """Whether a table line is a header."""
    return read_header(lines, at)[0] is not None


def read_header(lines: Sequence[Line], at: int) -> tuple[tuple[Column, ...] | None, int]:
    """The header that starts at a line and how many lines it takes (0 where there is none)."""
    paths = header_paths(lines, at)
    if paths is not None and any(NUMBER.fullmatch(t) for t in paths[0] if t != "号"):
        return None, 0
    if paths is not None and (columns := _named(["/".join(path) for path in paths])):
        return columns, max(where.rowspan if where.rowspan > 1 else 2 for _, where in lines[at])
    texts = [cell.plain for cell, _ in lines[at]]
    filled = [t for t in texts if t]
    known = [t for t in filled if len(t) <= 20 and role_of(t)]
    few = len(known) < 2 or 2 * len(known) < len(filled)
    if len(filled) < 2 or any(len(t) > 30 for t in filled) or (few and not _is_numbered_head(filled)):
        return None, 0
    if all(BARE_YEAR.fullmatch(t) for t in known):
        return None, 0  # 隧道 | 2025年 | 2026年 is a row of dates
    if NUMBER.fullmatch(texts[0]) and texts[0] not in ("号",):
        return None, 0
    used = 1
    if at + 1 < len(lines):
        below = [cell.plain for cell, _ in lines[at + 1]]
        named = [t for t in below if t]
        same = below[:1] in ([""], texts[:1])  # merged cells are empty below, or say the same again
        pairs = [(top, low) for top, low in zip(texts, below, strict=False) if low]
        sound = all(len(low) <= 12 and (role_of(low) or role_of(top + low)) for top, low in pairs)  # 计划 below 2026年 is 2026年计划
        if named and len(below) == len(texts) and below != texts and same and sound:
            upper = ""
            joined = []
            for top, low in zip(texts, below, strict=True):
                upper = top or upper
                joined.append(f"{upper}/{low}" if low and low != upper else top or upper)
            texts, used = joined, 2
    return _columns(texts), used


def side_by_side(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines of a table that is printed in halves beside each other (序号|指标|目标值|序号|指标|目标值), as one half below the other.

    Columns before the halves belong to all of them. Other tables come back as they are.
    """
    done: list[Line] = []
    while found := _one_below_the_other(lines):
        done, lines = [*done, *found[0]], found[1]
    return [*done, *lines] if done else lines


def _one_below_the_other(lines: Sequence[Line]) -> tuple[list[Line], Sequence[Line]] | None:
    """The lines up to the end of the first table in halves, as one half below the other, and the lines behind it; None where there is none."""
    for at in range(min(len(lines), 3)):
        texts = [cell.plain for cell, _ in lines[at]]
        halves = _halves(texts)
        if not halves:
            continue
        first = at + max(read_header(lines, at)[1], 1)
        end = next((k for k in range(first, len(lines)) if [c.plain for c, _ in lines[k]] != texts and is_header(lines, k)), len(lines))
        below = []
        for half in halves:
            part = [[line[i] for i in half if i < len(line)] for line in lines[at:end]]  # lines of text may end where their cells do
            header = read_header(part, 0)[1]
            below += [line for i, line in enumerate(part) if any(cell.text for cell, _ in line) and (i >= header or half is halves[0])]
        return [*lines[:at], *below], lines[end:]
    return None


def _halves(texts: Sequence[str]) -> list[list[int]]:
    """The columns of each half, where the headings from some column on are the same two or more headings again and again; else none."""
    count = len(texts)
    named = [role_of(t) in ("indicator", "task") for t in texts]
    names = sum(named)  # from `first` on; each half has one, so there are as many halves as names
    for first in range(count - 3):
        width = (count - first) // names if names > 1 and (count - first) % names == 0 else 0
        if width > 1 and sum(named[first : first + width]) == 1 and all(texts[i] == texts[i + width] for i in range(first, count - width)):
            return [[*range(first), *range(at, at + width)] for at in range(first, count, width)]
        names -= named[first]
    return []


def _is_numbered_head(texts: Sequence[str]) -> bool:
    """Whether a line is a header because it begins with 序号 and names each of its columns, though few of the names are known."""
    return len(texts) > 2 and role_of(texts[0]) == "number" and not any(NUMBER.fullmatch(t) or t[-1] in "。；;" for t in texts)


def _named(texts: list[str]) -> tuple[Column, ...] | None:
    """Columns of header paths, if most of them are known headings."""
    known = [t for t in texts if any(role_of(part) for part in levels(t))]
    sound = len(known) >= 2 and 2 * len(known) >= len(texts) and all(len(part) <= 30 for t in texts for part in levels(t))
    return _columns(texts) if sound else None


def _columns(texts: list[str]) -> tuple[Column, ...]:
    """Columns of header texts (levels joined with /) with their roles: the lowest known heading counts."""
    columns = []
    measured = any(role_of(levels(t)[-1]) in ("value", "current") for t in texts)
    for text in texts:
        roles = [role_of(part) for part in levels(text)]
        role = next((r for r in reversed(roles) if r), "other")
        if role == "value" and "current" in roles[:-1]:
            role = "current"
        if role == "unit" and not measured:
            role = "responsible" if any(role_of(t) == "task" for t in texts) else role
        if role == "category" and not any(role_of(t) in ("indicator", "task") for t in texts) and all(not t or role_of(levels(t)[-1]) for t in texts):
            role = "indicator"
        columns.append(Column(text, role))
    return _settle(_goals(columns))


def _goals(columns: list[Column]) -> tuple[Column, ...]:
    """A column headed 目标 behind the names of a table without values holds the values (behind tasks, their text); before them it groups them."""
    roles = [c.role for c in columns]
    name = "indicator" if "indicator" in roles else "task"
    if name not in roles or "value" in roles:
        return tuple(columns)
    role = "value" if name == "indicator" else "task"
    return tuple(replace(c, role=role) if c.header == "目标" and i > roles.index(name) else c for i, c in enumerate(columns))


def with_values(columns: tuple[Column, ...], lines: Sequence[Line]) -> tuple[Column, ...]:
    """The columns; one headed as a goal behind the names whose cells are nothing but quantities holds values (培育企业 | 20家).

    A column headed 单位 whose cells are units of measure holds those, also in a table of tasks.
    """
    found = list(columns)
    first = next((i for i, c in enumerate(columns) if c.role in ("indicator", "task")), len(columns))
    for i, column in enumerate(columns):
        cells = [line[i][0].text for line in lines if i < len(line) and line[i][0].text]
        units = [c for c in cells if c not in ("-", "/")]
        if column.header == "单位" and units and all(vocab.units().find(c) for c in units):
            found[i] = replace(column, role="unit")
        if i > first and column.role == "task" and "目标" in column.header and cells and all(_QUANTITY.fullmatch(c) for c in cells):
            found[i] = replace(column, role="value")
    return tuple(found)


def _settle(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Two columns of the indicator role: the first groups the second."""
    names = [i for i, c in enumerate(columns) if c.role == "indicator"]
    tasks = [i for i, c in enumerate(columns) if c.role == "task"]
    if not names and len(tasks) > 1:
        return tuple(replace(c, role="indicator") if i == tasks[0] else c for i, c in enumerate(columns))
    if len(names) > 1:
        return tuple(replace(c, role="category") if i in names[:-1] else c for i, c in enumerate(columns))
    return columns
