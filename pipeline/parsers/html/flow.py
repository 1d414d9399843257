"""The tree of a page → its lines of text and its tables, in the order and with the white space that a browser shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from pipeline.parsers.counting import chinese, letters, roman
from pipeline.parsers.html.tree import Tree
from schemas.limits import Budget

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
        h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul""",
    )
)
_WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_BLANK = " \t\n\r\f\xa0\u2002\u2003\u3000\u200b\ufeff"
_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_WIDE}])")
# a paragraph that only its indent sets apart: the page has neither elements nor <br>
_INDENT = re.compile(r"(?:\n[ \t]*|(?<=[。；！？）]))(?=[\xa0 ]*(?:\u3000[ \xa0]*\u3000|(?:\xa0 ?){4}))")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_NUMBERED = re.compile(
    r"[\s\xa0\u3000]*(?:[（(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,4})[)）.、．]|第[一二三四五六七八九十百\d]{1,4}[条章节]|[①-⑳])"
)
_DISPLAY_BLOCK = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)(?!-?\w*nowrap)", re.I)
_NO_MARKER = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.I)
_LIST_TYPE = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?(decimal|(?:lower|upper)-(?:alpha|latin|roman)|cjk-\S+|\S*chinese\S*)",
    re.I,
)
_LABEL = re.compile(
    r"索引号|发文机关|发文单位|发布机构|发布单位|制发机关|发文字号|文号|成文日期|发文日期|印发日期|发布日期|发布时间|公开日期|主题分类|体裁分类|组配分类|信息名称|有效性"
)
_LONGEST_LABEL = 200  # characters of a label, with the blanks between them: the line so far is looked at wherever an element ends
_TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman", "1": "decimal"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a browser breaks it: its text, how many of its characters are link text, the block element it stands in."""

    text: str
    links: int
    node: int


@dataclass(frozen=True, slots=True)
class TableAt:
    """A table of data at this place: the index of its element."""

    node: int


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    end: int
    node: int
    block: bool = False
    link: bool = False
    pre: bool = False
    script: str = ""


@dataclass(slots=True)
class _Flow:
    """The line that is being put together, the open elements, the counters of the open numbered lists."""

    tree: Tree
    parts: list[str] = field(default_factory=list)
    links: int = 0
    home: int = 0
    marker: str = ""
    open: list[_Open] = field(default_factory=list)
    counters: dict[int, int] = field(default_factory=dict)

    def flush(self) -> Iterator[Line]:
        """End the line."""
        links = self.links
        whole = "".join(self.parts)
        self.parts.clear()
        self.links = 0
        for part in _INDENT.split(whole) if "\u3000\u3000" in whole or "\xa0\xa0" in whole else (whole,):
            text = _SPACES.sub(" ", _BREAK.sub("", part)).strip(_BLANK)
            if not text:
                continue
            if self.marker and not _NUMBERED.match(text):
                text = self.marker + text
            self.marker = ""
            yield Line(text, min(links, len(text)), self.home)
            links = max(links - len(text), 0)


def flow(tree: Tree, start: int, end: int, tables: Collection[int], budget: Budget) -> Iterator[Line | TableAt]:
    """Lines and data tables (those whose elements are in `tables`) among the elements `start` to `end`."""
    state = _Flow(tree)
    state.home = start
    at = start
    while at < end:
        while state.open and at >= state.open[-1].end:
            yield from _close(state)
        if at % 1000 == 0:
            budget.tick()
        if at in tables:
            yield from state.flush()
            yield TableAt(at)
            at = tree.ends[at]
            continue
        if tree.tags[at]:
            yield from _element(state, at)
        else:
            yield from _text(state, tree.texts[at])
        at += 1
    while state.open:
        yield from _close(state)
    yield from state.flush()


def _element(state: _Flow, at: int) -> Iterator[Line]:
    tree, tag = state.tree, state.tree.tags[at]
    if tag in ("br", "hr"):
        yield from state.flush()
        return
    style = tree.get(at, "style")
    block = tag in BLOCKS or (bool(style) and bool(_DISPLAY_BLOCK.search(style)))
    if block:
        yield from state.flush()
        state.home = at
    above = state.open[-1] if state.open else None
    pre = tag == "pre" or (bool(_PRE.search(style)) if "white-space" in style else bool(above and above.pre))
    if tag == "li":
        _count(state, at)
    script = tag if tag in ("sup", "sub") else above.script if above else ""
    state.open.append(_Open(tree.ends[at], at, block, tag == "a" or bool(above and above.link), pre, script))


def _close(state: _Flow) -> Iterator[Line]:
    closed = state.open.pop()
    if closed.block:
        yield from state.flush()
        state.home = next((o.node for o in reversed(state.open) if o.block), state.home)
        if state.tree.tags[closed.node] == "li":
            state.marker = ""
    elif len(state.parts) < 4 and sum(map(len, state.parts)) < _LONGEST_LABEL and _LABEL.fullmatch("".join("".join(state.parts).split())):
        yield from state.flush()  # a label in an element of its own, its value in the next one


def _text(state: _Flow, text: str) -> Iterator[Line]:
    above = state.open[-1] if state.open else None
    if above and above.pre and "\n" in text:
        first, *rest = text.split("\n")
        _put(state, first, above)
        for line in rest:
            yield from state.flush()
            _put(state, line, above)
        return
    _put(state, text, above)


def _put(state: _Flow, text: str, above: _Open | None) -> None:
    if above and above.script == "sup":
        text = _raised(state, text)
    state.parts.append(text)
    if above and above.link:
        state.links += len("".join(text.split()))


def _raised(state: _Flow, text: str) -> str:
    """A power written as a raised number must not become digits of the number before it: 10⁴ is not 104."""
    before = next((part for part in reversed(state.parts) if part), "")
    return f"^{text.strip()}" if text.strip().lstrip("-−").isdigit() and before[-1:].isdigit() else text


def _count(state: _Flow, at: int) -> None:
    """The number that the browser shows before an item of a numbered list."""
    tree = state.tree
    parent = tree.parents[at]
    if parent < 0 or tree.tags[parent] != "ol":
        state.marker = ""
        return
    step = -1 if "reversed" in tree.attributes.get(parent, {}) else 1
    if parent not in state.counters:
        items = sum(tree.tags[i] == "li" for i in tree.children(parent)) if step < 0 else 1
        state.counters[parent] = _integer(tree.get(parent, "start"), items) - step
    state.counters[parent] = _integer(tree.get(at, "value"), state.counters[parent] + step)
    styles = (tree.get(at, "style"), tree.get(parent, "style"))
    if any(_NO_MARKER.search(s) for s in styles if s):
        state.marker = ""
        return
    named = next((hit[1].lower() for s in styles if s and (hit := _LIST_TYPE.search(s))), None)
    kind = named or _TYPES.get(tree.get(at, "type") or tree.get(parent, "type"), "decimal")
    state.marker = marker(state.counters[parent], kind)


def _integer(text: str, default: int) -> int:
    hit = re.match(r"\s*(-?\d{1,9})", text)
    return int(hit[1]) if hit else default


def marker(number: int, kind: str) -> str:
    """The marker of a list item: `marker(3, "decimal") == "3. "`, `marker(3, "cjk-ideographic") == "三、"`."""
    if number < 1:
        return f"{number}. "
    if "alpha" in kind or "latin" in kind:
        text = letters(number)
        return f"{text if kind.startswith('upper') else text.lower()}. "
    if "roman" in kind and number < 4000:
        text = roman(number)
        return f"{text.upper() if kind.startswith('upper') else text}. "
    if ("cjk" in kind or "chinese" in kind) and number < 100:
        return f"{chinese(number)}、"
    return f"{number}. "


def once_per(node: Callable[[int], bool], tree: Tree) -> bytearray:
    """For each element whether it or one above it fulfils a condition."""
    found = bytearray(len(tree.tags))
    for i, tag in enumerate(tree.tags):
        parent = tree.parents[i]
        found[i] = (parent >= 0 and found[parent]) or bool(tag and node(i))
    return found
