"""The outline of the official text: numbered items with their headings and the paragraphs under them, attachments, series of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import regex

from extractors import rules
from extractors.numerals import parse_number
from pipeline.labels import Line
from pipeline.lookback import looks_back
from pipeline.members import attachment as attachment_named
from pipeline.members import same_part
from pipeline.official import Official
from pipeline.paragraphs import BODY_LABEL, Marker, is_final, paragraphs
from schemas.folded import EMPTY, Folded, fold
from schemas.types import Span

_BEFORE_COLON = regex.compile(r"[^。;,:(]{2,24}[::]")
_FIRST = regex.compile(r"1[.、]")
_COUNTS = regex.compile(r"[个家项年月%]")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(slots=True)
class Node:
    """A numbered item of the outline with the paragraphs that stand under it."""

    level: int
    style: str
    number: int
    heading: Folded
    marker: Span | None
    path: tuple[str, ...]
    headings: tuple[str, ...]
    section: str
    attachment: str = ""
    lines: list[tuple[Line, Folded, str]] = field(default_factory=list)  # each with the section that it stands in
    children: int = 0
    now: str = ""  # the section at its last line, where that is not the heading's
    title: Folded = EMPTY  # of an attachment

    def add(self, line: Line, text: Folded, year: int | None) -> None:
        """A paragraph under the item. One that opens as a review makes a section of results of all below it, until one looks ahead; under a
        heading of a review all is past."""
        if self.section == "work" and (back := looks_back(text.text, year)) is not None:
            self.now = "past" if back else "work"
        self.lines.append((line, text, self.now or self.section))


def section_kind(heading: str) -> str | None:
    """What a heading makes of its section: goal, talk, past, outlook, support, or None."""
    return next((rule.name for rule in _sections() if rule.search(heading, 0, len(heading))), None)


@cache
def _sections() -> tuple[rules.Rule, ...]:
    return tuple(rule for rule in rules.load("outline").values() if rule.attributes.get("role") == "section")


def _number(hit: regex.Match[str]) -> int:
    text = hit["n"].rpartition(".")[2]
    return _CIRCLED.index(text) + 1 if text in _CIRCLED else int(parse_number(text) or 0)


def read_outline(official: Official, year: int | None = None) -> list[Node]:
    """The items in text order; `year` is the document's, before which all is past.

    The first node has level -1 and holds what stands before any number; each attachment begins with another such node.
    """
    root = Node(-1, "", 0, fold("", []), None, (), (), "work")
    nodes, stack = [root], [root]
    count, before_list = 0, False
    seen: dict[tuple[str, ...], str] = {}
    file = _first_file(official)
    for line, marker in paragraphs(official):
        text = line.text
        found = rules.words("official", "attachment").match(text.text)
        another = not same_part(file, line.block.where.file)
        file = line.block.where.file
        if another or (found and (not before_list or not found["title"])):
            before_list = not another and found is not None and _opens_list(text.text, found)
            if before_list:
                continue
            count += found is None or found["kind"] == "件"
            root = _attachment(root, found, file if another else None, count)
            nodes.append(root)
            stack = [root]
            if found:
                continue
        attachment = root.attachment
        if before_list and marker and marker.style == "arabic":
            continue  # the list of attachments under 附件:
        before_list = False if marker is None or marker.style != "arabic" else before_list
        if marker is None and stack[-1] is root and attachment and not root.lines and len(text) < 60 and not is_final(text.text):
            root.headings, root.title = (text.plain,), text
            continue
        if marker is None or (marker.style == "arabic" and _is_sentence_number(text.text, marker.hit)):
            stack[-1].add(line, text, year)
            continue
        node = _apart(_node(stack, line, marker, attachment, year), seen)
        nodes.append(node)
        stack.append(node)
    return nodes


def _first_file(official: Official) -> str | None:
    """The file of a package that holds the plan itself: that of its title, else the first one that is no attachment by its name."""
    if official.first:
        return official.lines[official.first - 1].block.where.file
    file = official.lines[0].block.where.file if official.lines else None
    return None if file and attachment_named(file) else file


def _attachment(root: Node, found: regex.Match[str] | None, file: str | None, count: int) -> Node:
    """The node of an attachment: its line 附件2 任务分解表 names it, else the name of its file, else its place among the attachments."""
    number, title = (attachment_named(file) if file else None) or ("", "")
    label = root.attachment
    if found is None or found["kind"] == "件":
        label = f"附件{(found and found['number']) or number or count}"
    return replace(root, attachment=label, lines=[], section="work", headings=((found and found["title"]) or title or label,))


def _opens_list(text: str, found: regex.Match[str]) -> bool:
    """Whether a line opens the list of attachments under a notice or plan: 附件:, 附件:1.任务分解表."""
    return (not found["title"] and text.endswith(":")) or bool(_FIRST.match(found["title"] or ""))


def _is_sentence_number(text: str, hit: regex.Match[str]) -> bool:
    """A line that starts with a quantity such as "3 个" is no item."""
    return hit.group().endswith(" ") and bool(_COUNTS.match(text, hit.end()))


def _node(stack: list[Node], line: Line, marker: Marker, attachment: str, year: int | None) -> Node:
    name, hit = marker.style, marker.hit
    level = _decimal_level(stack, hit) if name == "decimal" else marker.level
    while stack[-1].level >= level:
        stack.pop()
    parent = stack[-1]
    parent.children += 1
    rest = line.text.cut(hit.end(), len(line.text))
    heading, body = _split_heading(rest)
    title = heading.plain
    kind = section_kind(title)
    section = kind or ((parent.now or parent.section) if parent.level >= 0 else "work")
    node = Node(
        level,
        name,
        _number(hit),
        heading,
        (line.text.spans(0, hit.end()) or (None,))[0],
        (*(() if name == "decimal" else parent.path), _label(name, hit)),  # 2.1.1 says what stands above it
        (*parent.headings, title),
        section,
        attachment,
    )
    if body.text:
        node.add(line, body, year)
    return node


def _decimal_level(stack: Sequence[Node], hit: regex.Match[str]) -> int:
    """The level of 1.1 or 1.1.1: under 1. where that stands above, else between 一、 and (一)."""
    first, *deeper = hit["n"].split(".")
    numbered = any(node.style == "arabic" and node.number == int(first) for node in stack)
    return (60 if numbered else 45) + len(deeper)


def _apart(node: Node, seen: dict[tuple[str, ...], str]) -> Node:
    """The node, with a path of its own where the numbers began anew under the same heading: the second 1 is called 1@2."""
    own, count = node.path[-1], 1
    while seen.setdefault((node.attachment, *node.path), node.heading.text) != node.heading.text:
        count += 1
        node.path = (*node.path[:-1], f"{own}@{count}")
    return node


def _label(style: str, hit: regex.Match[str]) -> str:
    text = hit["n"]
    if style == "cn_bracket":
        return f"({text})"
    if style in ("cn", "arabic", "circled", "decimal", "ordinal"):
        return text
    return f"({text})" if style == "arabic_bracket" else hit.group().rstrip(" :、")


def _split_heading(text: Folded) -> tuple[Folded, Folded]:
    """Heading and body of an item: the first sentence, or the part before the colon of a duty item."""
    colon = _BEFORE_COLON.match(text.text)
    if colon and len(text) > colon.end() + 6:
        return text.cut(0, colon.end() - 1), text.cut(colon.end(), len(text))
    depth = 0
    for i, char in enumerate(text.text):
        depth += (char in "([“《") - (char in ")]”》")
        if char in "。" and depth <= 0:
            return text.cut(0, i), text.cut(i + 1, len(text))
        if char in "([" and depth == 1 and i > 1 and BODY_LABEL.match(text.text[i:]):
            return text.cut(0, i), text.cut(i, len(text))
    return text, text.cut(len(text), len(text))


def running_numbers(nodes: Sequence[Node]) -> set[int]:
    """Indexes of nodes whose number runs through the document: a series that goes on over headings above it."""
    series: dict[tuple[str, str], list[list[int]]] = {}
    for i, node in enumerate(nodes):
        if node.level < 0:
            continue
        lists = series.setdefault((node.style, node.attachment), [])
        if lists and nodes[lists[-1][-1]].number < node.number <= nodes[lists[-1][-1]].number + 3:
            lists[-1].append(i)
        else:
            lists.append([i])
    running: set[int] = set()
    for (style, _), lists in series.items():
        if style not in ("arabic", "article", "cn_bracket"):
            continue
        longest = max(lists, key=len)
        parents = {nodes[i].path[:-1] for i in longest}
        if len(longest) > 1 and (len(parents) > 1 or (len(lists) == 1 and style != "cn_bracket")):
            running |= set(longest)
    return running


def path_of(node: Node, running: bool) -> str | None:
    """The name of an item: the numbers above it and its own, or its own alone where that is `running`; None for what has no number."""
    if node.level < 0:
        return None
    own = node.path[-1] if running else "/".join(node.path)
    return f"{node.attachment}/{own}" if node.attachment else own
