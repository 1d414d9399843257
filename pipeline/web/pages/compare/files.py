"""What is shown, as a file: workbook, CSV, picture. The same filters, order and columns; all pages."""

from __future__ import annotations

import csv as csv_
import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.compare import Comparison
from pipeline.report import csv, grid, lines, workbook
from pipeline.report.charts import draw, heat, png
from pipeline.report.lines import Line
from pipeline.report.words import named, say
from pipeline.web.pages.compare import kept
from pipeline.web.pages.compare.asked import View
from pipeline.web.pages.compare.kept import Made
from pipeline.web.pages.compare.listed import selected
from pipeline.web.pages.compare.shape import shown_columns, shown_rows
from pipeline.web.state import Workbench

_TALL, _WIDE = 112, 60  # indicators and columns of a picture; more could not be read


def matrix_lines(made: Made, view: View) -> list[Line]:
    """The lines of the cells that are shown, row by row."""
    columns = {name: i for i, name in enumerate(shown_columns(made, view))}
    by_row: dict[str, list[Line]] = {}
    for line in made.lines["matrix"]:
        if grid.column(line, view.by) in columns:
            by_row.setdefault(line["group"], []).append(line)
    return [line for row in shown_rows(made, view) for line in by_row.get(row.group, [])]


def as_csv(made: Made, view: View, lang: str) -> bytes:
    """The table that is shown; of the matrix a line for each value and each empty cell."""
    table = "matrix" if view.view == "charts" else view.view
    if table == "matrix":
        found: Sequence[Line] = matrix_lines(made, view)
    else:
        found = [made.lines[table][i] for i in selected(made.lines[table], view, lang)]
    text = io.StringIO(newline="")
    writer = csv_.writer(text)
    writer.writerow(csv.headings(table, lang))
    writer.writerows(csv.rows(table, list(found), lang))
    return text.getvalue().encode("utf-8-sig")


def as_workbook(wb: Workbench, made: Made, view: View, lang: str) -> bytes:
    """The workbook of the comparison: the matrix as shown (`made` has it), the table of the tab as shown, the others whole."""
    whole = kept.compared(wb, replace(view.options(lang, ()), contexts=True))
    with tempfile.TemporaryDirectory() as folder:
        (path,) = workbook.write(_narrowed(whole, made, view, lang), Path(folder), lang)
        return path.read_bytes()


def _narrowed(whole: Comparison, made: Made, view: View, lang: str) -> Comparison:
    order = {row.group: i for i, row in enumerate(shown_rows(made, view))}
    columns = shown_columns(made, view)
    frame = whole.tables["matrix"]
    places = [
        (order[line["group"]], i)
        for i, line in enumerate(lines.read(whole, "matrix"))
        if line["group"] in order and grid.column(line, view.by) in columns
    ]
    tables = {**whole.tables, "matrix": frame.iloc[[i for _, i in sorted(places)]]}
    if view.view not in ("matrix", "charts"):
        tables[view.view] = tables[view.view].iloc[selected(lines.read(whole, view.view), view, lang)]
    return replace(whole, tables=tables, regions=tuple(columns))


def as_picture(made: Made, view: View, lang: str) -> bytes:
    """The matrix as a picture. Raises ZhibiaoError without the renderer or without a Chinese font."""
    rows, columns = shown_rows(made, view), shown_columns(made, view)
    pages = heat.pages(rows[:_TALL], columns[:_WIDE], lang)
    note = draw.note("heat", min(len(rows), _TALL), len(rows), view.day, lang)
    return png(draw.alone("heat", pages, note, f"{say('chart_heat', lang)}　{named(columns, lang)}", lang))
