"""Finds the official text inside a page, and the document's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING

import regex

from extractors import rules
from pipeline.labels import Line, metadata_pairs, metadata_rows, metadata_tables
from pipeline.members import bare, same_part, sent_title
from pipeline.metadata import read_metadata
from schemas.folded import fold
from schemas.regions import region_names_in
from schemas.structs import struct
from schemas.types import Document, Slot

if TYPE_CHECKING:
    from pipeline.paragraphs import Marker

_NUMBERED = regex.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章条编部]|[一二三四五六七八九十]{1,3}、|[(\[][一二三四五六七八九十]{1,3}[)\]]|\d{1,2}[.、])"
)
_WHOLE = regex.compile(r"[。:;!?>|]|^\(|\d{4}[-年]\d{1,2}[-月]|号\)?$|来源|^附[件表]|如下$")
_YEAR = regex.compile(r"\[(?:19|20)\d\d\]$")
_ABOUT = regex.compile(r"关于|印发|转发|发布|[、《<(]|(?:政府|办公室|办公厅|委员会|局|厅|部|委|[省市县区州])$")
_IN_BRACKETS = regex.compile(r"\((?:[^()]{0,8}(?:19|20)\d\d[^()]{0,12}|征求意见稿|送审稿|试行|暂行)\)")


@struct(frozen=True, slots=True)
class Official:
    """The official part: its lines from title to end (`body`: what follows the title), metadata and draft flag.

    `sheets`: numbers of the tables that say what the document is and are no part of it. `page`: all lines of the document. `paragraphs`: what
    `pipeline.paragraphs` makes of the official lines, once it was asked.
    """

    lines: tuple[Line, ...]
    first: int
    last: int
    metadata: dict[str, Slot | None]
    draft: bool
    issued: date | None
    sheets: frozenset[int] = frozenset()
    page: tuple[Line, ...] = ()
    paragraphs: list[tuple[Line, Marker | None]] = field(default_factory=list, compare=False)


def find_official(document: Document) -> Official:
    """The official text and the metadata of a document.

    The plan's own title is the line (or run of lines) named in 《》 by the notice that sends it, else the last title
    before the first numbered heading. What stands before it is page furniture or notice, what stands behind the first
    footer line (of each file, where the plan has several) is left out.
    """
    page = tuple(Line(b, fold(document.text, [(b.start, b.end)])) for b in document.blocks if b.kind == "paragraph")
    page = lines = tuple(line for line in page if line.text.text)
    cells = [b for b in document.blocks if b.kind == "cell"]
    sheets = metadata_tables(document)
    tables = [b for b in cells if b.where.table not in sheets]
    title = _title(lines, tables[0].start if tables else len(document.text))
    first = title[1] if title else 0
    lines, last = _without_footers(lines, first)
    head = lines[: title[1] if title else 0]
    tail = lines[first:last]
    stated = metadata_rows(document, cells, sheets, title, lines) + metadata_pairs(head)
    metadata, issued = read_metadata(stated + list(head), tail, lines, title)
    before = head if title else lines[:3]
    draft = any(rules.words("official", "draft").search(line.text.text) for line in before)
    return Official(lines, first, last, metadata, draft, issued, frozenset(sheets), page)


def _title(lines: Sequence[Line], table_start: int) -> tuple[int, int] | None:
    """First and one-past-last line of the plan's own title, or None."""
    pattern = rules.words("official", "title")
    notice = rules.words("official", "notice")
    body = next((i for i, line in enumerate(lines) if _NUMBERED.match(line.text.text) and _begins(lines, i)), None)
    stop = body if body is not None else next((i for i, line in enumerate(lines) if line.block.start > table_start), len(lines))
    runs = [run for end in range(stop) if (run := _run(lines, end, pattern))]
    wanted = sent_title([line.text.text for line in lines[:stop]])
    if wanted:
        for i, j in reversed(runs):
            for start in range(i, j):
                if bare("".join(line.text.text for line in lines[start:j])) == wanted:
                    return start, j
    plain = [(i, j) for i, j in runs if not notice.search("".join(line.text.text for line in lines[i:j]))]
    chosen = plain or runs
    return chosen[-1] if chosen else None


def _begins(lines: Sequence[Line], i: int) -> bool:
    """Whether a numbered line begins the body: not an entry of a list of attachments or of a table of contents."""
    return (
        "..." not in lines[i].text.text
        and "……" not in lines[i].text.text
        and not (i and rules.words("official", "attachment").match(lines[i - 1].text.text))
    )


def _run(lines: Sequence[Line], end: int, pattern: regex.Pattern[str]) -> tuple[int, int] | None:
    """The longest title that ends with line `end`: up to three short lines without punctuation above it belong to it."""
    text = lines[end].text.text
    if not pattern.match(text):
        return None
    start = end
    while start > 0 and end - start < 3:
        above = lines[start - 1].text.text
        joined = above + text
        goes_on = text[0] in "和及与暨"
        whole = len(above) > 60 or len(joined) > 110 or bool(_WHOLE.search(above) or (not goes_on and "》" in above))
        whole = whole or any(rules.words("official", name).match(above) for name in ("date_line", "signature"))
        whole = whole or (above[-1:] == "]" and not _YEAR.search(above))
        whole = whole or _starts_anew(above, text)
        whole = whole or (lines[start - 1].block.where.sheet is not None and lines[start - 1].block.where.cell is None)  # the name of the sheet
        whole = whole or not same_part(lines[start - 1].block.where.file, lines[end].block.where.file)
        own = not goes_on and len(regex.sub(r"\(.*?\)", "", text)) > 8
        if whole or not pattern.match(joined) or (pattern.match(above) and own):
            break
        text, start = joined, start - 1
    if end + 1 < len(lines) and _IN_BRACKETS.fullmatch(lines[end + 1].text.text):
        return start, end + 2
    return start, end + 1


def _starts_anew(above: str, text: str) -> bool:
    """Whether a line begins a title and does not go on with the line above: it begins with its division, and nothing above calls for more."""
    known = region_names_in(text[:20])
    return bool(known) and known[0][0] == 0 and not _ABOUT.search(above)


def _without_footers(lines: Sequence[Line], first: int) -> tuple[tuple[Line, ...], int]:
    """The lines, and where the official text ends; a footer inside a package ends its own file only, and the next file goes on."""
    kept = list(lines[:first])
    begin = first
    while begin < len(lines):
        file = lines[begin].block.where.file
        stop = next((i for i in range(begin, len(lines)) if lines[i].block.where.file != file), len(lines))
        last = _end(lines[:stop], begin)
        if stop == len(lines):
            return (*kept, *lines[begin:]), len(kept) + last - begin
        kept += lines[begin:last]
        begin = stop
    return tuple(kept), len(kept)


def _end(lines: Sequence[Line], first: int) -> int:
    footer = rules.words("official", "footer")
    started = False
    for i in range(first, len(lines)):
        text = lines[i].text.text
        started = started or bool(_NUMBERED.match(text)) or i > first + 3
        if started and footer.match(text) and len(text) < 200:
            return i
    return len(lines)
