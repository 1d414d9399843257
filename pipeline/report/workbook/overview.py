"""The sheets 对比总表 (indicators × regions) and 依据 (what every value was read from), linked both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.grid import Cell, Row, key, leads_text, target_text, task_text, verdict_text
from pipeline.report.lines import Line
from pipeline.report.shown import domain
from pipeline.report.words import heading, say, tone, vocabulary
from pipeline.report.workbook.book import LONGEST, TONES, Book, clean
from pipeline.report.workbook.tables import FIRST, MOST, note

Contexts = Mapping[str, tuple[str, str, str]]
_PROOF = {"indicator": 26, "region": 12, "shown": 18, "quote": 56, "context": 56, "document": 26, "title": 32, "task": 10, "place": 24, "verdict": 14}
_PROOF_IDS = ("target", "evidence")


def kept(rows: Sequence[Row]) -> list[Row]:
    """As many indicators as the workbook may hold values of."""
    found, count = [], 0
    for row in rows:
        count += len(row.entries)
        if count > MOST:
            break
        found.append(row)
    return found


def proof_rows(rows: Sequence[Row]) -> dict[int, int]:
    """id() of each value's line → its row (from 0) in the sheet of evidence, in the order of the grid."""
    return {id(entry): FIRST + i for i, entry in enumerate(e for row in rows for e in row.entries)}


def places(rows: Sequence[Row], proof: Mapping[int, int]) -> dict[str, int]:
    """Target id → the row (from 1) of the sheet of evidence where its source stands."""
    return {k: proof[id(e)] + 1 for row in rows for e in row.entries if (k := key(e))}


def write_grid(book: Book, rows: Sequence[Row], total: int, regions: Sequence[str], proof: Mapping[int, int]) -> None:
    """One line per indicator; of each region its values with deadline, scope, lead and verdict, and the numbers of their evidence."""
    heads = [heading("matrix", "indicator", book.lang), heading("matrix", "domain", book.lang)]
    wide = max(24.0, min(44.0, 132 / max(len(regions), 1)))
    for region in regions:
        heads += [region, say("evidence", book.lang)]
    sheet = book.sheet(say("grid", book.lang), note(book, "matrix", len(rows), total), len(heads), [26, 14, *[wide, 8] * len(regions)])
    book.head(sheet, heads, len(rows))
    for i, row in enumerate(rows, FIRST):
        book.text(sheet, i, 0, row.name, book.format(bold=True))
        book.text(sheet, i, 1, domain(row, book.lang), book.format(font_color="#55616C"))
        for j, region in enumerate(regions):
            _grid_cell(book, sheet, (i, _place(j)), row.cells[region], proof)


def _place(region: int) -> int:
    """Column of a region in the grid."""
    return 2 + 2 * region


def _grid_cell(book: Book, sheet: Any, at: tuple[int, int], cell: Cell, proof: Mapping[int, int]) -> None:
    """The text of a cell and, beside it, the link: programs other than Excel lose the lines of a text that is a link itself."""
    code = cell.verdict or cell.state
    fill = book.toned(tone(code) if code else "")
    if not cell.entries:
        book.text(sheet, *at, vocabulary("state", book.lang)[cell.state] if cell.state else say("missing", book.lang), fill)
        sheet.write_blank(at[0], at[1] + 1, None, book.format())
        return
    first, last = proof[id(cell.entries[0])] + 1, proof[id(cell.entries[-1])] + 1
    numbers = f"{first - FIRST}" if first == last else f"{first - FIRST}–{last - FIRST}"
    book.link(sheet, at[0], at[1] + 1, f"'{say('evidence', book.lang)}'!A{first}:A{last}", numbers)
    parts = [part for entry in cell.entries for part in (*_entry(book, entry), (None, "\n"))][:-1]
    text = "".join(text for _, text in parts)
    if len(text) > LONGEST - 100 or len(parts) < 2:
        more = say("cut_cell", book.lang, sheet=say("evidence", book.lang))
        book.text(sheet, *at, text if len(text) <= LONGEST - 100 else text[: LONGEST - 100] + more, fill)
        return
    book.room(sheet, *at, text)
    sheet.write_rich_string(*at, *[x for style, text in parts for x in ([style, text] if style else [text])], fill)


def _entry(book: Book, entry: Line) -> list[tuple[Any, str]]:
    """Parts of one value's text with their formats: value（deadline，scope）lead〔verdict〕."""
    leads = leads_text(entry, book.lang)
    colour = TONES[tone(entry["verdict"] or entry["state"]) or "quiet"][1]
    verdict = verdict_text(entry, book.lang)
    parts = [
        (book.inline(bold=True, font_color="#1C2733"), clean(target_text(entry, book.lang), 2000)),
        (book.inline(font_color="#3D4A56"), clean(f" {leads}", 2000) if leads else ""),
        (book.inline(bold=True, font_color=colour), f"{say('verdict_open', book.lang)}{verdict}{say('verdict_close', book.lang)}" if verdict else ""),
    ]
    return [part for part in parts if part[1]]


def write_proof(
    book: Book, rows: Sequence[Row], regions: Sequence[str], contexts: Mapping[str, tuple[str, str, str]], proof: Mapping[int, int]
) -> None:
    """One line per value: quote, what stands around it, document, place, and the way back to the grid."""
    heads = [say("ordinal", book.lang)]
    heads += [say("context", book.lang) if name == "context" else heading("matrix", name, book.lang) for name in (*_PROOF, *_PROOF_IDS)]
    sheet = book.sheet(say("evidence", book.lang), note(book, "matrix", len(proof), len(proof)), 1 + len(_PROOF), [7, *_PROOF.values(), 24, 24])
    book.head(sheet, heads, len(proof))
    sheet.print_area(0, 0, FIRST + max(len(proof), 1) - 1, len(_PROOF))
    for i, row in enumerate(rows, FIRST):
        for j, region in enumerate(regions):
            for entry in row.cells[region].entries:
                _proof_line(book, sheet, proof[id(entry)], entry, f"'{say('grid', book.lang)}'!{_column(_place(j))}{i + 1}", contexts)


def _proof_line(book: Book, sheet: Any, at: int, entry: Line, back: str, contexts: Contexts) -> None:
    book.link(sheet, at, 0, back, f"← {at - FIRST + 1}")
    around = contexts.get(entry["target"] or "")
    texts = {
        **{name: entry[name] or "" for name in ("indicator", "region", "quote", "document", "title", "place")},
        "shown": target_text(entry, book.lang),
        "context": " ".join("".join(around).split()) if around else "",
        "task": task_text(entry, book.lang),
        "verdict": verdict_text(entry, book.lang),
    }
    for column, name in enumerate(_PROOF, 1):
        colour = tone(entry["verdict"] or entry["state"]) if name == "verdict" else ""
        book.text(sheet, at, column, texts[name], book.toned(colour) if colour else None)
    book.text(sheet, at, len(_PROOF) + 1, entry["target"] or "")
    book.text(sheet, at, len(_PROOF) + 2, "、".join(entry["evidence"] or []))


def _column(index: int) -> str:
    """Letters of a column: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters
