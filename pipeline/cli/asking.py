"""Commands that ask the database: export, review, compare."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.options import DEFAULT_DB, By, Database, Format, Kind, Lang, Out, Shown, Sort, View, line


@app.command()
def export(
    format: Annotated[Format, typer.Option("--format", help="Format of the files.")] = Format.jsonl,
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
) -> None:
    """Write the stored rows as files."""
    from pipeline import store
    from pipeline.exporters import EXPORTERS, frames

    with frames.opened(store.connect(db)) as lines:
        for path in EXPORTERS[format.value](lines, out):
            typer.echo(str(path), err=True)


@app.command()
def review(
    db: Database = DEFAULT_DB,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="Show only so many, the most urgent first.")] = None,
    format: Annotated[Shown, typer.Option("--format", help="For people, or JSON lines.")] = Shown.table,
) -> None:
    """List what a person should look at, the most urgent first: unexplained numbers, then what may be lost or misread."""
    from dataclasses import asdict

    from pipeline import store
    from pipeline.exporters import frames
    from pipeline.review import lines, most_urgent

    with frames.opened(store.connect(db)) as stored:
        items, number = most_urgent(stored, limit)
    for item, shown in zip(items, lines(items), strict=True):
        typer.echo(shown) if format is Shown.table else line(asdict(item))
    typer.echo(f"{len(items)} of {number} shown", err=True)


@app.command()
def compare(
    regions: Annotated[list[str] | None, typer.Argument(help="Regions: Chinese name, code or pinyin (default: all).")] = None,
    format: Annotated[View, typer.Option("--format", help="A table on the terminal, or files in --out.")] = View.table,
    view: Annotated[Kind, typer.Option("--view", help="Which table the terminal shows.")] = Kind.matrix,
    by: Annotated[By, typer.Option("--by", help="Columns of the matrix.")] = By.region,
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Only an indicator: id, name or alias (may be repeated).")] = None,
    domain: Annotated[list[str] | None, typer.Option("--domain", help="Only indicators of a domain (may be repeated).")] = None,
    year: Annotated[list[int] | None, typer.Option("--year", help="Only targets due in a year (may be repeated).")] = None,
    function: Annotated[list[str] | None, typer.Option("--function", help="Only indicators that bodies of a function lead: 生态环境.")] = None,
    standard: Annotated[str | None, typer.Option("--standard", help="Hold every plan against this edition, not the one it follows: N2019.")] = None,
    sort: Annotated[Sort, typer.Option("--sort", help="Rows: by regions that state it, by name, by how far values lie apart.")] = Sort.regions,
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day for deadlines and validity (default: today).")] = None,
    any_year: Annotated[bool, typer.Option("--any-year", help="Rank also values that differ in their year only.")] = False,
    all_documents: Annotated[bool, typer.Option("--all-documents", help="Also copies and plans that are not in force.")] = False,
    every: Annotated[bool, typer.Option("--all", help="On the terminal, also indicators that only one region states.")] = False,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of headings and reasons.")] = Lang.zh,
    db: Database = DEFAULT_DB,
    out: Out = Path("output/compare"),
) -> None:
    """Compare regions: who promises what by when, what may be compared, what changed, what contradicts itself."""
    from datetime import date

    from pipeline import store, terminal
    from pipeline.compare import Options
    from pipeline.compare import compare as compared

    options = Options(
        regions=tuple(regions or ()),
        by=by.value,
        indicators=tuple(indicator or ()),
        domains=tuple(domain or ()),
        years=tuple(year or ()),
        functions=tuple(function or ()),
        standard=standard,
        sort=sort.value,
        all_documents=all_documents,
        any_year=any_year,
        as_of=as_of.date() if as_of else date.today(),
        lang=lang.value,
        tables=(view.value,) if format is View.table else (),
        contexts=format in (View.html, View.xlsx),
    )
    result = compared(store.connect(db), options)
    if format is View.table:
        terminal.print_comparison(result, view.value, every or len(result.regions) == 1, lang.value)
        return
    from pipeline.report import REPORTS

    for note in result.notes:
        typer.echo(note, err=True)
    for path in REPORTS[format.value](result, out, lang.value):
        typer.echo(str(path), err=True)
