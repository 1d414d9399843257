"""Tables without vertical lines: 三线表, rows parted by lines, columns that only white parts, and their parts on later pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import sub

import regex

from pipeline.heads import role_of
from pipeline.layout.marks import AGAIN, FOLIO, PRINTED
from pipeline.layout.page import Fragment, Page, Run
from pipeline.layout.tables.lattice import Segment
from pipeline.layout.tables.placing import Region, build, leaves
from pipeline.layout.tables.strips import Line, Strip, columns_in, crosses, gutters, lines_of_bits, parts

_WIDE = 0.35  # share of the page's width that the lines of a table take at least
_HEADER = 130.0  # points that a header takes at most
_FAR = 30.0  # points of white that end a table which no line ends
_EDGE = 0.085  # share of the height in which running heads stand
_GROUP = regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、.．](?!\d)).{2,24}|[^。；，,]{2,14}")


_TITLE = regex.compile(r"[(（【]?(?:附?表|图|附件)\s*\d|(?:计量)?单位[:：]|(?:注|说明|备注|资料来源)[:：\d]")


def find_unruled(page: Page, runs: Sequence[Run], loose: Sequence[Segment], above: Fragment | None) -> tuple[list[Fragment], list[Run]]:
    """Tables without vertical lines among the runs that no grid holds, and the other runs."""
    wide = [s for s in loose if s.end - s.start >= _WIDE * page.width]
    follows = above is not None and not above.ruled and above.page == page.number - 1
    if not (follows or wide or _has_parts(runs)):
        return [], list(runs)
    lines = [x for x in lines_of_bits(runs) if not _is_printed(x, page)]
    if not lines or not (follows or wide or _named(lines)):
        return [], list(runs)
    fragments: list[Fragment] = []
    if follows and above is not None:
        part = _continued(page, lines, loose, above)
        if part is not None:
            fragments.append(part)
            lines = [x for x in lines if x.top > part.bottom - 1 or x.bottom < part.top]
    while (region := _by_rules(page, lines, loose) or _by_words(page, lines, loose)) is not None:
        fragment = build(page.number, region)
        end = region.bottom if fragment is not None else max(x.bottom for x in region.header)
        lines = [x for x in lines if x.bottom > end + 1 and x.top >= region.top] if fragment is not None else [x for x in lines if x.top > end - 1]
        if fragment is not None:
            fragments.append(fragment)
    rest = [r for r in runs if not any(f.top <= (r.top + r.bottom) / 2 <= f.bottom and r.x1 > f.x0 and r.x0 < f.x1 for f in fragments)]
    return fragments, rest


def _is_printed(line: Line, page: Page) -> bool:
    """Whether a browser printed a line at the very edge of the page."""
    return (line.bottom < 0.06 * page.height or line.top > 0.94 * page.height) and bool(PRINTED.fullmatch(line.text))


def _has_parts(runs: Sequence[Run]) -> bool:
    """Whether some line may have three parts that stand apart (a quick look that most pages of running text end with)."""
    counts = Counter(round(run.base) for run in runs)
    return any(n >= 3 for n in counts.values()) or any(max(map(sub, r.lefts[1:], r.rights), default=0.0) > r.size for r in runs)


def _named(lines: Sequence[Line]) -> bool:
    return any(_is_heading(line) for line in lines)


def _is_heading(line: Line) -> bool:
    """Whether a line is a header by its words: three parts or more apart, most of them known headings."""
    if len(line.bits) < 3 or parts(line) < 3 or any(bit.text.endswith((":", "：")) for bit in line.bits):
        return False  # 单位名称：… 日期：… is a form
    known = sum(bool(role_of(bit.text.strip())) for bit in line.bits)
    return known >= 2 and 2 * known >= len(line.bits)


def _families(loose: Sequence[Segment], width: float) -> list[list[Segment]]:
    """Wide lines of the same extent, from top to bottom."""
    families: list[list[Segment]] = []
    for s in sorted(loose, key=lambda s: s.at):
        if s.end - s.start < _WIDE * width:
            continue
        family = next((f for f in families if abs(f[0].start - s.start) < 4 and abs(f[0].end - s.end) < 4), None)
        if family is None:
            families.append([s])
        elif s.at - family[-1].at > 4:
            family.append(s)
    return families


def _by_rules(page: Page, lines: Sequence[Line], loose: Sequence[Segment]) -> Region | None:
    """The first table that begins between two lines of the same extent with a header between them."""
    start = lines[0].top if lines else 0.0
    for family in _families(loose, page.width):
        rules = [s for s in family if s.at > start - 20]
        rules = _with_head(lines, rules)
        for i, (first, second) in enumerate(pairwise(rules)):
            header = [x for x in lines if first.at < (x.top + x.bottom) / 2 < second.at]
            if second.at - first.at <= _HEADER and header and _is_header(header):
                region = _region(lines, loose, rules[i:], header)
                if region is not None:
                    return region
    return None


def _with_head(lines: Sequence[Line], rules: list[Segment]) -> list[Segment]:
    """Rules with one above the header, where known headings stand right above the first: some tables have lines only below their rows."""
    above = [x for x in lines if rules and x.bottom < rules[0].at + 2 and rules[0].at - x.bottom < 3 * x.size]
    if not any(_is_heading(x) for x in above):
        return rules
    first = next(i for i, x in enumerate(above) if _is_heading(x))
    while first and above[first].top - above[first - 1].bottom < 0.3 * above[first].size and all(len(b.text) <= 4 for b in above[first - 1].bits):
        first -= 1  # the heading of a narrow column takes more lines
    return [Segment(above[first].top - 2, rules[0].start, rules[0].end), *rules]


def _is_header(header: Sequence[Line]) -> bool:
    """Whether lines between two rules can be a header: three parts beside each other, or two that are known headings."""
    most = max(header, key=parts)
    known = sum(bool(role_of(bit.text.strip())) for line in header for bit in line.bits)
    return parts(most) >= 3 or (parts(most) == 2 and known >= 2)


def _region(lines: Sequence[Line], loose: Sequence[Segment], rules: Sequence[Segment], header: list[Line]) -> Region | None:
    """The table below a header: to its last rule, or as far as lines keep its columns."""
    first, second = rules[:2]
    below = [x for x in lines if (x.top + x.bottom) / 2 > second.at]
    strips = gutters([], header, first.start, first.end)
    ends = _own_rules(below, strips, second.at, [s.at for s in rules[2:]], _words(header))
    closed = bool(ends)
    body = [x for x in below if (x.top + x.bottom) / 2 < ends[-1]] if closed else _as_far(below, strips)
    tail = _tail(below, strips, ends) if len(ends) == len(rules) - 2 else []
    body, closed = [*body, *tail], closed and not tail
    if not body:
        return None
    bottom = ends[-1] if closed else body[-1].bottom + 2
    inner = [s for s in loose if first.at + 3 < s.at < bottom - 3 and s.start > first.start - 4 and s.end < first.end + 4]
    return Region(first.at, bottom, first.start, first.end, header, body, [s for s in inner if abs(s.at - second.at) > 2] + [second], closed)


def _words(lines: Iterable[Line]) -> list[str]:
    """The characters of lines, in an order that does not depend on how lines were broken."""
    return sorted("".join(x.text for x in lines))


def _own_rules(lines: Sequence[Line], strips: Sequence[Strip], start: float, rules: Sequence[float], heads: list[str]) -> list[float]:
    """The rules below a header that belong to its table: up to a gap, running text, a caption or another header."""
    bands = [[x for x in lines if a < (x.top + x.bottom) / 2 < b] for a, b in pairwise([start, *rules])]
    own: list[float] = []
    for i, (rule, band) in enumerate(zip(rules, bands, strict=True)):
        heading = any(_begins(bands[k], heads) for k in (i, i + 1) if k < len(bands))
        if not band or heading or _broken(band, strips) or (own and any(_TITLE.match(x.text) for x in band)):
            break
        own.append(rule)
    return own


def _begins(band: Sequence[Line], heads: list[str]) -> bool:
    """Whether a band holds a header: known headings, or the words of the header above."""
    return any(_is_heading(line) for line in band) or (bool(heads) and _words(band) == heads)


def _tail(lines: Sequence[Line], strips: Sequence[Strip], rules: Sequence[float]) -> list[Line]:
    """The last row of a page in a table that has a rule below each row, where the page's edge leaves it without one."""
    if len(rules) < 2:
        return []
    tail = _as_far([x for x in lines if (x.top + x.bottom) / 2 > rules[-1]], strips)
    full = bool(tail) and tail[0].top - rules[-1] < 20 and len(set().union(*(columns_in(x, strips) for x in tail))) > 0.5 * (len(strips) + 1)
    return tail if full else []


def _broken(band: Sequence[Line], strips: Sequence[Strip]) -> bool:
    """Whether most lines of a band lie across columns: running text between two tables."""
    return sum(crosses(line, strips) for line in band) > 0.5 * len(band)


def _as_far(below: Sequence[Line], strips: Sequence[Strip]) -> list[Line]:
    """Lines below a header as far as they keep its columns (headings of groups may lie across)."""
    kept: list[Line] = []
    for i, line in enumerate(below):
        if kept and line.top - max(x.bottom for x in kept) > _FAR:
            break
        if FOLIO.fullmatch(line.text) and parts(line) == 1 and i + 1 >= len(below):
            break
        if crosses(line, strips):
            goes_on = i + 1 < len(below) and not crosses(below[i + 1], strips) and parts(below[i + 1]) >= 2
            if not (goes_on and parts(line) == 1 and _GROUP.fullmatch(line.text)):
                break
        kept.append(line)
    while kept and parts(kept[-1]) == 1 and crosses(kept[-1], strips):
        kept.pop()
    return kept


def _by_words(page: Page, lines: Sequence[Line], loose: Sequence[Segment]) -> Region | None:
    """A table that begins with a line of known headings (and one of lower headings); no rule is needed."""
    for i, line in enumerate(lines):
        if not _is_heading(line):
            continue
        low = [x for x in lines[i + 1 : i + 2] if len(x.bits) >= 2 and all(role_of(b.text.strip()) for b in x.bits) and not _is_heading(x)]
        header = [line, *low]
        inner = [s for s in loose if line.top < s.at]
        region = Region(line.top - 2, line.bottom, 0, page.width, header, [], inner, False)
        strips = gutters([], leaves(region), 0, page.width)
        body = _as_far(lines[i + len(header) :], strips)
        if sum(parts(x) >= 3 for x in body) < 2 or any(_is_heading(x) for x in body):
            continue
        left, right = (min(b.x0 for x in [*header, *body] for b in x.bits), max(b.x1 for x in [*header, *body] for b in x.bits))
        inner = [s for s in inner if s.at < body[-1].bottom]
        return Region(line.top - 2, body[-1].bottom + 2, left - 2, right + 2, header, body, inner, False)
    return None


def _continued(page: Page, lines: Sequence[Line], loose: Sequence[Segment], above: Fragment) -> Fragment | None:
    """The part of the table above that begins this page, known by its columns; the page may be moved sideways as a whole."""
    lines = lines[_below_head(page, lines, loose, above) :]
    if not lines:
        return None
    regions = [region for move in _moves(lines, loose, above) if (region := _part(lines, loose, above, move)) is not None]
    if not regions:
        return None
    region = max(regions, key=lambda r: len(r.body))
    move = region.left - above.columns[0]
    part = build(page.number, region, [(a + move, b + move) for a, b in above.gutters])
    if part is not None:
        part.heads = above.heads
    return part


def _moves(lines: Sequence[Line], loose: Sequence[Segment], above: Fragment) -> list[float]:
    """By how much the page may be moved sideways: not at all, as its rules are, as its leftmost text is."""
    rules = [s.start - above.x0 for s in loose if abs(s.end - s.start - above.x1 + above.x0) < 4]
    lefts = [piece.edges[0] for cell in above.cells if cell.column == 1 for piece in cell.pieces[:1]]
    text = [min(line.bits[0].x0 for line in lines) - min(lefts)] if lefts else []
    return list(dict.fromkeys(m if abs(m) > 1 else 0.0 for m in (0.0, *rules[:1], *text)))


def _part(lines: Sequence[Line], loose: Sequence[Segment], above: Fragment, move: float) -> Region | None:
    """The lines that keep the columns of the table above, moved sideways; None where the page does not begin so."""
    strips = [(a + move, b + move) for a, b in above.gutters]
    head, rules = _rules_below(lines, loose, above)
    header = [x for x in lines if head is not None and (x.top + x.bottom) / 2 < head.at] or _again(lines, above)
    below = lines[len(header) :]
    ends = _own_rules(below, strips, header[-1].bottom if header else 0.0, rules, sorted("".join(above.heads)))
    if rules and not ends:
        return None
    inside = [x for x in below if not ends or (x.top + x.bottom) / 2 < ends[-1]]
    body = _as_far(inside, strips)
    if (ends and len(body) < len(inside)) or not body or max(len(columns_in(x, strips)) for x in body) < 2 or crosses(body[0], strips):
        return None
    tail = _tail(below, strips, ends) if len(ends) == len(rules) else []
    body, end = [*body, *tail], ends[-1] if ends and not tail else None
    bottom = end if end is not None else body[-1].bottom + 2
    top = (header or body)[0].top - 2
    inner = [s for s in loose if top < s.at < bottom - 3]
    return Region(top, bottom, above.columns[0] + move, above.columns[-1] + move, header, body, inner, end is not None)


def _again(lines: Sequence[Line], above: Fragment) -> list[Line]:
    """The lines at the head of a page that repeat the header of the table above, where no rule stands below them."""
    heads = sorted("".join(above.heads))
    return next((list(lines[:k]) for k in range(1, min(4, len(lines))) if heads and _words(lines[:k]) == heads), [])


def _below_head(page: Page, lines: Sequence[Line], loose: Sequence[Segment], above: Fragment) -> int:
    """The first line below running heads: what stands alone at the page's edge, apart from what follows, and not the header again."""
    for i, line in enumerate(lines[:3]):
        if _rules_below(lines[i:], loose, above)[0] is not None:
            return i
        apart = i + 1 == len(lines) or lines[i + 1].top - line.bottom > line.size
        if not (FOLIO.fullmatch(line.text) or AGAIN.fullmatch(line.text) or (line.top < _EDGE * page.height and parts(line) == 1 and apart)):
            return i
    return min(3, len(lines))


def _rules_below(lines: Sequence[Line], loose: Sequence[Segment], above: Fragment) -> tuple[Segment | None, list[float]]:
    """The rule below a repeated header, and the places of the rules below it."""
    wide = sorted((s for s in loose if s.end - s.start >= 0.8 * (above.x1 - above.x0) and s.at > lines[0].bottom - 4), key=lambda s: s.at)
    wide = [s for i, s in enumerate(wide) if not i or s.at - wide[i - 1].at > 4]  # two lines that near are a double line
    for i, rule in enumerate(wide[:2]):
        band = [x for x in lines if (x.top + x.bottom) / 2 < rule.at]
        if above.heads and _words(band) == sorted("".join(above.heads)):
            return rule, [s.at for s in wide[i + 1 :]]
    return None, [s.at for s in wide]
