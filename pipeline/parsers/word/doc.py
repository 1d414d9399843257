"""DOC, WPS and RTF: converted to DOCX by LibreOffice without network or macros, and cross-checked against antiword's reading."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import regex

from pipeline.celltext import one_line
from pipeline.content import Content, Place
from pipeline.parsers.libreoffice import convert, run
from pipeline.parsers.ooxml import Element, parse_xml
from pipeline.parsers.word import docx
from pipeline.parsers.word.docx import Grid, Item, Paragraph
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue

_CHECK_SECONDS = 60
_ENCRYPTED = 0x0100  # flag of the file information block of a Word document
_TOLERATED = 0.01  # share of antiword's characters: marks of notes, codes of fields, letters it cannot map


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a Word file before DOCX, or of RTF. Raises ParseError, also where LibreOffice is not installed."""
    kind = "rtf" if data.startswith(b"{\\rtf") else "doc"
    if _is_encrypted(data):
        raise ParseError("the file is protected by a password: open it in Word or WPS, remove the password, save it and run again")
    with tempfile.TemporaryDirectory(prefix="zhibiao-") as folder:
        source = Path(folder) / f"source.{kind}"
        source.write_bytes(data)
        items, notes, issues = docx.read_items(convert(source, "docx", budget), budget)
        if kind == "doc":
            items, odd = _cross_checked(items, source, budget)
            issues = [*issues, *odd]
    return docx.build(items, notes, issues, budget)


def _is_encrypted(data: bytes) -> bool:
    """Whether a Word document is encrypted: a flag in the block its stream begins with, or a package that holds the encrypted file."""
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    blocks = (data[i : i + 12] for i in range(512, len(data), 512) if data[i : i + 2] in (b"\xec\xa5", b"\xdc\xa5"))
    flags = next((int.from_bytes(block[10:12], "little") for block in blocks), 0)
    return bool(flags & _ENCRYPTED) or "EncryptedPackage".encode("utf-16-le") in data


def _cross_checked(items: list[Item], source: Path, budget: Budget) -> tuple[list[Item], list[Issue]]:
    """The items, with tables that LibreOffice lost put back from antiword's reading, and issues naming what is missing."""
    program = shutil.which("antiword")
    if program is None:
        message = "antiword is not installed (run `make system`): LibreOffice's conversion was not checked for lost tables"
        return items, [Issue("warning", "conversion_unchecked", "document", message)]
    try:
        output = run([program, "-x", "db", "-m", "UTF-8.txt", str(source)], _CHECK_SECONDS, budget, source.parent)
        root = parse_xml(regex.sub(rb"<!DOCTYPE[^>]*>", b"", output, count=1), "antiword's reading", budget)
    except ParseError as error:
        message = f"antiword cannot read the file ({error}): LibreOffice's conversion was not checked for lost tables"
        return items, [Issue("warning", "conversion_unchecked", "document", message)]
    return compare(items, _read_docbook(root))


def _read_docbook(root: Element) -> list[str | list[list[str]]]:
    """Antiword's paragraphs and tables (rows of texts) in order."""
    found: list[str | list[list[str]]] = []
    for element in root.iter("para", "title", "tbody"):
        if element.tag == "tbody":
            found.append([["".join(entry.itertext()) for entry in row.iter("entry")] for row in element.iter("row")])
        elif not any(True for _ in element.iterancestors("entry")):
            found.append("".join(_own_text(element)))
    return found


def _own_text(element: Element) -> Iterator[str]:
    """The text of a paragraph without that of a table inside it."""
    yield element.text or ""
    for child in element:
        if child.tag != "informaltable":
            yield from _own_text(child)
        yield child.tail or ""


def compare(items: list[Item], other: Sequence[str | list[list[str]]]) -> tuple[list[Item], list[Issue]]:
    """Items and issues: what a second reading of the file has and the items have not; its lost tables are put in their places."""
    whole = _squash("".join(_item_text(item) for item in items))
    in_tables = _squash("".join(_item_text(item) for item in items if isinstance(item, Grid)))
    issues: list[Issue] = []
    lost: list[str] = []
    total, anchor = 0, 0
    for part in other:
        rows = _barred(part) if isinstance(part, str) else part
        if rows is None:
            assert isinstance(part, str)
            at = next((i for i in range(anchor, len(items)) if _squash(part) and _squash(_item_text(items[i])) == _squash(part)), None)
            anchor = anchor if at is None else at + 1
            pieces, home = _clauses(part), whole
        else:
            pieces = [_squash(text) for row in rows for text in row if text.strip()]
            home = in_tables if max(map(len, rows)) > 1 else whole
        missing = [piece for piece in pieces if piece not in home]
        total += sum(map(len, pieces))
        if rows is not None and 2 * sum(map(len, missing)) > sum(map(len, pieces)):
            items = _restored(items, anchor, rows, pieces)
            message = f"LibreOffice lost a table of {len(rows)} rows; it is read from antiword's text, without merged cells: compare with the file"
            issues.append(Issue("warning", "conversion_loss", f"after “{_before(items, anchor)}”", message))
            anchor += 1
        else:
            lost += missing
    if lost and sum(map(len, lost)) > _TOLERATED * total:
        shown = "; ".join(f"“{piece[:30]}”" for piece in lost[:5])
        message = f"{sum(map(len, lost))} of {total} characters that antiword reads are missing after LibreOffice's conversion: {shown}"
        issues.append(Issue("warning", "conversion_loss", "document", message))
    return items, issues


def _barred(text: str) -> list[list[str]] | None:
    """Rows of a table whose marks antiword found in running text: "a |b | |c |d | |" (a bar after each cell and another after each row)."""
    tokens = [token.strip() for token in text.split("|")[:-1]]
    if len(tokens) < 6:
        return None
    for width in range(3, len(tokens) // 2 + 1):
        if len(tokens) % width == 0 and not any(tokens[width - 1 :: width]):
            return [tokens[i : i + width - 1] for i in range(0, len(tokens), width)]
    return None


def _restored(items: list[Item], anchor: int, rows: list[list[str]], pieces: Sequence[str]) -> list[Item]:
    """The items with a lost table at `anchor`, in place of paragraphs that hold nothing but its text."""
    table = Grid(tuple(Place(one_line(text), r, c) for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1)))
    texts = {*pieces, "".join(pieces)}
    end = anchor
    while end < len(items) and isinstance(items[end], Paragraph) and _squash(_item_text(items[end])) in texts:
        end += 1
    return [*items[:anchor], table, *items[end:]]


def _before(items: Sequence[Item], at: int) -> str:
    return next((i.text[:30] for i in reversed(items[:at]) if isinstance(i, Paragraph)), "the beginning")


def _item_text(item: Item) -> str:
    return item.text if isinstance(item, Paragraph) else "".join(place.text for place in item.cells)


def _squash(text: str) -> str:
    return regex.sub(r"[\s\p{C}]+", "", text)


def _clauses(text: str) -> list[str]:
    """Stretches between punctuation: one letter read otherwise must not make a whole paragraph look lost."""
    return [piece for piece in map(_squash, regex.split(r"[，。；：、,;:（）()\[\]\t]", text)) if len(piece) > 1]
