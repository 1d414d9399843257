"""Automatic numbers of Word: the text that Word computes for a numbered paragraph, counted as Word counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import regex

from pipeline.parsers.counting import chinese, roman
from pipeline.parsers.ooxml import Element, as_int

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings")
_LINKS = 8  # styles and lists that refer to each other: further than any real file goes, so that a circle ends


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: its first number, format, text ("（%2）"), what follows it, the style it belongs to."""

    start: int = 1
    style: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    paragraph_style: str = ""


@dataclass(slots=True)
class _List:
    """A list in use (w:num): the abstract list that holds its counters, its levels, the starts it sets itself."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, _List] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, number: str, style: str) -> int | None:
        """The level of a list that belongs to a paragraph style."""
        found = self.lists.get(number)
        return next((i for i, level in found.levels.items() if level.paragraph_style == style), None) if found else None

    def advance(self, number: str, at: int) -> tuple[str, str]:
        """Count one paragraph of list `number` at level `at` (from 0): its label and what follows it (tab, space, nothing)."""
        found = self.lists.get(number)
        if found is None or at not in found.levels:
            return "", "nothing"
        counts = self._counts.setdefault(found.abstract, {})
        fresh = at not in counts or (at in found.starts and (number, at) not in self._started)
        counts[at] = found.starts.get(at, found.levels[at].start) if fresh else counts[at] + 1
        self._started.add((number, at))
        for deeper in [i for i in counts if i > at]:
            restart = found.levels[deeper].restart if deeper in found.levels else None
            if restart is None or at < restart:
                del counts[deeper]
        level = found.levels[at]
        return _label(level, found.levels, counts), level.suffix


def _label(level: Level, levels: Mapping[int, Level], counts: Mapping[int, int]) -> str:
    def shown(hit: regex.Match[str]) -> str:
        i = int(hit[1]) - 1
        other = levels.get(i, Level())
        style = "decimal" if level.legal and other.style != "none" else other.style
        return format_number(counts.get(i, other.start), style)

    return level.text if level.style == "bullet" else regex.sub(r"%([1-9])", shown, level.text)


def read_numbering(root: Element | None, styles: Element | None) -> Numbering:
    """The lists of numbering.xml; `styles` is the root of styles.xml, where a list may be kept under a style's name."""
    if root is None:
        return Numbering()
    abstracts = {a.get(f"{W}abstractNumId"): a for a in root.findall(f"{W}abstractNum")}
    owners = {n.get(f"{W}numId", ""): value(n, "abstractNumId") for n in root.findall(f"{W}num")}
    links = {s.get(f"{W}styleId"): value(s, "pPr/numPr/numId") for s in styles.findall(f"{W}style")} if styles is not None else {}
    numbering = Numbering()
    for number in root.findall(f"{W}num"):
        key = number.get(f"{W}numId", "")
        abstract = owners[key] or ""
        for _ in range(_LINKS):
            link = value(abstracts[abstract], "numStyleLink") if abstract in abstracts else None
            if link is None or links.get(link) not in owners:
                break
            abstract = owners[links[link] or ""] or ""
        if abstract not in abstracts:
            continue
        levels = {as_int(v.get(f"{W}ilvl")): _level(v) for v in abstracts[abstract].findall(f"{W}lvl")}
        starts = {}
        for override in number.findall(f"{W}lvlOverride"):
            at = as_int(override.get(f"{W}ilvl"))
            own = override.find(f"{W}lvl")
            if own is not None:
                levels[at] = _level(own)
            start = value(override, "startOverride")
            if start is not None:
                starts[at] = as_int(start)
        numbering.lists[key] = _List(abstract, levels, starts)
    return numbering


def value(element: Element, path: str) -> str | None:
    """The `w:val` of the element at a path of names without prefix, or None."""
    found = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return found.get(f"{W}val") if found is not None else None


def is_on(element: Element | None, name: str) -> bool | None:
    """Whether a switch such as w:vanish is on; None where it is not set."""
    found = element.find(f"{W}{name}") if element is not None else None
    return None if found is None else found.get(f"{W}val", "true") not in ("0", "false", "off", "none")


def _level(element: Element) -> Level:
    style = value(element, "numFmt")
    if style is None:  # a format of a newer Word stands beside an older one in mc:AlternateContent
        custom = next((e.get(f"{W}format", "") for e in element.iter(f"{W}numFmt")), "").split(",")[0].strip()
        style = f"digits{len(custom)}" if custom.isdigit() else "decimal"  # "001, 002, 003, ..."
    text = value(element, "lvlText") or ""
    fonts = element.find(f"{W}rPr/{W}rFonts")
    font = (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower() if fonts is not None else ""
    if style == "bullet" and text.strip():
        text = "•" if font.startswith(_SYMBOL_FONTS) or "\ue000" <= text[0] <= "\uf8ff" else text
    restart = value(element, "lvlRestart")
    return Level(
        as_int(value(element, "start"), 1),
        style,
        text,
        value(element, "suff") or "tab",
        as_int(restart) if restart is not None else None,
        bool(is_on(element, "isLgl")),
        value(element, "pStyle") or "",
    )


_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def _circled(n: int) -> str:
    for low, high, first in ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱")):
        if low <= n <= high:
            return chr(ord(first) + n - low)
    return str(n)


def _from(first: str, last: int) -> Callable[[int], str]:
    return lambda n: chr(ord(first) + n - 1) if 1 <= n <= last else str(n)


def _letters(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1) if 0 < n <= 26 * 30 else str(n)


def _of(series: str) -> Callable[[int], str]:
    return lambda n: series[n - 1] if 1 <= n <= len(series) else str(n)


def _digitwise(n: int) -> str:
    return "".join(_DIGITS[int(d)] for d in str(n))


_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda n: "",
    "decimalZero": lambda n: f"{n:02d}",
    "chineseCounting": lambda n: chinese(n) if n < 100 else _digitwise(n),
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "koreanCounting": chinese,
    "ideographDigital": _digitwise,
    "japaneseDigitalTenThousand": _digitwise,
    "taiwaneseDigital": _digitwise,
    "chineseLegalSimplified": lambda n: chinese(n, _LEGAL, "拾佰仟", short=False),
    "ideographLegalTraditional": lambda n: chinese(n, _LEGAL, "拾佰仟", short=False),
    "ideographTraditional": _of(_STEMS),
    "ideographZodiac": _of(_BRANCHES),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "ideographEnclosedCircle": _from("㊀", 10),
    "decimalFullWidth": lambda n: str(n).translate({ord("0") + i: ord("０") + i for i in range(10)}),
    "decimalFullWidth2": lambda n: str(n).translate({ord("0") + i: ord("０") + i for i in range(10)}),
    "numberInDash": lambda n: f"- {n} -",
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda n: roman(n).upper(),
}


def format_number(n: int, style: str) -> str:
    """A number in one of Word's formats: `format_number(12, "chineseCounting") == "十二"`; a format not known gives digits."""
    if style.startswith("digits"):
        return f"{n:0{int(style[6:] or 1)}d}"
    return _FORMATS.get(style, str)(n)
