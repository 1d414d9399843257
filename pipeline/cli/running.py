"""Commands that read batches and tell of them: run, watch, runs, check, db upgrade."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app, database
from pipeline.cli.options import DEFAULT_DB, Database, Limit, Out, Readers, Reading, Shown, line

if TYPE_CHECKING:
    import sqlalchemy as sa

    from pipeline.batch import Report
    from pipeline.check import Expectations, Finding
    from pipeline.progress import Silent

Workers = Annotated[int | None, typer.Option("--workers", min=0, help="Processes that read (default: one a core; 0: in this process, unprotected).")]
EngineUrl = Annotated[str | None, typer.Option("--engine", help="A Dask cluster that reads instead: tcp://scheduler:8786.")]
Retry = Annotated[bool, typer.Option("--retry", help="Also read again what is quarantined.")]
Expect = Annotated[Path | None, typer.Option("--expect", help="A file of expectations (YAML, see the README) that the checks go by.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show errors only.")]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
CacheFolder = Annotated[
    Path | None, typer.Option("--cache", help="Folder that keeps what took long to parse, scans above all (default: .cache in --out).")
]
Listed = Annotated[Path | None, typer.Option("--list", help="A file that names more paths, one a line.")]
Log = Annotated[Path | None, typer.Option("--log", help="Append what happens to a file, as JSON lines.")]


@app.command()
def run(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders (or URLs) of documents; in a folder each file, ZIP or folder is one document (default: raw_docs)."),
    ] = None,
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
    limit: Limit = None,
    readers: Reading = Readers.both,
    workers: Workers = None,
    engine: EngineUrl = None,
    force: Annotated[bool, typer.Option("--force", help="Read everything anew, also what has not changed.")] = False,
    retry: Retry = False,
    prune: Annotated[bool, typer.Option("--prune", help="Delete the rows of documents whose files are gone.")] = False,
    listed: Listed = None,
    expect: Expect = None,
    cache: CacheFolder = None,
    quiet: Quiet = False,
    as_json: Json = False,
    log: Log = None,
) -> None:
    """Read new and changed documents, store their rows, check, then export them and write the comparison of all regions."""
    from pipeline import batch, store
    from pipeline.batch import Settings
    from pipeline.cache import Cache
    from pipeline.check import expectations
    from pipeline.logs import set_up
    from pipeline.publish import publish
    from pipeline.stopping import Stop
    from schemas.limits import read_limits

    set_up(log, quiet)
    expected = expectations(expect)
    kept = Cache(str((cache or out / ".cache").absolute()))
    settings = Settings(read_limits(limit or ()), readers is Readers.both, workers, engine, force, retry, prune, kept)
    stop, opened = Stop().on_signals(), store.connect(db)
    report = batch.run(_paths(paths, listed), opened, settings, out, _progress(quiet or as_json), stop=stop)
    findings = _checked(opened, expected, report)
    fatal = any(f.level == "fatal" for f in findings)
    written: list[Path] = []
    try:
        written = [] if fatal or report.status != "done" else publish(opened, out)
    finally:  # what was read is told also where it cannot be published
        _tell(report, findings, written, quiet, as_json)
    raise typer.Exit(1 if report.bad or fatal else 0)


@app.command()
def watch(
    folders: Annotated[list[Path], typer.Argument(help="Inboxes: what lands in them is read when it is whole.")],
    db: Database = DEFAULT_DB,
    out: Out = Path("output"),
    limit: Limit = None,
    readers: Reading = Readers.both,
    workers: Workers = None,
    engine: EngineUrl = None,
    expect: Expect = None,
    cache: CacheFolder = None,
    every: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between two looks; a file is read when it stays the same.")] = 2.0,
    quiet: Quiet = False,
    log: Log = None,
) -> None:
    """Read what lands in inboxes, store and publish it, until told to end (SIGTERM, Ctrl-C)."""
    from pipeline import batch, engines, store
    from pipeline.batch import Settings
    from pipeline.cache import Cache
    from pipeline.check import check as check_all
    from pipeline.check import expectations
    from pipeline.logs import set_up
    from pipeline.publish import publish
    from pipeline.stopping import Stop
    from pipeline.watch import Inbox
    from pipeline.watch import watch as keep_watching
    from schemas.limits import read_limits

    set_up(log, quiet)
    expected = expectations(expect)
    kept = Cache(str((cache or out / ".cache").absolute()))
    settings = Settings(read_limits(limit or ()), readers is Readers.both, workers, engine, cache=kept)
    opened, stop = store.connect(db), Stop().on_signals()
    at_work = engines.open_engine(engine, workers, settings.second)

    def read(locations: Sequence[str]) -> bool:
        report = batch.run(folders, opened, settings, out, _progress(quiet), at_work, frozenset(locations), stop)
        _tell(report, _checked(opened, expected, report), None, quiet, False)
        return report.status == "done"

    def idle() -> None:
        if any(f.level == "fatal" for f in check_all(opened, expected)):
            return
        written = publish(opened, out)
        if written and not quiet:
            typer.echo(f"published: {len(written)} files in {out}", err=True)

    typer.echo(f"watching {', '.join(map(str, folders))}; end with Ctrl-C or SIGTERM", err=True)
    try:
        keep_watching(Inbox(folders, out), read, idle, stop, every)
    finally:
        at_work.close()
    typer.echo("ended", err=True)


@app.command()
def runs(
    number: Annotated[int | None, typer.Argument(help="The number of a run, for its whole report.")] = None,
    db: Database = DEFAULT_DB,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show only so many, the latest first.")] = 20,
    format: Annotated[Shown, typer.Option("--format", help="For people, or JSON lines.")] = Shown.table,
) -> None:
    """List the runs, or show the report of one."""
    from pipeline import store, terminal
    from schemas.errors import ZhibiaoError

    found = store.read_runs(store.connect(db), number, limit)
    if number is not None and not found:
        raise ZhibiaoError(f"there is no run {number}; `zhibiao runs` lists them")
    if format is Shown.jsonl:
        for one in found:
            line(one)
    elif number is None:
        terminal.print_runs(found)
    else:
        terminal.print_run(found[0])


@app.command()
def check(
    db: Database = DEFAULT_DB,
    expect: Expect = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also hold every evidence row against its source again.")] = False,
    format: Annotated[Shown, typer.Option("--format", help="For people, or JSON lines.")] = Shown.table,
) -> None:
    """Hold what is stored, and the last run, against expectations; status 1 where something is fatal."""
    from dataclasses import asdict

    from pipeline import store
    from pipeline.check import check as checked
    from pipeline.check import expectations

    findings = checked(store.connect(db), expectations(expect), evidence)
    for finding in findings:
        line(asdict(finding)) if format is Shown.jsonl else typer.echo(f"{finding.level}: {finding.code}: {finding.message}")
    typer.echo(f"{len(findings)} findings", err=True)
    raise typer.Exit(1 if any(f.level == "fatal" for f in findings) else 0)


@database.command("upgrade")
def db_upgrade(db: Database = DEFAULT_DB) -> None:
    """Create the database or bring it to the newest schema."""
    from pipeline import store

    opened = store.connect(db)
    store.upgrade(opened)
    typer.echo(f"{store.shown(opened)}: schema and vocabularies are up to date", err=True)


def _paths(paths: Sequence[str] | None, listed: Path | None) -> list[str]:
    """The paths that a run is given, and those of the file that lists more; raw_docs where it is given none."""
    from schemas.errors import ZhibiaoError

    if listed is None:
        return list(paths or ["raw_docs"])
    try:
        return [*(paths or ()), *filter(None, listed.read_text("utf-8", "surrogateescape").split("\n"))]
    except OSError as error:
        raise ZhibiaoError(f"{listed}: the list cannot be read ({error.strerror})") from error


def _checked(opened: sa.Engine, expected: Expectations, report: Report) -> list[Finding]:
    """What the checks found; nothing is checked where the run had to stop, since nothing is published then."""
    from pipeline.check import check as checked

    return checked(opened, expected, number=report.number) if report.status == "done" else []


def _progress(quiet: bool) -> Silent:
    import sys

    from pipeline.progress import Bar, Lines, Silent

    return Silent() if quiet else Bar() if sys.stderr.isatty() else Lines()


def _tell(report: Report, findings: Sequence[Finding], written: Sequence[Path] | None, quiet: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from pipeline import terminal

    if as_json:
        line({**report.as_dict(), "checks": [asdict(f) for f in findings], "written": [str(path) for path in written or ()]})
    else:
        terminal.summary(report, findings, written, quiet)
