"""The paragraphs of the official text: lines that a page or a converter broke joined again, each with the marker that it begins with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from statistics import mode

import regex

from extractors import rules
from extractors.numerals import parse_number
from pipeline.decimals import decimal_lines
from pipeline.labels import Line
from pipeline.members import same_part
from pipeline.official import Official
from schemas.folded import joined
from schemas.regions import region_name_at
from schemas.structs import struct
from schemas.types import Block

_FINAL = "。;:!?…)]”》"
BODY_LABEL = regex.compile(
    r"^[(\[]?(?:牵头|责任|配合|主办|协办|参与|落实|实施|参加|承办|负责|主要责任|完成)(?:责任)?(?:单位|部门|时限|时间|期限)?(?:及分工)?[::]"
)
_NAMED = regex.compile(rf"{BODY_LABEL.pattern.lstrip('^')}[^。;]*[局委办部厅院](?:[)\]])?$")  # 责任单位：县林业局 is whole
_LISTS = regex.compile(r"[、,;.。)\]及和与等]")
_QUANTITY = regex.compile(r"\d(?:%|‰|[一-龥--[年月日第]]{1,3})$", regex.V1)  # 接入事项12项 is whole
_MORE = regex.compile(r"[以左上下之,、。;)\]\d及和与等并]")
BULLET = regex.compile(r"^(?:--+|[●•■◆▶▪·★*□-](?=[一-龥“]))")
_PAGE_NUMBER = regex.compile(r"[-—]+ ?\d{1,3} ?[-—]+")
_HEADING_ENDED = regex.compile(r"[。;:]")
_UPPER = ("part", "chapter", "section", "cn", "cn_bracket")  # headings above the measures
_GOES_ON = regex.compile(r"[。,;、]")
_GOES_BEHIND = regex.compile(r"[。,;]")
_INNER = regex.compile(r"[。,;:]")
_NO_LIST = regex.compile(r"\d|[。;:]|时间|公告|通知")
_ORDINAL = regex.compile(r"[^。;]{4,48}。(?=.{20})")  # 一是坚定实施扩大内需战略。坚持… : a heading and its text


@struct(frozen=True, slots=True)
class Marker:
    """The number at the head of a paragraph: its style, the level of that style, and the match."""

    style: str
    level: int
    hit: regex.Match[str]


@struct(frozen=True, slots=True)
class _Layout:
    """What the lines as a whole say: those that begin with a decimal or an ordinal marker (by block), and how wide a broken line is (0: none is)."""

    special: dict[int, Marker]
    width: float


@cache
def _styles() -> rules.Openings:
    return rules.Openings(r for n, r in rules.load("outline").items() if "level" in r.attributes and n != "ordinal")


def paragraphs(official: Official) -> Sequence[tuple[Line, Marker | None]]:
    """The official lines, with lines that a page or a converter broke in mid-sentence joined again, and their markers."""
    if not official.paragraphs:
        official.paragraphs.extend(_joined(official))
    return official.paragraphs


def _joined(official: Official) -> Iterator[tuple[Line, Marker | None]]:
    lines = [line for line in official.lines[official.first : official.last] if not _is_furniture(line)]
    layout = _Layout(_special(lines), _page_width(lines))
    pending: list[Line] = []
    above = ""  # the text of the pending lines
    for line in lines:
        same = bool(pending) and same_part(pending[0].block.where.file, line.block.where.file)
        if same and _continues(pending, above, line, layout):
            above += line.text.text
        else:
            if pending:
                yield _whole(pending), _marker(pending[0], above, layout)
            pending, above = [], line.text.text
        pending.append(line)
    if pending:
        yield _whole(pending), _marker(pending[0], above, layout)


def _whole(lines: Sequence[Line]) -> Line:
    """Lines as one."""
    if len(lines) == 1:
        return lines[0]
    first = lines[0].block
    return Line(Block(first.id, "paragraph", first.start, lines[-1].block.end, first.where), joined([line.text for line in lines]))


def _is_furniture(line: Line) -> bool:
    text = line.text.text
    dotted = "......" in text or "………" in text
    return dotted or (text[:1] in "-—" and _PAGE_NUMBER.fullmatch(text) is not None)


def _special(lines: Sequence[Line]) -> dict[int, Marker]:
    """The markers that only their series tells: decimal numbers, and 一是, 二是 … at the head of paragraphs."""
    decimals = decimal_lines(lines)
    found = {}
    for line in lines:
        if line.block.id in decimals and (hit := rules.words("outline", "decimal").match(line.text.text)):
            found[line.block.id] = Marker("decimal", 0, hit)
    return found | _ordinals(lines)


def _ordinals(lines: Sequence[Line]) -> dict[int, Marker]:
    """Paragraphs that begin 一是, 二是 … with a sentence that heads what follows, where the series stands under one heading above the measures."""
    rule = rules.load("outline")["ordinal"]
    found: dict[int, Marker] = {}
    series: list[tuple[int, Marker]] = []
    above = ""

    def close() -> None:
        found.update(series if len(series) > 1 else ())
        series.clear()

    for line in lines:
        hit = rule.pattern.match(line.text.text)
        if hit and above in _UPPER and _ORDINAL.match(line.text.text, hit.end()):
            number = parse_number(hit["n"])
            if number == 1:
                close()
            if number == len(series) + 1:
                series.append((line.block.id, Marker("ordinal", int(rule.attributes["level"]), hit)))
                continue
        if plain := _plain_marker(line.text.text):
            close()
            above = plain.style
    close()
    return found


def _page_width(lines: Sequence[Line]) -> float:
    """Columns of a full line, where most lines are as wide as a page; 0 where each paragraph is a line."""
    widths = [w for line in lines if (w := _shown_width(line)) >= 20]
    usual = mode(widths) if widths else 0
    return usual if len(widths) > 20 and sum(abs(w - usual) <= 6 for w in widths) >= 0.6 * len(widths) else 0


def _shown_width(line: Line) -> int:
    """Columns that a line takes with its blanks."""
    text = line.text
    return _width(text.text) + max(text.ends[-1] - text.starts[0] - len(text), 0) if text.text else 0


def _continues(pending: Sequence[Line], above: str, line: Line, layout: _Layout) -> bool:
    """Whether a line goes on with the sentence of the `pending` lines, whose text is `above`."""
    last, below = pending[-1], line.text.text
    if len(above) < 18 or is_final(above) or _marker(line, below, layout) or BULLET.match(below) or BODY_LABEL.match(below):
        return False
    if not (layout.width and _shown_width(last) >= layout.width - 2) and _ends_whole(above, below):
        return False
    if BODY_LABEL.match(above) and above[-1] not in "、,和及与" and _is_no_list(below):
        return False
    numbered = _marker(pending[0], above, layout) is not None
    heading = numbered and not _HEADING_ENDED.search(above)
    beside = last.text.text if heading else above
    if 2 * len(below) > len(beside) + 8 and _width(below) > _width(beside) + 8:
        return False  # a broken line is as wide as the page, but for its indent: a short one above a long one was ended by its writer
    if heading and layout.width and _shown_width(last) <= 0.92 * layout.width:
        return False
    # the end of a heading that its line did not hold
    rest = heading and layout.width > 0 and _width(below) < 0.7 * layout.width and not _INNER.search(below)
    if not rest and not _GOES_ON.search(above) and not (numbered and _GOES_BEHIND.search(below)):
        return False
    return not (_stands_apart(below) or _stands_apart(above))


def is_final(text: str) -> bool:
    """Whether a line ends as a sentence, a label or a bracket does."""
    return text[-1:] in _FINAL and text != ""


def _is_no_list(text: str) -> bool:
    """Whether a line cannot go on with a list of units: a signature (泉州市人力资源和社会保障局), or a sentence with a number or a verb."""
    signed = region_name_at(text, 0) and rules.words("official", "signature").match(text)
    return bool(signed or _NO_LIST.search(text))


def _stands_apart(text: str) -> bool:
    """Whether a line stands for itself: a title, a date, 附件2."""
    if any(rule.pattern.match(text) for rule in _apart().at(text, 0)):
        return True
    return title_ends(text) and rules.words("official", "title").match(text) is not None


@cache
def _apart() -> rules.Openings:
    return rules.Openings(rules.load("official")[name] for name in ("attachment", "date_line"))


@cache
def _title_end() -> regex.Pattern[str]:
    return regex.compile(rf"(?r)(?:{rules.fragment('official', 'kind')})[\"”》]?(?:\([^()]*\))*$", regex.VERBOSE)


def title_ends(text: str) -> bool:
    """Whether a text ends as a title does; only such a text need be looked at from its head."""
    return _title_end().search(text) is not None


def _ends_whole(above: str, below: str) -> bool:
    """Whether a line that need not be broken ends as a whole entry does: with a named unit, or with a quantity."""
    listed = bool(_NAMED.search(above)) and not _LISTS.match(below)
    return listed or (bool(_QUANTITY.search(above)) and not _MORE.match(below))


@lru_cache(maxsize=64)  # neighbours are compared
def _width(text: str) -> int:
    """Columns that a text takes: two for a wide character."""
    return len(text) + len(text.translate(_WIDE))


class _Wide(dict[int, int | None]):
    """A table for `translate` that leaves only the wide characters of a text; it learns each character when it meets it."""

    def __missing__(self, code: int) -> int | None:
        return self.setdefault(code, code if unicodedata.east_asian_width(chr(code)) in "WF" else None)


_WIDE = _Wide()


def _marker(first: Line, text: str, layout: _Layout) -> Marker | None:
    """The marker of a paragraph, by its first line and its text."""
    return layout.special.get(first.block.id) or _plain_marker(text)


def _plain_marker(text: str) -> Marker | None:
    for rule in _styles().at(text, 0):
        if hit := rule.pattern.match(text):
            return Marker(rule.name, int(rule.attributes["level"]), hit)
    return None


__all__ = ["BODY_LABEL", "BULLET", "Marker", "is_final", "paragraphs"]
