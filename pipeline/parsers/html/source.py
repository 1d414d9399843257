"""Bytes of a page → markup: its characters, the page inside a saved archive (MHT), without server code, nested no deeper than browsers nest."""

from __future__ import annotations

import codecs
import email
import re
from email.message import Message

from pipeline.parsers.text import decode
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.I)
_JSP_DECLARED = re.compile(rb"""<%@[^%]{0,400}?(?:charset\s*=|pageEncoding\s*=\s*["'])\s*([\w.:-]+)""", re.I)
_MAIL = re.compile(rb"(?:From|MIME-Version|Subject|Date|Content-Type|Snapshot-Content-Location):", re.I)
_CHINESE = {"gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "euc-cn": "gb18030"}
_WIDER = {"big5": "big5hkscs", "big5-hkscs": "big5hkscs", "iso-8859-1": "cp1252", "ascii": "utf-8", "us-ascii": "utf-8"}
_DAMAGED = 0.01  # share of unreadable characters up to which a page is still read, with an issue

DEPTH = 512  # browsers nest elements no deeper (Chromium: kMaximumHTMLParserDOMTreeDepth)
_TAG = re.compile(r"<(!--|/?[a-zA-Z][^\s/>]*)")
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_FORMAT = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_INLINE = _FORMAT | {"span"}
_IMPLIED = {"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "option"}
_BARRIER = {"table", "ul", "ol", "dl", "div", "body"}


def read_markup(data: bytes, budget: Budget) -> list[tuple[str, list[Issue]]]:
    """The markup of a page and issues; several for an archive of pages (the page first, then its frames). Raises ParseError where it is no text."""
    pages = []
    for part, charset in _parts(data):
        text, issues = _decode(part, charset)
        text = _without_server_code(text)
        budget.check("nodes", text.count("<") - text.count("</"), "elements of the page")
        pages.append((_flat(text, issues, budget), issues))
    return pages


def _parts(data: bytes) -> list[tuple[bytes, str | None]]:
    """The HTML parts of a saved page in MIME (MHT), with the charsets that their heads name; any other page as it is."""
    if not _MAIL.match(data[:200].lstrip()):
        return [(data, None)]
    try:
        message = email.message_from_bytes(data.lstrip())
        found = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    except RecursionError as error:
        raise ParseError("the parts of the saved page are nested too deeply: open it in a browser and save it as HTML") from error
    parts = [(_payload(part), part.get_content_charset()) for part in found]
    parts = [(payload, charset) for payload, charset in parts if payload.strip()]
    if not parts:
        raise ParseError("the saved page (MHT) holds no HTML part: open it in a browser and save it as HTML")
    return parts


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decode(data: bytes, charset: str | None) -> tuple[str, list[Issue]]:
    """Text of a page: a byte-order mark decides, then UTF-8 where the bytes are (Chinese in another encoding never is), then what is declared."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, _, issues = decode(data)
        return text, issues
    declared = _declared(data, charset)
    valid = not data.isascii() and _fits(data, "utf-8")
    if valid or declared is None:
        try:
            text, _, issues = decode(data)
        except ParseError:
            return _damaged(data, ("utf-8", "gb18030"))
        return text, issues
    if _fits(data, declared):
        return data.decode(declared), []
    try:
        text, encoding, issues = decode(data)
    except ParseError:
        return _damaged(data, (declared, "utf-8", "gb18030"))
    return text, [*issues, Issue("info", "charset", "head", f"the page says {declared} and is {encoding}")]


def _declared(data: bytes, charset: str | None) -> str | None:
    """The codec that the page names for itself, in its first 4096 bytes."""
    hit = _JSP_DECLARED.search(data[:4096]) or _DECLARED.search(data[:4096])
    name = charset or (next(g for g in hit.groups() if g).decode("ascii", "replace") if hit else None)
    if name is None:
        return None
    name = name.lower()
    try:
        return codecs.lookup(_CHINESE.get(name, _WIDER.get(name, name))).name
    except LookupError:
        return None


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _damaged(data: bytes, encodings: tuple[str, ...]) -> tuple[str, list[Issue]]:
    """A page with a few broken bytes, in the encoding in which fewest characters are lost."""
    texts = {encoding: data.decode(encoding, "replace") for encoding in encodings if encoding != "utf-16"}
    encoding, text = min(texts.items(), key=lambda item: item[1].count("\ufffd"))
    lost = text.count("\ufffd")
    if lost > max(_DAMAGED * len(text), 1) or "\0" in text[:4096]:
        raise ParseError("the bytes are neither UTF-8 nor GB18030 nor Big5 text: open the page in a browser and save it again")
    message = f"{lost} characters are not {encoding} text and show as \ufffd: the file may be damaged, compare it with its source"
    return text, [Issue("warning", "damaged_characters", f"character {text.index(chr(0xFFFD))}", message)]


def _without_server_code(text: str) -> str:
    """The page without scriptlets and directives of JSP, ASP and PHP (<% … %>, <?php … ?>), which no browser is sent."""
    for begin, finish in (("<%", "%>"), ("<?php", "?>"), ("<?=", "?>")):
        kept, at = [], 0
        while (start := text.find(begin, at)) >= 0 and (end := text.find(finish, start)) >= 0:
            kept.append(text[at:start])
            at = end + len(finish)
        text = "".join([*kept, text[at:]])
    return text


def _flat(text: str, issues: list[Issue], budget: Budget) -> str:
    """The markup with elements over the depth that browsers allow taken out (their text stays).

    The parser's time grows with the square of the depth, and open formatting is repeated in every block: both are kept in bounds here.
    """
    if text.count("<") <= DEPTH:
        return text
    depths = _Depths()
    kept: list[str] = []
    at = copied = count = 0
    while hit := _TAG.search(text, at):
        count += 1
        if count % 10000 == 0:
            budget.tick()
        at, name = hit.end(), hit[1].lower()
        if name == "!--":
            end = text.find("-->", hit.start() + 4)
            at = end + 3 if end >= 0 else len(text)
            continue
        if name in _RAW:
            end = text.find(f"</{hit[1]}", at)
            at = end if end >= 0 else at
            continue
        if depths.keeps(name):
            continue
        end = text.find(">", at)
        at = end + 1 if end >= 0 else len(text)
        between = text[copied : hit.start()]
        kept += [between, "" if name.strip("/") in _INLINE or (kept and not between.strip()) else "<br>"]
        copied = at
    budget.check("nodes", depths.nodes, "elements of the page (open formatting repeats in every block)")
    if depths.dropped:
        message = f"{depths.dropped} elements are nested deeper than {DEPTH}; they are read as running text"
        issues.append(Issue("warning", "deep_nesting", "page", message))
    return "".join([*kept, text[copied:]])


class _Depths:
    """Open elements of a page as its tags pass by."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.over: dict[str, int] = {}
        self.active = self.nodes = self.dropped = 0

    def keeps(self, name: str) -> bool:
        """Whether the tag (`div`, `/div`) stays."""
        if name.startswith("/"):
            return self._close(name[1:])
        self.nodes += 1 if name in _FORMAT else 1 + self.active
        if name in _VOID:
            return True
        if name in _IMPLIED:
            self._imply(name)
        if len(self.open) >= DEPTH or (name in _FORMAT and self.active >= DEPTH):
            self.over[name] = self.over.get(name, 0) + 1
            self.dropped += 1
            return False
        self.open.append(name)
        self.active += name in _FORMAT
        return True

    def _close(self, name: str) -> bool:
        if self.over.get(name):
            self.over[name] -= 1
            return False
        if name in _FORMAT and self.active:
            self.active -= 1
        if name in self.open:
            while self.open.pop() != name:
                continue
        return True

    def _imply(self, name: str) -> None:
        """A new <li> ends the one before it."""
        for i in range(len(self.open) - 1, -1, -1):
            if self.open[i] in _BARRIER:
                return
            if self.open[i] == name:
                del self.open[i:]
                return
