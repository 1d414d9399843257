"""CSV files: a table of tasks or indicators, or whole documents in a column (full_text, 正文 …), one a record."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.celltext import one_line
from pipeline.content import Builder, Content, Place
from pipeline.parsers import html
from pipeline.parsers.counting import letters
from pipeline.parsers.text import decode
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Where

_DELIMITERS = ",;\t|"
_SAMPLE = 200  # records by which the delimiter is found
_SEP = re.compile(r"sep=(.)\r?\n", re.I)  # Excel's own way to name it
_FORMULA = re.compile(r'="(.*)"', re.S)  # ="007": text that Excel is not to take for a number
_SURE = re.compile(r"(?:full|raw|plain|policy)[_ ]?text|正文|全文|(?:正文|政策|文件|全文|通知)(?:内容|全文|原文|正文)", re.I)
_FULL = re.compile(rf"text|content|body|article|文本|原文|内容|{_SURE.pattern}", re.I)
_TASKS = re.compile(r"序号|责任|牵头|配合|时限|指标|目标")  # headings of a table of tasks, whose cells may be long too
_ROLES = tuple(  # columns beside the text, and the words by which the document says the same
    (re.compile(pattern, re.I), label)
    for pattern, label in (
        (r"(?:doc_?|policy_?)?(?:title|name)|标题|(?:文件|政策)?(?:名称|标题)|题名", ""),
        (r"(?:publish(?:ed)?|pub|release|post|online)?[_ ]?(?:date|time|day)|(?:发布|公开)?(?:日期|时间)", "发布日期："),
        (r"(?:issued?|sign|written)[_ ]?(?:date|time|on)|(?:成文|印发|发文)(?:日期|时间)", "成文日期："),
        (r"issuer|agency|department|publisher|(?:发文|制定|发布)?(?:机关|单位|机构|部门)", "发文机关："),
        (r"doc(?:ument)?_?(?:number|no|num)|文号|发文字号|文件号", "文号："),
    )
)
_LONG, _VERY_LONG = 200, 2000  # characters of a field that is a document: under a heading that says so, under any heading
_MARKUP = re.compile(r"<(?:p|br|div|span|table)\b[^>]*>", re.I)
_NOTE = re.compile(r"(?:注|备注|说明|注释|数据来源)\s*[:：]")
_MOST_ISSUES = 20


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its number from 1 (the row of a spreadsheet), the line of the file where it begins, its fields."""

    number: int
    line: int
    fields: tuple[str, ...]

    @property
    def filled(self) -> list[int]:
        """Columns (from 0) that hold something."""
        return [i for i, text in enumerate(self.fields) if text]

    def where(self, column: int) -> Where:
        """The place of a field (column from 0)."""
        return Where(line=self.line, cell=f"{letters(column + 1)}{self.number}")


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a CSV file. Raises ParseError where it is no text or holds nothing."""
    text, _, issues = decode(data)
    text = text.replace("\0", " ")
    builder = Builder(budget)
    for issue in issues:
        builder.issue(issue.level, issue.code, issue.where, issue.message)
    csv.field_size_limit(2**31 - 1)  # cells over the limit are cut by the builder, with an issue; documents have no such limit
    records = [r for r in _records(text, builder) if r.filled]
    if not records:
        raise ParseError("the file has no filled field: fetch it again, or save the table anew")
    column = _text_column(records)
    if column is None:
        _Tables(builder, records).write()
    else:
        _documents(builder, records, column)
    return builder.content()


def _records(text: str, builder: Builder) -> list[Record]:
    """All records. Where a quote is not closed, quotes are taken for characters, with an Issue."""
    named = _SEP.match(text)
    delimiter = named[1] if named else _delimiter(text)
    skipped = 1 if named else 0
    try:
        return list(_read(text, delimiter, skipped, builder.budget, strict=True))
    except csv.Error as error:
        closed = "unexpected end" not in str(error)
    if closed:
        builder.issue("warning", "csv_quotes", "file", "a quoted field goes on behind its closing quote: compare such fields with the source")
        return list(_read(text, delimiter, skipped, builder.budget))
    builder.issue("warning", "csv_quotes", "file", "a quote is never closed: quotes are read as characters and every line as a record")
    return list(_read(text, delimiter, skipped, builder.budget, quoted=False))


def _read(text: str, delimiter: str, skipped: int, budget: Budget | None, strict: bool = False, quoted: bool = True) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    before = 0
    for number, row in enumerate(reader, 1):
        line, before = before + 1, reader.line_num
        if budget and number % 1000 == 0:
            budget.tick()
        if number > skipped:
            yield Record(number, line, tuple(_clean(field, quoted) for field in row))


def _clean(field: str, quoted: bool) -> str:
    field = field.strip(" \t\r\n\u3000\xa0\ufeff")
    hit = _FORMULA.fullmatch(field)
    return hit[1] if hit else field if quoted else field.strip('"')


def _delimiter(text: str) -> str:
    """The sign at which most records fall into the same number of fields."""
    best, chosen = (0.0, 0), ","
    for sign in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for record in _read(text[:500_000], sign, 0, None):
                widths[len(record.fields)] += any(record.fields)
                if record.number >= _SAMPLE:
                    break
        except csv.Error:
            continue
        width, count = max(((w, c) for w, c in widths.items() if w > 1), key=lambda item: item[1] * item[0] ** 0.5, default=(0, 0))
        score = (count / max(sum(widths.values()), 1), width)
        if score > best:
            best, chosen = score, sign
    return chosen


def _text_column(records: Sequence[Record]) -> int | None:
    """The column (from 0) that holds whole documents, None for a table."""
    header, *rows = records
    found, size = None, 0
    tasks = any(_TASKS.search(name) for name in header.fields)
    for i, name in enumerate(header.fields):
        texts = [r.fields[i] for r in rows if i < len(r.fields)]
        longest, lines = max(map(len, texts), default=0), max((t.count("\n") for t in texts), default=0)
        named = _SURE.fullmatch(name) or (_FULL.fullmatch(name) and not tasks and (longest >= 5 * _LONG or lines >= 3))
        sure = _SURE.fullmatch(name) and not tasks and lines >= 2
        if sure or (named and longest >= _LONG) or (longest >= _VERY_LONG and lines >= 10 and not tasks):
            found, size = (i, longest) if longest > size else (found, size)
    return found


def _documents(builder: Builder, records: Sequence[Record], column: int) -> None:
    """Each record's text in paragraphs, below lines for what the other columns say of it."""
    header, *rows = records
    rows = [r for r in rows if column < len(r.fields) and r.fields[column]]
    if len(rows) > 1:
        message = (
            f"the file holds {len(rows)} documents, read as parts of one plan: put each into a file of its own to have its tasks and dates apart"
        )
        builder.issue("warning", "several_documents", "file", message)
    for row in rows:
        stated = [(_label(header.fields[i] if i < len(header.fields) else ""), i) for i in row.filled if i != column]
        for label, i in sorted(stated, key=lambda s: s[0] != ""):  # the title first
            builder.paragraph(label + " ".join(row.fields[i].split()), row.where(i))
        for paragraph in _paragraphs(row.fields[column], builder.budget):
            builder.paragraph(paragraph, row.where(column))


def _label(name: str) -> str:
    """What stands before a field: nothing before the title, 发布日期： before a publish_date, the heading before anything else."""
    return next((label for pattern, label in _ROLES if pattern.fullmatch(name)), f"{name}：" if name else "")


def _paragraphs(text: str, budget: Budget) -> list[str]:
    """The paragraphs of a document in a field: its lines; indents where it has no line breaks; what a browser shows where it is markup."""
    if len(_MARKUP.findall(text)) >= 3:
        return html.parse(text.encode(), budget).text.split("\n")
    if "\n" not in text and "\r" not in text:
        if text.count("\\n") > 2:
            return text.replace("\\r", "").split("\\n")
        return re.split(r"(?<=\S)(?=\u3000{2,}\S)", text)
    return text.splitlines()


@dataclass(slots=True)
class _Tables:
    """The tables of a file, the lines above, between and below them."""

    builder: Builder
    records: Sequence[Record]
    odd: int = 0

    def write(self) -> None:
        """Hand them to the builder."""
        table: list[Record] = []
        for at, record in enumerate(self.records):
            if self._is_line(at, record, table):
                self._close(table)
                table = []
                self.builder.paragraph(one_line(record.fields[record.filled[0]]), record.where(record.filled[0]))
            else:
                table.append(record)
        self._close(table)
        if self.odd > _MOST_ISSUES:
            self.builder.issue(
                "warning", "ragged_row", "file", f"{self.odd - _MOST_ISSUES} more records have another number of fields than their header"
            )

    def _is_line(self, at: int, record: Record, table: Sequence[Record]) -> bool:
        """Whether a record is a line of text: alone in its row above the header, a note, or a title after an empty line."""
        if len(record.filled) > 1:
            return False
        if not table or _NOTE.match(record.fields[record.filled[0]]):
            return True
        gap = record.number - self.records[at - 1].number > 1
        below = self.records[at + 1] if at + 1 < len(self.records) else None
        return (
            gap and below is not None and len(below.filled) > 1 and not below.fields[0].strip("0123456789.、")[:1].isdigit() and record.filled == [0]
        )

    def _close(self, table: Sequence[Record]) -> None:
        """A table with the records that fit its header; others are reported and kept as text, for their cells may stand under wrong headings."""
        if not table:
            return
        width = max(table[0].filled) + 1
        rows: list[Record] = []
        for record in table:
            used = max(record.filled) + 1
            if used > width and record is not table[0]:
                self._ragged(
                    record, f"{used} filled fields under a header of {width}; it is not read as a row (a field that holds the delimiter needs quotes)"
                )
                continue
            if len(record.fields) < width:
                self._ragged(record, f"{len(record.fields)} fields under a header of {width}; those that are missing at its end are empty")
            rows.append(record)
        cells = (
            Place(one_line(text), row, column + 1, where=record.where(column))
            for row, record in enumerate(rows, 1)
            for column, text in enumerate((*record.fields[:width], *[""] * (width - len(record.fields))))
        )
        self.builder.table(cells)
        for record in table:
            if max(record.filled) + 1 > width and record is not table[0]:
                self.builder.aside("\t".join(" ".join(f.split()) for f in record.fields))

    def _ragged(self, record: Record, message: str) -> None:
        self.odd += 1
        if self.odd <= _MOST_ISSUES:
            self.builder.issue("warning", "ragged_row", f"line {record.line}", f"the record has {message}")
