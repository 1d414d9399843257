"""The command `zhibiao`. Results go to stdout or files, notes and progress to stderr; exit status 0 done, 1 some documents failed, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from schemas.errors import ZhibiaoError

if TYPE_CHECKING:
    from pipeline.batch import Report
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


class Readers(StrEnum):
    """Who reads."""

    both = "both"
    rules = "rules"


class View(StrEnum):
    """Formats of `compare`."""

    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    html = "html"


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
    from pipeline import batch, compare, store
    from pipeline.exporters import EXPORTERS, frames
    from schemas.limits import read_limits

    limits = read_limits(limit or ())
    engine = store.connect(db)
    report = batch.run(paths or [Path("raw_docs")], engine, _progress, out, limits, readers is Readers.both)
    written = [p for name in EXPORTERS for p in EXPORTERS[name](frames.read(engine), out)]
    if report.documents:
        matrix = compare.compare(engine, [])
        for name, writer in (("html", compare.write_html), ("csv", compare.write_csv), ("xlsx", compare.write_xlsx)):
            writer(matrix, out / f"compare.{name}")
            written.append(out / f"compare.{name}")
    _summary(report, written)
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
def compare(
    regions: Annotated[list[str] | None, typer.Argument(help="Regions: Chinese name, code or pinyin (default: all).")] = None,
    format: Annotated[View, typer.Option("--format", help="Where the matrix goes.")] = View.table,
    every: Annotated[bool, typer.Option("--all", help="In the table, also indicators that only one region states.")] = False,
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
) -> None:
    """Compare regions: indicators in rows, regions in columns."""
    from pipeline import compare as comparing
    from pipeline import store

    matrix = comparing.compare(store.connect(db), regions or [])
    if format is View.table:
        _print_matrix(matrix, every or len(matrix.regions) == 1)
        return
    path = out / f"compare.{format.value}"
    {View.csv: comparing.write_csv, View.xlsx: comparing.write_xlsx, View.html: comparing.write_html}[format](matrix, path)
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


def _progress(files: Sequence[Path]) -> Iterator[Path]:
    """The files, with a bar on a terminal and plain lines in a log."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(files, description="读取", console=console, transient=True)
        return
    for i, path in enumerate(files, 1):
        console.print(f"[{i}/{len(files)}] {path.name}", markup=False, highlight=False)
        yield path


def _summary(report: Report, written: Sequence[Path]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True, width=None if sys.stderr.isatty() else 110)
    table = Table("", "", title="zhibiao run", show_header=False)
    for name, value in (
        ("documents", report.documents),
        ("tasks", report.tasks),
        ("targets", report.targets),
        ("failed", len(report.failed)),
        ("seconds", f"{report.seconds:.1f}"),
    ):
        table.add_row(name, str(value))
    for code, count in sorted(report.issues.items()):
        table.add_row(f"issue {code}", str(count))
    for reason, count in sorted(report.uncovered.items()):
        table.add_row(f"numbers without target: {reason}", str(count))
    console.print(table)
    for message in report.failed:
        console.print(f"failed: {message}", markup=False, style="red", soft_wrap=True)
    console.print("written: " + ", ".join(str(p) for p in written), markup=False, soft_wrap=True)


def _print_matrix(matrix: Any, every: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline.compare import cell_lines

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("指标", *matrix.regions, title="指标对比", show_lines=True)
    for row in matrix.rows:
        if every or len(row.cells) > 1:
            table.add_row(row.name, *("\n".join(cell_lines(row.cells.get(r, []))) or "未述" for r in matrix.regions))
    console.print(table)
