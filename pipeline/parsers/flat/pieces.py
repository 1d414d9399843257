"""What the lines of an indicator table are when it was copied as text: headings, pieces between blanks, values, attributes, units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from schemas import vocab
from schemas.folded import fold

Range = tuple[int, int]

_HEAD = regex.compile(
    r"(?P<number>序号?|号)|(?P<attribute>(?:指标)?(?:属性|性质|类型))|(?P<other>备注|(?:指标)?类别|领域)"
    r"|(?P<name>(?:主要|规划|发展|具体|核心)?指标(?:名称)?|指|标|名称)|(?P<unit>计量单位|单位)"
    r"|(?P<value>(?:20\d\d年?(?:底|末)?(?:现状|基期|实际|规划|预期|目标|完成|预计)?(?:值|数)?|现状值?|基期值?|基准值?|(?:规划|预期)?目标值|远期|近期)(?:[(\[][^()\[\]\s]{1,10}[)\]])?"
    r"|(?:五年|年均|年平均|规划期)?(?:累计|增长|增速|提高|年均)(?:增长|增速)?(?:率|值|数)?(?:[(\[][^()\[\]\s]{1,8}[)\]])?(?:%|\(%\))?)"
    r"|(?P<group>[“\"]?十[三四五六]五[”\"]?(?:时期|期间)?(?:规划)?(?:目标|指标)?值?)"
)
_NAME = regex.compile(r"(?:主要|规划|发展|具体|核心)?指标(?:名称)?|名称")
ATTRIBUTE = regex.compile(r"约束性?|预期性?|指导性")
VALUE = regex.compile(
    r"[-/]|[(\[]?[≥≤<>]?-?\d[\d.,]*(?:-{1,2}\d[\d.]*|~\d[\d.]*)?[^\d\s,。;]{0,6}[)\]]?|[(\[][^\s()\[\]]{1,24}[)\]]|[^\d\s,。;]{0,4}\d[\d.]*[^\d\s,。;]{0,6}"
    r"|(?:与|完成|达到|保持|稳定|持续|全面|基本|确保|高于|低于|不低于|不高于|控制|上级|国家|省)[^\s。;]{2,20}"
)
CATEGORY = regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十]{1,3}[)])[^\d,。;:]{2,14}(?:[(]\d+[项个][)])?")


@dataclass(frozen=True, slots=True)
class Line:
    """A filled line: its number from 1, and the range of its text, without the number of a page."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A piece between blanks: where it stands, and its folded text."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Row:
    """A row: for each column the ranges of its text; `fits` where every column is known."""

    cells: dict[int, list[Range]]
    fits: bool = True


@dataclass(slots=True)
class FlatTable:
    """A table found in lines `first` to `last` (one past): lines of headings, rows."""

    first: int
    last: int
    heads: list[dict[int, tuple[list[Range], int]]]  # column → ranges and how many columns it is wide
    rows: list[Row]


@dataclass(slots=True)
class Head:
    """What the lines of a header say: columns before the values, headings of values, the group above them."""

    before: dict[str, list[Range]]
    values: list[list[Range]]
    group: list[Range]


class Parts(Sequence[list[Token]]):
    """The lines of a text as pieces, found when they are asked for."""

    def __init__(self, text: str, lines: Sequence[Line]) -> None:
        self.text, self.lines = text, lines
        self._known: dict[int, list[Token]] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, at: int) -> list[Token]:  # type: ignore[override]
        if at not in self._known:
            self._known[at] = list(self._pieces(self.lines[at]))
        return self._known[at]

    def _pieces(self, line: Line) -> Iterator[Token]:
        for hit in regex.finditer(r"\S+", self.text, pos=line.start, endpos=line.end):
            yield Token(*hit.span(), fold(self.text, [hit.span()]).text)

    def is_short(self, at: int) -> bool:
        """Whether a line may be one of a header: those with tabs or bars are rows of another kind of table."""
        line = self.lines[at]
        return line.end - line.start <= 80 and not regex.search(r"\S\t|\|", self.text, pos=line.start, endpos=line.end)

    def whole(self, at: int) -> str:
        """A line without its blanks."""
        return "".join(t.text for t in self[at])

    def span(self, at: int) -> Range:
        """Where a line stands, from its first to its last piece."""
        return self[at][0].start, self[at][-1].end


def headings(line: str) -> list[regex.Match[str]]:
    """The headings that a line consists of, none where it holds anything else."""
    found, at = [], 0
    while at < len(line):
        hit = _HEAD.match(line, at)
        if hit is None:
            return []
        found.append(hit)
        at = hit.end()
    return found


def read_head(lines: Sequence[Sequence[Token]]) -> Head | None:
    """The columns that lines of headings name; None where number, indicator or values are not among them."""
    before: dict[str, list[Range]] = {}
    values: list[list[Range]] = []
    group: list[Range] = []
    names = ""
    for line in lines:
        whole = "".join(t.text for t in line)
        places = [(t.start + i, t.start + i + 1) for t in line for i in range(len(t.text))]
        if len(places) != sum(t.end - t.start for t in line):
            return None  # characters that fold to nothing
        for hit in headings(whole):
            piece = _joined(places[hit.start() : hit.end()])
            kind = hit.lastgroup or ""
            if kind == "value":
                values.append(piece)
            elif kind == "group":
                group += piece
            elif kind == "name":
                names += hit.group()
                before.setdefault(kind, []).extend(piece)
            else:
                before.setdefault(kind, []).extend(piece)
    if not values and group:
        values, group = [group], []
    if "number" not in before or "name" not in before or not values or not _NAME.fullmatch(names):
        return None
    return Head(before, values, group)


def _joined(places: Sequence[Range]) -> list[Range]:
    """Neighbouring characters as one range."""
    out: list[Range] = []
    for low, high in places:
        if out and out[-1][1] == low:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def is_unit(text: str) -> bool:
    return text in ("-", "/") or vocab.units().find(text) is not None


__all__ = ["ATTRIBUTE", "CATEGORY", "VALUE", "FlatTable", "Head", "Line", "Parts", "Range", "Row", "Token", "headings", "is_unit", "read_head"]
