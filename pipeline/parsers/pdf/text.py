"""Characters of a PDF page, through pdfium: decoded, placed on the page as it is read, and gathered into runs."""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

import pypdfium2.raw as raw

from pipeline.layout.page import Run
from pipeline.parsers.pdf.view import View

_UNMAPPED = "\ufffd"
_SMALLEST = 0.05  # points: smaller text is not seen, and has no lines
_SAME_SIZE = 0.15  # sizes of one run differ by less than this share
_ABOVE, _BELOW = 0.88, 0.12  # the em box of Chinese fonts around the baseline
# Radicals that fonts give instead of the character that looks the same. Kangxi radicals have it as their compatibility form; these have none.
_RADICALS = dict(
    zip(
        "⺁⺊⺕⺠⺾⻁⻂⻄⻅⻆⻉⻋⻏⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "厂卜彐民艹虎衤西见角贝车阝长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
_BULLETS = dict.fromkeys(
    "\uf06c\uf06e\uf06f\uf071\uf075\uf076\uf09f\uf0a7\uf0a8\uf0b2\uf0b7\uf0d8\uf0fc\uf0fe", "●"
)  # of the fonts Symbol and Wingdings


# A character in user space: the index that pdfium gives it, the character, its origin, the edges of its advance (left, bottom, right, top), its size,
# the direction of its line. A plain tuple, for there are millions of them.
Glyph = tuple[int, str, float, float, float, float, float, float, float, float, float]


@dataclass(slots=True)
class Writing:
    """What the text layer of a page holds: `runs` in `view`, how many characters were read, how many have no Unicode value, how many stand aslant;
    `hidden`: they are set invisibly, as text that another program recognised behind a picture."""

    view: View
    runs: list[Run] = field(default_factory=list)
    count: int = 0
    unmapped: int = 0
    aslant: int = 0
    hidden: bool = False


class Reader:
    """Reads characters; keeps the buffers through which pdfium answers, so that none is made for each character."""

    def __init__(self) -> None:
        self._box, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._drawn: dict[float, float] = {}  # size by the font's own measure → size that is seen

    def read(self, text: object, view: View, hidden: bool) -> Writing:
        """The characters of a text page in runs. `hidden`: some may be set invisibly and are kept only where nearly all are (a scan's text layer)."""
        behind, glyphs = self._shown(text) if hidden else (False, self._glyphs(text))
        quarters = {ab: view.quarter(*ab) for ab in {g[9:] for g in glyphs}}
        directions = Counter(quarters[g[9:]] for g in glyphs) if len(set(quarters.values())) > 1 else Counter(dict.fromkeys(quarters.values(), 1))
        aslant = directions.pop(None, 0)
        main = max(directions, key=lambda q: (directions[q], q == 0), default=0)
        view = view.turned(main or 0)
        kept = [g for g in glyphs if quarters[g[9:]] == main] if aslant or len(directions) > 1 else glyphs
        left_out = len(glyphs) - len(kept)
        return Writing(view, _runs(kept, view), len(kept), sum(g[1] == _UNMAPPED for g in kept), left_out, behind)

    def _shown(self, text: object) -> tuple[bool, list[Glyph]]:
        """The characters that show, or (True) the invisible ones where they are the most: recognised text behind a picture of the page."""
        groups: dict[bool, list[Glyph]] = {True: [], False: []}
        for glyph in self._glyphs(text):
            mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(text, glyph[0]))
            groups[mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)].append(glyph)
        behind = len(groups[True]) > len(groups[False])
        return behind, groups[behind]

    def _glyphs(self, text: object) -> list[Glyph]:
        """The characters of a text page. The calls are the cost of a page, so each is made only where its answer may have changed."""
        box, x, y = self._box, self._x, self._y
        box_ref, x_ref, y_ref = ctypes.byref(box), ctypes.byref(x), ctypes.byref(y)
        unicode_at, box_at, origin_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharOrigin
        unmapped_at = raw.FPDFText_HasUnicodeMapError
        glyphs: list[Glyph] = []
        height = line = size = a = b = 0.0
        high = 0
        for i in range(raw.FPDFText_CountChars(text)):
            code = unicode_at(text, i)
            if code <= 32 and (code in (10, 13) or raw.FPDFText_IsGenerated(text, i) == 1):
                continue
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0
                high = 0
            box_at(text, i, box_ref)
            origin_at(text, i, x_ref, y_ref)
            left, bottom, right, top, at, base = box.left, box.bottom, box.right, box.top, x.value, y.value
            if base != line or abs(top - bottom - height) > 0.08 * height:
                height, line = top - bottom, base
                size, a, b = self._size(text, i, code)
            char = _UNMAPPED if unmapped_at(text, i) == 1 else _decode(code)
            if char == _UNMAPPED and self._is_point(text, i, size):
                char = "."
            if "一" <= char <= "鿿" and abs(left - at) > 0.02 * size and b == 0 < a:
                left, right = at, max(right, at + 0.9 * size)  # some fonts give the ink only: a 一 is as wide as its neighbours
            glyphs.append((i, char, at, base, left, bottom, right, top, size, a, b))
        return glyphs

    def _size(self, text: object, index: int, code: int) -> tuple[float, float, float]:
        """Size and direction of a character. Some fonts draw their letters in a part of the em: there the ideographs tell the size."""
        matrix, box = self._matrix, self._box
        raw.FPDFText_GetMatrix(text, index, matrix)
        font = raw.FPDFText_GetFontSize(text, index)
        turn = -1 if font < 0 else 1  # a font of negative size runs against its matrix
        size = abs(font) * (matrix.c**2 + matrix.d**2) ** 0.5
        wide, high = box.right - box.left, box.top - box.bottom
        if not 0x4E00 <= code < 0xA000:
            size = self._drawn.get(round(size, 2), size)
        elif not (max(wide, high) > 0.62 * size and min(wide, high) < 1.8 * size):
            self._drawn[round(size, 2)] = max(wide, high)
            size = max(wide, high)
        return size, turn * matrix.a, turn * matrix.b

    def _is_point(self, text: object, index: int, size: float) -> bool:
        """Whether the ink of a character is a dot on the baseline. Typesetters of official papers draw the decimal point with a private character."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        wide, high = right.value - left.value, top.value - bottom.value
        return 0 < wide < 0.2 * size and 0 < high < 0.2 * size and abs(bottom.value - self._y.value) < 0.06 * size and wide < 2 * high


def _decode(code: int) -> str:
    """The character of a code: radicals as the characters they stand for, one for one; what has no value as U+FFFD."""
    if 0x4E00 <= code < 0xA000 or 32 <= code < 0x7F:
        return chr(code)
    if code == 2:  # pdfium's mark of a hyphen at the end of a line
        return "-"
    if code in (0xA0, 0x3000, 9):
        return " "
    if code < 32 or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF or 0xE000 <= code < 0xF900:
        return _BULLETS.get(chr(code), _UNMAPPED) if code > 32 else _UNMAPPED
    char = chr(code)
    if 0x2F00 <= code < 0x2FE0 or 0xF900 <= code < 0xFB00 or 0x2E80 <= code < 0x2F00:
        plain = _RADICALS.get(char) or unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 else char
    return char


def _runs(glyphs: list[Glyph], view: View) -> list[Run]:
    """Characters in the order of the page's content, cut where the line, the size or the flow changes; none twice, none off the page."""
    runs: list[Run] = []
    run: Run | None = None
    a, b, c, d, e, f = view.a, view.b, view.c, view.d, view.e, view.f
    for _, char, x, y, x0, y0, x1, y1, size, _, _ in glyphs:
        base = b * x + d * y + f
        left, right = (a * x0 + e, a * x1 + e) if a else (c * y0 + e, c * y1 + e)
        if left > right:
            left, right = right, left
        if size < _SMALLEST or not (0 <= base <= view.height + size and -size <= left and right <= view.width + size):
            continue
        if run is not None and abs(run.base - base) <= 0.5 and abs(run.size - size) <= _SAME_SIZE * size:
            if run.text[-1] == char and abs(run.lefts[-1] - left) < min(0.2 * size, 0.5 * (right - left)) and char != " ":
                continue  # printed twice to look bold
            if -0.6 * size <= left - run.rights[-1] < size and left >= run.lefts[-1]:
                run.text += char
                run.lefts.append(left)
                run.rights.append(right)
                continue
        run = Run(char, [left], [right], base - _ABOVE * size, base + _BELOW * size, base, size)
        runs.append(run)
    return _once(runs)


def _once(runs: list[Run]) -> list[Run]:
    """Runs without blanks at their ends, and without those printed again at the same place."""
    seen: dict[str, list[Run]] = {}
    kept = []
    for run in runs:
        text = run.text.strip()
        if not text:
            continue
        if len(text) < len(run.text):
            start = len(run.text) - len(run.text.lstrip())
            run = run.cut(start, start + len(text))
        twins = seen.setdefault(text, [])
        if any(abs(t.x0 - run.x0) < 0.25 * run.size and abs(t.base - run.base) < 0.25 * run.size for t in twins):
            continue
        twins.append(run)
        kept.append(run)
    return kept
