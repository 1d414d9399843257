"""Document → segments: the outline of the official text, and the rows of its tables."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import regex

from extractors import rules
from extractors.numerals import parse_number
from extractors.period import find_periods
from pipeline.grid import Row, Table, is_header, place, read_tables, with_present
from pipeline.labels import Line, metadata_tables
from pipeline.members import attachment as attachment_named
from pipeline.members import same_part
from pipeline.official import Official
from schemas.folded import Folded, fold
from schemas.types import Block, Cell, Document, Issue, Segment, Slot, Span, Where

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_FINAL = regex.compile(r"[。;:!?…)\]”》]$")
_BODY_LABEL = regex.compile(
    r"^[(\[]?(?:牵头|责任|配合|主办|协办|参与|落实|实施|参加|承办|负责|主要责任|完成)(?:责任)?(?:单位|部门|时限|时间|期限)?(?:及分工)?[::]"
)
_NAMED = regex.compile(rf"{_BODY_LABEL.pattern.lstrip('^')}[^。;]*[局委办部厅院](?:[)\]])?$")  # 责任单位：县林业局 is whole
_LISTS = regex.compile(r"[、,;.。)\]及和与等]")
_BULLET = regex.compile(r"^(?:--+|[●•■◆▶▪·★*□-](?=[一-龥“]))")
_CONTENTS = regex.compile(r"\.{6,}\d*|…{3,}\d*")  # a line of the table of contents
_PAGE_NUMBER = regex.compile(r"[-—]+ ?\d{1,3} ?[-—]+")
_FURNITURE = regex.compile(r"[-\s]*第?\d{1,3}页?(?:共\d{1,3}页)?[-\s]*|续表\d*|\(续表?\d*\)|\f")
_GROUP = regex.compile(r"(?:[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十]{1,3}[)])[^,。;:]{2,10}")
_TOTAL = regex.compile(r"[(（]?[一二三四五六七八九十]?[)）]?、?(?:合|总|小|共)计[:：]?")
_LIST_LEAD = regex.compile(r"(?:如下|目标|指标|任务|即|包括|为|做到|实现)[::]$|[::]$")


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
    lines: list[tuple[Line, Folded]] = field(default_factory=list)
    children: int = 0


@cache
def _markers() -> tuple[tuple[str, int, regex.Pattern[str]], ...]:
    return tuple((n, int(r.attributes["level"]), r.pattern) for n, r in rules.load("outline").items() if "level" in r.attributes)


def section_kind(heading: str) -> str | None:
    """What a heading makes of its section: goal, talk, past, support, or None."""
    for name, rule in rules.load("outline").items():
        if rule.attributes.get("role") == "section" and rule.pattern.search(heading):
            return name
    return None


def segment(document: Document, official: Official) -> tuple[list[Segment], list[Issue]]:
    """Segments of the official text in text order, and issues of its tables."""
    nodes = _outline(document, official)
    running = _running(nodes)
    segments = [s for i, node in enumerate(nodes) for s in _clauses(node, i in running)]
    rows, issues = _rows(document, official)
    ordered = sorted(segments + rows, key=lambda s: next((c.text.starts[0] for c in s.cells if c.text.starts), 0))
    return ordered, issues


def _paragraphs(document: Document, official: Official) -> Iterator[Line]:
    """The official lines, with lines that a page or a converter broke in mid-sentence joined again."""
    pending: Line | None = None
    for line in official.lines[official.first : official.last]:
        if _CONTENTS.search(line.text.text) or _PAGE_NUMBER.fullmatch(line.text.text):
            continue
        same = pending is not None and same_part(pending.block.where.file, line.block.where.file)
        if pending is not None and same and _continues(pending.text, line.text):
            block = Block(pending.block.id, "paragraph", pending.block.start, line.block.end, pending.block.where)
            pending = Line(block, pending.text + line.text)
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending


def _continues(above: Folded, below: Folded) -> bool:
    """Whether a line goes on with the sentence of the line above it."""
    if len(above) < 18 or _FINAL.search(above.text) or _marker(below.text) or _BULLET.match(below.text) or _BODY_LABEL.match(below.text):
        return False
    if _NAMED.search(above.text) and not _LISTS.match(below.text):
        return False
    if _width(below.text) > _width(above.text) + 8:
        return False  # a broken line is as wide as the page, but for its indent: a short one above a long one was ended by its writer
    if any(rules.words("official", n).match(t.text) for n in ("attachment", "date_line", "title") for t in (below, above)):
        return False
    return bool(regex.search(r"[。,;、]", above.text)) or bool(regex.search(r"[。,;]", below.text) and _marker(above.text))


def _width(text: str) -> int:
    """Columns that a text takes: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _marker(text: str) -> tuple[str, int, regex.Match[str]] | None:
    for name, level, pattern in _markers():
        hit = pattern.match(text)
        if hit:
            return name, level, hit
    return None


def _number(hit: regex.Match[str]) -> int:
    text = hit["n"]
    return _CIRCLED.index(text) + 1 if text in _CIRCLED else int(parse_number(text) or 0)


def _outline(document: Document, official: Official) -> list[Node]:
    root = Node(-1, "", 0, fold("", []), None, (), (), "work")
    nodes, stack = [root], [root]
    count, before_list = 0, False
    seen: dict[tuple[str, ...], str] = {}
    file = _first_file(official)
    for line in _paragraphs(document, official):
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
        marker = _marker(text.text)
        if before_list and marker and marker[0] == "arabic":
            continue  # the list of attachments under 附件:
        before_list = False if marker is None or marker[0] != "arabic" else before_list
        if marker is None and stack[-1] is root and attachment and not root.lines and len(text) < 60 and not _FINAL.search(text.text):
            root.headings = (text.plain,)
            continue
        if marker is None or (marker[0] == "arabic" and _is_sentence_number(text.text, marker[2])):
            stack[-1].lines.append((line, text))
            continue
        node = _apart(_node(stack, line, marker, attachment), seen)
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
    return (not found["title"] and text.endswith(":")) or bool(regex.match(r"1[.、]", found["title"] or ""))


def _is_sentence_number(text: str, hit: regex.Match[str]) -> bool:
    """A line that starts with a quantity such as "3 个" is no item."""
    return hit.group().endswith(" ") and bool(regex.match(r"(?:个|家|项|年|月|%)", text[hit.end() :]))


def _node(stack: list[Node], line: Line, marker: tuple[str, int, regex.Match[str]], attachment: str) -> Node:
    name, level, hit = marker
    while stack[-1].level >= level:
        stack.pop()
    parent = stack[-1]
    parent.children += 1
    rest = line.text.cut(hit.end(), len(line.text))
    heading, body = _split_heading(rest)
    title = heading.plain
    kind = section_kind(title)
    section = kind or (parent.section if parent.level >= 0 else "work")
    node = Node(
        level,
        name,
        _number(hit),
        heading,
        (line.text.spans(0, hit.end()) or (None,))[0],
        (*parent.path, _label(name, hit)),
        (*parent.headings, title),
        section,
        attachment,
    )
    if body.text:
        node.lines.append((line, body))
    return node


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
    if style in ("cn", "arabic", "circled"):
        return text
    return f"({text})" if style == "arabic_bracket" else hit.group().rstrip(" :、")


def _split_heading(text: Folded) -> tuple[Folded, Folded]:
    """Heading and body of an item: the first sentence, or the part before the colon of a duty item."""
    colon = regex.match(r"[^。;,:(]{2,24}[::]", text.text)
    if colon and len(text) > colon.end() + 6:
        return text.cut(0, colon.end() - 1), text.cut(colon.end(), len(text))
    depth = 0
    for i, char in enumerate(text.text):
        depth += (char in "([“《") - (char in ")]”》")
        if char in "。" and depth <= 0:
            return text.cut(0, i), text.cut(i + 1, len(text))
        if char in "([" and depth == 1 and i > 1 and _BODY_LABEL.match(text.text[i:]):
            return text.cut(0, i), text.cut(i, len(text))
    return text, text.cut(len(text), len(text))


def _running(nodes: Sequence[Node]) -> set[int]:
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


def _path(node: Node, running: bool) -> str | None:
    if node.level < 0:
        return None
    own = node.path[-1] if running else "/".join(node.path)
    return f"{node.attachment}/{own}" if node.attachment else own


def _clauses(node: Node, running: bool) -> Iterator[Segment]:
    """The heading and the paragraphs of an item."""
    path = _path(node, running)
    title = node.heading.plain.rstrip("。:;,，：；")
    blank = Segment("", "clause", path, title, node.headings, node.section, (), leaf=not node.children)
    stage = _stage(node.heading, node.section) if node.level >= 0 else None
    if node.heading.text:
        cells = (Cell("text", "", node.heading),)
        yield replace(blank, id=f"{path}#0", cells=cells, number=node.marker, heading=True, stage=stage)
    lead: Slot | None = None
    for i, (line, text) in enumerate(node.lines, 1):
        if not _BULLET.match(text.text) and i > 1 and lead and not regex.match(r"^[^。]{2,14}[。:]|^[一二三四五六七八九]是", text.text):
            lead = None
        cells = (Cell("text", "", text, line.block.where),)
        yield replace(blank, id=f"{path or 'text'}#{node.attachment}{i}.{text.starts[0]}", cells=cells, stage=_label_stage(text) or lead or stage)
        lead = _lead(text) or (_opening(text) if node.section == "goal" else None) or lead


def _stage(heading: Folded, section: str) -> Slot | None:
    """The years in the heading of a planning stage: 近期目标(2022—2023年), 到2025年主要目标."""
    if section not in ("goal", "work") or len(heading) > 40:
        return None
    found = find_periods(heading.text)
    if len(found) != 1 or not (section == "goal" or "阶段" in heading.text or regex.search(r"年(?:重点)?(?:工作|任务)", heading.text)):
        return None
    return Slot(heading.plain[found[0].start : found[0].end], heading.spans(found[0].start, found[0].end), "stage.heading")


def _opening(text: Folded) -> Slot | None:
    """The date that heads a paragraph of goals: it holds for the bullets below."""
    found = find_periods(text.text)
    if not found or found[0].start > 6 or found[0].value.kind not in ("by", "during"):
        return None
    return Slot(text.plain[found[0].start : found[0].end], text.spans(found[0].start, found[0].end), "stage.opening")


_LABEL = regex.compile(r"^[^。,;:(]{2,10}\((?=[^)]*\d{4})[^)]{4,24}\)[::]")


def _label_stage(text: Folded) -> Slot | None:
    """The years of a label at the head of a paragraph: 近期目标(2022—2023年):…"""
    label = _LABEL.match(text.text)
    found = find_periods(label.group()) if label else []
    if len(found) != 1:
        return None
    return Slot(text.plain[found[0].start : found[0].end], text.spans(found[0].start, found[0].end), "stage.label")


def _lead(text: Folded) -> Slot | None:
    """The date of a sentence that opens a list: 到2025年,实现以下目标:"""
    if not _LIST_LEAD.search(text.text):
        return None
    sentence = text.text[text.text.rfind("。") + 1 :]
    found = [m for m in find_periods(sentence) if m.value.kind in ("by", "during")]
    if len(found) != 1:
        return None
    shift = len(text) - len(sentence)
    return Slot(text.plain[shift + found[0].start : shift + found[0].end], text.spans(shift + found[0].start, shift + found[0].end), "stage.lead")


@dataclass(slots=True)
class _Run:
    """Lines of one table as the parser gave it, and the offsets between which it stands."""

    start: int
    end: int
    paged: bool
    file: str | None = None
    lines: list[list[tuple[Folded, Where]]] = field(default_factory=list)


def _paged(document: Document) -> set[str | None]:
    """The files of a package (None: the document itself) that have pages."""
    starts = [b.start for b in document.blocks]
    return {document.blocks[max(bisect_right(starts, p.start) - 1, 0)].where.file for p in document.pieces}


def _runs(document: Document, official: Official) -> list[_Run]:
    """The tables that stand behind the title."""
    paged = _paged(document)
    begin = official.lines[official.first - 1].block.end if official.first else 0
    runs: list[_Run] = []
    current: tuple[int | None, int | None] | None = None
    sheets = metadata_tables(document)
    for block in document.blocks:
        if block.kind != "cell" or block.start < begin or block.where.table in sheets:
            continue
        key = (block.where.table, block.where.row)
        if current is None or key[0] != current[0]:
            runs.append(_Run(block.start, block.end, block.where.file in paged, block.where.file))
        if key != current:
            runs[-1].lines.append([])
            current = key
        runs[-1].end = block.end
        runs[-1].lines[-1].append((fold(document.text, [(block.start, block.end)]), block.where))
    return runs


def _rows(document: Document, official: Official) -> tuple[list[Segment], list[Issue]]:
    """A segment for each logical row of the plan's tables."""
    tables: list[Table] = []
    issues: list[Issue] = []
    captions: list[Cell | None] = []
    unread: list[Segment] = []
    named = official.metadata.get("period_start")
    begin, issued = int(named.text) if named else None, official.issued.year if official.issued else None
    for run in _joined(_runs(document, official), official):
        found, odd = read_tables(run.lines)
        kept = [with_present(t, begin, issued) for t in found if _holds_tasks(t)]
        for table in found:
            if not _holds_tasks(table):
                unread += [_unread(row) for row in table.rows]
                headers = "、".join(c.header for c in table.columns)
                issues.append(Issue("warning", "table_not_read", place(table.where), f"no column of tasks or indicators is known among {headers}"))
        tables += kept
        captions += [_caption(official, run.start, run.file)] * len(kept)
        issues += odd
    segments = unread
    for i, table in enumerate(tables, 1):
        prefix = "表" if len(tables) == 1 else f"表{i}"
        caption = captions[i - 1]
        segments += [_unread(row) if _is_total(row) else _row(prefix, row, table, caption) for row in _numbered_apart(table.rows)]
    return segments, issues


def _holds_tasks(table: Table) -> bool:
    return bool(table.rows) and any(c.role in ("task", "indicator") for c in table.columns)


def _numbered_apart(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows; where numbers begin anew (under another heading row), the second 1 is called 1@2."""
    seen: dict[str, str] = {}
    number = ""
    for row in rows:
        if row.sub <= 1:
            name = row.cell("indicator") or row.cell("task")
            title, number, count = name.text.text if name else "", row.number, 1
            while seen.setdefault(number, title) != title:
                count += 1
                number = f"{row.number}@{count}"
        yield replace(row, number=number)


def _is_total(row: Row) -> bool:
    """Whether a row adds up the rows above it: it is no task, and its cells take nothing from those rows."""
    name = row.cell("indicator") or row.cell("task")
    return any(_TOTAL.fullmatch(text) for text in (row.number, row.category, name.text.plain if name else "") if text)


def _unread(row: Row) -> Segment:
    """A row that is no task: its numbers go to the ledger."""
    cells = tuple(replace(c, role="ignored") for c in row.cells if c.text.text and c.role in row.own and c.role != "number")
    start = next((c.text.starts[0] for c in cells), 0)
    return Segment(f"row.{start}", "row", None, "", (), "work", cells)


def _joined(runs: Sequence[_Run], official: Official) -> Iterator[_Run]:
    """The tables; where the format has no pages, those with only a page break or the heading of a group of rows between them are one."""
    pending: _Run | None = None
    for run in runs:
        above = [line.text.text for line in official.lines if pending and pending.end <= line.block.start < run.start]
        between = [text for text in above if not _FURNITURE.fullmatch(text)]
        if pending and not run.paged and pending.file == run.file and (not between or _is_group(between, pending, run)):
            pending.lines += run.lines
            pending.end = run.end
            continue
        if pending:
            yield pending
        pending = run
    if pending:
        yield pending


def _is_group(between: Sequence[str], above: _Run, below: _Run) -> bool:
    """Whether the text between two tables is the heading of a group of rows."""
    same = len(above.lines[-1]) == len(below.lines[0]) and not is_header(below.lines, 0)
    return len(between) == 1 and bool(_GROUP.fullmatch(between[0])) and same


def _caption(official: Official, start: int, file: str | None) -> Cell | None:
    """The unit that the paragraph above a table gives: 单位：万元."""
    for above in reversed(official.lines):
        if above.block.start < start:
            if above.block.where.file != file:
                return None
            hit = regex.search(r"单位[::](?P<unit>[^,;。()\s]{1,10})[)\]]?$", above.text.text)
            return Cell("caption", "", above.text.cut(*hit.span("unit")), above.block.where) if hit else None
    return None


def _row(prefix: str, row: Row, table: Table, caption: Cell | None) -> Segment:
    path = f"{prefix}/{row.number}.{row.sub}" if row.sub else f"{prefix}/{row.number}"
    name = row.cell("indicator") or row.cell("task")
    title = name.text.plain if name else ""
    if name and name.role == "task":
        title = regex.split(r"[。;；]", title)[0]
    heading = (row.category,) if row.category else ()
    return Segment(
        path,
        "row",
        path,
        title.rstrip("。;；"),
        heading,
        "work",
        row.cells + ((caption,) if caption else ()),
        first_of_row=row.sub <= 1,
    )
