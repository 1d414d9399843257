"""Text files: any usual encoding, one block a line, lines with tabs or bars as table cells."""

from __future__ import annotations

import codecs
import re

from schemas.errors import ParseError
from schemas.types import Block, Issue, Where

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 65536


_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节条]|附[件表录]")


def decode(data: bytes) -> tuple[str, str, list[Issue]]:
    """Text, encoding and issues of a file's bytes; offsets later count characters of this text (line ends as they are).

    A byte-order mark decides; else UTF-8, UTF-16 (by its pattern of bytes), GB18030. A last character cut in the
    middle is dropped with an Issue. Raises ParseError where nothing fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict_or_cut(data[len(mark) :], encoding)
    if b"\0" in data[:_SAMPLE]:
        encoding = "utf-16-le" if data[1:_SAMPLE:2].count(0) > data[:_SAMPLE:2].count(0) else "utf-16-be"
        return _strict_or_cut(data, encoding)
    for encoding in ("utf-8", "gb18030"):
        try:
            return _strict_or_cut(data, encoding)
        except ParseError:
            continue
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="ignore")
        if text and sum("\u4e00" <= c <= "\u9fff" or c in "\n,。、" for c in text) > 0.7 * len(text):
            return text, encoding, []
    raise ParseError("the bytes are neither UTF-8, UTF-16 nor GB18030 text: save the file as UTF-8 text and run again")


def _strict_or_cut(data: bytes, encoding: str) -> tuple[str, str, list[Issue]]:
    try:
        return data.decode(encoding), encoding, []
    except UnicodeDecodeError as error:
        cut = error.start
        if len(data) - cut > 3 or cut == 0:
            raise ParseError(f"byte {error.start} is not {encoding} text ({error.reason})") from error
        issue = Issue("warning", "truncated_file", f"byte {cut}", "the last character is cut: the file seems incomplete")
        return data[:cut].decode(encoding), encoding, [issue]


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


def parse(data: bytes) -> tuple[str, tuple[Block, ...], list[Issue]]:
    """Text, blocks and issues of a text file. A line with cells is a table row, each cell a block.

    Raises ParseError where the file is empty or no text.
    """
    if not data.strip():
        raise ParseError("the file is empty")
    text, _, issues = decode(data)
    if sum(c < " " and c not in "\t\r\n\f\v" for c in text[:_SAMPLE]) > 0.05 * min(len(text), _SAMPLE) + 1:
        raise ParseError("the file holds binary data, not text")
    blocks: list[Block] = []
    table = row = offset = 0
    in_table = False
    lines = text.splitlines(keepends=True)
    for line_number, line in enumerate(lines, 1):
        content = line.rstrip("\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029")
        separator = _separator(content, in_table, lines[line_number] if line_number < len(lines) else "")
        if separator:
            if not in_table:
                table, row, in_table = table + 1, 0, True
            if not content.strip("|-: \t"):
                offset += len(line)
                continue
            row += 1
            at = offset
            for column, cell in enumerate(content.split(separator), 1):
                where = Where(line=line_number, table=table, row=row, column=column)
                blocks.append(Block(len(blocks), "cell", at, at + len(cell), where))
                at += len(cell) + 1
        elif content.strip():
            in_table = False
            blocks.append(Block(len(blocks), "paragraph", offset, offset + len(content), Where(line=line_number)))
        offset += len(line)
    return text, tuple(blocks), issues
