"""Text files: any usual encoding, one block a line, lines with tabs or bars as table cells."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from pipeline.content import Content
from pipeline.parsers.flat import FlatTable, Line, Range, find_tables
from pipeline.parsers.furniture import page_numbers
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Block, Issue, Where

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 65536
_USUAL = re.compile(r"[\t\r\n\x20-\x7e\u2010-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_COMMON = frozenset("的一是在不了有和人大中上年工作市政府民以及，。、：")  # the same in simplified and traditional writing

_MARKDOWN = re.compile(r"\s{0,3}#{1,6}[ \t]+(?=\S)")  # of a heading in a .md file
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节条]|附[件表录]")


def decode(data: bytes) -> tuple[str, str, list[Issue]]:
    """Text, encoding and issues of a file's bytes; offsets later count characters of this text (line ends as they are).

    A byte-order mark decides; else UTF-8, UTF-16 (by its pattern of bytes), GB18030, Big5 (by how common its characters are).
    A last character cut in the middle is dropped with an Issue, NUL characters become blanks with an Issue. Raises ParseError
    where nothing fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict_or_cut(data[len(mark) :], encoding)
    for encoding in _candidates(data):
        try:
            text, encoding, issues = _strict_or_cut(data, encoding)
        except ParseError:
            continue
        if encoding == "gb18030" and (other := _as_big5(data, text)):
            return other, "big5", issues
        if not encoding.startswith("utf-16") or _plausible(text):
            return text, encoding, issues
    raise ParseError("the bytes are neither UTF-8, UTF-16, GB18030 nor Big5 text: save the file as UTF-8 text and run again")


def _as_big5(data: bytes, simplified: str) -> str | None:
    """The text as Big5, where that reads as Chinese and GB18030, which accepts nearly all of its bytes, reads as rare characters."""
    try:
        text = data.decode("big5hkscs")
    except UnicodeDecodeError:
        return None
    common, other = (sum(c in _COMMON for c in t[:_SAMPLE]) for t in (text, simplified))
    wide = sum(c > "\x7f" for c in text[:_SAMPLE])
    return text if wide >= 8 and common > 0.08 * wide and common > 4 * other else None


def _candidates(data: bytes) -> tuple[str, ...]:
    """Encodings to try, likeliest first. A few NULs are damage of a UTF-8 file; many at every second byte are Latin letters in UTF-16."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    wide = ("utf-16-le", "utf-16-be") if odd > even else ("utf-16-be", "utf-16-le")
    if max(even, odd) > 0.3 * len(data) / 2 and max(even, odd) > 10 * min(even, odd):
        return (*wide, "utf-8", "gb18030")
    return ("utf-8", *wide, "gb18030") if even or odd else ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def _plausible(text: str) -> bool:
    """Whether a reading as UTF-16, which accepts nearly all bytes, gives Chinese text."""
    return sum(bool(_USUAL.match(c)) for c in text[:_SAMPLE]) > 0.7 * len(text[:_SAMPLE])


def _strict_or_cut(data: bytes, encoding: str) -> tuple[str, str, list[Issue]]:
    issues: list[Issue] = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        cut = error.start
        if len(data) - cut > 3 or cut == 0:
            said = f"byte {error.start} is not {encoding} text ({error.reason})"
            raise ParseError(f"{said}: the file is damaged; fetch it again, or save it as UTF-8 text") from error
        issues.append(Issue("warning", "truncated_file", f"byte {cut}", "the last character is cut: the file seems incomplete"))
        text = data[:cut].decode(encoding)
    if "\0" in text:
        where = f"line {text.count(chr(10), 0, text.index(chr(0))) + 1}"
        message = f"{text.count(chr(0))} NUL characters, the first one here, are read as blanks: the file may be damaged, compare it with its source"
        issues.append(Issue("warning", "nul_characters", where, message))
    return text, encoding, issues


def _separator(line: str, in_table: bool, following: str) -> str | None:
    """What separates the cells of a table line: tab or bar; None for running text (which may be indented with tabs)."""
    bare = line.strip()
    if bare.startswith("|") and bare.endswith("|") and bare.count("|") >= 3:
        return "|"
    if bare.count("|") >= 2 and (in_table or following.count("|") >= 2):
        return "|"
    inner = bare.count("\t")
    if not inner and _HEADING.match(bare):
        return None
    if inner >= 2 or (inner and (in_table or "\t" in following.strip())) or (in_table and "\t" in line and bare):
        return "\t"
    return None


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a text file. A line with cells is a table row, each cell a block.

    Raises ParseError where it is no text.
    """
    text, _, issues = decode(data)
    if sum(c < " " and c not in "\t\r\n\f\v" for c in text[:_SAMPLE]) > 0.05 * min(len(text), _SAMPLE) + 1:
        raise ParseError("the file holds binary data, not text: fetch it again, or save it as UTF-8 text")
    text = text.replace("\0", " ")  # one character for one: offsets stay true
    lines = _lines(text)
    found, unread = find_tables(text, lines)
    flat = {table.first: table for table in found}
    writer = _Writer(text, budget)
    at = 0
    while at < len(lines):
        if at in flat:
            writer.flat_table(flat[at], lines)
        else:
            writer.line(lines[at], lines[at + 1] if at + 1 < len(lines) else None)
        at = flat[at].last if at in flat else at + 1
    return Content(text, tuple(writer.blocks), (*issues, *unread, *writer.issues))


def _lines(text: str) -> list[Line]:
    """The lines that hold something, without the numbers of pages."""
    whole = text.splitlines(keepends=True)
    numbers = page_numbers(whole)
    found, offset = [], 0
    for i, line in enumerate(whole):
        content = line.rstrip("\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029")
        skipped = numbers.get(i, 0)
        if content[skipped:].strip():
            found.append(Line(i + 1, offset + skipped, offset + len(content)))
        offset += len(line)
    return found


class _Writer:
    """The blocks of a text, line by line; holds the table that the last line belongs to."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.text, self.budget = text, budget
        self.blocks: list[Block] = []
        self.issues: list[Issue] = []
        self.table = self.row = self.last = 0
        self.in_table = False

    def line(self, line: Line, following: Line | None) -> None:
        """A paragraph, or a row whose cells are parted by tabs or bars."""
        content = self.text[line.start : line.end]
        below = self.text[following.start : following.end] if following and following.number == line.number + 1 else ""
        separator = _separator(content, self.in_table, below)
        if separator is None:
            self.in_table = False
            mark = _MARKDOWN.match(content)
            self._block("paragraph", line.start + (mark.end() if mark else 0), line.end, Where(line=line.number))
            return
        if not self.in_table:
            self.table, self.row, self.in_table = self.table + 1, 0, True
        if not content.strip("|-: \t"):
            return
        self.row += 1
        at = line.start
        for column, cell in enumerate(content.split(separator), 1):
            self.budget.cells(1)
            self._block("cell", at, at + len(cell), Where(line=line.number, table=self.table, row=self.row, column=column))
            at += len(cell) + 1

    def flat_table(self, table: FlatTable, lines: Sequence[Line]) -> None:
        """A table whose cells are parted by blanks only; a cell of several lines gives a block for each."""
        self.table, self.in_table = self.table + 1, False
        pieces: list[tuple[Range, int, int, int, int]] = []
        deep = len(table.heads)
        for row, level in enumerate(table.heads, 1):
            for column, (ranges, wide) in level.items():
                tall = deep if wide == 1 and row == 1 else 1
                pieces += [(r, row, column, tall, wide) for r in ranges]
        for row, flat in enumerate(table.rows, deep + 1):
            pieces += [(r, row, column, 1, 1) for column, ranges in flat.cells.items() for r in ranges]
        starts = [line.start for line in lines]
        for (start, end), row, column, tall, wide in sorted(pieces):
            self.budget.cells(1)
            number = lines[bisect_right(starts, start) - 1].number
            self._block("cell", start, end, Where(line=number, table=self.table, row=row, column=column + 1, rowspan=tall, colspan=wide))
        for flat in table.rows:
            if not flat.fits:
                start = min(r[0] for ranges in flat.cells.values() for r in ranges)
                number = lines[bisect_right(starts, start) - 1].number
                message = "this row of a table that was copied as text does not fit its header: its cells are not read"
                self.issues.append(Issue("warning", "table_not_read", f"line {number}", message))

    def _block(self, kind: Literal["paragraph", "cell"], start: int, end: int, where: Where) -> None:
        self.blocks.append(Block(len(self.blocks), kind, start, end, where))
