"""The visible text of a Word paragraph: tracked changes accepted, hidden text and field codes left out, symbols and formulas as characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from pipeline.parsers.ooxml import Element
from pipeline.parsers.word.numbering import W, is_on, value

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"

# what only wraps its contents, for runs and for paragraphs and tables alike
WRAPPERS = {W + n for n in ("ins", "moveTo", "smartTag", "hyperlink", "sdt", "sdtContent", "customXml", "fldSimple", "dir", "bdo")}
_SPACES = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_DRAWN = {f"{W}drawing", f"{W}pict", f"{W}object"}
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SYMBOL = dict(zip(b"\xa3\xb3\xb0\xb1\xb4\xb8\xb9\xbb\xa5\xd7\xe5\xb7\xb2\xa2", "≤≥°±×÷≠≈∞·∑•″′", strict=True)) | {
    0x6D: "μ",
    0x44: "Δ",
    0x57: "Ω",
    0x2D: "-",
}
_WINGDINGS = dict(zip(b"\x6c\x6e\x75\x9f\xa1\x6f\x71\xa8\xd8\xe0\xfe\xfc\xfb", "●■◆•○□□□➢→☑✓✗", strict=True))
_WINGDINGS |= {0x81 + i: chr(ord("①") + i) for i in range(10)} | {0x8C + i: chr(ord("①") + i) for i in range(10)}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": {0x52: "☑", 0xA3: "□", 0x50: "✓"}}
_PRIVATE = regex.compile("[\uf020-\uf0ff]")
_CIRCLED = regex.compile(r"^\s*eq\s*\\o(?:\\a[clr])?\s*\(\s*[○◯]\s*[,，]\s*(\d{1,2})\s*\)", regex.I)


@dataclass(slots=True)
class Field:
    """A field that has begun: its code so far, and whether its result has."""

    code: str = ""
    result: bool = False


@dataclass(slots=True)
class TextReader:
    """Reads runs; `fields` reach over paragraphs, `odd` counts what is not read, `hidden` holds the styles of hidden text."""

    hidden: frozenset[str] = frozenset()
    fields: list[Field] = field(default_factory=list)
    odd: Counter[str] = field(default_factory=Counter)

    def read(self, paragraph: Element) -> tuple[str, list[Element]]:
        """The text of a paragraph ("\\n" for every break) and the contents of the text boxes anchored in it."""
        parts: list[str] = []
        boxes: list[Element] = []
        self._walk(paragraph, parts, boxes)
        return "".join(parts), boxes

    def _walk(self, element: Element, parts: list[str], boxes: list[Element]) -> None:
        for child in element:
            tag = child.tag
            if tag == f"{W}r":
                self._run(child, parts, boxes)
            elif tag in WRAPPERS:
                self._walk(child, parts, boxes)
            elif tag == f"{MC}AlternateContent":
                self._walk(chosen(child), parts, boxes)
            elif tag in (f"{M}oMath", f"{M}oMathPara") and self._shown():
                parts.append(formula(child))

    def _shown(self) -> bool:
        return all(f.result for f in self.fields)

    def _run(self, run: Element, parts: list[str], boxes: list[Element]) -> None:
        format_ = run.find(f"{W}rPr")
        hidden = is_on(format_, "vanish")
        if hidden is None and format_ is not None:
            hidden = value(format_, "rStyle") in self.hidden
        if not hidden and (is_on(format_, "strike") or is_on(format_, "dstrike")) and run.find(f"{W}t") is not None:
            hidden = True
            self.odd["struck"] += 1
        raised = format_ is not None and value(format_, "vertAlign") == "superscript"
        for child in run:
            if child.tag == f"{W}fldChar":
                self._field(child.get(f"{W}fldCharType"), parts, bool(hidden))
            elif child.tag == f"{W}instrText":
                if self.fields and not self.fields[-1].result:
                    self.fields[-1].code += child.text or ""
            elif not hidden and self._shown():
                self._piece(child, parts, boxes, raised)

    def _piece(self, child: Element, parts: list[str], boxes: list[Element], raised: bool) -> None:
        tag = child.tag
        if tag == f"{W}t":
            text = self._text(regex.sub(r"[\r\n]+", " ", child.text or ""))
            before = parts[-1][-1:] if parts else ""
            # 10⁴ must not become 104; in m² and PM₂.₅ the plain digit is what everybody writes
            if raised and before.isdigit() and text[:1].isdigit():
                text = text.translate(_SUPERSCRIPT)
                self.odd["superscript"] += 1
            parts.append(text)
        elif tag in _SPACES:
            parts.append(_SPACES[tag])
        elif tag == f"{W}sym":
            parts.append(self._symbol(child.get(f"{W}font", ""), child.get(f"{W}char", "")))
        elif tag == f"{W}ruby":
            base = child.find(f"{W}rubyBase")
            if base is not None:
                self._walk(base, parts, boxes)
        elif tag in _DRAWN:
            self._drawn(child, boxes)
        elif tag == f"{MC}AlternateContent":
            for inner in chosen(child):
                self._piece(inner, parts, boxes, raised)

    def _field(self, kind: str | None, parts: list[str], hidden: bool) -> None:
        if kind == "begin":
            self.fields.append(Field())
        elif kind == "separate" and self.fields:
            self.fields[-1].result = True
        elif kind == "end" and self.fields:
            done = self.fields.pop()
            circled = _CIRCLED.match(done.code)
            # a circled number is a field that shows its code and has no result
            if circled and not done.result and not hidden and self._shown():
                n = int(circled[1])
                parts.append(chr(ord("①") + n - 1) if 1 <= n <= 20 else f"({n})")
            elif not done.result and regex.match(r"\s*eq\b", done.code, regex.I):
                self.odd["field"] += 1

    def _text(self, text: str) -> str:
        """Text with the private characters of symbol fonts as what they show."""
        return _PRIVATE.sub(lambda hit: self._symbol("symbol", f"{ord(hit[0]):X}"), text) if _PRIVATE.search(text) else text

    def _symbol(self, font: str, code: str) -> str:
        number = int(code, 16) & 0xFF if regex.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else 0
        high = int(code, 16) >> 8 if number else 0
        if high not in (0, 0xF0):
            return chr(int(code, 16))
        known = _FONTS.get(font.lower())
        if known and number in known:
            return known[number]
        if known is _SYMBOL and 0x20 <= number < 0x40:
            return chr(number)  # digits and signs stand where they stand in ASCII
        self.odd["symbol"] += 1
        return ""

    def _drawn(self, element: Element, boxes: list[Element]) -> None:
        """Text boxes of a drawing; pictures, diagrams and embedded files are counted."""
        for child in element:
            if child.tag == f"{MC}AlternateContent":
                self._drawn(chosen(child), boxes)
            elif child.tag == f"{W}txbxContent":
                boxes.append(child)
            else:
                if child.tag in (f"{A}blip", f"{V}imagedata"):
                    self.odd["picture"] += 1
                elif child.tag == f"{A}graphicData" and child.get("uri", "").rpartition("/")[2] in ("chart", "diagram"):
                    self.odd["drawing"] += 1
                self._drawn(child, boxes)


def chosen(alternates: Element) -> Element:
    """The one branch that is read of the branches that say the same for newer and older readers."""
    choice = alternates.find(f"{MC}Choice")
    fallback = alternates.find(f"{MC}Fallback")
    readable = choice is not None and (fallback is None or any(True for _ in choice.iter(f"{W}t", f"{W}txbxContent", f"{A}blip", f"{M}t")))
    found = choice if readable else fallback
    return found if found is not None else ()


def flat(container: Element) -> Iterator[Element]:
    """Child elements, those of wrappers (content controls, tracked insertions, the branch that is read of two) in their place."""
    for child in container:
        if child.tag in WRAPPERS:
            yield from flat(child)
        elif child.tag == f"{MC}AlternateContent":
            yield from flat(chosen(child))
        else:
            yield child


def merge_of(properties: Element | None, name: str) -> str | None:
    """restart, continue, or None for a cell that is not merged."""
    found = properties.find(f"{W}{name}") if properties is not None else None
    return None if found is None else found.get(f"{W}val", "continue")


def mark_gone(properties: Element | None) -> bool:
    """Whether the mark that ends a paragraph was deleted, moved away or is hidden: the next paragraph goes on where it stood."""
    mark = properties.find(f"{W}rPr") if properties is not None else None
    return mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None or bool(is_on(mark, "vanish")))


def formula(element: Element) -> str:
    """A formula on one line: a/b for fractions, the rest in reading order."""
    if element.tag == f"{M}t":
        return str(element.text or "")
    if element.tag == f"{M}f":
        above, below = (element.find(M + n) for n in ("num", "den"))
        return "/".join(formula(part) for part in (above, below) if part is not None)
    if element.tag in (f"{M}sSup", f"{M}sSubSup"):
        base, low, high = (formula(e) if (e := element.find(M + n)) is not None else "" for n in ("e", "sub", "sup"))
        return base + low + (high.translate(_SUPERSCRIPT) if (base + low)[-1:].isdigit() else high)
    return "".join(formula(child) for child in element if not str(child.tag).endswith("Pr"))
