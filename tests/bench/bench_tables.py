"""Pages a second and exact rows of the own reading and of plain pdfplumber, side by side in one run: `python -m tests.bench.bench_tables`."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO

import pdfplumber
import pypdfium2

from pipeline.parsers.pdf import parse
from schemas.limits import Budget
from tests.documents import pdf
from tests.documents.check import read_rows
from tests.documents.contents import grouped, levelled, ruled
from tests.documents.model import Table, read_plan
from tests.documents.ruling import Style
from tests.documents.tables import write

CASES: dict[str, tuple[Table, Style]] = {
    "A ruled, header repeated": (ruled(1), Style()),
    "B ruled, header once": (ruled(2), Style(repeat=False)),
    "C merged first column": (grouped(3), Style(repeat=False)),
    "D merged, header repeated": (grouped(4), Style()),
    "E 三线表": (ruled(5), Style(rules="three")),
    "E2 三线表, header once": (ruled(13), Style(rules="three", repeat=False)),
    "F row cut by the page": (ruled(6, longest=6), Style(cut=True, repeat=False)),
    "G merged cell and row cut": (grouped(12, longest=6), Style(cut=True, repeat=False)),
    "H open borders, rows cut": (ruled(9, longest=6), Style(closed=False, cut=True)),
    "I header of two levels": (levelled(7, 160), Style()),
    "J header of three levels": (levelled(8, 160, 3), Style(repeat=False)),
    "K landscape, moved pages": (grouped(16), Style(landscape=True, shift=18, again="续表", caption="表1")),
    "L frames of cells": (grouped(17), Style(rules="frames", cut=True)),
    "M dashes drawn as pieces": (ruled(19), Style(pieces=2.0)),
    "N lines below rows only": (ruled(21), Style(rules="rows", closed=False, repeat=False)),
}
Rows = list[list[list[str]]]


def own(data: bytes) -> Rows:
    """Tables of the own reading."""
    return read_rows(parse(data, Budget()))


def plumber(data: bytes) -> Rows:
    """Tables of plain pdfplumber, a line break within a cell taken as none."""
    with pdfplumber.open(BytesIO(data)) as pdf:
        return [[[(text or "").replace("\n", "") for text in row] for row in table] for page in pdf.pages for table in page.extract_tables()]


def exact(found: Rows, table: Table) -> int:
    """Rows found exactly as typeset, in order, over all tables that were found (blanks do not count)."""
    rows = ["\t".join(row).replace(" ", "") for part in found for row in part]
    at = count = 0
    for row in ("\t".join(row).replace(" ", "") for row in table.texts()):
        if row in rows[at:]:
            at += rows[at:].index(row) + 1
            count += 1
    return count


def measure(read: Callable[[bytes], Rows], data: bytes, times: int) -> tuple[Rows, float]:
    """The tables, and seconds of processor time (the best of several runs)."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        found = read(data)
        best = min(best, time.process_time() - begun)
    return found, best


def main() -> None:
    """Print a line for each variant, then the sums and the text pages."""
    print(f"{'variant':28} pages  rows | own: exact tables pages/s | pdfplumber: exact tables pages/s | times as fast")
    pages_of_all = own_time = plumber_time = 0.0
    for name, (table, style) in CASES.items():
        data = write([table], style)
        pages = len(pypdfium2.PdfDocument(data))
        mine, seconds = measure(own, data, 3)
        theirs, slow = measure(plumber, data, 1)
        left = f"{exact(mine, table):5d} {len(mine):6d} {pages / seconds:7.0f}"
        right = f"{exact(theirs, table):5d} {len(theirs):6d} {pages / slow:7.1f}"
        print(f"{name:28} {pages:5d} {table.height:5d} | {left:>25} | {right:>32} | {slow / seconds:6.1f}")
        pages_of_all, own_time, plumber_time = pages_of_all + pages, own_time + seconds, plumber_time + slow
    times = plumber_time / own_time
    print(f"table pages: {pages_of_all / own_time:.0f} pages/s, pdfplumber {pages_of_all / plumber_time:.1f}: {times:.1f} times as fast")
    plan = [item for item in read_plan("zhumadian-2022-scheme") if isinstance(item, str)]
    for name, text in (("text pages as offices set them", pdf.write(plan)), ("densely set text pages", write(plan, Style()))):
        pages = len(pypdfium2.PdfDocument(text))
        characters = sum(map(len, plan)) / pages
        _, seconds = measure(own, text, 3)
        _, slow = measure(plumber, text, 1)
        speed = f"{pages / seconds:.0f} pages/s, pdfplumber's tables {pages / slow:.1f}: {slow / seconds:.1f} times as fast"
        print(f"{name} ({characters:.0f} characters): {speed}")


if __name__ == "__main__":
    main()
