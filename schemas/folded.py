"""Text for matching in which every character knows its place in the source.

Plans reach us with full-width punctuation, spaces inside words ("2023 年"), line breaks inside sentences and remains of
formulas ("$\\geq 4.5\\%$", "PM _{2.5}"). Rules match a folded text without any of that; values stay one step from the
source characters because each folded character carries the source range it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from string import ascii_letters, digits

import regex

from schemas.structs import struct
from schemas.types import Span

_HALF = {ord(c) - 0xFEE0: c for c in map(chr, range(0xFF01, 0xFF5F))}
_FOLD = (
    {c: chr(code) for code, c in _HALF.items()}
    | {
        "〔": "[",
        "〕": "]",
        "【": "[",
        "】": "]",
        "﹝": "[",
        "﹞": "]",
        "﹪": "%",
        "∶": ":",
        "〜": "~",
        "∼": "~",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "﹣": "-",
        "‐": "-",
        "‑": "-",
        "﹤": "<",
        "﹥": ">",
        "≧": "≥",
        "≦": "≤",
        "⩾": "≥",
        "⩽": "≤",
        "‘": "'",
        "’": "'",
        "＂": '"',
        "〇": "〇",
        "○": "〇",
        "｡": "。",
        "､": "、",
    }
    | {c: str(i) for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
    | {c: str(i) for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
# Punctuation that sentence rules rely on keeps its Chinese form whatever the source uses.
_FORMULA = regex.compile(
    r"(?P<ge>\\geq?(?:slant)?(?![a-z])|\\ge(?![a-z]))|(?P<le>\\leq?(?:slant)?(?![a-z]))|(?P<sim>\\sim(?![a-z]))"
    r"|(?P<pct>\\%)|(?P<drop>\$|\\(?:mathrm|text|rm|,|;|!| )|[_^](?=\s*\{))|(?P<brace>\{[^{}\n]{0,12}\})|(?P<zero>[\u200b-\u200f\ufeff\u00ad])"
)
_PLAIN = {"ge": "≥", "le": "≤", "sim": "~", "pct": "%"}
_KEEP_SPACE = frozenset(ascii_letters + digits)
_PLAIN_CHARS = re.compile(r"[^\s$\\_^{}\u200b-\u200f\ufeff\u00ad⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉·・]*+")  # `re` runs over classes of characters faster
_WIDE = re.compile(f"[{re.escape(''.join(_FOLD))}]")


def _narrow(text: str) -> str:
    """A text with each character folded for itself."""
    return _WIDE.sub(lambda hit: _FOLD[hit[0]], text)


@struct(frozen=True, slots=True)
class Folded:
    """`text` for matching, `plain` for showing (same length), and the source offsets of every character."""

    text: str
    plain: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __len__(self) -> int:
        return len(self.text)

    def cut(self, start: int, end: int) -> Folded:
        """The part from `start` to `end` (offsets in the folded text)."""
        return Folded(self.text[start:end], self.plain[start:end], self.starts[start:end], self.ends[start:end])

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Source ranges of a folded range, in text order: one, or several where the source was rejoined."""
        end = min(end, len(self.text))
        if start < end and 0 <= self.ends[end - 1] - self.starts[start] - (end - start) <= _GAP:
            return (Span(self.starts[start], self.ends[end - 1]),)  # no gap in it can be wider
        if start >= end:
            return ()
        pieces: list[Span] = []
        first, last = self.starts[start], self.ends[start]
        for low, high in zip(self.starts[start + 1 : end], self.ends[start + 1 : end], strict=True):
            # white space, formula remains and a line break may lie between two characters of one piece, a table row may not
            if not 0 <= low - last <= _GAP:
                pieces.append(Span(first, last))
                first = low
            last = high
        return (*pieces, Span(first, last))

    def __add__(self, other: Folded) -> Folded:
        return joined((self, other))


def joined(parts: Sequence[Folded]) -> Folded:
    """Folded texts as one, without separator."""
    starts, ends = (tuple(chain.from_iterable(offsets)) for offsets in ([p.starts for p in parts], [p.ends for p in parts]))
    return Folded("".join(p.text for p in parts), "".join(p.plain for p in parts), starts, ends)


_GAP = 16
EMPTY = Folded("", "", (), ())


def fold(source: str, ranges: Iterable[tuple[int, int]]) -> Folded:
    """Fold the given ranges of `source`, joined without separator.

    White space goes, except one space between two Latin words or numbers. Full width becomes half width, but the
    Chinese full stop and enumeration comma stay. `fold("≥ 4.5％", [(0, 7)]).text == "≥4.5%"`.
    """
    ranges = list(ranges)
    if len(ranges) == 1 and _PLAIN_CHARS.fullmatch(source, *ranges[0]):  # most texts: one character for one
        first, last = ranges[0]
        whole = source[first:last]
        return Folded(_narrow(whole), whole, range(first, last), range(first + 1, last + 1))
    text: list[str] = []  # pieces, the last of which ends with the last character
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def put(char: str, shown: str, low: int, high: int) -> None:
        text.append(char)
        plain.append(shown)
        starts.append(low)
        ends.append(high)

    def spaced(i: int) -> bool:
        """Whether the gap before a character parts two Latin words or numbers."""
        char, before = source[i], text[-1][-1] if text else ""
        return char in _KEEP_SPACE and before in _KEEP_SPACE and not (before.isdigit() and char.isdigit() and "\n" in source[ends[-1] : i])

    def run(low: int, high: int, gap: bool) -> None:
        at = low
        while at < high:
            i = at
            at = _PLAIN_CHARS.match(source, i, high).end()  # type: ignore[union-attr]  # always matches, if only nothing
            if at == i and source[i].isspace():
                gap, at = True, i + 1
                continue
            if gap and spaced(i):
                put(" ", " ", ends[-1], i)
            gap = False
            if at > i:
                piece = source[i:at]
                text.append(_narrow(piece))
                plain.append(piece)
                starts.extend(range(i, at))
                ends.extend(range(i + 1, at + 1))
            else:
                at = i + 1
                put(*special(i), i, at)

    def special(i: int) -> tuple[str, str]:
        """A character that is not folded for itself, and as it is shown."""
        char, number = source[i], bool(text) and text[-1][-1].isdigit()
        folded = char if char in _RAISED and number else _FOLD.get(char, char)  # 10⁴ is not 104
        if char in "·・" and number and source[i + 1 : i + 2].isdigit():
            folded = "."  # 2·5 is 2.5
        return folded, folded if char in "₀₁₂₃₄₅₆₇₈₉" else char

    for low, high in ranges:
        at = low
        for hit in _FORMULA.finditer(source, low, high):
            run(at, hit.start(), gap=at > low and source[at - 1].isspace())
            at = hit.end()
            name = hit.lastgroup or ""
            if name in _PLAIN:
                put(_PLAIN[name], _PLAIN[name], hit.start(), hit.end())
            elif name == "brace":
                run(hit.start() + 1, hit.end() - 1, gap=False)
        run(at, high, gap=at > low and source[at - 1].isspace())
    return Folded("".join(text), "".join(plain), tuple(starts), tuple(ends))
