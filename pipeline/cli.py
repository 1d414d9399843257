"""The command `zhibiao`. Results go to stdout or files, notes and progress to stderr; exit status 0 done, 1 some documents failed, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from schemas.errors import ZhibiaoError

if TYPE_CHECKING:
    from pipeline.run import Result


class Commands(TyperGroup):
    """A group that answers an unknown command with the list of those there are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names; a usage error where none is called so."""
        if self.get_command(ctx, args[0]) is None:
            ctx.fail(f"there is no command “{args[0]}”; there are: {', '.join(self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="指标：把政府规划和任务表变成可比较的行。"
)
database = typer.Typer(cls=Commands, no_args_is_help=True, help="The database.")
app.add_typer(database, name="db")

Database = Annotated[str, typer.Option("--db", help="Database URL.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
File = Annotated[str, typer.Argument(help="A file, a ZIP or folder of one plan's files, or - for standard input.")]
Limit = Annotated[list[str] | None, typer.Option("--limit", help="Raise or lower a limit for hostile files: name=number (see the README).")]
DEFAULT_DB = "sqlite:///output/zhibiao.db"


class Format(StrEnum):
    """Formats of `export`."""

    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"
    datapackage = "datapackage"


class Readers(StrEnum):
    """Who reads."""

    both = "both"
    rules = "rules"


class Shown(StrEnum):
    """Formats of `review` and `diff`: for people, or for tools."""

    table = "table"
    jsonl = "jsonl"


class View(StrEnum):
    """Formats of `compare`."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"
    html = "html"
    svg = "svg"
    png = "png"
    parquet = "parquet"
    datapackage = "datapackage"


class Kind(StrEnum):
    """Tables of `compare`."""

    matrix = "matrix"
    pairs = "pairs"
    findings = "findings"
    standards = "standards"
    changes = "changes"
    load = "load"
    leads = "leads"
    timeline = "timeline"
    plans = "plans"


class By(StrEnum):
    """Columns of the matrix."""

    region = "region"
    document = "document"
    year = "year"


class Sort(StrEnum):
    """Order of the rows of the matrix."""

    regions = "regions"
    name = "name"
    distance = "distance"


class Lang(StrEnum):
    """Language of headings and reasons."""

    zh = "zh"
    en = "en"


Reading = Annotated[Readers, typer.Option("--readers", help="Who reads: the rules and the trained second reader, or the rules alone.")]


def main() -> None:
    """Entry point: one line for an expected error, status 2."""
    try:
        app()
    except ZhibiaoError as error:
        typer.echo(f"zhibiao: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


@app.command()
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files, and folders of documents, in which each file, ZIP or folder is one document (default: raw_docs)."),
    ] = None,
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
    limit: Limit = None,
    readers: Reading = Readers.both,
) -> None:
    """Read documents, store their rows, export them, and write the comparison of all regions."""
    from pipeline import batch, store, terminal
    from pipeline.compare import compare as compared
    from pipeline.exporters import EXPORTERS, frames
    from pipeline.report import REPORTS
    from schemas.limits import read_limits

    limits = read_limits(limit or ())
    engine = store.connect(db)
    report = batch.run(paths or [Path("raw_docs")], engine, terminal.progress, out, limits, readers is Readers.both)
    written = [p for name in ("jsonl", "csv", "xlsx") for p in EXPORTERS[name](frames.read(engine), out)]
    if report.documents:
        result = compared(engine)
        written += [path for name in ("html", "xlsx", "jsonl", "csv") for path in REPORTS[name](result, out / "compare", "zh")]
    terminal.summary(report, written)
    raise typer.Exit(1 if report.failed else 0)


@app.command()
def parse(file: File, limit: Limit = None) -> None:
    """Print the blocks of a document as JSON lines."""
    from dataclasses import asdict

    document = _result(file, limit).document
    for block in document.blocks:
        _line({**asdict(block), "text": document.text[block.start : block.end]})


@app.command()
def segment(file: File, limit: Limit = None) -> None:
    """Print the segments of a document as JSON lines."""
    for s in _result(file, limit).segments:
        _line(
            {
                "id": s.id,
                "kind": s.kind,
                "path": s.path,
                "title": s.title,
                "headings": s.headings,
                "section": s.section,
                "cells": [
                    {"role": c.role, "header": c.header, "text": c.text.plain, "start": c.text.starts[0] if c.text.starts else None} for c in s.cells
                ],
            }
        )


@app.command()
def extract(file: File, limit: Limit = None, readers: Reading = Readers.both) -> None:
    """Print the tasks and targets of a document as JSON lines, with the offsets of their evidence."""
    rows = _result(file, limit, readers is Readers.both).rows
    paths = {t["id"]: t["path"] for t in rows.tables["task"]}
    for kind in ("task", "task_body", "target"):
        for row in rows.tables[kind]:
            _line({"row": kind, **row, "task": paths.get(row.get("task_id") or "")})
    for row in rows.tables["coverage"]:
        _line({"row": "coverage", **row})
    for issue in rows.issues:
        _line({"row": "issue", "level": issue.level, "code": issue.code, "where": issue.where, "message": issue.message})


@app.command()
def export(
    format: Annotated[Format, typer.Option("--format", help="Format of the files.")] = Format.jsonl,
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
) -> None:
    """Write the stored rows as files."""
    from pipeline import store
    from pipeline.exporters import EXPORTERS, frames

    for path in EXPORTERS[format.value](frames.read(store.connect(db)), out):
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
    from pipeline.review import lines, queue

    items = queue(frames.read(store.connect(db)))
    for item, shown in zip(items[:limit], lines(items[:limit]), strict=True):
        typer.echo(shown) if format is Shown.table else _line(asdict(item))
    typer.echo(f"{min(len(items), limit if limit is not None else len(items))} of {len(items)} shown", err=True)


@app.command()
def compare(
    regions: Annotated[list[str] | None, typer.Argument(help="Regions: Chinese name, code or pinyin (default: all).")] = None,
    format: Annotated[View, typer.Option("--format", help="A table on the terminal, or files in --out.")] = View.table,
    view: Annotated[Kind, typer.Option("--view", help="Which table the terminal shows.")] = Kind.matrix,
    by: Annotated[By, typer.Option("--by", help="Columns of the matrix.")] = By.region,
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
        tuple(regions or ()),
        by.value,
        tuple(domain or ()),
        tuple(year or ()),
        tuple(function or ()),
        standard,
        sort.value,
        all_documents,
        any_year,
        as_of.date() if as_of else date.today(),
        lang.value,
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


@app.command()
def score(
    gold: Annotated[Path, typer.Argument(help="Folder with gold annotations.")],
    predicted: Annotated[
        Path | None, typer.Option("--predicted", help="Folder with an export (default: read the gold documents' sources anew).")
    ] = None,
    sources: Annotated[Path, typer.Option("--sources", help="Folder with the gold documents' sources.")] = Path("raw_docs"),
    errors: Annotated[bool, typer.Option("--errors", help="List every difference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure extraction against gold annotations with the gold folder's scorer."""
    from pipeline.scoring import score_gold

    options = [*(["--errors"] if errors else []), *(["--json"] if as_json else [])]
    raise typer.Exit(score_gold(gold, predicted, sources, options))


@app.command()
def diff(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents to read now, as for run (default: raw_docs).")] = None,
    against: Annotated[
        str, typer.Option("--against", help="The earlier reading: a database URL, the folder of an export or of snapshots, or a git revision.")
    ] = "tests/golden/records",
    gold: Annotated[Path, typer.Option("--gold", help="Folder with gold annotations; documents that it knows are judged.")] = Path("tests/gold"),
    format: Annotated[Shown, typer.Option("--format", help="For people, or JSON lines.")] = Shown.table,
    allow: Annotated[bool, typer.Option("--allow", help="Exit status 0 although a figure of the gold falls.")] = False,
    write: Annotated[Path | None, typer.Option("--write", help="Then keep this reading as snapshots in a folder, unless a figure falls.")] = None,
    readers: Reading = Readers.both,
) -> None:
    """Show which records of which documents a change of rules, vocabulary or model alters; status 1 where a figure of the gold falls."""
    from dataclasses import asdict

    from pipeline import changes, scoring, snapshots

    old = {} if write == Path(against) and not write.exists() else snapshots.read_earlier(against)
    found, documents = snapshots.read_now(paths or [Path("raw_docs")], readers is Readers.both)
    new = snapshots.of_frames(found)
    changed = [change for name in documents for change in changes.compare(name, old.get(name, []), new.get(name, []))]
    judged = scoring.verdicts(gold, old, new, documents) if gold.is_dir() else []
    for shown in changes.lines(changed, judged, documents) if format is Shown.table else ():
        typer.echo(shown)
    for line in [*map(asdict, changed), *({**asdict(v), "falls": v.falls} for v in judged)] if format is Shown.jsonl else ():
        _line(line)
    fallen = not allow and any(v.falls for v in judged)
    if write and not fallen:
        snapshots.write(new, write)
    raise typer.Exit(1 if fallen or set(documents) - set(new) else 0)


@database.command("upgrade")
def db_upgrade(db: Database = DEFAULT_DB) -> None:
    """Create the database or bring it to the newest schema."""
    from pipeline import store

    store.upgrade(store.connect(db))
    typer.echo(f"{db}: schema and vocabularies are up to date", err=True)


def _result(file: str, limit: list[str] | None, second: bool = False) -> Result:
    from pipeline.parsers import parse_bytes
    from pipeline.run import process, process_file
    from schemas.limits import read_limits

    limits = read_limits(limit or ())
    if file == "-":
        return process(parse_bytes(sys.stdin.buffer.read(), "-", limits=limits), second=second)
    return process_file(Path(file), limits=limits, second=second)


def _line(values: dict[str, Any]) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
